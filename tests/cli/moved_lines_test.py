#!/usr/bin/env python3
"""Holds the colours of moved lines, and of a patch altogether, against git's, byte for byte.

usage: moved_lines_test.py HN [ROUNDS [SEED]]

Each round makes a git repository whose commits take blocks of lines from one place to another, in
the same file or the other one, some of them deeper, some too short to count, some twice; imports it;
and compares each commit's patch in every way of showing moved lines with one random way of comparing
them. Ends with "N passed, N failed"; skipped where there is no git.
"""

import random
import sys
import tempfile

from bench import World
from beside_git_test import compare, run_rounds

MODES = ["", "=no", "=default", "=plain", "=blocks", "=zebra", "=dimmed-zebra"]
SPACES = ["allow-indentation-change", "ignore-all-space", "ignore-space-change", "ignore-space-at-eol", "allow-indentation-change", "no"]
WORDS = ["alpha", "beta", "gamma", "}", "", "x", "a longer name", "return value"]
ENDS = ["", "", "", " ", "\t", "\r"]


def line(chance):
    if chance.randrange(8) == 0:
        return chance.choice(["", "", "  ", "\t"])
    indent = chance.choice(["", "", "  ", "\t", " \t", "    "])
    return indent + chance.choice(WORDS) + " " + chance.choice(WORDS) + chance.choice(ENDS)


def moved(chance, texts):
    """A block of one text, taken to a place in another or copied, and perhaps to another depth."""
    source, target = chance.choice(texts), chance.choice(texts)
    if not source:
        return
    at, count = chance.randrange(len(source)), chance.randrange(1, 9)
    block = source[at:at + count]
    if chance.randrange(4):
        source[at:at + count] = []
    deeper = chance.choice(["", "", "", "  ", "\t"])
    if chance.randrange(3) == 0:
        block = ["", *block]
    block = [deeper + text if text.strip() or chance.randrange(2) else text for text in block]
    if chance.randrange(4) == 0 and len(block) > 2:
        block[chance.randrange(len(block))] = line(chance)
    to = chance.randrange(len(target) + 1)
    target[to:to] = block


def history(chance, count):
    texts = [[line(chance) for _ in range(chance.randrange(25))] for _ in range(2)]
    out = []
    for i in range(count):
        if chance.randrange(5) == 0:
            texts[chance.randrange(2)].clear()
        if i > 0:
            for _ in range(chance.randrange(1, 5)):
                moved(chance, texts)
        out.append(b"commit refs/heads/main\ncommitter T <t@example.org> %d +0000\ndata 1\nx\n" % (1_500_000_000 + i))
        out.append(b"deleteall\n")
        for name, lines in zip("ab", texts):
            if not lines and chance.randrange(2):
                continue
            text = ("\n".join(lines) + ("\n" if lines and chance.randrange(4) else "")).encode()
            out.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text))
    return b"".join(out)


def one_round(program, seed):
    chance = random.Random(seed)
    passed, failed = 0, []
    with tempfile.TemporaryDirectory() as root:
        world = World(program, root)
        world.begin(history(chance, 12))
        for i in range(11):
            for mode in MODES:
                words = ["diff", "--color=always", "--color-moved" + mode]
                if chance.randrange(2):
                    words.append("--color-moved-ws=" + chance.choice(SPACES))
                words += chance.choice([[], [], ["-w"], ["-U0"]]) + [f"main~{i + 1}", f"main~{i}"]
                different = compare(world, words, {})
                if different:
                    failed.append(f"seed {seed}: {different}")
                else:
                    passed += 1
    return passed, failed


if __name__ == "__main__":
    sys.exit(run_rounds(8, one_round))
