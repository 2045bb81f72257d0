#!/usr/bin/env python3
"""Memory and time of a git history of millions of objects, in and out.

usage: many_objects.py HN COMMITS [PLACE]

    tests/bench/many_objects.py build/release/hn 1100000

Makes a git history with `git fast-import`, five objects a commit (a file two folders down changes), imports
it and exports it, beside git's own clone. Prints seconds, and the greatest resident memory as /proc says it:
all of it, and what is the process's own; the rest are pages of mapped files, which the system may take away.
PLACE is a new folder in TMPDIR unless named; what is made in it is removed at the end.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

FOLDERS = (40, 20)
FILES = 10
LINES = 12


def write_history(to, commits):
    lot = random.Random(1)
    to.write(b"feature done\n")
    for number in range(commits):
        path = b"d%02d/e%02d/f%d" % (*(lot.randrange(n) for n in FOLDERS), lot.randrange(FILES))
        text = b"".join(b"line %d of %d\n" % (lot.randrange(1000), line) for line in range(LINES))
        message = b"change %d\n" % number
        to.write(b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata %d\n%s\n"
                 b"M 100644 inline %s\ndata %d\n%s\n"
                 % (1500000000 + 30 * number, len(message), message, path, len(text), text))
    to.write(b"done\n")


def memory_of(process):
    """(anonymous, of files) in MiB, now."""
    try:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return tuple(int(lines[name].split()[0]) >> 10 for name in ("RssAnon", "RssFile"))
    except (FileNotFoundError, KeyError):
        return 0, 0


def measure(what, words, environment):
    """Runs the command; says what it cost."""
    start = time.monotonic()
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
        own, whole = 0, 0
        while process.poll() is None:
            now = memory_of(process)
            own, whole = max(own, now[0]), max(whole, sum(now))
            time.sleep(0.1)
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)}: {process.returncode}")
    print(f"{what}: {time.monotonic() - start:.1f} s, at most {whole} MiB resident, {own} its own", flush=True)


def main():
    hn, commits = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    place = tempfile.mkdtemp(dir=sys.argv[3] if len(sys.argv) > 3 else None)
    try:
        environment = {"HOME": place, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        source = place + "/source.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", source], env=environment, check=True)
        with subprocess.Popen(["git", "-C", source, "fast-import", "--quiet", "--done"], env=environment,
                              stdin=subprocess.PIPE) as importer:
            write_history(importer.stdin, commits)
        count = subprocess.run(["git", "-C", source, "count-objects", "-v"], env=environment, check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        print(", ".join(count.splitlines()), flush=True)
        start = time.monotonic()
        subprocess.run(["git", "clone", "-q", "--bare", "--no-local", source, place + "/clone.git"],
                       env=environment, check=True)
        print(f"git clone: {time.monotonic() - start:.1f} s", flush=True)
        measure("import", [hn, "import", "git", source, place + "/there"], environment)
        measure("export", [hn, "-C", place + "/there", "export", "git", place + "/back.git"], environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
