#!/usr/bin/env python3
"""What goes wrong around a commit or a checkout, and that nothing is half written.

usage: bad_input_test.py HN

Two commits at once, files that change or cannot be read, a disk without space, names and folders
that nobody expects: each must end in a clear word, with the history and the files of before, or in
the whole of what was asked for. What only a made-up file system shows (names that differ by case, an
error at each single call) is tested in unit_worktree and unit_store; a user who may not write in
read_only_test.py; bad arguments and damage in tutorials/bad_input.md. Ends with "N passed, N failed".
"""

import os
import resource
import signal
import subprocess
import threading

from bench import Bench, run_parts

NOBODY = 65534
DEPTH = 10_000
SPACE = 2 << 20


class Trouble(Bench):
    def put(self, name, content="x\n"):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def begin(self, **files):
        self.make_folder()
        self.must("init")
        for name, content in (files or {"kept": "kept\n"}).items():
            self.put(name, content)
        self.must("commit", "-m", "base")

    def head(self):
        return self.must("log", "-1", "--format=%H").strip()

    def all_well(self, when):
        status, out, err = self.run("fsck")
        self.expect(status == 0 and "all well" in out, f"{when}: fsck: {status} {out} {err}")
        self.expect(not os.listdir(self.at(".hn/staging")), f"{when}: nothing is left in staging")

    def clear(self, done, when, says):
        """An error of at most three lines that says this."""
        status, _, err = done
        told = f"{when}: {status} {err}"
        self.expect(status not in (0, -6, -11) and says in err and err.count("\n") <= 3 and err.startswith("hn: "), told)


def two_at_once(bench):
    """The second becomes the first one's child where their paths do not meet, else it is refused."""

    def during_message(words, first):
        """A commit, during whose message `first` runs."""
        hook = bench.at(".hn/hooks/commit-msg")
        os.makedirs(os.path.dirname(hook), exist_ok=True)
        with open(hook, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nrm -f '{hook}'\n{first}\n")
        os.chmod(hook, 0o755)
        return bench.run(*words)

    bench.begin(a="1\n", b="1\n")
    bench.put("a", "2\n")
    bench.put("b", "2\n")
    first = f"'{bench.hn}' commit -q -m first a"
    done = during_message(["commit", "-m", "second", "b"], first)
    bench.expect(done[0] == 0, f"apart: {done}")
    bench.expect(bench.must("log", "--format=%s") == "second\nfirst\nbase\n", "one stands on the other")
    bench.expect(bench.must("cat", "HEAD:a") == "2\n" and bench.must("cat", "HEAD:b") == "2\n", "both are there")
    bench.put("a", "3\n")
    before = bench.head()
    done = during_message(["commit", "-m", "mine", "a"], f"{first}; echo 4 >a")
    bench.clear(done, "the same path", "another commit has a too")
    bench.expect(bench.must("log", "-1", "--format=%s %P").strip() == "first " + before, "the first one stands")
    with open(bench.at("a"), encoding="utf-8") as file:
        bench.expect(file.read() == "4\n", "and the work is there")
    bench.all_well("two commits")
    # Many at once, each of a file of its own: every one is recorded, or says that it was not.
    bench.begin()
    for n in range(8):
        bench.put(f"f{n}", f"{n}\n")
    runs = [subprocess.Popen([bench.hn, "commit", "-q", "-m", f"c{n}", f"f{n}"], cwd=bench.folder,
                             env=bench.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for n in range(8)]
    told = {n for n, run in enumerate(runs) if run.communicate()[1] is not None and run.returncode == 0}
    there = {int(line[1:]) for line in bench.must("log", "--format=%s").split() if line[0] == "c"}
    bench.expect(told == there and there, f"told {told}, recorded {there}")
    bench.all_well("eight commits")


def changing(bench):
    """A file that is written all the time is recorded as it was at one moment, or not at all."""
    bench.begin()
    size = 4 << 20
    stop = threading.Event()

    def write():
        letter = 0
        while not stop.is_set():
            letter = (letter + 1) % 26
            with open(bench.at("busy"), "r+b") as file:
                for _ in range(size >> 16):
                    file.write(bytes([97 + letter]) * 65536)

    bench.put("busy", b"a" * size)
    writer = threading.Thread(target=write)
    writer.start()
    results = [bench.run("commit", "-q", "-m", f"c{n}") for n in range(4)]
    stop.set()
    writer.join()
    for status, _, err in results:
        kept = status == 0 or "nothing to commit" in err
        bench.expect(kept, f"{status} {err}")
    for commit in bench.must("log", "--format=%H").split():
        status, out, _ = bench.run("cat", commit + ":busy", text=False)
        # One version overwrites another from the front, so no moment has more than two letters.
        runs = 1 + sum(out[i] != out[i + 65536] for i in range(0, len(out) - 65536, 65536)) if status == 0 and out else 0
        bench.expect(runs <= 2 and len(out) in (0, size), f"{commit}: {runs} pieces, {len(out)} bytes")
    bench.all_well("a busy file")


def unreadable(bench):
    """What cannot be read counts as unchanged, with a note; the rest is recorded."""
    bench.begin(secret="1\n", open="1\n")
    bench.put("secret", "2\n")
    bench.put("open", "2\n")
    bench.put("closed/in", "new\n")
    os.chmod(bench.at("secret"), 0)
    os.chmod(bench.at("closed"), 0)
    more = {}
    if os.geteuid() == 0:  # whom nothing stops
        os.chmod(bench.root, 0o755)
        for at, folders, files in os.walk(bench.root, topdown=False):
            for name in folders + files + ["."]:
                os.chown(os.path.join(at, name), NOBODY, NOBODY, follow_symlinks=False)
        more["preexec_fn"] = lambda: (os.setgroups([]), os.setgid(NOBODY), os.setuid(NOBODY))
    status, _, err = bench.run("commit", "-m", "what can be read", **more)
    bench.expect(status == 0 and err.count("cannot be read, taken as unchanged") == 2, f"unreadable: {status} {err}")
    for name, content in (("secret", "1\n"), ("open", "2\n")):
        out = bench.run("cat", "HEAD:" + name, **more)[1]
        bench.expect(out == content, f"{name} is {out}")
    for name in ("secret", "closed"):
        os.chmod(bench.at(name), 0o700)
    if os.geteuid() == 0:
        for at, folders, files in os.walk(bench.root, topdown=False):
            for name in folders + files + ["."]:
                os.chown(os.path.join(at, name), 0, 0, follow_symlinks=False)
    bench.expect(bench.must("status", "-s") == " M secret\n?? closed/\n", "they are seen once they can be read")
    bench.all_well("unreadable files")


def no_space(bench):
    """A disk that is full while something is recorded, or checked out."""

    def short_of_space():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (SPACE, SPACE))

    bench.begin()
    before = bench.head()
    bench.put("large", os.urandom(3 * SPACE))
    bench.put("small", "small\n")
    done = bench.run("commit", "-m", "too much", preexec_fn=short_of_space)
    bench.clear(done, "a commit without space", "File too large")
    bench.expect(bench.head() == before, "nothing was recorded")
    bench.all_well("a full disk")
    bench.expect(bench.must("status", "-s") == "?? large\n?? small\n", "the files are as they were")
    bench.must("commit", "-m", "with space")
    bench.must("switch", "-c", "other")
    bench.must("rm", "-q", "large", "kept")
    bench.must("commit", "-m", "without")
    done = bench.run("switch", "main", preexec_fn=short_of_space)
    bench.clear(done, "a checkout without space", "File too large")
    bench.expect(not os.path.exists(bench.at("large")), "no half of a file stands there")
    bench.must("switch", "main")
    bench.expect(bench.must("status", "-s") == "", "the same again completes it")
    bench.all_well("a checkout without space")


def full_disk(bench):
    """The same on a file system that is really full, where one can be mounted."""
    folder = bench.make_folder()
    if os.geteuid() != 0 or bench.program("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder)[0] != 0:
        return
    try:
        bench.must("init")
        bench.put("a", "1\n")
        bench.must("commit", "-m", "base")
        before = bench.head()
        bench.put("b", os.urandom(3 << 20))
        try:
            with open(bench.at("filler"), "wb", buffering=0) as file:
                while file.write(bytes(4096)) > 0:
                    pass
        except OSError:
            pass
        bench.clear(bench.run("commit", "-m", "full", "b"), "a full disk", "No space left on device")
        bench.expect(bench.head() == before, "nothing was recorded on it")
        bench.clear(bench.run("init", "inner"), "a new repository on a full disk", "No space left on device")
        os.unlink(bench.at("filler"))
        bench.must("commit", "-m", "freed", "b")
        bench.all_well("a disk that was full")
    finally:
        bench.folder = bench.root
        bench.program("umount", folder)


def names(bench):
    """Names that other systems refuse go in and out here; those of hn and git do not."""
    bench.begin()
    odd = ["CON", "aux.txt", "a:b", "a\\b", "what?", "star*", "trailing.", "trailing ", " leading", "-dash", "tab\tnl\n",
           "quote\"'", "n" * 255]
    raw = b"\xff\xfe latin \xe9"
    for name in odd:
        bench.put(name)
    with open(os.path.join(bench.folder.encode(), raw), "wb"):
        pass
    bench.must("commit", "-m", "odd names")
    bench.must("switch", "-c", "other")
    bench.must("rm", "-rq", ".")
    bench.must("restore", ".")
    there = set(os.listdir(bench.folder.encode()))
    bench.expect({name.encode() for name in odd} | {raw} <= there, f"they come back: {there}")
    bench.expect(bench.must("status", "-s") == "", "and are what was recorded")
    for name in (".HN", ".Git", ".hn ", ".git.", "git~1", ".h\u200cn", ".hn::$INDEX_ALLOCATION"):
        bench.put(f"sub/{name}/config", "[core]\n\thooksPath = .\n")
        status, out, err = bench.run("commit", "-m", "reserved")
        bench.expect(status == 1 and "nothing to commit" in err, f"{name!r}: {status} {out} {err}")
        bench.expect("left out" in bench.must("status"), f"{name!r} is named")
        bench.program("rm", "-r", bench.at("sub"))
    bench.all_well("odd names")


def deep(bench):
    """A folder 10,000 levels deep is recorded down to a limit, with a notice, and nothing gets lost."""
    bench.begin()
    at = os.open(bench.folder, os.O_RDONLY)
    for _ in range(DEPTH):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)
    bench.put("beside", "1\n")
    status, _, err = bench.run("commit", "-m", "deep")
    bench.expect(status == 0 and "too deep, left out" in err, f"deep: {status} {err[:300]}")
    status, out, err = bench.run("status", "-s")
    bench.expect(status == 0 and out == "", f"status: {status} {out[:300]} {err[:300]}")
    bench.expect(bench.must("cat", "HEAD:beside") == "1\n", "what is beside it is recorded")
    for words in (("cat", "HEAD:" + "d/" * DEPTH + "bottom"), ("log", "--", "d/" * DEPTH + "bottom"),
                  ("commit", "-m", "x", "d/" * DEPTH + "bottom")):
        status, _, err = bench.run(*words)
        bench.expect(status in (0, 1, 128, 129), f"{words[0]} of a deep path: {status} {err[:300]}")
    bench.all_well("a deep folder")

    bench.expect(bench.program("rm", "-rf", bench.at("d"))[0] == 0, "it can be removed")


def links(bench):
    """No path leads through a symlink, neither when it is read nor when it is written."""
    bench.begin(**{"plain": "1\n"})
    outside = bench.root + "/outside"
    os.makedirs(outside, exist_ok=True)
    with open(outside + "/file", "w", encoding="utf-8") as file:
        file.write("outside\n")
    bench.put("folder/file", "inside\n")
    bench.must("commit", "-m", "a folder")
    bench.program("rm", "-r", bench.at("folder"))
    os.symlink(outside, bench.at("folder"))
    bench.expect(bench.must("status", "-s") == " D folder/file\n?? folder\n", "a link is no folder")
    bench.clear(bench.run("commit", "-m", "through", "folder/nothing"), "a path through a link", "folder/nothing")
    status, _, err = bench.run("restore", "folder/file")
    bench.expect(status != 0 or os.path.isdir(bench.at("folder")) and not os.path.islink(bench.at("folder")),
                 f"restore: {status} {err}")
    with open(outside + "/file", encoding="utf-8") as file:
        bench.expect(file.read() == "outside\n" and os.listdir(outside) == ["file"], "nothing was written outside")
    bench.program("rm", "-rf", bench.at("folder"))
    os.symlink(outside, bench.at("folder"))
    bench.must("commit", "-m", "now a link")
    bench.must("switch", "--force", "-c", "other")
    bench.must("restore", "--force", "--source", "HEAD~1", "folder")
    with open(outside + "/file", encoding="utf-8") as file:
        bench.expect(file.read() == "outside\n" and os.listdir(outside) == ["file"], "the link gave way to the folder")
    bench.expect(os.path.isdir(bench.at("folder")) and not os.path.islink(bench.at("folder")), "which is one")
    # A checkout into a folder that a link has taken the place of.
    bench.begin(**{"folder/file": "1\n", "folder/gone": "1\n"})
    bench.must("switch", "-c", "other")
    bench.put("folder/file", "2\n")
    os.unlink(bench.at("folder/gone"))
    bench.must("commit", "-m", "changed")
    bench.must("switch", "main")
    os.rename(bench.at("folder"), bench.at("aside"))
    with open(outside + "/gone", "w", encoding="utf-8") as file:
        file.write("1\n")
    with open(outside + "/file", "w", encoding="utf-8") as file:
        file.write("1\n")
    os.symlink(outside, bench.at("folder"))
    bench.clear(bench.run("switch", "other"), "a checkout through a link", "folder")
    bench.clear(bench.run("switch", "--force", "other"), "a forced checkout through a link", "folder")
    bench.expect(os.readlink(bench.at("folder")) == outside, "the link, which is recorded nowhere, is left alone")
    os.unlink(bench.at("folder"))
    bench.must("switch", "--force", "other")
    bench.expect(os.listdir(bench.at("folder")) == ["file"], "the folder is there again")
    for name in ("gone", "file"):
        with open(f"{outside}/{name}", encoding="utf-8") as file:
            bench.expect(file.read() == "1\n", f"outside, {name} is as it was")
    bench.all_well("links")
    os.unlink(outside + "/gone")
    # The folder .hn itself as a link of somebody else's making.
    bench.make_folder()
    os.symlink(outside, bench.at(".hn"))
    status, _, err = bench.run("status")
    bench.expect(status == 128 and os.listdir(outside) == ["file"], f"a link for .hn: {status} {err}")
    os.symlink("loop", bench.at("loop"))
    bench.expect(bench.run("-C", "loop", "status")[0] == 128, "a link that leads to itself")


run_parts(Trouble, two_at_once, changing, unreadable, no_space, full_disk, names, deep, links)
