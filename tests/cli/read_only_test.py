#!/usr/bin/env python3
"""Where a user may not write, hn reads, says what it could not do, and leaves nothing half done.

usage: read_only_test.py HN

Runs as a user without rights of its own (nobody, where it is started by root), in a folder that is
made read-only as a whole and then but for .hn. After each command that has to fail, every file is as
it was. Ends with 77 where the program cannot be started by that user.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile

from bench import environment

NOBODY = 65534


class Bench:
    def __init__(self, hn, folder):
        self.folder = folder
        self.failed = []
        os.chmod(folder, 0o755)
        self.hn = shutil.copy(hn, folder + "/program")
        for name in ("own", "tree"):
            os.mkdir(f"{folder}/{name}")
            if os.geteuid() == 0:
                os.chown(f"{folder}/{name}", NOBODY, NOBODY)
        self.tree = folder + "/tree"

    def as_nobody(self):
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    def call(self, *words):
        own = environment(self.folder + "/own", GIT_CONFIG_NOSYSTEM="1")
        return subprocess.run(words, cwd=self.tree, env=own, stdin=subprocess.DEVNULL, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, preexec_fn=self.as_nobody)

    def shell(self, line):
        if self.call("sh", "-c", line).returncode != 0:
            raise SystemExit(f"failed: {line}")

    def expect(self, right, what):
        if not right:
            self.failed.append(what)

    def works(self, *words, says=""):
        done = self.call(self.hn, *words)
        told = f"hn {' '.join(words)}: {done.returncode} {done.stdout}{done.stderr}"
        self.expect(done.returncode == 0 and says in done.stdout, told)

    def refuses(self, *words):
        """It fails with what was not permitted and a hint, and no file is another than before."""
        before = self.files()
        done = self.call(self.hn, *words)
        told = f"hn {' '.join(words)}: {done.returncode} {done.stdout}{done.stderr}"
        self.expect(done.returncode == 128, told)
        self.expect("Permission denied" in done.stderr and "hint: " in done.stderr, told)
        self.expect(done.stderr.count("\n") <= 3, told)
        self.expect(self.files() == before, f"hn {' '.join(words)} left something")

    def files(self):
        """All that lies there; of what only speeds up a status and of locks, that they are there."""
        out = {}
        for at, folders, names in os.walk(self.tree):
            for name in folders + names:
                path = os.path.join(at, name)
                link = os.lstat(path)
                held = stat.S_ISREG(link.st_mode) and name not in ("index", "lock", "maintenance")
                with open(path, "rb") if held else open(os.devnull, "rb") as file:
                    out[path] = (link.st_mode, file.read())
        return {path: row for path, row in out.items() if "/staging" not in path}


def prepare(bench):
    for words in (["init", "."], ["config", "user.name", "Anna"], ["config", "user.email", "anna@example.org"]):
        bench.works(*words)
    bench.shell("mkdir folder; echo 1 >a; echo 1 >folder/b")
    bench.works("commit", "-m", "one")
    bench.works("branch", "other")
    bench.shell("echo 2 >a; echo 2 >folder/c")
    bench.works("commit", "-m", "two")
    bench.shell("echo 3 >a; echo 3 >new")


def nothing_is_writable(bench):
    bench.shell("chmod -R a-w .")
    bench.works("status", "--short", says=" M a\n?? new\n")
    bench.works("log", "-1", "--format=%s", says="two\n")
    bench.works("diff", "--numstat", says="1\t1\ta\n")
    bench.works("grep", "-n", "2", "HEAD", says="folder/c:1:2\n")
    bench.works("fsck")
    for words in (["commit", "-m", "three"], ["commit", "--amend", "-m", "two again"], ["switch", "other"],
                  ["restore", "a"], ["rm", "-f", "a"], ["merge", "other"], ["tag", "v1"], ["branch", "new"],
                  ["gc"], ["config", "color.ui", "never"], ["config", "user.name", "Bob"]):
        bench.refuses(*words)


def the_store_is_writable(bench):
    bench.shell("chmod -R u+w .hn")
    for words in (["restore", "a"], ["rm", "-f", "a"], ["switch", "--force", "other"], ["mv", "a", "b"],
                  ["clean", "-f"]):
        bench.refuses(*words)
    bench.works("status", "--short", says=" M a\n?? new\n")
    # A commit reads the working tree and writes into .hn alone.
    bench.works("commit", "-m", "three")
    bench.works("status", "--short")


def all_is_well_afterwards(bench):
    bench.shell("chmod -R u+w .")
    bench.works("switch", "other")
    bench.works("cat", "HEAD:a", says="1\n")
    bench.works("switch", "main")
    bench.works("log", "--format=%s", says="three\ntwo\none\n")
    bench.works("fsck", says="all well")


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), os.path.realpath(folder))
        if bench.call(bench.hn, "version").returncode != 0:
            return 77
        prepare(bench)
        nothing_is_writable(bench)
        the_store_is_writable(bench)
        all_is_well_afterwards(bench)
    print("\n".join(bench.failed) if bench.failed else "passed")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
