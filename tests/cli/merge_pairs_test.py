#!/usr/bin/env python3
"""Asks `hn merge-tree --stdin` for merges: each answer comes before the next line is written, and
many lines at once are answered in their order.

usage: merge_pairs_test.py HN
"""

import subprocess
import threading

from bench import SECONDS_MAX, Bench, run_parts

BRANCHES = 12


def make_branches(bench):
    """Each changes a line; each second one the same as the one before it."""
    bench.make_folder()
    bench.must("init")
    lines = [f"line {n}\n" for n in range(8 * BRANCHES)]
    for branch in range(-1, BRANCHES):
        changed = list(lines)
        if branch >= 0:
            bench.must("switch", "-c", f"b{branch}", "main")
            changed[4 * (branch - branch % 2)] = f"by {branch}\n"
        with open(bench.at("file"), "w", encoding="utf-8") as file:
            file.writelines(changed)
        bench.must("commit", "-m", f"by {branch}")


def ask_one_by_one(bench, pairs):
    with subprocess.Popen([bench.hn, "merge-tree", "--stdin"], cwd=bench.folder, env=bench.environment,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
        alarm = threading.Timer(SECONDS_MAX, asked.kill)
        alarm.start()
        answers = []
        for pair in pairs:
            asked.stdin.write(pair + "\n")
            asked.stdin.flush()
            answers.append(asked.stdout.readline())
        asked.stdin.close()
        bench.expect(asked.wait() > 1, "the last two lines cannot be answered")
        alarm.cancel()
    return answers


def pairs_of_branches(bench):
    """One by one, and many at once."""
    make_branches(bench)
    pairs = [f"b{a} b{b}" for a in range(BRANCHES) for b in range(BRANCHES)]
    answers = ask_one_by_one(bench, pairs + ["b0", "b0 gone"])
    for pair, answer in zip(pairs, answers):
        a, b = (int(name[1:]) for name in pair.split())
        meet = a != b and a // 2 == b // 2  # they changed the same line
        bench.expect(answer.startswith("conflicts " if meet else "clean "), f"{pair}: {answer}")
    bench.expect(all(answer.startswith("error ") for answer in answers[-2:]), f"{answers[-2:]}")

    done = subprocess.run([bench.hn, "merge-tree", "--stdin"], cwd=bench.folder, env=bench.environment, text=True,
                          input="".join(pair + "\n" for pair in 5 * pairs), capture_output=True, check=False,
                          timeout=SECONDS_MAX)
    bench.expect(done.returncode == 1 and done.stdout == 5 * "".join(answers[:-2]), "many at once, in order")
    with subprocess.Popen([bench.hn, "merge-tree", "--stdin"], cwd=bench.folder, env=bench.environment,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
        alarm = threading.Timer(SECONDS_MAX, asked.kill)
        alarm.start()
        asked.stdin.write("b0 b2\nb0 ")
        asked.stdin.flush()
        bench.expect(asked.stdout.readline() == answers[2], "a line that has come does not wait for half a one")
        asked.stdin.write("b1\nb0 b3")
        asked.stdin.close()
        bench.expect(asked.stdout.read() == answers[1] + answers[3], "the last line has no end")
        alarm.cancel()
    status, out, _ = bench.run("merge-tree", "--stdin")
    bench.expect((status, out) == (0, ""), "nothing asked")


run_parts(Bench, pairs_of_branches)
