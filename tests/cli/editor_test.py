#!/usr/bin/env python3
"""hn commit with an editor, from a terminal as people have it.

usage: editor_test.py HN

Each commit runs in a session of its own whose terminal is a pseudo-terminal; the editor is a script
that says when it is ready and takes what is typed. Nothing sleeps: output is waited for.
"""

import os
import pty
import select
import subprocess
import sys
import tempfile

from bench import environment

SECONDS_MAX = 30

EDITOR = """#!/bin/sh
trap '' INT
[ -t 0 ] && [ -t 1 ] || { echo no terminal; exit 1; }
printf 'READY %s\\n' "$(basename "$1")"
read -r line
[ "$line" != fail ] || exit 3
[ "$line" != nothing ] || { : >"$1"; exit; }
printf '%s\\n' "$line" >"$1"
"""


class Terminal:
    """A command whose three streams, and whose keyboard, are a terminal."""

    def __init__(self, words, folder, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(words[0], words, environment)
        self.said = b""

    def wait_for(self, text):
        while text.encode() not in self.said:
            if not self.more():
                raise SystemExit(f"no {text!r} came: {self.said.decode(errors='replace')}")

    def more(self):
        if not select.select([self.fd], [], [], SECONDS_MAX)[0]:
            os.kill(self.pid, 9)
            return False
        try:
            came = os.read(self.fd, 4096)
        except OSError:  # how Linux says that the other end is closed
            came = b""
        self.said += came
        return bool(came)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        while self.more():
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), self.said.decode(errors="replace")


class Bench:
    def __init__(self, hn, folder):
        self.hn, self.folder = hn, folder
        self.failed = []
        for name in ("own", "tree"):
            os.mkdir(f"{folder}/{name}")
        self.editor = folder + "/editor"
        with open(self.editor, "w", encoding="utf-8") as file:
            file.write(EDITOR)
        os.chmod(self.editor, 0o755)
        self.environment = environment(folder + "/own", TERM="xterm", GIT_CONFIG_NOSYSTEM="1")

    def hn_says(self, *words):
        done = subprocess.run([self.hn, *words], cwd=self.folder + "/tree", env=self.environment, check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=SECONDS_MAX)
        return done.stdout

    def change(self):
        with open(self.folder + "/tree/file", "a", encoding="utf-8") as file:
            file.write("more\n")

    def commit(self, typed, *words, **more):
        """(status, output) of a commit whose editor is told this."""
        terminal = Terminal([self.hn, "commit", *words], self.folder + "/tree", {**self.environment, **more})
        if typed is not None:
            terminal.wait_for("READY COMMIT_EDITMSG")
            for text in typed:
                terminal.type(text)
        return terminal.end()

    def expect(self, right, what):
        if not right:
            self.failed.append(what)

    def expect_commit(self, typed, subject, **more):
        self.change()
        status, said = self.commit(typed, **more)
        self.expect(status == 0, f"{typed} {more}: {status} {said}")
        last = self.hn_says("log", "-1", "--format=%s").strip()
        self.expect(last == subject, f"{typed} {more}: the last commit is '{last}'")

    def expect_none(self, typed, **more):
        self.change()
        before = self.hn_says("log", "-1", "--format=%H")
        status, said = self.commit(typed, **more)
        self.expect(status != 0 and "hn: " in said, f"{typed} {more}: {status} {said}")
        self.expect(self.hn_says("log", "-1", "--format=%H") == before, f"{typed} {more}: something was recorded")
        self.expect(self.hn_says("status", "--short") == " M file\n", f"{typed} {more}: the change is gone")

    def expect_refused_after_an_amend(self, hook):
        """What somebody stands on is taken back and collected, while the editor is open or a hook runs."""
        self.change()
        meanwhile = f"{self.hn} commit --no-verify --amend -m meanwhile && {self.hn} gc --prune now\n"
        program = self.folder + ("/tree/.hn/hooks/commit-msg" if hook else "/meanwhile")
        os.makedirs(os.path.dirname(program), exist_ok=True)
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + meanwhile + ("" if hook else "echo late >\"$1\"\n"))
        os.chmod(program, 0o755)
        words = ["-m", "late"] if hook else []
        status, said = self.commit(None, *words, EDITOR=program)
        self.expect(status != 0 and "moved on meanwhile: what it stood on was taken back" in said,
                    f"after an amend and a collection, hook {hook}: {status} {said}")
        last = self.hn_says("log", "-1", "--format=%s").strip()
        self.expect(last == "meanwhile", f"after an amend and a collection: the last commit is '{last}'")


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), os.path.realpath(folder))
        bench.hn_says("init", ".")
        bench.hn_says("config", "user.name", "Anna")
        bench.hn_says("config", "user.email", "anna@example.org")
        bench.change()
        bench.hn_says("commit", "-m", "first")
        editor = bench.editor
        bench.expect_commit(["by EDITOR\n"], "by EDITOR", EDITOR=editor)
        bench.expect_commit(["by VISUAL\n"], "by VISUAL", EDITOR="false", VISUAL=editor)
        bench.expect_commit(["by HN_EDITOR\n"], "by HN_EDITOR", EDITOR="false", VISUAL="false", HN_EDITOR=editor)
        bench.hn_says("config", "core.editor", editor)
        bench.expect_commit(["by core.editor\n"], "by core.editor", EDITOR="false", VISUAL="false")
        bench.expect_commit(["dumb too\n"], "dumb too", TERM="dumb")
        bench.hn_says("config", "core.editor", "false")
        bench.expect_commit(["over it\n"], "over it", HN_EDITOR=editor)
        bench.expect_none(None, EDITOR=editor, VISUAL=editor)
        bench.hn_says("config", "--unset", "core.editor")
        # A terminal that cannot place a cursor has no use for VISUAL.
        bench.expect_commit(["dumb\n"], "dumb", EDITOR=editor, VISUAL="false", TERM="dumb")
        # What is typed means the editor: one that ignores ^C goes on, and hn waits for it.
        bench.expect_commit(["\x03", "after all\n"], "after all", EDITOR=editor)
        bench.expect_none(["fail\n"], EDITOR=editor)
        bench.expect_none(["nothing\n"], EDITOR=editor)
        bench.expect_none(None, EDITOR="false")
        bench.expect_none(None, TERM="dumb")
        bench.expect_refused_after_an_amend(hook=False)
        bench.expect_refused_after_an_amend(hook=True)
    print("\n".join(bench.failed) if bench.failed else "passed")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
