#!/usr/bin/env python3
"""What cannot be read, or is no file, is never taken for nothing: hn says so, reads pipes to their end, and
waits for no fifo of the working tree.

usage: unread_test.py HN

Runs as a user without rights of its own (nobody, where it is started by root). A command that waits for
a fifo is ended after a while, and fails. Ends with 77 where that user cannot start the program.
"""

import os
import pty
import shutil
import subprocess
import sys
import tempfile

from bench import Bench

NOBODY = 65534


class Reader(Bench):
    def __init__(self, hn, root):
        if os.geteuid() == 0:
            os.chown(root, NOBODY, NOBODY)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        super().__init__(hn, root)

    def begin(self, **files):
        self.make_folder()
        self.must("init", "--name", "a")
        for name, text in files.items():
            self.write(name.replace("__", "/").replace("_", "."), text)
        self.must("commit", "-m", "one")

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        if os.path.lexists(self.at(name)):
            os.remove(self.at(name))
        with open(self.at(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        file = os.open(self.at(name), os.O_RDONLY | os.O_NONBLOCK)
        with open(file, encoding="utf-8") as opened:
            return opened.read()

    def fifo(self, name):
        if os.path.lexists(self.at(name)):
            os.remove(self.at(name))
        os.mkfifo(self.at(name))

    def gives(self, words, status, out=None, err=None, without=None):
        """It ends so; what it prints holds these words, and not those."""
        try:
            done = self.run(*words)
        except subprocess.TimeoutExpired:
            return self.expect(False, f"{words} waits for ever")
        right = (done[0] == status and (out is None or out in done[1]) and (err is None or err in done[2])
                 and (without is None or without not in done[1]))
        return self.expect(right, f"{words}: {done}, wanted {status}, {out!r}, {err!r}, not {without!r}")

    def shell(self, line, status, out="", err=""):
        done = self.program("bash", "-c", line)
        self.expect(done[0] == status and out in done[1] and err in done[2],
                    f"{line}: {done}, wanted {status}, {out!r}, {err!r}")


def rules(b):
    """An ignore file that nobody can read keeps what it ignores out of commits, and from being removed."""
    for spoil in (lambda: os.chmod(b.at(".gitignore"), 0), lambda: b.fifo(".gitignore")):
        for name in (".gitignore", ".hnignore"):
            b.begin(a="a\n")
            b.write(".gitignore", "secret\n")
            b.write("secret", "s\n")
            spoil()
            if name != ".gitignore":
                os.rename(b.at(".gitignore"), b.at(name))
            b.write("new", "n\n")
            b.gives(["commit", "-m", "x"], 128, err=name + " cannot be read")
            b.gives(["status", "-s"], 0, err=name)
            b.gives(["status"], 0, err=name)
            b.gives(["clean", "-f"], 128, err=name)
            b.expect(os.path.exists(b.at("secret")), "clean removed what is ignored")
            b.expect("secret" not in b.must("log", "--name-only"), "what is ignored was recorded")
            b.write("a", "b\n")
            b.gives(["commit", "-m", "x", "a"], 0)
    b.begin(a="a\n", d__a="a\n")
    b.write("d/.gitignore", "secret\n")
    b.write("d/secret", "s\n")
    os.chmod(b.at("d/.gitignore"), 0)
    b.gives(["commit", "-m", "x", "d"], 128, err="d/.gitignore cannot be read")
    os.symlink("nowhere", b.at(".gitignore"))
    b.write("new", "n\n")
    b.gives(["commit", "-m", "x", "new"], 0)


def links(b):
    """A symlink is its text, whatever it leads to."""
    b.begin(a="a\n")
    os.symlink("/etc/passwd", b.at("pw"))
    b.gives(["commit", "-m", "l"], 0)
    b.gives(["blame", "pw"], 0, out="/etc/passwd", without="root:")
    b.gives(["diff", "HEAD~", "HEAD"], 0, out="+/etc/passwd", without="root:")
    b.gives(["grep", "root"], 1)
    b.begin(d__f="line\n")
    shutil.rmtree(b.at("d"))
    os.mkdir(b.root + "/elsewhere")
    with open(b.root + "/elsewhere/f", "w", encoding="utf-8") as file:
        file.write("other\n")
    os.symlink("../elsewhere", b.at("d"))
    b.gives(["grep", "other"], 1)
    b.gives(["blame", "d/f"], 128, err="d/f", without="other")
    b.gives(["blame", "HEAD", "d/f"], 0, out="line", without="other")


def fifos(b):
    """None of the working tree is waited for."""
    b.begin(a="one\n", b="one\n")
    b.fifo("a")
    b.gives(["blame", "a"], 128, err="'a'")
    b.gives(["status", "-s"], 0, out=" M a\n", err="a: ")
    b.gives(["status", "--porcelain"], 0, out=" M a\n", err="a: ")
    b.gives(["diff"], 128, err="a: ")
    b.gives(["diff", "--quiet"], 1, err="a: ")
    b.gives(["diff", "--exit-code"], 1, err="a: ")
    b.gives(["diff", "--", "b"], 0, err="")
    b.gives(["grep", "one"], 0, out="b:one", err="a is neither")
    b.gives(["commit", "-m", "x", "a"], 128, err="a cannot be read")
    b.gives(["rm", "a"], 1, err="a ")
    b.gives(["restore", "a"], 0)
    b.expect(b.read("a") == "one\n", "restore left the fifo")
    b.fifo("a")
    b.gives(["rm", "-f", "a"], 0)
    b.expect(not os.path.lexists(b.at("a")), "rm -f left the fifo")
    b.begin(a="one\n")
    b.gives(["branch", "old"], 0)
    b.write("a", "two\n")
    b.gives(["commit", "-m", "two"], 0)
    b.fifo("a")
    b.gives(["switch", "old"], 1, err="a ")
    b.gives(["switch", "-f", "old"], 0)
    b.expect(b.read("a") == "one\n", "switch -f left the fifo")
    b.fifo("new")
    b.gives(["blame", "new"], 128)
    b.gives(["status", "-s"], 0, without="new")
    b.gives(["check-attr", "merge", "--", "a"], 0)
    b.fifo(".hnattributes")
    b.gives(["check-attr", "merge", "--", "a"], 0)
    b.fifo(".gitignore")
    b.gives(["check-ignore", "a"], 1)


def pipes(b):
    """A pipe that is named is read to its end."""
    b.begin(sub="sub\nother\n")
    b.environment["HN"] = b.hn
    b.shell("$HN grep -f <(echo sub)", 0, "sub:sub\n")
    b.shell("$HN grep -c -f <(echo sub)", 0, "sub:1\n")
    b.shell("echo other | $HN grep -f -", 0, "sub:other\n")
    for name in ("<(sleep 0; echo 'by a pipe')", "/dev/stdin", "-"):
        b.shell(f"echo 'by a pipe' | $HN commit --allow-empty -F {name}", 0, "by a pipe")
    b.shell("$HN tag -F <(echo tagged) t && $HN show t", 0, "tagged")
    b.shell("$HN commit --allow-empty -F <(head -c 200000 /dev/zero)", 128, err="too long")
    b.shell("head -c 200000 /dev/zero | $HN commit --allow-empty -F -", 128, err="too long")
    b.shell("$HN commit --allow-empty -F nothing", 128, err="there is no file nothing")
    b.shell("$HN commit --allow-empty -F .", 128, err="directory")


def folders(b):
    """What cannot be changed is said before anything is."""
    for mode in (0, 0o555):
        b.begin(a="a\n", src__a="a\n", src__b="b\n")
        os.chmod(b.at("src"), mode)
        b.gives(["rm", "-r", "src"], 128, err="src")
        b.gives(["rm", "-r", "-f", "src", "a"], 128, err="src")
        os.chmod(b.at("src"), 0o755)
        b.expect(b.read("src/a") == "a\n" and b.read("a") == "a\n", "rm went half the way")
        b.write("src/a", "changed\n")
        b.write("a", "changed\n")
        os.chmod(b.at("src"), mode)
        b.gives(["restore", "."], 128, err="src")
        os.chmod(b.at("src"), 0o755)
        b.expect(b.read("a") == "changed\n", "restore went half the way")
        b.gives(["restore", "."], 0)
        b.expect(b.read("a") == "a\n" and b.read("src/a") == "a\n", "restore did not")
        b.gives(["rm", "-r", "src"], 0)


def files(b):
    """A recorded file that cannot be read may differ."""
    b.begin(sum_c="one\n", b="one\n")
    b.write("sum.c", "two\n")
    os.chmod(b.at("sum.c"), 0)
    b.gives(["status", "-s"], 0, out=" M sum.c\n", err="sum.c: cannot be read")
    b.gives(["status", "--porcelain"], 0, out=" M sum.c\n", err="sum.c: cannot be read")
    b.gives(["status", "--porcelain=v2"], 0, out="1 .M N... 100644 100644 100644 ", err="sum.c: cannot be read")
    b.gives(["status", "-s", "b"], 0, out="", err="")
    b.expect(b.must("status", "-s", "b") == "", "what cannot be read is shown beside what is meant")
    b.gives(["status"], 0, without="modified")
    b.gives(["commit", "--dry-run"], 1, without="sum.c\n")
    b.gives(["commit", "--short"], 1, out=" M sum.c\n")
    b.expect('"status"' not in b.must("status", "--json"), "what cannot be read is known to differ")
    b.gives(["diff"], 128, err="sum.c")
    b.gives(["diff", "--exit-code", "--quiet"], 1, err="sum.c")
    b.gives(["diff", "b"], 0, err="")
    b.gives(["grep", "one"], 0, out="b:one", err="sum.c cannot be read")
    b.gives(["blame", "sum.c"], 128, err="sum.c")
    b.gives(["commit", "-m", "x", "sum.c"], 128, err="sum.c cannot be read")
    b.gives(["commit", "-m", "x"], 1, err="sum.c")
    b.gives(["restore", "sum.c"], 0)
    b.expect(b.read("sum.c") == "one\n", "restore left what cannot be read")
    b.write("sum.c", "two\n")
    os.chmod(b.at("sum.c"), 0)
    b.gives(["rm", "-f", "sum.c"], 0)


def deep(b):
    """Folders below so many others are told of."""
    b.begin(a="a\n")
    here = os.open(b.folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    b.gives(["status", "-s"], 0, err="too deep")
    b.gives(["clean", "-f", "-d"], 0, err="too deep")
    b.gives(["commit", "-m", "x", "d"], 128, err="too deep")
    b.gives(["commit", "-m", "x"], 1, err="d/d/d")
    b.program("rm", "-rf", b.at("d"))


def pager(b):
    """A pager that cannot be started takes no output with it."""
    b.begin(a="a\n")
    for name, told in (("/nonexistent", True), ("nonexistent-pager -x", True), ("exec cat", False), ("cat -u", False)):
        ours, theirs = pty.openpty()
        own = {**b.environment, "PAGER": name}
        done = subprocess.run([b.hn, "log", "--oneline"], cwd=b.folder, env=own, stdin=subprocess.DEVNULL,
                              stdout=theirs, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        os.close(theirs)
        out = os.read(ours, 4096)
        os.close(ours)
        said = "cannot be started" in done.stderr
        b.expect(done.returncode == 0 and b"one" in out and said == told, f"pager {name}: {out} {done}")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        hn = shutil.copy(os.path.abspath(sys.argv[1]), root + "/program")
        b = Reader(hn, root)
        for test in (rules, links, fifos, pipes, folders, files, deep, pager):
            test(b)
        print(f"{b.passed} passed, {b.failed} failed")
    return 1 if b.failed else 0


if __name__ == "__main__":
    sys.exit(main())
