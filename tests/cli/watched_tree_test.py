#!/usr/bin/env python3
"""hn status with status.watch and a daemon says what it says without.

usage: watched_tree_test.py HN [--seed N] [--rounds N]

Nothing sleeps: that a change is told is what is tested, right after it was made.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from bench import Bench

WATCHED = ("-c", "status.watch=true")
PLAIN = ("-c", "status.watch=false")
FORMS = (("--porcelain=v2", "-z", "-uall"), ("--porcelain=v1", "-z", "-unormal"), ("--json",),
         ("--porcelain=v1", "-z", "-uall", "--ignored"))


class Watched(Bench):
    """A repository of T's, and his daemon."""

    def __init__(self, hn, root):
        super().__init__(hn, root)
        self.must("daemon", "start", "--listen", "127.0.0.1:0")

    def close(self):
        self.must("daemon", "stop")

    def restart(self):
        self.must("daemon", "stop")
        self.must("daemon", "start", "--listen", "127.0.0.1:0")

    def write(self, path, text="1\n"):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "w", encoding="utf-8") as file:
            file.write(text)

    def status(self, watched, form=FORMS[0]):
        return self.must(*(WATCHED if watched else PLAIN), "status", *form)

    def compare(self, what, form=FORMS[0]):
        """With the watcher first: the other one would write what it found into the index."""
        with_it = self.status(True, form)
        without = self.without_index_change(form)
        self.expect(with_it == without, f"{what}: {form}\n--- with\n{with_it}\n--- without\n{without}")
        return with_it == without

    def without_index_change(self, form):
        """Beside the index as it was, so that the next one goes on from what the watcher knew."""
        index = self.at(".hn/index")
        kept = self.at(".hn/index-kept")
        if os.path.exists(index):
            shutil.copy2(index, kept)
        out = self.status(False, form)
        if os.path.exists(kept):
            os.rename(kept, index)
        return out


class Sleeping:
    """While the daemon sleeps nothing is told to it: it finds edits and a question about them at once."""

    def __init__(self, bench, sleeps):
        self.process = json.loads(bench.must("daemon", "status", "--json"))["process"] if sleeps else None

    def __enter__(self):
        if self.process:
            os.kill(self.process, signal.SIGSTOP)

    def __exit__(self, *_):
        if self.process:
            os.kill(self.process, signal.SIGCONT)


def fill(bench, name, folders=6, files=5):
    for i in range(folders):
        for j in range(files):
            bench.write(f"{name}{i}/f{j}", f"{i} {j}\n")
            bench.write(f"{name}{i}/sub/f{j}", f"{i} {j}\n")


def make_tree(bench):
    bench.must("init", bench.make_folder())
    fill(bench, "d")
    bench.write(".gitignore", "*.o\n")
    bench.write("f", "f\n")
    bench.must("commit", "-m", "one")


class Edits:
    """One random edit each time, as people and programs make them."""

    def __init__(self, bench, rng):
        self.bench, self.rng, self.count = bench, rng, 0
        self.kinds = [getattr(self, name) for name in dir(self) if name.startswith("do_")]

    def one(self):
        edit = self.rng.choice(self.kinds)
        try:
            edit()
        except (OSError, IndexError):
            pass  # another edit took away what this one needs
        return edit.__name__

    def at(self, path):
        return self.bench.at(path)

    def walk(self):
        files, folders = [], [""]
        for root, below, names in os.walk(self.bench.folder):
            if root == self.bench.folder:
                below.remove(".hn")
            below.sort()
            path = os.path.relpath(root, self.bench.folder)
            path = "" if path == "." else path + "/"
            folders += [path + name for name in below if not os.path.islink(root + "/" + name)]
            files += [path + name for name in sorted(names)]
        return files, folders

    def file(self):
        return self.rng.choice(self.walk()[0])

    def folder(self):
        return self.rng.choice(self.walk()[1])

    def inner(self):
        return self.rng.choice(self.walk()[1][1:])

    def name(self):
        self.count += 1
        return self.rng.choice(("f{}", "g{}", "x{}.o", "é{}", "a b{}", "line\n{}")).format(self.rng.randrange(8))

    def path(self):
        folder = self.folder()
        return (folder + "/" if folder else "") + self.name()

    def do_write(self):
        self.bench.write(self.file(), str(self.rng.random()))

    def do_append(self):
        with open(self.at(self.file()), "a", encoding="utf-8") as file:
            file.write("more\n")

    def do_same_size(self):
        path = self.at(self.file())
        with open(path, "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(b"A" if first != b"A" else b"B")

    def do_keep_time(self):
        path = self.at(self.file())
        entry = os.stat(path)
        with open(path, "r+b") as file:
            file.write(bytes([self.rng.randrange(256)]))
        os.utime(path, ns=(entry.st_atime_ns, entry.st_mtime_ns))

    def do_create(self):
        self.bench.write(self.path())

    def do_deep(self):
        folder = self.folder()
        self.bench.write((folder + "/" if folder else "") + "n/m/" + self.name())

    def do_delete(self):
        os.unlink(self.at(self.file()))

    def do_delete_folder(self):
        shutil.rmtree(self.at(self.inner()))

    def do_rename(self):
        os.rename(self.at(self.file()), self.at(self.path()))

    def do_replace(self):
        path = self.at(self.file())
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(str(self.rng.randrange(3)))
        os.rename(path + ".new", path)

    def do_rename_folder(self):
        os.rename(self.at(self.inner()), self.at(self.path()))

    def do_rename_folder_and_write(self):
        to = self.path()
        os.rename(self.at(self.inner()), self.at(to))
        inside = sorted(name for name in os.listdir(self.at(to)) if os.path.isfile(self.at(to) + "/" + name))
        if inside:
            self.bench.write(to + "/" + self.rng.choice(inside), "moved\n")

    def do_swap_folders(self):
        a, b = self.inner(), self.inner()
        aside = self.at(".hn/aside")
        os.rename(self.at(a), aside)
        os.rename(self.at(b), self.at(a))
        os.rename(aside, self.at(b))

    def do_from_outside(self):
        outside = tempfile.mkdtemp(dir=self.bench.root)
        os.makedirs(outside + "/in/deep")
        for name in ("in/f", "in/deep/f"):
            with open(f"{outside}/{name}", "w", encoding="utf-8") as file:
                file.write("from outside\n")
        os.rename(outside + "/in", self.at(self.path()))

    def do_to_outside(self):
        outside = tempfile.mkdtemp(dir=self.bench.root)
        os.rename(self.at(self.inner()), outside + "/away")

    def do_symlink(self):
        path = self.at(self.path())
        os.symlink(self.rng.choice(("f", "d0", "../f", "nowhere")), path)

    def do_replace_by_symlink(self):
        path = self.at(self.file())
        os.unlink(path)
        os.symlink("f", path)

    def do_folder_to_symlink(self):
        folder = self.inner()
        aside = tempfile.mkdtemp(dir=self.bench.root) + "/aside"
        os.rename(self.at(folder), aside)
        os.symlink(aside, self.at(folder))

    def do_touch(self):
        os.utime(self.at(self.file()))

    def do_chmod(self):
        path = self.at(self.file())
        os.chmod(path, os.stat(path).st_mode ^ 0o100)

    def do_link(self):
        os.link(self.at(self.file()), self.at(self.path()))

    def do_file_to_folder(self):
        path = self.file()
        os.unlink(self.at(path))
        self.bench.write(path + "/inside")

    def do_rules(self):
        folder = self.folder()
        name = self.rng.choice((".gitignore", ".hnignore"))
        self.bench.write((folder + "/" if folder else "") + name, self.rng.choice(("*.o\n", "g*\n", "n/\n", "", "!x*\n")))

    def do_nested_repository(self):
        folder = self.folder()
        if folder:
            os.makedirs(self.at(folder + "/.git"))

    def do_restore(self):
        self.bench.run("restore", self.rng.choice((".", "d0", "d1", "f")))

    def do_watched_restore(self):
        self.bench.run(*WATCHED, "restore", ".")

    def do_commit(self):
        self.bench.run(*self.rng.choice((WATCHED, PLAIN)), "commit", "-m", "next")

    def do_switch(self):
        self.bench.run(*self.rng.choice((WATCHED, PLAIN)), "switch", self.rng.choice(("main", "side")))

    def do_add(self):
        self.bench.run(*self.rng.choice((WATCHED, PLAIN)), "add", ".")

    def do_clean(self):
        self.bench.run("clean", "-f", "-d")

    def do_plain_status(self):
        self.bench.status(False)

    def do_old_index(self):
        """A backup that is played back."""
        index, old = self.at(".hn/index"), self.at(".hn/old-index")
        if os.path.exists(old):
            os.rename(old, index)
        else:
            shutil.copy2(index, old)


def rounds(bench, seed, count):
    rng = random.Random(seed)
    make_tree(bench)
    bench.must("switch", "-c", "side")
    bench.write("d1/f1", "side\n")
    shutil.rmtree(bench.at("d2"))
    bench.must("commit", "-m", "two")
    bench.must("switch", "main")
    edits = Edits(bench, rng)
    for at in range(count):
        with Sleeping(bench, rng.random() < 0.3):
            names = [edits.one() for _ in range(rng.choice((0, 1, 1, 2, 5)))]
        if rng.random() < 0.02:
            bench.restart()
        if not bench.compare(f"seed {seed}, round {at}: {names}", rng.choice(FORMS)):
            return
        if len(edits.walk()[1]) < 8:
            bench.run("clean", "-f", "-d")
            fill(bench, f"new{at}-")
            bench.run("commit", "-m", "filled")


def in_use(bench):
    """By what hn-status(1) says that it does not see: a file written under another name elsewhere."""
    make_tree(bench)
    bench.compare("the first time")
    bench.write("d0/f0", "changed\n")
    bench.compare("the second time")
    outside = tempfile.mkdtemp(dir=bench.root) + "/other"
    os.link(bench.at("d1/f1"), outside)
    with open(outside, "w", encoding="utf-8") as file:
        file.write("changed\n")
    bench.expect("d1/f1" in bench.without_index_change(FORMS[0]), "a look at all files finds it")
    bench.expect("d1/f1" not in bench.status(True), "the watcher is asked, and does not know of it")
    bench.expect("d0/f0" in bench.status(True), "what it knows of is there")
    os.utime(bench.at("d1/f1"))
    bench.compare("what is done under its own name is known")
    bench.restart()
    bench.compare("another daemon knows nothing yet")


def without(bench):
    """No daemon, no answer, no repository any more: all is looked at."""
    make_tree(bench)
    bench.compare("with one")
    bench.must("daemon", "stop")
    bench.write("d1/f1", "changed\n")
    bench.expect("d1/f1" in bench.status(True), "no daemon")
    bench.must("daemon", "start", "--listen", "127.0.0.1:0")
    bench.compare("a new one")
    process = json.loads(bench.must("daemon", "status", "--json"))["process"]
    os.kill(process, signal.SIGSTOP)
    bench.write("d2/f2", "changed\n")
    begin = time.monotonic()
    bench.expect("d2/f2" in bench.status(True), "one that hangs")
    bench.expect(time.monotonic() - begin < 10, "it is not waited for long")
    os.kill(process, signal.SIGCONT)
    bench.compare("one that goes on")


def moved(bench):
    """A tree under another path, and another tree under its path."""
    make_tree(bench)
    first = bench.folder
    bench.compare("at first")
    second = bench.root + "/copy"
    shutil.copytree(first, second, symlinks=True)
    os.rename(first, bench.root + "/away")
    os.rename(second, first)
    bench.write("d1/f1", "changed\n")
    bench.compare("another tree stands there now")
    bench.folder = bench.root + "/away"
    bench.write("d3/f3", "changed\n")
    bench.compare("the first one, elsewhere")
    above = bench.root + "/above"
    os.makedirs(above)
    os.rename(bench.folder, above + "/r")
    bench.folder = above + "/r"
    bench.compare("in another folder")
    os.rename(above, bench.root + "/renamed")
    bench.folder = bench.root + "/renamed/r"
    bench.write("d4/f4", "changed\n")
    bench.compare("a folder above was renamed")


def flood(bench):
    """More changes than are kept count as a change of everything."""
    make_tree(bench)
    bench.compare("at first")
    os.mkdir(bench.at("many"))
    for i in range(51_000):
        with open(bench.at(f"many/x{i}"), "w", encoding="ascii"):
            pass
    bench.expect(bench.status(True, ("--porcelain=v2",)) == "? many/\n", "it was noticed")
    shutil.rmtree(bench.at("many"))
    bench.write("d1/f1", "changed\n")
    bench.compare("after it")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hn")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as root:
        bench = Watched(os.path.abspath(given.hn), root)
        try:
            in_use(bench)
            without(bench)
            moved(bench)
            rounds(bench, seed, given.rounds)
            flood(bench)
        finally:
            bench.close()
        print(f"{bench.passed} right, {bench.failed} wrong")
        return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
