#!/usr/bin/env python3
"""The memory that a file longer than the memory costs.

usage: large_file_test.py HN [GIB]

A file of GIB gigabytes (1 where nothing is said) is recorded, changed in the middle, compared and
checked out; no command may hold more than 200 MiB in memory. Most of it is holes, with random bytes
in each 64 MiB, so that it takes little time and space. hn-objects(5) gives no limit to a file, so the
length is one that 32 bits do not hold where GIB is 4. Ends with "N passed, N failed".
"""

import hashlib
import os
import subprocess
import sys
import time

from bench import Bench, run_parts

MEBIBYTE = 1 << 20
RESIDENT_MAX = 200 * MEBIBYTE
GIB = int(sys.argv[2]) if len(sys.argv) > 2 else 1


class Large(Bench):
    def light(self, *words):
        """Runs it, and looks at how much it held in memory."""
        begun = time.monotonic()
        # What a sanitizer keeps of memory that was given back is none of hn's.
        options = filter(None, (self.environment.get("ASAN_OPTIONS"), "quarantine_size_mb=8"))
        environment = {**self.environment, "ASAN_OPTIONS": ":".join(options)}
        with subprocess.Popen([self.hn, *words], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
            out = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        resident = used.ru_maxrss * 1024
        print(f"  {' '.join(words)}: {resident >> 20} MiB, {time.monotonic() - begun:.1f} s")
        self.expect(child.returncode == 0, f"{words}: {child.returncode} {out}")
        self.expect(resident <= RESIDENT_MAX, f"{words} held {resident >> 20} MiB")
        return out


def sum_of(path):
    state = hashlib.blake2b()
    with open(path, "rb") as file:
        while piece := file.read(MEBIBYTE):
            state.update(piece)
    return state.digest()


def large(bench):
    """Each command, and what it held."""
    bench.make_folder()
    bench.must("init")
    path = bench.at("large")
    with open(path, "wb") as file:
        file.truncate((GIB << 30) + 1)
        for at in range(0, GIB << 30, 64 * MEBIBYTE):
            file.seek(at + MEBIBYTE)
            file.write(os.urandom(MEBIBYTE))
    first = sum_of(path)
    bench.light("commit", "-m", "large")
    with open(path, "r+b") as file:
        file.seek(GIB << 29)
        file.write(b"changed")
    bench.expect("Binary files" in bench.light("diff"), "as a binary file")
    bench.light("commit", "-m", "changed")
    bench.light("restore", "--source", "HEAD~1", "large")
    bench.expect(sum_of(path) == first, "what it was, byte for byte")
    bench.expect("all well" in bench.light("fsck"), "fsck")


run_parts(Large, large)
