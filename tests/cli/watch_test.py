#!/usr/bin/env python3
"""Follows a repository with `hn export git --watch` and sees each commit arrive in git.

usage: watch_test.py HN

Nothing sleeps: each line of the watching program is waited for, and what it says must be so then.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading

COMMITS = 5
SECONDS_MAX = 60


def main():
    hn = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        env = dict(PATH=os.environ["PATH"], HOME=home, GIT_CONFIG_NOSYSTEM="1",
                   GIT_AUTHOR_NAME="Anna", GIT_AUTHOR_EMAIL="anna@example.org")
        with open(home + "/.gitconfig", "w") as config:
            config.write("[user]\nname = Anna\nemail = anna@example.org\n")

        def run(*command, cwd=home):
            return subprocess.run(command, cwd=cwd, env=env, check=True, text=True,
                                  capture_output=True, timeout=SECONDS_MAX).stdout

        work, out = home + "/work", home + "/out.git"
        run(hn, "init", work)
        watch = subprocess.Popen([hn, "export", "git", "--watch", out], cwd=work, env=env,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        alarm = threading.Timer(SECONDS_MAX, watch.kill)
        alarm.start()
        try:
            first = watch.stdout.readline()
            assert first == f"exported nothing new to {out}\n", first
            for n in range(1, COMMITS + 1):
                with open(work + "/file", "a") as file:
                    file.write(f"line {n}\n")
                run(hn, "commit", "-m", f"commit {n}", cwd=work)
                line = watch.stdout.readline()
                assert line == f"exported 1 commit and 1 branch to {out}\n", line
                assert run("git", "-C", out, "log", "-1", "--format=%s", "main") == f"commit {n}\n"
                assert run("git", "-C", out, "show", "main:file").count("\n") == n
            assert run("git", "-C", out, "fsck", "--strict") == ""
        finally:
            alarm.cancel()
            watch.send_signal(signal.SIGTERM)
            watch.wait(timeout=SECONDS_MAX)
    print(f"{COMMITS} commits seen in git")


if __name__ == "__main__":
    main()
