#!/usr/bin/env python3
"""Holds what hn log, diff, show, blame and grep print against git, byte for byte, on random histories.

usage: beside_git_test.py HN [ROUNDS [SEED]]

Each round makes a git repository of branches that fork and merge, with files that are edited, moved,
copied, made executable, replaced by links, emptied, of many lines and of bytes; imports it; and
compares command lines of which most are random. Ids are translated, git's line "index" is dropped,
and "Merge:" is compared without the short ids behind it. Ends with "N passed, N failed"; skipped
where there is no git.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from bench import World

NAMES = ["a", "b.txt", "dir/a", "dir/b.txt", "dir/sub/c", "dir2/a", "x y", "dir/Ärger", "z.bin", "Dir/a",
         "folder/of-a-name-that-is-so-long-that-no-graph/fits-beside-it-in-a-line-of-eighty-columns.txt"]
SHOWN = int(os.environ.get("HN_SHOWN", "1500"))
GIT = ["git", "-c", "core.quotepath=false", "-c", "core.abbrev=10"]


# What every round compares.
ALWAYS = [["archive", "main"], ["archive", "--format=zip", "--prefix=p/", "main"],
          ["log", "-p", "--color=always", "--grep=fix", "--author=Ann"],
          ["grep", "-a", "-m1", "-C3", "-e", "x", "main"], ["log", "-p", "-I}|^ *x$", "-U1"],
          ["blame", "--line-porcelain", "left", "--", "s1"], ["blame", "--line-porcelain", "right", "--", "dir2/s3"],
          ["log", "-p", "--ignore-blank-lines", "-U2"], ["log", "--raw", "--check"]]


def random_line(chance):
    indent = " " * (2 * chance.randrange(4))
    return chance.choice(["", "}", indent + "x", indent + f"line {chance.randrange(40)}", f"\tt {chance.randrange(9)}"])


def random_text(chance, lines):
    return "".join(random_line(chance) + "\n" for _ in range(lines)).encode()


def edited(chance, text):
    lines = text.split(b"\n")
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(lines))
        what = chance.randrange(5)
        if what == 0:
            lines[at:at + 1] = []
        elif what == 4:  # a block moves, perhaps to another depth
            to, indent = chance.randrange(len(lines)), chance.choice([b"", b"", b" ", b"\t"])
            block = [indent + line for line in lines[at:at + chance.randrange(1, 12)]]
            lines[at:at + len(block)] = []
            lines[to:to] = block
        elif what == 1:
            lines[at:at] = [random_line(chance).encode()]
        elif what == 2:
            lines[at] = random_line(chance).encode()
        else:
            lines[at] = lines[at] + b" " if lines[at] else b"  "
        if not lines:
            lines = [b""]
    return b"\n".join(lines)


def change(chance, files):
    """One change to {name: (mode, bytes)}."""
    free = [n for n in NAMES if n not in files
            and not any(f.startswith(n + "/") or n.startswith(f + "/") for f in files)]
    what = chance.randrange(10)
    name = chance.choice(sorted(files)) if files else None
    if (what < 2 or not files) and free:
        new = chance.choice(free)
        lines = chance.choice([0, 1, 5, 30, 200])
        text = bytes(chance.randrange(256) for _ in range(50)) + b"\0" if new == "z.bin" else random_text(chance, lines)
        files[new] = ("100644", text)
    elif what == 2 and len(files) > 1:
        del files[name]
    elif what == 3 and free:
        mode, text = files.pop(name)
        files[chance.choice(free)] = (mode, text)
    elif what == 4 and free:
        mode, text = files.pop(name)
        files[chance.choice(free)] = (mode, edited(chance, text) if mode != "120000" else text)
    elif what == 5:
        mode, text = files[name]
        if mode != "120000":
            files[name] = ("100755" if mode == "100644" else "100644", text)
    elif what == 6 and chance.randrange(3) == 0:
        files[name] = ("120000", b"somewhere")
    elif files[name][0] != "120000":
        files[name] = (files[name][0], edited(chance, files[name][1]))


def history(chance):
    """Input for git fast-import: each commit of a second of its own."""
    out, commits = [], []
    people = ["Ann <ann@example.org>", "Bob <bob@example.org>", "Cy O <cy@example.com>"]
    for i in range(chance.randrange(12, 40)):
        parents = []
        if commits:
            parents = [chance.choice(commits[-4:])]
            while len(parents) < 3 and chance.randrange(4) == 0:
                other = chance.choice(commits[-6:])
                if other not in parents:
                    parents.append(other)
        files = dict(parents[0][1]) if parents else {}
        for other in parents[1:]:
            for name, value in other[1].items():
                clash = any(f != name and (f.startswith(name + "/") or name.startswith(f + "/")) for f in files)
                if not clash and chance.randrange(2) == 0:
                    files[name] = value
        if len(parents) < 2 or chance.randrange(3) == 0:
            for _ in range(chance.randrange(1, 4)):
                change(chance, files)
        message = chance.choice([f"Change {i}\n", f"fix: {i}\nand more\n\n  body\tof it\n\nend\n\n",
                                 f"\nAdd {i}...   \n\nlist:\n- a\n", f"merge {i}", ""]).encode()
        zone = chance.choice(["+0000", "+0130", "-0800"])
        out.append(b"commit refs/heads/main\nmark :%d\n" % (i + 1))
        time = 1_500_000_000 + i * 3000
        out.append(f"author {chance.choice(people)} {time - chance.randrange(99)} {zone}\n".encode())
        out.append(f"committer {chance.choice(people)} {time} {zone}\n".encode())
        out.append(b"data %d\n%s\n" % (len(message), message))
        for at, (mark, _) in enumerate(parents):
            out.append(f"{'from' if at == 0 else 'merge'} :{mark}\n".encode())
        if not parents:
            out.append(b"")
        out.append(b"deleteall\n")
        for name, (mode, text) in files.items():
            quoted = '"' + name + '"' if " " in name else name
            out.append(f"M {mode} inline {quoted}\n".encode() + b"data %d\n%s\n" % (len(text), text))
        commits.append((i + 1, files))
    out.append(b"reset refs/heads/other\nfrom :%d\n" % commits[len(commits) // 2][0])
    out.append(two_sides(random.Random(len(out)), commits[len(commits) * 2 // 3][0]))
    for name in ["v1", "v2", "rel/3"][:chance.randrange(4)]:
        out.append(f"tag {name}\nfrom :{chance.choice(commits)[0]}\ntagger T <t@x> 1500100000 +0000\n".encode())
        out.append(b"data 4\ntag\n\n")
    for name in ["light", "moon"][:chance.randrange(3)]:
        out.append(f"reset refs/tags/{name}\nfrom :{chance.choice(commits)[0]}\n\n".encode())
    return b"".join(out)


def commit_of(branch, mark, parents, time, message, files):
    out = [f"commit refs/heads/{branch}\nmark :{mark}\ncommitter S <s@x> {time} +0000\n".encode(),
           b"data %d\n%s\n" % (len(message), message)]
    out += [f"{'from' if at == 0 else 'merge'} :{parent}\n".encode() for at, parent in enumerate(parents)]
    for name, (mode, text) in files.items():
        out.append(f"M {mode} inline {name}\n".encode() + b"data %d\n%s\n" % (len(text), text))
    return b"".join(out) + b"\n"


def two_sides(chance, base):
    """Two branches on one commit of the history, "left" and "right", some of whose commits make the same change."""
    out, time, mark = [], 1_600_000_000, 1000
    tips = {"left": (base, {}), "right": (base, {})}

    def appends(name, line):
        return lambda files: {name: ("100644", files.get(name, ("", b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"))[1] + line)}

    def begins(name, line):
        return lambda files: {name: ("100644", line + files.get(name, ("", b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"))[1])}

    changes = [appends("s1", b"line 1\n"), begins("s1", b"line 2\n"), appends("s2", b"x\n"), begins("dir2/s3", b"  y z\n"),
               lambda files: {"s4": ("100755", b"no end")}, lambda files: {"s5": ("100644", b"a\0b")}, lambda files: {},
               lambda files: {"s1": ("100755", files.get("s1", ("", b"new\n"))[1])}]
    blanks = [appends("s1", b"li ne 1\n"), appends("s2", b" x\n"), begins("dir2/s3", b"yz\n")]
    for _ in range(chance.randrange(4, 14)):
        branch = chance.choice(["left", "right"])
        parents, files = [tips[branch][0]], tips[branch][1]
        if chance.randrange(8) == 0:
            other = tips["right" if branch == "left" else "left"]
            if other[0] not in parents:
                parents.append(other[0])
                files = {**files, **other[1]}
        new = chance.choice(changes + blanks)(files)
        files = {**files, **new}
        mark, time = mark + 1, time + 1000
        out.append(commit_of(branch, mark, parents, time, f"side {mark}".encode(), files if len(parents) > 1 else new))
        tips[branch] = (mark, files)
    resets = [f"reset refs/heads/{branch}\nfrom :{tip}\n\n".encode() for branch, (tip, _) in tips.items()]
    return b"".join(out + resets)


def random_sides(chance):
    """What is told of the commits of A...B."""
    range_ = chance.choice([["left...right"], ["right...left"], ["left...right"], ["left...main"], ["main...right~1"], ["left..right"],
                            ["right", "^left"], ["left...right", "other"], ["main~2..main"], ["left", "right"]])
    shown = chance.choice([["--format=oneline"], ["--no-decorate"], ["--format=%m %H %S"], ["--format=short"], ["--format=%m %s"], ["--color=always"]])
    side = chance.choice([[], ["--left-only"], ["--right-only"], ["--cherry-pick"], ["--cherry-mark"], ["--cherry"],
                          ["--cherry-pick", "--right-only"], ["--cherry-mark", "--left-only"]])
    words = ["log", *shown, *side]
    some = [["--left-right"], ["--boundary"], ["--source"], ["--boundary"], ["--left-right", "--graph"]]
    if chance.randrange(4) == 0:
        words.append("--ancestry-path" if chance.randrange(2) and len(range_) == 1 and ".." in range_[0]
                     else chance.choice(["--parents", "--children"]))
        paths = []
    elif chance.randrange(2):
        some += [["-%d" % chance.randrange(1, 5)], ["--no-merges"], ["--reverse"], ["--author=Ann"], ["--first-parent"], ["--skip=1"]]
        paths = chance.choice([[], [], ["--", "s1"], ["--", "dir2", "a"]])
    else:
        paths = []
    for extra in chance.sample(some, chance.randrange(1, 4)):
        words += extra
    if "--first-parent" in words and "--format=%m %H %S" in words:  # git prints %S of a border that it did not walk to
        words.remove("--first-parent")
    if "--boundary" in words or "--graph" in words:  # where paths take merges away git has borders of its own
        paths = []
    if "--graph" in words:  # where a selection ends is drawn by git alone
        words = [word for word in words if word not in ("--reverse", "--parents", "--children")]
        if "--boundary" in words:
            words = [word for word in words if word not in ("--author=Ann", "--no-merges", "--cherry", "--skip=1")]
            paths = []
    return words + range_ + paths


def random_grep(chance, paths):
    words = ["grep"]
    around = chance.choice([["-A%d" % chance.randrange(4)], ["-B", "2"], ["-C1"], ["-3"]])
    some = [["-n"], ["-i"], ["-w"], ["-v"], chance.choice([["-h"], ["-H"]]), ["--column"], around, ["-z"], ["--heading"], ["--break"],
            ["-m%d" % chance.randrange(4)], ["-a"], ["-I"], ["--max-depth", "%d" % chance.randrange(3)], ["--color=always"], ["--full-name"],
            ["--untracked"]]
    for extra in chance.sample(some, chance.randrange(4)):
        words += extra
    words += chance.choice([[], [], [], ["-l"], ["-L"], ["-c"], ["-o"], ["-q"], ["-n", "-o"], ["-o", "--column"]])
    # Not "^$": git 2.39 finds an empty line behind the last newline.
    if around[0] in words or "--break" in words:  # git 2.39 swallows the first line about a binary file then
        words.append("-a")
    kind, patterns = chance.choice([
        ([], ["line", "line [12]", "x$", "^ *x", "\\(l\\|t\\)", "[0-9]\\+", "e 1*", "", "\\bt\\b", "\\w", "n.* ", "}"]),
        (["-E"], ["(line|t) [0-9]", "x|}", "(1|11|111)", "^( +)x$", "[[:digit:]]{2}", "\\<[xt]\\>", "l?i?n", "()"]),
        (["-F"], ["line", "e 1", "}", ".", "LINE"]), (["-P"], ["li(?=ne)", "\\d+$", "(?i)LINE", "(.)\\1", "^\\s*$"])])
    for pattern in chance.sample(patterns, chance.choice([1, 1, 2])):
        words += ["-e", pattern]
    revision = chance.choice([[], [], ["HEAD"], ["main~2"], ["HEAD", "other"], ["HEAD^{tree}"]])
    if "--untracked" in words:
        revision = []
    return words + kind + revision + (["--", *paths] if chance.randrange(3) == 0 else [])


def random_expression(chance, depth=0):
    """Patterns of hn grep with what joins them."""
    what = chance.randrange(6) if depth < 3 else 0
    if what == 1:
        return ["--not", *random_expression(chance, depth + 1)]
    if what == 2:
        return ["(", *random_expression(chance, depth + 1), ")"]
    if what > 2:
        return [*random_expression(chance, depth + 1), *[["--and"], ["--or"], []][what - 3], *random_expression(chance, depth + 1)]
    return ["-e", chance.choice(["line", "x$", "1", "[0-9]", "}", "t", "^ *x", "2", "^  "])]


def random_joined_grep(chance):
    words = ["grep"]
    some = [["-n"], ["-i"], ["-w"], ["-v"], ["--column"], ["-C1"], ["-a"], ["--all-match"], ["--all-match"], ["--color=always"],
            chance.choice([["-l"], ["-L"], ["-c"], ["-o"], ["-q"], ["-m2"], ["-p"]])]
    for extra in chance.sample(some, chance.randrange(4)):
        words += extra
    if "-C1" in words:  # git 2.39 swallows the first line about a binary file then
        words.append("-a")
    return [*words, *random_expression(chance), *chance.choice([[], ["HEAD"], ["main~2"]]), *chance.choice([[], ["--", "dir"]])]


def random_merges(chance):
    """What merges have that none of their parents has, or not all."""
    how = chance.choice([["--cc"], ["-c"], ["-p", "--diff-merges=combined"], ["-p", "--diff-merges=cc"], ["-p", "--diff-merges=1"],
                         ["-p", "--diff-merges=off"], ["--cc", "-p"]])
    some = [["--stat"], ["-U1"], ["-U7"], ["-w"], ["-b"], ["--no-renames"], ["--color=always"],
            ["--merges"], ["--shortstat", "-p"], ["--dst-prefix=x/"]]
    words = ["log", chance.choice(["--format=%s", "--format=%an", "--format=fuller", "--format="]), *how]
    for extra in chance.sample(some, chance.randrange(4)):
        words += extra
    if "--diff-merges=1" in words:  # with paths git lists more merges then, and not for their changes
        return words
    return words + chance.choice([[], [], ["main", "other"], ["--", "dir"], ["--", "a", "b.txt"]])


def random_history(chance, count, diff, paths):
    """Graphs, names that are followed, texts that came and went, lines that are blamed."""
    what = chance.randrange(5)
    if what == 0:
        words = ["log", "--follow", *chance.choice([["--format=%H"], ["--name-status"], ["-p"]])]
        return words + chance.choice([[], ["main~1"]]) + ["--", chance.choice(NAMES)]
    if what == 1:
        pick = chance.choice([["-Sline 1"], ["-S", "x"], ["-Gline [12]"], ["-G", "^}$"], ["-S", "line [1-3]+", "--pickaxe-regex"],
                              ["-i", "-SLINE 2"], ["-Sx", "--pickaxe-all"], ["-G", "t|x$", "--pickaxe-all"]])
        if chance.randrange(3) == 0 and "-i" not in pick:
            return ["diff", *pick, "--name-status", "main~3", "main"]
        shown = chance.choice([["--format=%H"], ["--name-status"], ["--format=%s", "--stat"], ["-3", "--format=%s"]])
        return ["log", *shown, *pick] + chance.choice([[], ["--", *paths]])
    if what == 2:
        ranges = ["/line/,+3", "2,/x/", "/^}/", "^/t/,+1", "3,-2", "/l/,/x/"]
        lines = [word for text in chance.sample(ranges, chance.choice([1, 1, 2])) for word in ("-L", text)]
        return ["blame", "--line-porcelain" if count % 2 else "--porcelain", *lines, "main", "--", chance.choice(NAMES)]
    words = ["log", "--graph"]
    shown = [["--format=%H"], ["--format=%s"], ["--format=short"], ["--format=fuller"], [], ["--format=%an%n%B"], diff,
             ["--format=format:%H"], ["--format=%H", *diff]]
    words += chance.choice(shown)
    some = [["-%d" % chance.randrange(1, count)], ["--skip=2"], ["--all"], ["--first-parent"], ["--committer=Ann"],
            ["--no-merges"], ["--color=always"] if words[-1] in ("--format=%H", "--format=%s") else []]
    for extra in chance.sample(some, chance.randrange(3)):
        words += extra
    if "--word-diff=porcelain" in words:  # git 2.39 draws no graph in front of some of its lines
        words.remove("--word-diff=porcelain")
    if "-z" in words:  # which does not go with a graph
        words = [word for word in words if word != "-z"]
    if "--first-parent" in words and "--all" in words:  # git orders by parents that it does not follow
        words.remove("--all")
    return words + chance.choice([[], [], ["other"], ["main", "^other"], ["--", *paths]])


def random_words(chance, count):
    """A command line for both."""
    def revision():
        return chance.choice(["main", "other", "HEAD", "main~%d" % chance.randrange(1, 6), "HEAD^", "main^0"])

    moved = chance.choice([["--color-moved"], ["--color-moved=plain"], ["--color-moved=blocks"], ["--color-moved=dimmed-zebra"]])
    moved = moved + chance.choice([[], [], ["--color-moved-ws=" + chance.choice(
        ["ignore-all-space", "ignore-space-change", "ignore-space-at-eol", "allow-indentation-change", "no"])]])
    moved = ["-p", "--color=always", *moved]
    diff = chance.choice([["-p", "--color=always"], moved, moved, ["-p"], ["--stat"], ["--numstat"], ["--shortstat"], ["--name-only"], ["--name-status"],
                          ["-p", "--stat"], ["-U%d" % chance.randrange(6)], ["--word-diff"], ["-p", "--word-diff=porcelain"], ["-p", "-w"], ["-p", "-b"], ["-p", "-R"],
                          ["--no-renames", "--name-status"], ["-M%d%%" % chance.randrange(30, 100), "--name-status"],
                          ["-C", "--name-status"], ["-p", "-C%d" % chance.randrange(20, 90)], ["--find-copies-harder", "--name-status"],
                          ["--raw"], ["-p", "--raw"], ["--summary"], ["--stat", "--summary"], ["--compact-summary"],
                          ["--check"], ["--check", "--color=always"], ["--patch-with-stat"],
                          ["--diff-filter=" + chance.choice(["A", "d", "MR", "D*", "Ta"]), "--name-status"],
                          ["--relative=dir", chance.choice(["-p", "--stat", "--name-status"])],
                          ["-p", "--no-prefix"], ["-p", "--src-prefix=x/", chance.choice(["-R", "-a"])],
                          ["-p", "--inter-hunk-context=%d" % chance.randrange(8), "-U%d" % chance.randrange(4)],
                          [chance.choice(["-p", "--numstat"]), "--ignore-blank-lines", "-U%d" % chance.randrange(5)],
                          [chance.choice(["-p", "--numstat", "-pw"]), chance.choice(["-Iline", "-I^ ", "-I}|^$"])],
                          ["-p", "--ignore-blank-lines", "-b", "-Ix"], ["--ignore-cr-at-eol", "-p"],
                          [chance.choice(["-z", "--raw", "--numstat", "--name-status"]), "-z", "-M"],
                          ["-C", "-C", "-p"], ["--find-copies-harder", "-R", "--numstat"], ["-C", "--stat"]])
    paths = chance.sample(["dir", "a", "*.txt", ":!dir", "dir/sub", "x y", ":(icase)DIR", ":(glob)dir/*"],
                          chance.randrange(1, 3))
    if chance.randrange(3) == 0:
        return random_grep(chance, paths)
    if chance.randrange(3) == 0:
        return random_history(chance, count, diff, paths)
    if chance.randrange(8) == 0:
        prefix = chance.choice([[], ["--prefix=p/"], ["--prefix=p"], ["--prefix=" + "long/" * 30], ["--format=tar.gz"],
                                ["--format=zip"]])
        words = ["archive", *prefix, revision()]
        return words + chance.choice([[], ["dir"], ["--", "dir/sub", "a"], ["*.txt"], [":!dir"], ["dir2", "dir/a"]])
    if chance.randrange(8) == 0:
        options = chance.choice([[], ["--tags"], ["--long"], ["--tags", "--long"], ["--exact-match"]])
        return ["describe", *options, revision()]
    if chance.randrange(6) == 0:
        return ["blame", "--porcelain", *chance.choice([[], ["-w"]]), "main", "--", chance.choice(NAMES)]
    if chance.randrange(3) == 0:
        a, b = revision(), revision()
        words = ["diff", *diff, chance.choice([[a, b], [a + ".." + b]])[0]]
        words = ["diff", *diff, a, b] if chance.randrange(2) else ["diff", *diff, a + ".." + b]
        return words + (["--", *paths] if chance.randrange(2) else [])
    words = ["log", "--format=%H"] if chance.randrange(2) else ["log", *diff]
    some = [["-%d" % chance.randrange(1, count)], ["--skip=2"], ["--reverse"], ["--first-parent"], ["--no-merges"],
            ["--merges"], ["--author=Ann"], ["--grep=fix"], ["-i", "--grep=ADD"], ["--grep=^- a$"],
            ["--since=@%d" % (1_500_000_000 + chance.randrange(60000))], ["--until=@1500050000"],
            ["--all"], ["--format=" + chance.choice(["%an|%ae|%ad|%cd|%s", "%f%n%b", "%B", "%P", "short", "fuller"])]]
    for extra in chance.sample(some, chance.randrange(3)):
        words += extra
    some = [["--branches"], ["--branches=o*"], ["--tags"], ["--glob=tags/v*"], ["--exclude=main", "--branches"],
            ["--min-parents=2"], ["--max-parents=0"], ["--no-walk"], ["-n", "-1"], ["--max-count=-2"]]
    for extra in chance.sample(some, chance.choice([0, 0, 1])):
        words += extra
    if "--no-walk" in words:  # git looks no further, and has other orders
        return ["log", "--no-walk", "--format=%H", *chance.choice([["main", "other"], ["--branches"], ["main~1", "main"]])]
    if chance.randrange(8) == 0:
        return ["log", "--topo-order", *diff, *chance.choice([["-3"], ["--skip=2"], ["--branches"], ["main"], ["other"]])]
    if chance.randrange(8) == 0:
        return words + [revision(), "--not", revision()]
    ranges = [[revision() + ".." + revision()], [revision() + "..." + revision()], ["main", "^other"], ["main^!"]]
    # Not both: whether git knows that a parent is excluded when it looks at a merge depends on dates.
    if chance.randrange(2):
        return words + chance.choice([[], [], [revision()]]) + ["--", *paths]
    return words + chance.choice([[], [revision()], *ranges])


def plain(text, ids=None):
    text = re.sub(rb"(:\d{6} \d{6}) [0-9a-f]+ [0-9a-f]+", rb"\1", text)
    text = re.sub(rb"-g[0-9a-f]{10}\n$", b"-g\n", text)
    if ids is not None:
        text = re.sub(rb"\b[0-9a-f]{64}\b", lambda m: ids.get(m[0], m[0]), text)
    text = re.sub(rb"(?m)^([|/\\\\_ .*-]|\x1b\[[0-9;]*m)*index [0-9a-f,]+\.\.[0-9a-f]+( \d+)?(\x1b\[m)?\n", b"", text)
    return re.sub(rb"(?m)^((?:[|/\\\\_ .*-]|\x1b\[[0-9;]*m)*)Merge:.*$", rb"\1Merge:", text)


def change_some(chance, folder):
    """Files that are edited, gone and new in a working tree."""
    files = sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
                   if "/.git" not in at and "/.hn" not in at)
    for path in chance.sample(files, min(2, len(files))):
        if not os.path.islink(path):
            with open(path, "ab") as file:
                file.write(b"one more line 1")
    if len(files) > 3 and chance.randrange(2) == 0:
        os.unlink(chance.choice(files))
    with open(os.path.join(folder, "new"), "wb") as file:
        file.write(b"a new line 12\n")


def compare(world, words, ids):
    """Nothing, or what differs."""
    theirs = [*words[:1], *(["--date-order"] if words[0] == "log" and not {"--graph", "--topo-order"} & {*words} else []), *words[1:]]
    below = "/dir" if words[0] in ("grep", "archive") and len(words) % 4 == 0 and world.has_folder("dir") else ""
    git_status, git_out, _ = world.run(GIT + theirs, "git" + below)
    status, out, err = world.run([world.program, *words], "hn" + below)
    if words[0] == "archive" and git_status == 128 and (status == 128 or ":!dir" in words):
        return None  # where all is excluded git calls it an error
    if git_status < 0:  # it crashed
        return None
    if (status, plain(out, ids)) == (git_status, plain(git_out)):
        return None
    return (f"hn {' '.join(words)}: {status}, git {git_status} {err.decode(errors='replace')}\n--- git\n"
            f"{plain(git_out).decode(errors='replace')[:SHOWN]}\n--- hn\n"
            f"{plain(out, ids).decode(errors='replace')[:SHOWN]}")


def one_round(program, seed, lines):
    chance = random.Random(seed)
    root = tempfile.mkdtemp(prefix="hn-reading.")
    failed = []
    try:
        world = World(program, root)
        os.mkdir(os.path.join(root, "git"))
        world.run(["git", "init", "-q"], "git")
        stream = history(chance)
        status, _, err = world.run(["git", "fast-import", "--quiet"], "git", stream)
        if status != 0:
            raise RuntimeError(f"seed {seed}: fast-import: {err.decode()}")
        world.run(["git", "reset", "-q", "--hard"], "git")
        status, _, err = world.run([program, "import", "git", "git", "hn"], "")
        if status != 0:
            return 0, [f"seed {seed}: import: {err.decode()}"]
        _, out, _ = world.run([program, "log", "--json", "--all"], "hn")
        commits = json.loads(out)["commits"]
        ids = {c["id"].encode(): c["git"].encode() for c in commits}
        for folder in ("git", "hn"):
            change_some(random.Random(seed), os.path.join(root, folder))
        sides, merges = random.Random(seed), random.Random(seed)
        chosen = [c["git"] for c in commits if len(c["parents"]) > 1]
        for words in ALWAYS + [random_words(chance, len(commits)) for _ in range(lines)] + [
                chance_of(sides) for _ in range(lines // 3) for chance_of in (random_sides, random_joined_grep)] + [
                random_merges(merges) for _ in range(lines // 3)] + [["show", id] for id in chosen]:
            different = compare(world, words, ids)
            if different:
                failed.append(f"seed {seed}: {different}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return len(ALWAYS) + lines + lines // 3 * 3 + len(chosen) - len(failed), failed


def run_rounds(rounds, one_round):
    """What the command line asks for: HN [ROUNDS [SEED]]."""
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else rounds
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("HN_SEED", "20261121"))
    if shutil.which("git") is None:
        print("skipped: there is no git")
        return 0
    passed, failed = 0, []
    for at in range(rounds):
        good, bad = one_round(program, seed + at)
        passed += good
        failed += bad
    for line in failed[:12]:
        print("FAILED " + line + "\n")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_rounds(4, lambda program, seed: one_round(program, seed, 40)))
