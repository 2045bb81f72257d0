#!/usr/bin/env python3
"""Holds what hn config --type prints and writes against git's, on values that mean something and not.

usage: config_types_test.py HN [VALUES [SEED]]

Both read the same file, in which each value is that of a setting of its own, and are asked for it in
every type; then both write a value. What git refuses, hn refuses. Ends with "N passed, N failed";
skipped where there is no git.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

TYPES = ["bool", "int", "bool-or-int", "path", "color"]
FIXED = ["true", "False", "YES", "no", "on", "off", "", "0", "1", "-1", "2", "1k", "3M", "2g", "1 k", "0x1f", "010",
         "+5", "-", "9223372036854775807", "9223372036854775808", "-9223372036854775807", "8589934592g", "1t", "12z", "0x", "08",
         "99999999999", "~", "~/a b", "~root/x", "~nobody-of-that-name/x", "/abs", "a~b", "reset", "red", "red blue",
         "red blue green", "bold", "nobold", "no-dim red", "#ff8000", "#ff80", "#gg0000 red", "7", "8", "15", "16", "255", "256",
         "brightred", "bright7", "default", "default default", "normal red", "normal", "ul blink reverse strike italic",
         "reset red", "RED Bold", "  cyan  ", "-1 2", "brightdefault"]
WORDS = ["red", "green", "blue", "bold", "dim", "ul", "noul", "no-bold", "reset", "normal", "default", "brightblue", "12",
         "200", "#010203", "x"]


def random_value(chance):
    if chance.randrange(2):
        return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 5)))
    return chance.choice(["", "-", "+", "0x", "0", " "]) + str(chance.randrange(10 ** chance.randrange(1, 20))) + chance.choice(
        ["", "", "k", "K", "m", "g", "G", "x", " "])


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("HN_SEED", "20261121"))
    if shutil.which("git") is None:
        print("skipped: there is no git")
        return 0
    chance = random.Random(seed)
    values = FIXED + [random_value(chance) for _ in range(count)]
    passed, failed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "settings")
        environment = {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                       "GIT_CONFIG_GLOBAL": path, "HN_CONFIG_NOSYSTEM": "1", "HN_CONFIG_GLOBAL": path}

        def call(*words):
            done = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False, timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            return done.returncode, done.stdout, done.stderr

        def same(ours, theirs, what):
            nonlocal passed
            # hn says usage where git has its one status for all that is wrong.
            if (ours[0] == 0) == (theirs[0] == 0) and ours[1] == theirs[1] and (ours[0] == 0 or b"hn: " in ours[2]):
                passed += 1
            else:
                failed.append(f"seed {seed}: {what}: hn {ours}, git {theirs}")

        with open(path, "w", encoding="utf-8") as file:
            file.write("[none]\n\tvalue\n[of]\n")
            for i, value in enumerate(values):
                file.write(f'\tv{i} = "{value}"\n')
        for kind in TYPES:
            words = ["config", "--global", f"--type={kind}"]
            if kind not in ("path", "color"):  # hn reads true where git has no value
                same(call(program, *words, "none.value"), call("git", *words, "none.value"), f"{kind} of nothing")
            same(call(program, *words, "--default", "3", "--get", "no.thing"),
                 call("git", *words, "--default", "3", "--get", "no.thing"), f"{kind} by default")
            for i, value in enumerate(values):
                same(call(program, *words, f"of.v{i}"), call("git", *words, f"of.v{i}"), f"{kind} of '{value}'")
        for kind in TYPES:
            for value in values[:40]:
                words = ["config", "--global", f"--type={kind}", "written.value", value]
                results = []
                for tool in (program, "git"):
                    status, out, err = call(tool, *words)
                    with open(path, "rb") as file:
                        results.append((status, out + file.read(), err))
                same(*results, f"{kind} '{value}' written")
    for text in failed[:12]:
        print("FAILED " + text)
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
