#!/usr/bin/env python3
"""What hn shows of functions, beside git on random histories.

usage: functions_test.py HN [ROUNDS [SEED]]

Each round makes a history, with merges and renames, of files that look like programs: functions with
comments above them, bodies, blank lines. Then random lines of diff -W, grep -p and -W, log -L and blame
must print byte for byte what git prints; grep --max-depth too, whose paths only say what is left out.
Ends with "N passed, N failed".
"""

import json
import random
import sys
import tempfile

from bench import World
from beside_git_test import compare, run_rounds

ROUNDS = 6
LINES = 70
NAMES = ["alpha", "beta", "gamma", "delta"]
PATHS = ["a.c", "dir/b.c", "dir/deep/c.c"]


def body_line(chance):
    return chance.choice(["  one %d;", "  two %d;", "\tif (%d) {", "  }", "", "  call(%d);", "  int beta = %d;"]
                         ).replace("%d", str(chance.randrange(6)))


def function(chance):
    name = chance.choice(NAMES)
    lines = [chance.choice(["/* about it */", " * more", "// said", ""]) for _ in range(chance.randrange(3))]
    lines += chance.choice([[f"int {name}(void)", "{"], [f"{name}:"], [f"static void {name}(int x) {{"]])
    lines += [body_line(chance) for _ in range(chance.randrange(1, 12))]
    return lines + chance.choice([["}", ""], ["}"], ["}", "", ""], []])


def program(chance):
    lines = chance.choice([[], ["#include <x>", ""], ["  x"]])
    for _ in range(chance.randrange(1, 6)):
        lines = lines + function(chance)
    return lines


def edited(chance, lines):
    lines = list(lines)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(lines) + 1)
        act = chance.randrange(5)
        if act == 0:
            lines[at:at] = function(chance)
        elif act == 1:
            del lines[at:at + chance.randrange(1, 6)]
        elif act == 2:
            lines[at:at] = [body_line(chance)]
        else:
            lines[at:at + 1] = [body_line(chance)]
    return lines or ["int alpha(void)", "{", "}"]


def bytes_of(chance, lines):
    return ("\n".join(lines) + ("\n" if chance.randrange(6) else "")).encode()


def commit(number, parents, files):
    out = [b"commit refs/heads/%s\nmark :%d\ncommitter T <t@example.org> %d +0000\ndata 3\nc%02d\n" % (
        b"main" if number % 2 == 0 or not parents else b"side", number + 1, 1_500_000_000 + number * 60, number % 100)]
    for word, parent in zip((b"from", b"merge"), parents):
        out.append(b"%s :%d\n" % (word, parent + 1))
    out.append(b"deleteall\n")
    for name, (_, data) in sorted(files.items()):
        out.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    return b"".join(out)


def change(chance, files):
    files = dict(files)
    for name in chance.sample(sorted(files), chance.randrange(1, len(files) + 1)):
        lines = edited(chance, files[name][0])
        files[name] = (lines, bytes_of(chance, lines))
    if chance.randrange(5) == 0:
        name = chance.choice(sorted(files))
        files[chance.choice(["r%d.c", "dir/r%d.c"]) % chance.randrange(100)] = files.pop(name)
    return files


def history(chance, count):
    """Two lines of commits that merge now and then; the last commit is on main."""
    files = {}
    for name in PATHS:
        lines = program(chance)
        files[name] = (lines, bytes_of(chance, lines))
    out, all_files = [commit(0, [], files)], [files]
    heads = {"main": 0, "side": 0}
    for number in range(1, count):
        branch = "main" if number % 2 == 0 else "side"
        other = "side" if branch == "main" else "main"
        parents = [heads[branch]]
        files = all_files[heads[branch]]
        if chance.randrange(4) == 0 and heads[other] not in parents:
            parents.append(heads[other])
            # Of each path that both have the one side's or a mixture.
            theirs = all_files[heads[other]]
            mixed = {}
            for name in {**files, **theirs}:
                choice = chance.choice([side[name] for side in (files, theirs) if name in side])
                if name in files or chance.randrange(2):
                    mixed[name] = choice
            files = change(chance, mixed) if chance.randrange(2) else mixed
        else:
            files = change(chance, files)
        heads[branch] = number
        all_files.append(files)
        out.append(commit(number, parents, files))
    return b"".join(out), sorted(all_files[heads["main"]]), all_files[heads["main"]]


def some_range(chance, lines):
    count = max(1, len(lines))
    first = chance.randrange(1, count + 1)
    return chance.choice([f":{chance.choice(NAMES)}", ":int", "^:alpha", f":{chance.choice(NAMES)}.*(", f"{first},+3",
                          f"{first},{min(count, first + chance.randrange(8))}", "/int/,+4", f"{first},/}}/", f"{first}"])


def random_words(chance, count, paths, files):
    revision = "main" + (f"~{chance.randrange(count // 3)}" if chance.randrange(2) else "")
    path = chance.choice(paths)
    context = chance.choice([[], [], ["-U0"], ["-U1"], ["-U7"]])
    kind = chance.randrange(7)
    if kind == 0:
        at = chance.randrange(count // 3)
        return ["diff", "-W", *context, *chance.choice([[], [], ["-w"], ["-b"], ["-R"]]), f"main~{at + 1}", f"main~{at}"]
    if kind == 1:
        return ["log", "-p", "--function-context", *context, "-n", "5", revision]
    if kind in (2, 3):
        words = ["grep", *chance.choice([["-p"], ["-W"], ["-p", "-W"], ["--show-function"], ["--function-context"]])]
        words += chance.choice([[], [], [], ["-A1"], ["-B2"], ["-C3"]])
        for option in (["-n"], ["--heading"], ["--break"], ["-i"], ["--color=always"], ["-h"],
                       ["--column"], ["-v"], ["-o"]):
            if chance.randrange(6) == 0:
                words += option
        return words + ["-e", chance.choice(["one", "two 1", "}", "beta", "int", "call.*3", "said", "alpha"]),
                        *chance.choice([[], [revision]])]
    if kind == 4:
        return ["grep", "--max-depth", str(chance.randrange(3)), "-l", "-e", "int", *chance.choice([[], [revision]]), "--",
                *chance.choice([[":!a.c"], [":!dir/deep"], [":(exclude)dir/b.c", ":^a.c"], ["dir", ":!dir/b.c"]])]
    if kind == 5:
        words = ["log", *chance.choice([[], ["--format=%s"], ["-s"], ["-n3"], ["--first-parent"]]),
                 *chance.choice([[], [], ["--reverse"]])]
        for _ in range(chance.choice([1, 1, 1, 2])):
            words += ["-L", f"{some_range(chance, files[path][0])}:{path}"]
            # Where two files come from one, git forgets what it follows of the second.
            path = chance.choice([path, chance.choice([name for name in paths if name in PATHS] or [path])]) \
                if path in PATHS else path
        return words + ["main"]
    return ["blame", "--porcelain", *chance.choice([[], ["-L", some_range(chance, files[path][0])]]), "main", "--", path]


def one_round(program_path, seed):
    chance = random.Random(seed)
    passed, failed = 0, []
    with tempfile.TemporaryDirectory() as root:
        world = World(program_path, root)
        count = 24
        stream, paths, files = history(chance, count)
        world.begin(stream)
        world.must(["git", "reset", "-q", "--hard"], "git")
        _, out, _ = world.run([program_path, "log", "--json", "--all"], "hn")
        ids = {c["id"].encode(): c["git"].encode() for c in json.loads(out)["commits"]}
        for _ in range(LINES):
            words = random_words(chance, count, paths, files)
            different = compare(world, words, ids)
            if different:
                failed.append(f"seed {seed}: {different}")
            else:
                passed += 1
    return passed, failed


if __name__ == "__main__":
    sys.exit(run_rounds(ROUNDS, one_round))
