#!/usr/bin/env python3
"""Conflicts that hn resolve ends: every kind of side, and merge tools.

usage: resolve_test.py HN

A merge leaves conflicts of texts, binary files, links, deletions, folders and several sides. For each
choice the working tree must hold exactly what that side has, the next commit must record it, and nothing
that stood for the conflict may be left. Merge tools are scripts in a folder of their own that stand first
on the search path and write down what they were given. Ends with "N passed, N failed".
"""

import json
import os
import pty
import stat

from bench import Bench, run_parts

STRANGER = 65534
TOOLS = {
    "bcompare": "bc", "code": "vscode", "diffuse": "diffuse", "emacs": "emerge", "kdiff3": "kdiff3", "meld": "meld",
    "nvim": "nvimdiff", "opendiff": "opendiff", "p4merge": "p4merge", "smerge": "smerge", "tkdiff": "tkdiff",
    "vim": "vimdiff", "WinMergeU": "winmerge", "xxdiff": "xxdiff",
}
# Writes down its arguments and what the four variables lead to, then makes the merge.
RECORDER = """#!/bin/sh
printf '%s\\n' "$@" >"$SEEN.args"
cat "$BASE" >"$SEEN.base"; cat "$LOCAL" >"$SEEN.local"; cat "$REMOTE" >"$SEEN.remote"; cat "$MERGED" >"$SEEN.merged"
echo merged by a tool >"$MERGED"
"""


class Conflicts(Bench):
    def __init__(self, hn, root):
        os.mkdir(root + "/bin")
        super().__init__(hn, root, SEEN=root + "/seen", PATH=root + "/bin:" + os.environ.get("PATH", ""))

    def put(self, name, value):
        """None: nothing; a dict: a folder; ("->", text): a link; bytes, executable where they begin with #!."""
        path = self.at(name)
        if os.path.isdir(path) and not os.path.islink(path):
            for inner in os.listdir(path):
                self.put(f"{name}/{inner}", None)
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
        if isinstance(value, dict):
            os.mkdir(path)
            for inner, content in value.items():
                self.put(f"{name}/{inner}", content)
        elif isinstance(value, tuple):
            os.symlink(value[1], path)
        elif value is not None:
            with open(path, "wb") as file:
                file.write(value)
            os.chmod(path, 0o755 if value.startswith(b"#!") else 0o644)

    def get(self, name):
        path = self.at(name)
        if os.path.islink(path):
            return ("->", os.readlink(path))
        if os.path.isdir(path):
            return {inner: self.get(f"{name}/{inner}") for inner in sorted(os.listdir(path))}
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            content = file.read()
        executable = bool(os.stat(path).st_mode & stat.S_IXUSR)
        return content if executable == content.startswith(b"#!") else ("mode", executable, content)

    def names(self):
        return sorted(name for name in os.listdir(self.folder) if name != ".hn")

    def merge(self, base, *sides):
        """A new repository whose branch main has these versions of paths merged, one branch after the other."""
        self.make_folder()
        self.must("init")
        self.put("keep", b"keep\n")
        for name, value in base.items():
            self.put(name, value)
        self.must("commit", "-m", "base")
        for number, side in enumerate(sides[1:]):
            self.must("switch", "-c", f"other{number}")
            for name, value in side.items():
                self.put(name, value)
            self.must("commit", "-m", f"other {number}")
            self.must("switch", "main")
        for name, value in sides[0].items():
            self.put(name, value)
        self.must("commit", "-m", "main")
        for number in range(len(sides) - 1):
            self.run("merge", f"other{number}")


TEXT = b"1\n2\n3\n4\n5\n6\n7\n"
CASES = {
    # name: (base, ours, theirs)
    "text": (TEXT, TEXT.replace(b"2", b"ours"), TEXT.replace(b"2", b"theirs")),
    "script": (b"#!/bin/sh\na\n", b"#!/bin/sh\nours\n", b"#!/bin/sh\ntheirs\n"),
    "binary": (b"\0a", b"\0ours", b"\0theirs"),
    "link": (("->", "a"), ("->", "ours"), ("->", "theirs")),
    "gone": (b"base\n", None, b"theirs\n"),
    "went": (b"base\n", b"ours\n", None),
    "both added": (None, b"ours\n", b"theirs\n"),
    "folder": (b"base\n", b"ours\n", {"in": b"theirs\n", "deep": {"x": b"x\n"}}),
    "kind": (b"base\n", ("->", "ours"), b"theirs\n"),
    "-dash": (b"base\n", b"ours\n", b"theirs\n"),
}


def choices(bench):
    """Every kind of side, by every choice that tells two sides apart."""
    for place, options in ((1, ("--ours",)), (2, ("--theirs",)), (0, ("--base",)), (2, ("--side", "2")),
                           (1, ("--side", "side 1"))):
        bench.merge(*({name: case[i] for name, case in CASES.items()} for i in range(3)))
        found = json.loads(bench.run("conflicts", "--json")[1])["conflicts"]
        bench.expect(len(found) == len(CASES), f"all are in conflict: {found}")
        status, out, err = bench.run("resolve", *options, "--json")
        bench.expect(status == 0, f"{options}: {status} {err}")
        bench.expect(len(json.loads(out)["resolved"]) == len(CASES), f"{options}: {out}")
        wanted = {name: case[place] for name, case in CASES.items()}
        for moment in ("at once", "recorded", "checked out anew"):
            for name, value in wanted.items():
                bench.expect(bench.get(name) == value, f"{options} {name} {moment}: {bench.get(name)}, not {value}")
            there = sorted(["keep"] + [name for name, value in wanted.items() if value is not None])
            bench.expect(bench.names() == there, f"{options} {moment}: {bench.names()}")
            if moment == "at once":
                bench.must("commit", "-m", "resolved")
            elif moment == "recorded":
                bench.expect(bench.run("conflicts")[0] == 0, f"{options}: nothing is in conflict any more")
                bench.expect(bench.must("status", "-s") == "", f"{options}: all is recorded")
                bench.must("rm", "-rq", ".")
                bench.must("restore", ".")


def all_sides(bench):
    bench.merge({"list": b"a\nb\n", "end": b"x\n"}, {"list": b"a\nb\n1\n2\n", "end": b"ours"},
                {"list": b"a\nb\n2\n3\n", "end": b"theirs"}, {"list": b"a\nb\n3\n4\n", "end": b"third"})
    bench.must("resolve", "--all")
    bench.expect(bench.get("list") == b"a\nb\n1\n2\n3\n4\n", f"equal lines once: {bench.get('list')}")
    bench.expect(bench.get("end") == b"ours\ntheirs\nthird\n", f"each side ends its line: {bench.get('end')}")
    bench.merge({"a": b"\0"}, {"a": b"\0a"}, {"a": b"\0b"})
    status, _, err = bench.run("resolve", "--all", "a")
    bench.expect(status == 1 and "--ours" in err, f"all sides of what is no text: {status} {err}")
    bench.expect(bench.names() == ["a~side-1", "a~side-2", "keep"], f"nothing was touched: {bench.names()}")


def many_sides(bench):
    bench.merge({"f": b"base\n"}, {"f": b"one\n"}, {"f": b"two\n"}, {"f": b"three\n"})
    before = bench.get("f")
    for option in ("--ours", "--theirs"):
        status, _, err = bench.run("resolve", option)
        bench.expect(status == 128 and "3 sides" in err and "--side" in err, f"{option} of three: {status} {err}")
    status, _, err = bench.run("resolve", "--side", "4", "f")
    bench.expect(status == 128 and "1 to 3" in err, f"no such side: {status} {err}")
    status, _, err = bench.run("resolve", "--tool", "meld", "f")
    bench.expect(status == 1 and "3 sides" in err, f"a tool for three: {status} {err}")
    bench.expect(bench.get("f") == before, "nothing was touched")
    found = set()
    for number in "123":
        bench.must("resolve", "--side", number, "f")
        found.add(bench.get("f"))
    bench.expect(found == {b"one\n", b"two\n", b"three\n"}, f"each side: {found}")
    bench.must("resolve", "--base", "f")
    bench.expect(bench.get("f") == b"base\n", "the base of three")


def edited(bench):
    """What somebody worked on is lost where it is named, and only there."""
    case = {"a": b"base\n", "b": b"base\n", "c": b"\0"}, {"a": b"ours\n", "b": b"ours\n", "c": b"\0o"}, \
        {"a": b"theirs\n", "b": b"theirs\n", "c": b"\0t"}
    bench.merge(*case)
    bench.put("a", bench.get("a").replace(b"<<<<<<< side 1\n", b""))
    bench.put("c", b"mine\n")
    status, _, err = bench.run("resolve", "--ours")
    bench.expect(status == 1 and "left as it is: a" in err, f"half edited: {status} {err}")
    bench.expect(b"=======" in bench.get("a") and bench.get("b") == b"ours\n" and bench.get("c") == b"mine\n",
                 "what was edited stays")
    bench.must("resolve", "--theirs", "a", "c")
    bench.expect(bench.get("a") == b"theirs\n" and bench.get("c") == b"\0t", "what is named is written")
    bench.must("resolve", "--ours", "a", "c")
    bench.expect(bench.get("a") == b"ours\n" and bench.get("c") == b"\0o", "and may be chosen anew")
    bench.expect(bench.names() == ["a", "b", "c", "keep"], f"no sides are left: {bench.names()}")
    for words in (("keep",), ("nothing",), ("a", "keep")):
        status, _, err = bench.run("resolve", "--theirs", *words)
        bench.expect(status == 128 and "not in conflict" in err, f"{words}: {status} {err}")
    bench.expect(bench.get("a") == b"ours\n", "and nothing was touched")
    for words in ((), ("a",), ("--ours", "--theirs"), ("--all", "--tool", "meld"), ("--side", "x")):
        status, _, err = bench.run("resolve", *words)
        bench.expect(status == 129 and "--" in err, f"{words}: {status} {err}")
    bench.merge(*case)
    bench.must("resolve", "--ours", "-n")
    bench.expect(b"<<<<<<<" in bench.get("a") and "c~side-1" in bench.names(), "-n touches nothing")
    os.unlink(bench.at("a"))
    os.symlink("/dev/null", bench.at("a"))
    bench.must("resolve", "--ours", "a")
    bench.expect(bench.get("a") == b"ours\n", "a link in its place is not followed")


def ignored(bench):
    bench.merge({"f": b"base\n"}, {"f": b"ours\n"}, {"f": {"in.o": b"theirs\n"}})
    bench.put(".gitignore", b"*.o\n")
    bench.must("resolve", "--theirs", "f")
    bench.must("commit", "-m", "folder")
    bench.expect(bench.run("cat", "HEAD:f/in.o")[1] == "theirs\n", "a chosen folder is recorded, ignored or not")


def tools(bench):
    text = {"f.c": b"base\n"}, {"f.c": b"ours\n"}, {"f.c": b"theirs\n"}

    def read(what):
        with open(f"{bench.root}/seen.{what}", encoding="utf-8") as file:
            return file.read()

    for program, name in TOOLS.items():
        path = f"{bench.root}/bin/{program}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(RECORDER)
        os.chmod(path, 0o755)
        bench.merge(*text)
        status, _, err = bench.run("resolve", "--tool", name, "f.c")
        bench.expect(status == 0, f"{name}: {status} {err}")
        seen = [read(what) for what in ("base", "local", "remote")]
        bench.expect(seen == ["base\n", "ours\n", "theirs\n"], f"{name}: {seen}")
        bench.expect("<<<<<<<" in read("merged"), f"{name} begins from the markers")
        words = read("args")
        order = [words.find(part) for part in ("_LOCAL.c", "_REMOTE.c")]
        bench.expect(all(at >= 0 for at in order) and bench.at("f.c") in words, f"{name} is given the files: {words}")
        bench.expect(bench.get("f.c") == b"merged by a tool\n", f"{name}: what it made stays")
        bench.expect(bench.names() == ["f.c", "keep"], f"{name}: nothing is left behind: {bench.names()}")
        bench.expect(os.listdir(bench.at(".hn/staging")) == [], f"{name}: nor there")
        os.unlink(path)
    status, _, err = bench.run("resolve", "--tool", "no such", "f.c")
    bench.expect(status == 128 and "--list-tools" in err, f"an unknown tool: {status} {err}")

    bench.merge(*text)
    markers = bench.get("f.c")

    def ends(command, trust, wanted, content):
        bench.must("config", "mergetool.own.cmd", command)
        bench.must("config", "mergetool.own.trustExitCode", trust)
        status, _, err = bench.run("resolve", "--tool", "own", "f.c")
        bench.expect(status == wanted and bench.get("f.c") == content,
                     f"{command} {trust}: {status} {err} {bench.get('f.c')}")
        bench.put("f.c", markers)

    ends('echo new >"$MERGED"; false', "false", 0, b"new\n")
    ends('echo new >"$MERGED"; false', "true", 1, markers)
    ends('true', "false", 1, markers)
    ends('cat "$REMOTE" >"$MERGED"', "true", 0, b"theirs\n")
    ends('echo "<<<<<<< left" >"$MERGED"', "true", 1, b"<<<<<<< left\n")
    ends('nosuchprogram', "true", 128, markers)
    listed = json.loads(bench.must("resolve", "--list-tools", "--json"))["tools"]
    own = [tool for tool in listed if tool["name"] == "own"]
    bench.expect(own == [{"name": "own", "available": True, "set_up": True, "default": False}], f"listed: {own}")
    bench.expect({"meld", "vimdiff", "vscode", "ediff", "araxis"} <= {tool["name"] for tool in listed},
                 "hn's own are listed")

    # Only hn's settings name programs.
    mark = bench.root + "/mark"
    line = f"[mergetool \"evil\"]\n\tcmd = touch {mark}\n[merge]\n\ttool = evil\n"
    for name in (".gitconfig", ".hnconfig", ".hnattributes"):
        bench.put(name, line.encode())
    with open(bench.root + "/home/.gitconfig", "w", encoding="utf-8") as file:
        file.write(line)
    status, _, _ = bench.run("resolve", "--tool", "evil", "f.c")
    bench.expect(status == 128 and not os.path.exists(mark), f"a setting of a tracked file, or of git's: {status}")
    bench.must("config", "mergetool.evil.cmd", f"touch {mark}")
    if os.geteuid() == 0:
        os.chown(bench.at(".hn/config"), STRANGER, STRANGER)
        status, _, _ = bench.run("resolve", "--tool", "evil", "f.c")
        bench.expect(status == 128 and not os.path.exists(mark), f"another user's setting: {status}")
        os.chown(bench.at(".hn/config"), 0, 0)
    bench.run("resolve", "--tool", "evil", "f.c")
    bench.expect(os.path.exists(mark), "one's own setting")

    # The usual tool, where somebody sits at a terminal.
    bench.must("config", "--global", "merge.tool", "own")
    bench.must("config", "--global", "mergetool.own.cmd", 'echo by the usual tool >"$MERGED"')
    bench.must("config", "--global", "mergetool.own.trustExitCode", "true")
    bench.merge(*text)
    status, _, err = bench.run("resolve", "f.c")
    bench.expect(status == 129, f"no terminal, no tool: {status} {err}")
    child, keyboard = pty.fork()
    if child == 0:
        os.chdir(bench.folder)
        os.execve(bench.hn, [bench.hn, "resolve", "f.c"], bench.environment)
    try:
        while os.read(keyboard, 4096):
            pass
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(keyboard)
    os.waitpid(child, 0)
    bench.expect(bench.get("f.c") == b"by the usual tool\n", f"at a terminal: {bench.get('f.c')}")


run_parts(Conflicts, choices, all_sides, many_sides, edited, ignored, tools)
