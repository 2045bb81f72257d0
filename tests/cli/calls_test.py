#!/usr/bin/env python3
"""What commands cost in calls of the system, held to the table of hn-store(5), COSTS.

usage: calls_test.py HN PAGE

Each command of the table runs once under strace. From the call with which the program proper begins
(it asks where it is), the calls that concern files are counted, beneath the folder of the test: how
many of them, how many files and folders they open or create, how often they wait for the disk, and how many bytes they write.
The waits must be as many as the page says, all else at most as many. Ends with 77 where strace is
not installed or may not trace.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

# What a name in the table stands for, and what comes before it.
COMMANDS = {
    "init": ["init", "."],
    "add": ["add", "."],
    "status": ["status"],
    "status, a file changed": ["status"],
    "commit of a file": ["commit", "-m", "more"],
    "log -1": ["log", "-1"],
    "switch": ["switch", "other"],
    "gc": ["gc"],
    "version": ["version"],
}
CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)")
SYNCS = {"fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "msync"}
OPENS = {"open", "openat", "openat2", "creat"}
WRITES = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile"}


def rows_of(page):
    """The table: name -> (calls, opened, waits, bytes)."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    section = text.split("\n.Sh COSTS\n", 1)[1].split("\n.Sh ", 1)[0]
    rows = {}
    for line in section.splitlines():
        row = re.fullmatch(r"\.It (.*?)((?: Ta \d+){4})", line)
        if row:
            rows[row[1]] = tuple(int(n) for n in re.findall(r"\d+", row[2]))
    return rows


class Bench:
    def __init__(self, hn, folder):
        self.hn = hn
        self.folder = folder
        self.time = 1_700_000_000
        os.makedirs(folder + "/user")
        self.environment = {"HOME": folder + "/user", "PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC",
                            "ASAN_OPTIONS": "detect_leaks=0"}  # it cannot look for leaks while it is traced

    def run(self, where, *words, under=()):
        where = os.path.join(self.folder, where)
        os.makedirs(where, exist_ok=True)
        return subprocess.run([*under, self.hn, *words], cwd=where, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60)

    def must(self, *words):
        done = self.run("tree", *words)
        if done.returncode != 0:
            raise SystemExit(f"hn {' '.join(words)} ends with {done.returncode}: {done.stderr}")

    def write(self, text):
        """More of the file, long enough ago that nobody has to look at it twice."""
        path = self.folder + "/tree/file"
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
        self.time += 10
        os.utime(path, (self.time, self.time))

    def told(self, account):
        """The lines of all threads, and removes their files; one file for all would cut lines in two."""
        for name in glob.glob(glob.escape(account) + ".*"):
            with open(name, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
            os.remove(name)
            yield from lines[next((i for i, line in enumerate(lines) if "getcwd(" in line), 0):]

    def cost(self, words):
        """(calls, opened, waits, bytes) of a command."""
        account = self.folder + "/account"
        strace = ["strace", "-ff", "-y", "-s", "0", "-e", "trace=%file,%desc", "-o", account]
        done = self.run("tree", *words, under=strace)
        if done.returncode != 0:
            raise SystemExit(f"hn {' '.join(words)} ends with {done.returncode}: {done.stderr}")
        calls = opened = waits = written = 0
        for line in self.told(account):
            call = CALL.match(line)
            if call is None or (self.folder + "/" not in call[2] and call[1] not in SYNCS):
                continue
            name, result = call[1], int(call[3])
            if name in ("mmap", "munmap", "mprotect"):
                continue
            calls += 1
            waits += name in SYNCS
            opened += name in OPENS and result >= 0
            written += result if name in WRITES and result > 0 else 0
        return calls, opened, waits, written


def prepare(bench, name):
    """Brings the folder "tree" to where the command of that name is worth counting."""
    if name == "init":
        bench.run("elsewhere", "init", ".")  # makes what a user has once
        return
    if not os.path.exists(bench.folder + "/tree/.hn/index"):
        bench.must("init", ".")
        bench.must("config", "user.name", "Anna")
        bench.must("config", "user.email", "anna@example.org")
        bench.write("first\n")
        bench.must("commit", "-m", "first")
        bench.must("branch", "other")
        bench.write("second\n")
        bench.must("commit", "-m", "second")
        bench.must("gc")
        bench.must("gc")
        bench.must("status")
    if name in ("commit of a file", "status, a file changed"):
        bench.write("more\n")
    if name == "switch":
        bench.must("switch", "main")


def main():
    hn, page = os.path.abspath(sys.argv[1]), sys.argv[2]
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-o", "/dev/null", "true"], check=False,
                                        stderr=subprocess.DEVNULL).returncode != 0:
        return 77
    rows = rows_of(page)
    failed = []
    if set(rows) != set(COMMANDS):
        failed.append(f"the page has {sorted(rows)}, this test {sorted(COMMANDS)}")
    for name in COMMANDS.keys() & rows.keys():
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(hn, os.path.realpath(folder))
            prepare(bench, name)
            cost = bench.cost(COMMANDS[name])
        said = rows[name]
        if cost[2] != said[2] or any(is_ > most for is_, most in zip(cost, said)):
            failed.append(f"{name}: calls, opened, waits, bytes are {cost}, hn-store(5) says {said}")
    print("\n".join(failed) if failed else "passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
