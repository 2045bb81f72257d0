#!/usr/bin/env python3
"""Asks `hn merge-tree --stdin` for merges: each answer comes before the next line is written, and
many lines at once are answered in their order.

usage: merge_pairs_test.py HN
"""

import os
import subprocess
import sys
import tempfile
import threading

BRANCHES = 12
SECONDS_MAX = 60


def main():
    hn = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        env = dict(PATH=os.environ["PATH"], HOME=home, HN_AUTHOR_NAME="Anna",
                   HN_AUTHOR_EMAIL="anna@example.org", HN_COMMITTER_NAME="Anna",
                   HN_COMMITTER_EMAIL="anna@example.org")
        work = home + "/work"

        def run(*words, data=None, status=0):
            done = subprocess.run([hn, *words], cwd=home if words[0] == "init" else work, env=env, text=True,
                                  input=data, capture_output=True, timeout=SECONDS_MAX)
            assert done.returncode == status, (words, done)
            return done.stdout

        run("init", work)
        with open(work + "/file", "w") as file:
            file.writelines(f"line {n}\n" for n in range(8 * BRANCHES))
        run("commit", "-m", "first")
        for branch in range(BRANCHES):
            run("switch", "-c", f"b{branch}", "main")
            with open(work + "/file") as file:
                lines = file.readlines()
            lines[4 * (branch - branch % 2)] = f"by {branch}\n"
            with open(work + "/file", "w") as file:
                file.writelines(lines)
            run("commit", "-m", f"by {branch}")
        pairs = [f"b{a} b{b}" for a in range(BRANCHES) for b in range(BRANCHES)] + ["b0", "b0 gone"]

        asked = subprocess.Popen([hn, "merge-tree", "--stdin"], cwd=work, env=env, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        alarm = threading.Timer(SECONDS_MAX, asked.kill)
        alarm.start()
        one_by_one = ""
        for pair in pairs:
            asked.stdin.write(pair + "\n")
            asked.stdin.flush()
            one_by_one += asked.stdout.readline()
        asked.stdin.close()
        assert asked.wait() > 1, "the last two lines cannot be answered"
        alarm.cancel()

        answers = one_by_one.splitlines()
        assert len(answers) == len(pairs)
        for pair, answer in zip(pairs[:-2], answers):
            a, b = (int(name[1:]) for name in pair.split())
            meet = a != b and a // 2 == b // 2  # they changed the same line
            assert answer.startswith("conflicts " if meet else "clean "), (pair, answer)
        assert all(answer.startswith("error ") for answer in answers[-2:]), answers[-2:]

        many = run("merge-tree", "--stdin", data="".join(pair + "\n" for pair in 5 * pairs[:-2]), status=1)
        assert many == 5 * "".join(answer + "\n" for answer in answers[:-2])
        assert run("merge-tree", "--stdin", data="") == ""
    print(f"{6 * len(pairs)} answers in order")


if __name__ == "__main__":
    main()
