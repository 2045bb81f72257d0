#!/usr/bin/env python3
"""Replays the merges of a git history: what hn makes of them beside git, and beside what people
committed.

  tests/bench/agreement.py HN-BINARY GIT-REPOSITORY [HN-REPOSITORY] [options]
  tests/bench/agreement.py build/release/hn ~/project.git

Every merge commit of two parents is merged again, by `hn merge-tree --stdin --json` and by
`git merge-tree --write-tree --stdin`, both in one process that answers pair after pair. Without
HN-REPOSITORY the history is imported into a new folder, removed at the end. Printed are

  merges            how many were replayed
  same verdict      both clean, or both in conflict
  same tree         of those where both are clean: the same id of git's
  conflicts         of each
  as committed      of those where it is clean: the tree that people committed
  seconds           of each, and merges a second; hn's with and without git's ids of the merged
                    folders, for which it reads and hashes every file of them once

and then every merge that differs, with a reason:

  rename            git finds a path renamed on one side, at so many percent, that the other
                    touched
  directory rename  git asks whether a file follows its renamed folder, or moves it there
  new folder        git leaves a folder that one side added in a folder that the other renamed:
                    it follows such a renaming only if a file was added right in the folder
  criss-cross base  there are several best common ancestors
  symlink or submodule, mode
                    the path is no ordinary file on some side
  alignment         both read the same three texts and match their lines otherwise
  other             none of these

  --sample N --seed S   replays N merges chosen by the seed S
  --differing N         prints at most N that differ (else 100)
  --json                one object in place of the table
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time


def git(repository, *words, check=True, data=None):
    done = subprocess.run(["git", "-C", repository, *words], capture_output=True, input=data)
    if check and done.returncode != 0:
        sys.exit(f"git {' '.join(words)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def merges_of(repository):
    out = []
    for line in git(repository, "rev-list", "--branches", "--tags", "--merges", "--parents").decode().splitlines():
        commit, *parents = line.split()
        if len(parents) == 2:
            out.append((commit, *parents))
    return out


def by_hn(hn, place, pairs):
    """One answer for each pair, and the seconds it took, without git's ids and with them."""
    asked = "".join(f"{a} {b}\n" for _, a, b in pairs).encode()
    seconds = []
    for words in ([], ["--json"]):
        start = time.monotonic()
        done = subprocess.run([hn, "-C", place, "merge-tree", "--stdin", *words],
                              capture_output=True, input=asked)
        seconds.append(time.monotonic() - start)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(pairs):
        sys.exit(f"hn answered {len(answers)} of {len(pairs)}: {done.stderr.decode()}")
    return answers, seconds


def by_git(repository, pairs):
    """As JSON of hn: clean, git_tree, messages (by kind and paths)."""
    start = time.monotonic()
    asked = "".join(f"{a} {b}\n" for _, a, b in pairs)
    out = git(repository, "merge-tree", "--write-tree", "--allow-unrelated-histories", "--stdin",
              "-z", data=asked.encode()) if pairs else b""
    seconds = time.monotonic() - start
    fields = out.split(b"\0")
    at = 0
    answers = []
    for _ in pairs:
        clean = fields[at] == b"1"
        tree = fields[at + 1].decode()
        at += 2
        if clean:
            at += 1
            answers.append({"clean": True, "git_tree": tree, "messages": [], "paths": []})
            continue
        paths = []
        while fields[at] != b"":
            paths.append(fields[at].split(b"\t", 1)[1])
            at += 1
        at += 1
        messages = []
        while fields[at] != b"":
            count = int(fields[at])
            messages.append((fields[at + 1 + count].decode(),
                             fields[at + 1:at + 1 + count]))
            at += 3 + count
        at += 1
        answers.append({"clean": clean, "git_tree": tree, "messages": messages,
                        "paths": sorted(set(paths))})
    return answers, seconds


def committed_trees(repository, pairs):
    asked = "".join(f"{m}^{{tree}}\n" for m, _, _ in pairs)
    lines = git(repository, "cat-file", "--batch-check=%(objectname)", data=asked.encode())
    return lines.decode().split()


def modes_at(repository, commit, path):
    line = git(repository, "ls-tree", commit, "--", path).decode(errors="replace")
    return line.split(" ", 1)[0]


def reason_of(repository, pair, hn, theirs):
    """Why the two differ, from the list above."""
    _, a, b = pair
    bases = git(repository, "merge-base", "--all", a, b, check=False).decode().split()
    if len(bases) > 1:
        return f"criss-cross base ({len(bases)})"
    kinds = {kind for kind, _ in theirs["messages"]}
    if any("location" in kind or "directory rename" in kind for kind in kinds):
        return "directory rename"
    found = renames_in(repository, bases, a, b, differing_paths(repository, hn, theirs))
    if found:
        return "rename: " + found
    paths = differing_paths(repository, hn, theirs)
    for path in paths:
        modes = {modes_at(repository, c, path) for c in (a, b, *bases)}
        if modes & {"120000", "160000"}:
            return "symlink or submodule: " + path
        if len(modes - {""}) > 1:
            return "mode: " + path
    left = left_behind(repository, bases, a, b, theirs)
    if left:
        return "new folder: " + left
    if paths:
        return "alignment: " + " ".join(paths[:3])
    return "other"


def names_in(repository, tree):
    return git(repository, "ls-tree", "-r", "-z", "--name-only", tree).decode(errors="replace").split("\0")[:-1]


def folders_of(paths):
    return {path[:i] for path in paths for i, letter in enumerate(path) if letter == "/"}


def left_behind(repository, bases, a, b, theirs):
    """A folder in git's result that neither the base has nor the side without the folder around it."""
    if len(bases) != 1 or not theirs["clean"]:
        return None
    of_base = folders_of(names_in(repository, bases[0]))
    of_both = [folders_of(names_in(repository, side)) for side in (a, b)]
    for folder in sorted(folders_of(names_in(repository, theirs["git_tree"])) - of_base):
        around = folder.rpartition("/")[0]
        if around in of_base and any(around not in side for side in of_both):
            return folder
    return None


def differing_paths(repository, hn, theirs):
    if hn["clean"] and theirs["clean"]:
        ours = hn["git_tree"]
        have = subprocess.run(["git", "-C", repository, "cat-file", "-e", ours],
                              capture_output=True).returncode == 0
        return git(repository, "diff-tree", "-r", "--name-only", ours,
                   theirs["git_tree"]).decode(errors="replace").split("\n")[:-1] if have else []
    mine = {path for path in hn["conflicts"] if isinstance(path, str)}
    return sorted(mine ^ {path.decode(errors="replace") for path in theirs["paths"]})


def renames_in(repository, bases, a, b, paths):
    """What git finds renamed on one side and touched on the other, of these paths if there are any."""
    found = []
    for side, other in ((a, b), (b, a)):
        if not bases:
            break
        touched = set(git(repository, "diff-tree", "-r", "--name-only", bases[0], other)
                      .decode(errors="replace").splitlines())
        for line in git(repository, "diff-tree", "-r", "-M", "-l0", "--diff-filter=R",
                        "--name-status", bases[0], side).decode(errors="replace").splitlines():
            score, old, new = line.split("\t")
            if old in touched and (not paths or {old, new} & set(paths)):
                found.append(f"{int(score[1:])} % {old} => {new}")
    return "; ".join(found[:2]) + (f" and {len(found) - 2} more" if len(found) > 2 else "")


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "-"


def compare(args, place):
    pairs = merges_of(args.git)
    if args.sample and args.sample < len(pairs):
        pairs = random.Random(args.seed).sample(pairs, args.sample)
    mine, hn_seconds = by_hn(args.hn, place, pairs)
    theirs, git_seconds = by_git(args.git, pairs)
    committed = committed_trees(args.git, pairs)
    out = {"repository": os.path.basename(args.git.rstrip("/")), "merges": len(pairs),
           "same_verdict": 0, "both_clean": 0, "same_tree": 0, "hn_conflicts": 0,
           "git_conflicts": 0, "hn_clean": 0, "git_clean": 0, "hn_as_committed": 0,
           "git_as_committed": 0, "hn_seconds": round(hn_seconds[0], 2),
           "hn_seconds_with_ids": round(hn_seconds[1], 2),
           "git_seconds": round(git_seconds, 2), "differing": []}
    for pair, a, b, people in zip(pairs, mine, theirs, committed):
        if "error" in a:
            a = {"clean": None, "conflicts": [], "git_tree": None, "error": a["error"]}
        out["hn_clean"] += a["clean"] is True
        out["git_clean"] += b["clean"]
        out["hn_conflicts"] += a["clean"] is False
        out["git_conflicts"] += not b["clean"]
        out["hn_as_committed"] += a["clean"] is True and a["git_tree"] == people
        out["git_as_committed"] += b["clean"] and b["git_tree"] == people
        same = a["clean"] == b["clean"]
        out["same_verdict"] += same
        both = same and b["clean"]
        out["both_clean"] += both
        out["same_tree"] += both and a["git_tree"] == b["git_tree"]
        if same and (not both or a["git_tree"] == b["git_tree"]):
            continue
        reason = a["error"] if "error" in a else reason_of(args.git, pair, a, b)
        out["differing"].append({
            "merge": pair[0], "hn": verdict(a), "git": verdict(b), "reason": reason})
    return out


def verdict(answer):
    return "clean" if answer["clean"] else "error" if answer["clean"] is None else "conflict"


def show(out, most):
    n = out["merges"]
    if n == 0:
        return print(f"{out['repository']}: no merges of two parents")
    rate = {who: f"{n / out[who + '_seconds']:.0f}/s" if out[who + "_seconds"] else "-"
            for who in ("hn", "git")}
    print(f"{out['repository']}: {n} merges")
    print(f"  same verdict   {out['same_verdict']} ({percent(out['same_verdict'], n)})")
    print(f"  same tree      {out['same_tree']} of {out['both_clean']} that are clean for both "
          f"({percent(out['same_tree'], out['both_clean'])})")
    print(f"  conflicts      hn {out['hn_conflicts']}, git {out['git_conflicts']}")
    print(f"  as committed   hn {percent(out['hn_as_committed'], out['hn_clean'])} of its clean ones, "
          f"git {percent(out['git_as_committed'], out['git_clean'])}")
    print(f"  seconds        hn {out['hn_seconds']} ({rate['hn']}), "
          f"with ids {out['hn_seconds_with_ids']} ({n / out['hn_seconds_with_ids']:.0f}/s), "
          f"git {out['git_seconds']} ({rate['git']})")
    for row in out["differing"][:most]:
        kind = f"hn {row['hn']}, git {row['git']}" if row["hn"] != row["git"] else "other tree"
        print(f"  {row['merge']} {kind}: {row['reason']}")
    if len(out["differing"]) > most:
        print(f"  and {len(out['differing']) - most} more")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hn")
    parser.add_argument("git")
    parser.add_argument("place", nargs="?")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--differing", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    args.hn = os.path.realpath(args.hn)
    args.git = os.path.realpath(args.git)
    folder = tempfile.mkdtemp()
    try:
        # The objects of merges that git tries stay out of the repository, which is only read.
        os.environ.update(HOME=folder, GIT_CONFIG_NOSYSTEM="1", XDG_DATA_HOME=folder + "/keys")
        alternates = git(args.git, "rev-parse", "--git-path", "objects").decode().strip()
        copy = folder + "/git"
        subprocess.run(["git", "init", "-q", "--bare", copy], check=True)
        with open(folder + "/.gitconfig", "w") as config:
            config.write("[safe]\n\tdirectory = *\n")
        with open(copy + "/objects/info/alternates", "w") as file:
            file.write(os.path.join(args.git, alternates) + "\n")
        shutil.copy(args.git + "/packed-refs", copy + "/packed-refs") \
            if os.path.exists(args.git + "/packed-refs") else None
        git(copy, "fetch", "-q", args.git, "+refs/*:refs/*")
        place = args.place and os.path.realpath(args.place)
        if not place:
            place = folder + "/hn"
            subprocess.run([args.hn, "import", "git", args.git, place], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        source, args.git = args.git, copy
        out = compare(args, place)
        out["repository"] = os.path.basename(source)
    finally:
        shutil.rmtree(folder)
    if args.json:
        print(json.dumps(out, indent=1))
    else:
        show(out, args.differing)


main()
