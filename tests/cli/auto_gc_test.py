#!/usr/bin/env python3
"""Blocks are collected unasked, behind as many operations as are asked for, and nobody waits for it.

usage: auto_gc_test.py HN

A collection seals the pack that small commits go to: its index is there then, and not before.
"""

import glob
import os
import subprocess
import sys
import tempfile
import time


def main():
    hn = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        folder = root + "/repo"
        os.mkdir(folder)
        environment = {**os.environ, "HOME": root, "XDG_DATA_HOME": root + "/data"}

        def run(*words):
            # A pipe to its end: a child that held it would be waited for.
            done = subprocess.run([hn, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
            if done.returncode != 0:
                sys.exit(f"{words}: {done.returncode} {done.stdout} {done.stderr}")
            return done.stdout

        def commit(text):
            with open(folder + "/file", "w", encoding="utf-8") as file:
                file.write(text)
            run("commit", "-m", text)

        def indexes():
            return glob.glob(folder + "/.hn/store/packs/*.idx")

        def collecting():
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    with open(path, "rb") as file:
                        words = file.read().split(b"\0")
                except OSError:  # it ended meanwhile
                    continue
                if b"--auto" in words and folder.encode() in words:
                    return True
            return False

        def expect(right, what):
            if not right:
                sys.exit(what)

        def wait_for(what, happened):
            end = time.monotonic() + 100
            while not happened():
                if time.monotonic() > end:
                    sys.exit(what)
                time.sleep(0.02)

        run("config", "--global", "user.name", "T")
        run("config", "--global", "user.email", "t@example.org")
        run("init")
        run("config", "gc.auto", "0")
        for number in range(6):
            commit(f"off {number}")
        run("gc", "--auto")
        expect(not indexes(), "collected though it is turned off")
        run("config", "gc.auto", "100")
        run("gc", "--auto")
        expect(not indexes(), "collected before it was time")
        run("config", "gc.auto", "7")
        commit("the seventh")
        wait_for("not collected when it was time", indexes)
        wait_for("the first collection does not end", lambda: not collecting())
        first = indexes()
        for number in range(6):
            commit(f"again {number}")
        run("gc", "--auto")
        expect(indexes() == first, "collected again before it was time")
        commit("the fourteenth")
        wait_for("not collected again", lambda: indexes() and indexes() != first)
        expect(run("log", "--oneline").count("\n") == 14, "commits are missing")
        wait_for("the second collection does not end", lambda: not collecting())
        run("fsck")
    print("collected twice, unasked")


main()
