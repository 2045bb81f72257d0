#!/usr/bin/env python3
"""The fold of N heads beside git's chain of merges of the same commits.

  tests/bench/many_heads.py MANY-HEADS-BINARY [N]
  ninja -C build/release many_heads && tests/bench/many_heads.py build/release/tests/bench/many_heads

N devices committed once each on the same base: each a file of its own, each a line of one file, all
the same line, each a new file. hn folds them at once, in memory. Git merges one after the other by
`git merge-tree --write-tree`, without a working tree, and commits each result by `git commit-tree`;
where it conflicts the tree with markers is taken, as one must to go on. Commits are made by
`git fast-import`, which is not measured. Prints seconds, the ratio, and the last of git's merges alone,
to be put beside what fold_again says of one more head.
"""
import os
import re
import subprocess
import sys
import tempfile
import time


def lines(count, changed, text):
    return "".join(f"{text}\n" if i == changed else f"line {i}\n" for i in range(count))


def worlds(n):
    name = "f{:05}".format
    files = {name(i): lines(20, -1, "") for i in range(n)}
    yield "each a file of its own", files, [{name(i): lines(20, 7, f"by {i}")} for i in range(n)]
    one = {"f": lines(4 * n, -1, "")}
    yield "each a line of one file", one, [
        {"f": lines(4 * n, 4 * i + 1, f"by {i}")} for i in range(n)]
    yield "all the same line", {"f": lines(100, -1, "")}, [
        {"f": lines(100, 50, f"by {i}")} for i in range(n)]
    yield "each adds a file", {"f": "x\n"}, [{name(i): "own\n"} for i in range(n)]


def git(*words, **more):
    return subprocess.run(["git", *words], capture_output=True, text=True, **more)


def stream(base, edits):
    who = "A <a@example.org>"
    out = [f"commit refs/heads/base\nmark :1\ncommitter {who} 1 +0000\ndata 0\n"]
    for name, text in base.items():
        out.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    for i, edit in enumerate(edits):
        out.append(f"commit refs/heads/h{i}\ncommitter {who} {i + 2} +0000\ndata 0\nfrom :1\n")
        for name, text in edit.items():
            out.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    return "".join(out)


def chain(folder, n):
    start = last = time.monotonic()
    tip = git("rev-parse", "refs/heads/h0", cwd=folder).stdout.strip()
    for i in range(1, n):
        last = time.monotonic()
        head = f"refs/heads/h{i}"
        merged = git("merge-tree", "--write-tree", tip, head, cwd=folder)
        if merged.returncode not in (0, 1):
            sys.exit(merged.stderr)
        tree = merged.stdout.split("\n", 1)[0]
        tip = git("commit-tree", tree, "-p", tip, "-p", head, "-m", "merge", cwd=folder).stdout.strip()
    end = time.monotonic()
    return end - start, end - last


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    told = subprocess.run([sys.argv[1], str(n)], check=True, capture_output=True, text=True).stdout
    own = dict(re.findall(r"^(.*): ([0-9.e-]+) s", told, re.M))
    os.environ.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
                      GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.org",
                      GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@example.org")
    print(f"{n} heads                         hn         git       ratio     its last")
    for what, base, edits in worlds(n):
        with tempfile.TemporaryDirectory() as folder:
            git("init", "-q", "--bare", folder)
            git("fast-import", "--quiet", cwd=folder, input=stream(base, edits), check=True)
            took, last = chain(folder, n)
        print(f"  {what:26} {float(own[what]):7.3f} s  {took:7.2f} s  {float(own[what]) / took:8.4f}  {last:9.3f} s")


if __name__ == "__main__":
    main()
