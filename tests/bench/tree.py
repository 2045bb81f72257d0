#!/usr/bin/env python3
"""The verbs of every day on a large tree and a long history, beside git on the same input.

usage: tree.py HN FOLDER [--bare PROGRAM] [--history GIT-REPOSITORY] [--place DIR] [--rounds N] [--large MIB]

    cmake --build build/release --target bare_loop
    tests/bench/tree.py build/release/hn ~/linux-6.1 --bare build/release/tests/bare_loop --history ~/git.git

FOLDER is a tree of files under no version control; it is copied and only read. Prints medians in
seconds, the ratio of hn's to git's, and the bytes of both stores. Both commit durably (core.fsync=all for
git, and its checkout with as many workers as there are processors). PROGRAM is the same work with nothing
around it (bare_loop.cpp), in the same minute. DIR is a new folder in TMPDIR unless named, and is removed
at the end. Trees that are done with are renamed and not removed while something is measured: creating
files is slower for a while after a large removal.
"""

import argparse
import fcntl
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOUCHED = 1000
SWITCHED = 5000


class Bench:
    def __init__(self, arguments, place):
        self.hn, self.place, self.rounds = os.path.abspath(arguments.hn), place, arguments.rounds
        self.bare = os.path.abspath(arguments.bare) if arguments.bare else None
        self.aside = 0
        home = place + "/home"
        os.mkdir(home)
        self.environment = {"HOME": home, "XDG_DATA_HOME": home + "/data", "PATH": os.environ["PATH"],
                            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        workers = os.cpu_count() or 1
        for key, value in (("user.name", "bench"), ("user.email", "bench@example.org"), ("gc.auto", "0"),
                           ("core.fsync", "all"), ("checkout.workers", str(workers)),
                           ("init.defaultBranch", "main"), ("safe.directory", "*")):
            self.run(["git", "config", "--global", key, value], place)

    def run(self, words, folder):
        done = subprocess.run(words, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            said = (done.stdout[-500:] + done.stderr).decode(errors="replace")
            sys.exit(f"{' '.join(words)}: {done.returncode}\n{said}")
        return done.stdout

    def seconds(self, words, folder):
        start = time.monotonic()
        self.run(words, folder)
        return time.monotonic() - start

    def put_aside(self, path):
        self.aside += 1
        os.rename(path, f"{self.place}/aside-{self.aside}")

    def row(self, name, git, hn, bare=None):
        git, hn = statistics.median(git), statistics.median(hn)
        line = f"{name:44} git {git:8.3f}  hn {hn:8.3f}  ratio {hn / git:5.2f}"
        if bare:
            bare = statistics.median(bare)
            line += f"  bare {bare:8.3f}  hn/bare {hn / bare:5.2f}"
        print(line, flush=True)


def bytes_of(folder):
    total = 0
    for root, _, names in os.walk(folder):
        total += sum(os.lstat(os.path.join(root, name)).st_size for name in names)
    return total


def tracked_in(bench, folder):
    names = bench.run(["git", "ls-files", "-z"], folder).decode(errors="surrogateescape").split("\0")[:-1]
    return [name for name in names if not os.path.islink(os.path.join(folder, name))]


def edit(folder, paths, text):
    for path in paths:
        with open(os.path.join(folder, path), "ab") as file:
            file.write(text)


def everyday(bench, source):
    place = bench.place
    git, hn = place + "/git", place + "/hn"
    for folder in (git, hn):
        shutil.copytree(source, folder, symlinks=True)
    os.sync()

    git_first, hn_first, bare = [], [], []
    for number in range(bench.rounds):
        for folder, store, times, words in (
                (git, ".git", git_first, (["git", "init", "-q"], ["git", "add", "-A"],
                                          ["git", "commit", "-qm", "first"])),
                (hn, ".hn", hn_first, ([bench.hn, "init"], [bench.hn, "commit", "-m", "first"]))):
            if number > 0:
                bench.put_aside(f"{folder}/{store}")
            times.append(sum(bench.seconds(one, folder) for one in words))
            os.sync()
        if bench.bare:
            bare.append(bench.seconds([bench.bare, "commit", hn, place + "/loop"], place))
            os.sync()
    bench.row("first commit", git_first, hn_first, bare)
    paths = tracked_in(bench, git)
    chosen = random.Random(1).sample(paths, min(len(paths), SWITCHED))
    touched = chosen[:TOUCHED]
    sizes = f"  bytes after: git {bytes_of(git + '/.git') / 1e6:.1f} MB, hn {bytes_of(hn + '/.hn') / 1e6:.1f} MB"
    if bench.bare:
        sizes += f", bare loop {bytes_of(place + '/loop') / 1e6:.1f} MB"
    print(sizes, flush=True)

    def both(name, git_words, hn_words, before=None, rounds=None, loop=None):
        times = ([], [], [])
        for number in range(rounds or bench.rounds):
            for at, (folder, words) in enumerate(((git, git_words), (hn, hn_words))):
                if before:
                    before(folder, number)
                commands = words if isinstance(words[0], list) else [words]
                times[at].append(sum(bench.seconds(one, folder) for one in commands))
            if loop and bench.bare:
                times[2].append(bench.seconds([bench.bare, *loop], place))
        bench.row(name, *times)

    for folder, words in ((git, ["git", "status"]), (hn, [bench.hn, "status"])):
        bench.run(words, folder)
    both("status, clean", ["git", "status"], [bench.hn, "status"], rounds=3 * bench.rounds, loop=["status", hn])

    def touch(folder, _):
        for path in touched:
            os.utime(os.path.join(folder, path))
    both(f"status, {len(touched)} touched", ["git", "status"], [bench.hn, "status"], touch)
    bench.run([bench.hn, "daemon", "start", "--listen", "127.0.0.1:0"], hn)
    watched = [bench.hn, "-c", "status.watch=true", "status"]
    bench.run(watched, hn)  # it is watched from now on
    both("status, clean, hn's daemon watching", ["git", "status"], watched, rounds=3 * bench.rounds)
    both(f"status, {len(touched)} touched, watching", ["git", "status"], watched, touch)
    bench.run([bench.hn, "daemon", "stop"], hn)

    def one_edit(folder, number):
        edit(folder, touched[number:number + 1], b"\n/* one */\n")
    size = [bytes_of(git + "/.git"), bytes_of(hn + "/.hn")]
    # hn's commit takes new files too, so what git does for the same is add and commit; without the
    # look for new files, git commit -a, it is told beside it.
    both("commit after 1 edit", [["git", "add", "-A"], ["git", "commit", "-qm", "one"]],
         [bench.hn, "commit", "-m", "one"], one_edit)

    def another_edit(folder, number):
        edit(folder, touched[number:number + 1], b"\n/* another */\n")
    both("the same beside git commit -a", ["git", "commit", "-qam", "another"],
         [bench.hn, "commit", "-m", "another"], another_edit)

    def many_edits(folder, number):
        edit(folder, touched, f"\n/* many {number} */\n".encode())
    size = [bytes_of(git + "/.git"), bytes_of(hn + "/.hn")]
    both(f"commit after {len(touched)} edits", [["git", "add", "-A"], ["git", "commit", "-qm", "many"]],
         [bench.hn, "commit", "-m", "many"], many_edits)
    print(f"  bytes of each such: git {(bytes_of(git + '/.git') - size[0]) / 1e6 / bench.rounds:.2f} MB,"
          f" hn {(bytes_of(hn + '/.hn') - size[1]) / 1e6 / bench.rounds:.2f} MB", flush=True)

    def empty(folder, _):
        bench.aside += 1
        away = f"{place}/aside-{bench.aside}"
        os.mkdir(away)
        for name in os.listdir(folder):
            if name not in (".git", ".hn"):
                os.rename(os.path.join(folder, name), os.path.join(away, name))
        os.sync()
    loops = []
    if bench.bare:
        for number in range(bench.rounds):
            loops.append(bench.seconds([bench.bare, "checkout", place + "/loop", f"{place}/out{number}"], place))
    times = ([], [], loops)
    for number in range(bench.rounds):
        for at, (folder, words) in enumerate(((git, ["git", "checkout", "-q", "HEAD", "--", "."]),
                                              (hn, [bench.hn, "restore", "."]))):
            empty(folder, number)
            times[at].append(bench.seconds(words, folder))
    bench.row("full checkout", *times)

    for folder, program, words in ((git, "git", ["switch", "-q", "-c", "other"]), (hn, bench.hn, ["switch", "-c", "other"])):
        bench.run([program, *words], folder)
        edit(folder, chosen, b"\n/* other */\n")
        bench.run([program, "commit", *(["-qam"] if program == "git" else ["-m"]), "other"], folder)
    os.sync()
    times = ([], [])
    for number in range(2 * bench.rounds):
        branch = "main" if number % 2 == 0 else "other"
        times[0].append(bench.seconds(["git", "switch", "-q", branch], git))
        times[1].append(bench.seconds([bench.hn, "switch", branch], hn))
    bench.row(f"switch, {len(chosen)} files differ", *times)

    git_gc = [bench.seconds(["git", "gc", "-q"], git)]
    hn_gc = [bench.seconds([bench.hn, "gc"], hn)]
    bench.row("gc", git_gc, hn_gc)
    print(f"  bytes after: git {bytes_of(git + '/.git') / 1e6:.1f} MB, hn {bytes_of(hn + '/.hn') / 1e6:.1f} MB",
          flush=True)


def history(bench, repository):
    place = bench.place
    git, hn = place + "/history.git", place + "/history"
    bench.run(["git", "clone", "-q", "--bare", "--no-local", repository, git], place)
    bench.run(["git", "commit-graph", "write", "--reachable", "--changed-paths"], git)
    bench.run([bench.hn, "import", "git", repository, hn], place)
    branch = bench.run(["git", "symbolic-ref", "--short", "HEAD"], git).decode().strip()
    bench.run([bench.hn, "switch", branch], hn)
    # Filters of paths are made beside everything, under this lock.
    with open(hn + "/.hn/store/history/filters", "a", encoding="ascii") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
    bench.run([bench.hn, "gc", "--auto"], hn)
    count = int(bench.run(["git", "rev-list", "--count", "HEAD"], git))
    path = None
    most = 0
    for line in bench.run(["git", "ls-tree", "-r", "-l", "HEAD"], git).decode(errors="replace").splitlines():
        head, name = line.split("\t", 1)
        if name.endswith((".c", ".rs", ".py")) and int(head.split()[3]) > most:
            path, most = name, int(head.split()[3])
    if "diff.c\n" in bench.run(["git", "ls-tree", "--name-only", "HEAD"], git).decode(errors="replace"):
        path = "diff.c"
    old = bench.run(["git", "rev-list", "--first-parent", "HEAD"], git).decode().splitlines()
    far = old[len(old) * 9 // 10]
    print(f"history: {count} commits, {path}")
    for name, words in ((f"log --oneline, {count} commits", ["log", "--oneline"]),
                        ("log -- PATH", ["log", "--oneline", "--", path]),
                        ("blame PATH", ["blame", path]),
                        ("patch between versions far apart", ["diff", far, branch])):
        git_words = ["git", *words] if words[0] != "blame" else ["git", "blame", "HEAD", "--", path]
        for folder, one in ((git, git_words), (hn, [bench.hn, *words])):
            bench.run(one, folder)
        bench.row(name, [bench.seconds(git_words, git) for _ in range(bench.rounds)],
                  [bench.seconds([bench.hn, *words], hn) for _ in range(bench.rounds)])
    git_gc = [bench.seconds(["git", "gc", "-q"], git)]
    hn_gc = [bench.seconds([bench.hn, "gc"], hn)]
    bench.row("gc", git_gc, hn_gc)
    packs = bytes_of(git + "/objects/pack")
    store = bytes_of(hn + "/.hn/store")
    print(f"  bytes after: git's packs {packs / 1e6:.1f} MB, hn's store {store / 1e6:.1f} MB,"
          f" ratio {store / packs:.2f}", flush=True)


def large(bench, mib):
    place = bench.place
    git, hn = place + "/large-git", place + "/large-hn"
    random_bytes = random.Random(2)
    # Half of it compresses, as in most large files.
    text = b"".join(b"%d %d\n" % (i, i * i) for i in range(40000))[: 512 << 10]
    for folder in (git, hn):
        os.mkdir(folder)
    with open(git + "/large", "wb") as file:
        for _ in range(mib):
            file.write(random_bytes.randbytes(512 << 10) + text)
    shutil.copy(git + "/large", hn + "/large")
    bench.run(["git", "init", "-q"], git)
    bench.run([bench.hn, "init"], hn)
    os.sync()
    for name in ("first", "scattered"):
        sizes = [bytes_of(git + "/.git"), bytes_of(hn + "/.hn")]
        times = []
        for folder, commands in ((git, (["git", "add", "-A"], ["git", "commit", "-qm", name])),
                                 (hn, ([bench.hn, "commit", "-m", name],))):
            times.append([sum(bench.seconds(words, folder) for words in commands)])
            os.sync()
        bench.row(f"a file of {mib} MiB" + ("" if name == "first" else ", 1000 scattered edits"), *times)
        print(f"  bytes: git {(bytes_of(git + '/.git') - sizes[0]) / 1e6:.1f} MB,"
              f" hn {(bytes_of(hn + '/.hn') - sizes[1]) / 1e6:.1f} MB", flush=True)
        places = [random.Random(3 + i).randrange(mib << 20) for i in range(1000)]
        for folder in (git, hn):
            with open(folder + "/large", "r+b") as file:
                for at in places:
                    file.seek(at)
                    file.write(b"0123456789abcdef")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("hn")
    parser.add_argument("folder")
    parser.add_argument("--bare")
    parser.add_argument("--history")
    parser.add_argument("--place")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.place:
        os.makedirs(arguments.place, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.place) as place:
        bench = Bench(arguments, place)
        if arguments.folder != "-":
            everyday(bench, os.path.abspath(arguments.folder))
        if arguments.history:
            history(bench, os.path.abspath(arguments.history))
        if arguments.large:
            large(bench, arguments.large)


main()
