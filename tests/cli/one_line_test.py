#!/usr/bin/env python3
"""Holds the lines of hn log --oneline against each other and against git's.

usage: one_line_test.py HN

Messages of all kinds, each many times: the first log reads the commits and leaves the history index,
the second prints what that holds, or reads again where it holds nothing; one with a filter reads all.
Ends with "N passed, N failed"; skipped where there is no git.
"""

import os
import shutil
import subprocess
import sys
import tempfile

MESSAGES = ["one line\n", "no newline", "two\nlines\n\nand a body\n", "\n\n  \nblank lines in front\n", "blanks behind \t \nof both \r\n",
            "", "\n", "s" * 255 + "\n", "s" * 256 + "\n", "long " * 200, "umlauts äöü\n", b"\xe4 is no utf-8\n", "a \x1b[31mcolour\n", "tab\tinside\n"]


def main(hn):
    if not shutil.which("git"):
        print("skipped: there is no git")
        return 0
    with tempfile.TemporaryDirectory() as place:
        env = dict(os.environ, HOME=place, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8")

        def run(*words, folder=place, **more):
            return subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True, **more).stdout

        stream = b""
        for i in range(10 * len(MESSAGES)):
            message = MESSAGES[i % len(MESSAGES)]
            message = message if isinstance(message, bytes) else message.encode()
            stream += b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata %d\n%s\n" % (i + 1, len(message), message)
        run("git", "init", "-q", "-b", "main", "git")
        run("git", "fast-import", "--quiet", folder=place + "/git", input=stream)
        run(hn, "import", "git", "git", "hn")
        index = place + "/hn/.hn/store/history"
        shutil.rmtree(index, ignore_errors=True)
        failed = []

        def check(what, a, b):
            if a != b:
                failed.append(what)
                print(f"{what}: {a[:500]!r}\nand {b[:500]!r}")

        for words in (["--oneline"], ["--pretty=oneline"], ["--oneline", "--skip=3", "-n", "40"]):
            shutil.rmtree(index, ignore_errors=True)
            first = run(hn, "log", *words, "main", folder=place + "/hn")
            check(f"{words}: is there an index", os.path.exists(index + "/chain"), True)
            check(f"{words}, from the index", run(hn, "log", *words, "main", folder=place + "/hn"), first)
            check(f"{words}, from the commits", run(hn, "log", *words, "--grep=", "main", folder=place + "/hn"), first)
        lines = run(hn, "log", "--oneline", "main", folder=place + "/hn").split(b"\n")[:-1]
        git = run("git", "log", "--format=%s", "main", folder=place + "/git").split(b"\n")[:-1]
        plain = [m for m in git if m.isascii() and m.decode().replace("\t", "").isprintable()]
        check("the subjects that need no escapes", [line[11:] for line in lines if line[11:] in set(plain)], plain)
        check("as many as git's", [len(lines)], [len(git)])
        print(f"{11 - len(failed)} passed, {len(failed)} failed")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
