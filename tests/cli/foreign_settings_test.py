#!/usr/bin/env python3
"""Programs and settings in another user's repository are not run, and those of one's own are.

usage: foreign_settings_test.py HN

A repository gets aliases, a pager and all hooks, each of which leaves a mark when it runs. Every mark must come while the repository is the caller's own, and none when its settings and
hooks belong to somebody else. Ends with 77 where nobody may give files away (not root).
"""

import os
import pty
import subprocess
import sys
import tempfile

STRANGER = 65534
HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "pre-sync", "post-sync")


def run(hn, folder, *words, **more):
    environment = {"HOME": folder + "/../home", "PATH": os.environ.get("PATH", ""), "LC_ALL": "C",
                   "TERM": "dumb", **more}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run([hn, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def shown_on_terminal(hn, folder, *words):
    """A command whose output is a terminal, as only there is a pager started."""
    ours, theirs = pty.openpty()
    environment = {"HOME": folder + "/../home", "PATH": os.environ.get("PATH", ""), "PAGER": "cat", "TERM": "vt100"}
    child = subprocess.Popen([hn, *words], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        while os.read(ours, 4096):
            pass
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    child.wait(60)


def program(path, mark):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\ntouch {mark}\n")
    os.chmod(path, 0o755)


def main():
    hn = os.path.abspath(sys.argv[1])
    if os.geteuid() != 0:
        sys.exit(77)
    failed = []

    def expect(right, what):
        if not right:
            failed.append(what)

    with tempfile.TemporaryDirectory() as root:
        marks, folder = root + "/marks", root + "/repo"
        for path in (marks, folder, root + "/home"):
            os.mkdir(path)
        run(hn, folder, "config", "--global", "user.name", "T")
        run(hn, folder, "config", "--global", "user.email", "t@example.org")
        status, _, error = run(hn, folder, "init")
        expect(status == 0, "init: " + error)
        os.makedirs(folder + "/.hn/hooks", exist_ok=True)
        for name in HOOKS:
            program(f"{folder}/.hn/hooks/{name}", f"{marks}/{name}")
        run(hn, folder, "config", "alias.mark", f"!touch {marks}/alias")
        run(hn, folder, "config", "alias.st", "status")
        run(hn, folder, "config", "core.pager", f"touch {marks}/pager")

        def seen(text):
            """One of everything that starts a program; what left marks."""
            for mark in os.listdir(marks):
                os.unlink(marks + "/" + mark)
            with open(folder + "/file", "w", encoding="utf-8") as file:
                file.write(text)
            said = []
            for words in (("add", "file"), ("commit", "-m", text), ("mark",), ("st",), ("sync", "--via", "true"), ("restore", "file")):
                status, out, error = run(hn, folder, *words)
                said.append((status, out, error))
            shown_on_terminal(hn, folder, "log")
            return sorted(os.listdir(marks)), said

        left, said = seen("own")
        expect(left == sorted(["alias", "pager", "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout",
                               "pre-sync"]),
               f"one's own: {left} {said}")
        expect(said[3][0] == 0, f"one's own alias of a command: {said[3]}")

        for given in ([".hn/hooks", ".hn/config"], [f".hn/hooks/{name}" for name in HOOKS] + [".hn/config"],
                      [".hn"]):
            for path in given:
                os.chown(folder + "/" + path, STRANGER, STRANGER)
            left, said = seen("foreign " + given[0])
            expect(left == [], f"another user's {given}: {left} {said}")
            expect(said[1][0] == 0, f"a commit beside another user's hooks: {said[1]}")
            expect("another user's" in said[1][2], f"a hook that was passed over is told: {said[1]}")
            expect(said[3][0] != 0, f"another user's alias: {said[3]}")
            for path in given:
                os.chown(folder + "/" + path, 0, 0)
        left, _ = seen("own again")
        expect("alias" in left and "pre-commit" in left, f"one's own again: {left}")

        elsewhere = root + "/elsewhere"
        os.mkdir(elsewhere)
        program(elsewhere + "/pre-commit", marks + "/elsewhere")
        run(hn, folder, "config", "core.hooksPath", elsewhere)
        left, _ = seen("elsewhere")
        expect("elsewhere" in left and "pre-commit" not in left, f"a folder of one's own for hooks: {left}")
        os.chown(folder + "/.hn/config", STRANGER, STRANGER)
        left, _ = seen("another user's word of where")
        expect("elsewhere" not in left and "pre-commit" in left, f"another user's core.hooksPath: {left}")
        os.chown(folder + "/.hn/config", 0, 0)
        for path in (elsewhere, elsewhere + "/pre-commit"):
            os.chown(path, STRANGER, STRANGER)
            left, said = seen("another user's hooks elsewhere " + path)
            expect("elsewhere" not in left, f"another user's {path}: {left}")
            expect("another user's" in said[1][2], f"a hook elsewhere that was passed over is told: {said[1]}")
            os.chown(path, 0, 0)

    for what in failed:
        print(what)
    print(f"{len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
