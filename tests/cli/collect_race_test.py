#!/usr/bin/env python3
"""Commits, amends, tags and branches while hn gc --prune now runs over and over: nothing is lost.

usage: collect_race_test.py HN

Each of three writers works through its steps in the same repository, and two collectors run until
they are done. Every command has to succeed, but for three answers that are right: there is nothing to
commit, another writer has amended what this one looked at, and another collection is running. Then
hn fsck has to find all well. HN_SEED chooses the
steps.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading

STEPS = 25
WRITERS = 3
FILES = 40
RIGHT = ("nothing to commit", "the working tree has moved on meanwhile", "another process collects")


class Repository:
    def __init__(self, hn, home):
        self.hn, self.root = hn, os.path.join(home, "r")
        os.mkdir(self.root)
        self.env = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home + "/c", "XDG_DATA_HOME": home + "/d"}
        os.mkdir(home + "/c")
        os.mkdir(home + "/c/hn")
        with open(home + "/c/hn/config", "w") as config:
            config.write("[user]\n\tname = Sam\n\temail = sam@example.org\n")
        self.wrong = []

    def run(self, *words):
        done = subprocess.run([self.hn, *words], cwd=self.root, env=self.env, capture_output=True, text=True)
        if done.returncode != 0 and not any(right in done.stderr for right in RIGHT):
            self.wrong.append((words, done.returncode, done.stdout, done.stderr))
        return done

    def edit(self, lot):
        path = os.path.join(self.root, f"f{lot.randrange(FILES)}")
        with open(path, "w") as file:
            file.write("".join(f"{lot.randrange(30)}\n" for _ in range(100)))


def write(repository, lot):
    for _ in range(STEPS):
        repository.edit(lot)
        repository.run(*lot.choice((
            ("commit", "-m", "a step"),
            ("commit", "--amend", "-m", "another way"),
            ("tag", "-f", f"v{lot.randrange(3)}"),
            ("branch", f"b{lot.randrange(10**9)}"),
            ("log", "-p", "-3"))))


def main():
    hn = os.path.abspath(sys.argv[1])
    seed = int(os.environ.get("HN_SEED", "1"))
    print(f"HN_SEED={seed}")
    with tempfile.TemporaryDirectory() as home:
        repository = Repository(hn, home)
        repository.run("init", "--name", "laptop")
        lot = random.Random(seed)
        for _ in range(FILES):
            repository.edit(lot)
        repository.run("commit", "-m", "the first")
        writers = [threading.Thread(target=write, args=(repository, random.Random(seed * 100 + n)))
                   for n in range(WRITERS)]
        counts = [0, 0]

        def collect(place):
            while any(writer.is_alive() for writer in writers):
                counts[place] += repository.run("gc", "--prune", "now").returncode == 0

        collectors = [threading.Thread(target=collect, args=(n,)) for n in range(len(counts))]
        for thread in writers + collectors:
            thread.start()
        for thread in writers + collectors:
            thread.join()
        for words in (("fsck",), ("gc", "--prune", "now"), ("fsck",)):
            repository.run(*words)
        print(f"{sum(counts)} collections")
        for wrong in repository.wrong:
            print("FAILED:", *wrong)
        return 1 if repository.wrong or sum(counts) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
