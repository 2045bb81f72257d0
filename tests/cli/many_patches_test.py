#!/usr/bin/env python3
"""Holds the patch of many files against git's: all of them, each once, in order.

usage: many_patches_test.py HN

Ends with "N passed, N failed"; skipped where there is no git.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile


def main(hn):
    if not shutil.which("git"):
        print("skipped: there is no git")
        return 0
    chance = random.Random(1)
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        env = dict(os.environ, HOME=place, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8")

        def run(*words, folder=place, **more):
            return subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True, **more).stdout

        stream = b""
        for commit in range(2):
            stream += b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 1\nm\n" % (commit + 1)
            for i in range(300):
                # Files of very different lengths, so that the threads do not stay in step.
                lines = chance.choice((1, 20, 1000))
                text = b"".join(b"%d\n" % chance.randrange(3) for _ in range(lines))
                stream += b"M 100644 inline d%d/f%d\ndata %d\n%s\n" % (i % 7, i, len(text), text)
        run("git", "init", "-q", "-b", "main", "git")
        run("git", "fast-import", "--quiet", folder=place + "/git", input=stream)
        run(hn, "import", "git", "git", "hn")
        for options in ([], ["--color=always"], ["-U0"], ["--word-diff"]):
            words = ["diff", "--no-renames", *options, "main~1", "main"]
            ours = run(hn, *words, folder=place + "/hn")
            theirs = run("git", *words, folder=place + "/git").split(b"\n")
            theirs = b"\n".join(line for line in theirs if not line.startswith((b"index ", b"\x1b[1mindex ")))
            if ours != theirs:
                failed += 1
                print(f"{options}: the patches differ")
    print(f"{4 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
