#!/usr/bin/env python3
"""Filters of changed paths are made beside everything, by a process that nobody waits for or hears of.

usage: filters_test.py HN

What a command leaves running comes to this program, whose children they then are: it knows whether
there is any, and waits for its end.
"""

import ctypes
import fcntl
import glob
import os
import subprocess
import sys
import tempfile

import bench

COMMITS = 1200  # more than get their filters at once
PR_SET_CHILD_SUBREAPER = 36


def git_history():
    """For fast-import: every third commit changes a file that stays, the others one that comes and goes."""
    out = []
    for number in range(COMMITS):
        name = "kept" if number % 3 == 0 else f"folder/f{number % 7}"
        text = f"the first line\n{number}\n"
        out.append(f"commit refs/heads/main\ncommitter T <t@example.org> {1000 + number} +0000\n"
                   f"data {len(text)}\n{text}M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    return "".join(out).encode()


class Test(bench.Bench):
    def start(self):
        self.git = self.root + "/git"
        self.program("git", "init", "-q", "--bare", "-b", "main", self.git)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=self.git, env=self.environment, input=git_history(),
                       check=True, timeout=bench.SECONDS_MAX)

    def left_running(self):
        """How many processes, when all of them have ended."""
        count = 0
        while True:
            try:
                os.wait()
            except ChildProcessError:
                return count
            count += 1

    def layers(self):
        return sorted(os.path.basename(path) for path in glob.glob(self.at("r/.hn/store/history/*.layer")))

    def imported(self, *settings):
        self.make_folder()
        status, out, err = self.run(*settings, "import", "git", self.git, "r")
        self.expect(status == 0 and out.startswith(f"imported {COMMITS} commits") and err == "", f"import: {out}{err}")
        return self.layers()

    def log(self, *settings):
        status, out, err = self.run("-C", "r", *settings, "log", "--oneline", "--", "kept")
        self.expect(status == 0 and err == "", f"log: {err}")
        self.expect(out.count("\n") == COMMITS // 3, f"log: {out.count(chr(10))} lines")
        return out

    def test_turned_off(self):
        plain = self.imported("-c", "gc.auto=0")
        self.expect(self.left_running() == 0, "an import starts something though it is turned off")
        said = self.log("-c", "gc.auto=0")
        self.run("-C", "r", "-c", "gc.auto=0", "blame", "kept")
        self.run("-C", "r", "-c", "gc.auto=0", "gc", "--auto")
        self.expect(self.left_running() == 0, "a log starts something though it is turned off")
        self.expect(self.layers() == plain, "filters are made though it is turned off")
        self.must("-C", "r", "-c", "gc.auto=0", "gc")
        self.expect(self.layers() != plain, "a collection that is asked for makes no filters")
        self.expect(self.log("-c", "gc.auto=0") == said, "filters change what is said")

    def test_behind_an_import(self):
        self.imported()
        self.expect(self.left_running() == 1, "an import does not start it")
        self.log()
        self.expect(self.left_running() == 0, "it is started though all filters are there")
        self.must("-C", "r", "fsck")

    def test_behind_a_question(self, *words):
        plain = self.imported("-c", "gc.auto=0")
        self.must("-C", "r", *words)
        self.expect(self.left_running() == 1, f"{words} does not start it")
        self.expect(self.layers() != plain, f"the filters that {words} asked for are not made")

    def test_nobody_waits(self):
        """While one makes filters another one does not, and everything else goes on."""
        plain = self.imported("-c", "gc.auto=0")
        with open(self.at("r/.hn/store/history/filters"), "w", encoding="ascii") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            said = self.log()
            self.expect(self.left_running() == 1, "the second one does not end")
            self.expect(self.layers() == plain, "filters are made twice at once")
            self.must("-C", "r", "gc")
            self.expect(self.layers() == plain, "a collection makes filters though another one does")
            with open(self.at("r/new"), "w", encoding="ascii") as file:
                file.write("new\n")
            self.must("-C", "r", "commit", "-m", "new")
        self.left_running()
        self.must("-C", "r", "gc", "--auto")
        self.expect(self.layers() != plain, "filters are not made by the next one")
        self.expect(self.log() == said, "filters change what is said")


def main():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("processes that are left cannot be waited for here")
    with tempfile.TemporaryDirectory() as root:
        test = Test(os.path.abspath(sys.argv[1]), root)
        test.start()
        test.test_turned_off()
        test.test_behind_an_import()
        test.test_behind_a_question("log", "--", "kept")
        test.test_behind_a_question("blame", "kept")
        test.test_nobody_waits()
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0


sys.exit(main())
