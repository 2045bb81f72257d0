#!/usr/bin/env python3
"""The QR code that hn invite prints says the link that it prints.

usage: qr_test.py HN

The modules are read off what was printed, and held to those that qrencode(1) makes of the link; where
zbarimg(1) is installed, it reads the code as well. Ends with 77 where neither is there.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile

import bench

BLOCKS = {" ": (1, 1), "\u2580": (0, 1), "\u2584": (1, 0), "\u2588": (0, 0)}  # upper, lower; 1 is dark
MARGIN = 2


def modules(lines):
    """Rows of 0 and 1 (dark), without the margin, which has to be light."""
    rows = []
    for line in lines:
        pairs = [BLOCKS[c] for c in line]
        rows.append([pair[0] for pair in pairs])
        rows.append([pair[1] for pair in pairs])
    width = len(rows[0])
    rows = rows[:width]
    inner = [row[MARGIN:-MARGIN] for row in rows[MARGIN:-MARGIN]]
    dark = sum(map(sum, rows)) - sum(map(sum, inner))
    return inner if dark == 0 else f"{dark} dark modules in the margin"


def by_qrencode(link):
    text = subprocess.run(["qrencode", "-8", "-l", "L", "-m", "0", "-t", "ASCII", link], check=True, capture_output=True,
                          text=True).stdout
    return [[int(line[2 * n] == "#") for n in range(len(line) // 2)] for line in text.split("\n") if line]


def by_zbar(rows, folder):
    """What a reader of pictures sees, four dots for a module and a margin of four modules."""
    white = [0] * 4
    rows = [white + row + white for row in rows]
    blank = [[0] * len(rows[0])] * 4
    picture = [[dot for dot in row for _ in range(4)] for row in blank + rows + blank for _ in range(4)]
    with open(folder + "/code.pbm", "w", encoding="ascii") as file:
        file.write(f"P1\n{len(picture[0])} {len(picture)}\n" + "\n".join(" ".join(map(str, row)) for row in picture))
    return subprocess.run(["zbarimg", "-q", "--raw", folder + "/code.pbm"], check=False, capture_output=True,
                          text=True).stdout.strip()


def check(users, text):
    link, *lines = text.rstrip("\n").split("\n")
    users.expect(link.startswith("hn:"), f"the link first: {link}")
    rows = modules(lines)
    if shutil.which("qrencode"):
        users.expect(rows == by_qrencode(link), "the modules are qrencode's")
    if shutil.which("zbarimg"):
        users.expect(by_zbar(rows, users.root) == link, "and are read as the link")
    users.expect(len(lines[0]) <= 80, f"it fits a terminal: {len(lines[0])} columns")


def on_terminal(users, *words):
    """Standard output alone is a terminal."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen([users.hn, *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL,
                            cwd=users.folder, env={**users.environment, "TERM": "xterm"})
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how a terminal ends
            break
        if not part:
            break
        out += part
    os.close(ours)
    users.expect(done.wait() == 0, f"{words}")
    return out.decode().replace("\r\n", "\n")


def main():
    if not shutil.which("qrencode") and not shutil.which("zbarimg"):
        print("neither qrencode nor zbarimg is installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as root:
        users = bench.Bench(os.path.abspath(sys.argv[1]), root)
        users.make_folder()
        users.must("init", ".")
        for addresses in (["192.0.2.1:4697"], ["[2001:db8::1]:4697", "anna.example.org", "192.0.2.1:4697"]):
            words = [word for address in addresses for word in ("--addr", address)]
            check(users, users.must("invite", "--write", "--qr-always", *words))
            shown = on_terminal(users, "invite", "--write", "--qr", *words)
            users.expect("\x1b[38;5;231;48;5;16m" in shown, "in colours on a terminal")
            check(users, re.sub(r"\x1b\[[0-9;]*m", "", shown))
        before = users.must("log", "--json", "--all")
        for words, wanted in ((("--qr",), "no terminal" ), (("--qr-always", "--json"), "exclude")):
            status, out, err = users.run("invite", "--write", *words)
            users.expect(status == 129 and not out, f"{words}: {status} {err}")
            users.expect(wanted in err or "is none" in err, err)
        users.expect(users.must("log", "--json", "--all") == before, "nothing was recorded")
    print(f"{users.passed} right, {users.failed} wrong")
    sys.exit(users.failed > 0)


if __name__ == "__main__":
    main()
