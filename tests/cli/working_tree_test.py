#!/usr/bin/env python3
"""Holds the verbs that describe and change a working tree against git's, in one folder that both keep.

usage: working_tree_test.py HN [ROUNDS [SEED]]

Each round makes a folder with a recorded state and random changes on top: files edited, removed, made
executable, replaced by links and folders, new ones, ignored ones, empty folders. Then `status`,
`check-ignore` and `clean -n` must print the same bytes, from the root and from folders below, with
random options and pathspecs; and `rm`, `mv`, `restore` and `clean -f`, each in copies of the folder,
must leave the same files. Ends with "N passed, N failed"; skipped where there is no git.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from bench import World

NAMES = ["a", "b.txt", "c.o", "x y", "ü", "q\"t", "tab\there", "d/a", "d/b.txt", "d/c.o", "d/e/a", "d/e/c.o",
         "d/e/f/a", "n/a", "n/c.o", "o/a.o", "o/b.o", "o/p/c.o", "build/a", "build/b/c", "Z/a", "keep.o",
         "[x]", "d/keep.o", "-dash"]
IGNORE = [b"*.o\n", b"*.o\n!keep.o\n", b"build/\n", b"/d/e\n", b"# none\n\n", b"build\n*.o\n", b"d/**/a\n",
          b"n/*\n!n/a\n", b"\\[x]\n", b"x y  \nx\\ y\n"]
PATHS = ["d", "d/e", "a", "*.txt", "*", ":!d", "d/*", "n/", "o", "build", ":(icase)D", "d/e/a", ":(glob)d/*", ".",
         ":/", "x y", "Z"]


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def write(folder, name, text):
    """A file, in place of what stands there or on the way."""
    path = folder
    for part in name.split("/")[:-1]:
        path = os.path.join(path, part)
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path)):
            os.remove(path)
        os.makedirs(path, exist_ok=True)
    path = os.path.join(folder, name)
    remove(path)
    with open(path, "wb") as file:
        file.write(text)


def mutate(chance, folder):
    name = chance.choice(NAMES)
    path = os.path.join(folder, name)
    what = chance.randrange(9)
    if what < 4:
        write(folder, name, b"%d\n" % chance.randrange(1000))
    elif what == 4:
        remove(path)
    elif what == 5 and os.path.isfile(path) and not os.path.islink(path):
        os.chmod(path, chance.choice([0o644, 0o755]))
    elif what == 6 and os.path.isdir(os.path.dirname(path)):
        remove(path)
        os.symlink(chance.choice(["somewhere", ".", "a"]), path)
    elif what == 7 and not os.path.lexists(path) and os.path.isdir(os.path.dirname(path)):
        os.mkdir(path)
    elif what == 8:
        remove(os.path.join(folder, name.split("/")[0]))
    if chance.randrange(12) == 0:
        write(folder, chance.choice([".gitignore", "d/.gitignore"]), chance.choice(IGNORE))


def make(world, chance, folder):
    os.mkdir(folder)
    world.must(["git", "init", "-q"], folder)
    world.must(world.hn("init", "--name", "t"), folder)
    if chance.randrange(3):
        write(folder, ".gitignore", chance.choice(IGNORE))
    if chance.randrange(3) == 0:
        write(folder, "d/.gitignore", chance.choice(IGNORE))
    if chance.randrange(12):
        for _ in range(chance.randrange(4, 20)):
            write(folder, chance.choice(NAMES), b"%d\n" % chance.randrange(1000))
        world.must(["git", "add", "-A"], folder)
        world.must(["git", "commit", "-qm", "one", "--allow-empty"], folder)
        world.must(world.hn("commit", "-m", "one", "--allow-empty"), folder)
    for _ in range(chance.randrange(12)):
        mutate(chance, folder)
    forced = [name for name in ["c.o", "d/c.o", "build/a"] if os.path.isfile(os.path.join(folder, name))]
    if forced and chance.randrange(2):
        name = chance.choice(forced)
        if world.run(["git", "ls-files", "--error-unmatch", name], folder)[0] != 0:
            if world.run(["git", "check-ignore", name], folder)[0] == 0:
                world.must(["git", "add", "-N", "-f", name], folder)
                world.must(world.hn("add", "-f", name), folder)


def some_paths(chance):
    words = chance.sample(PATHS, chance.randrange(1, 3))
    # Beside what means everything, hn takes no other word into account.
    return words[:1] if ":/" in words or "." in words else words


def status_words(chance):
    words = ["status", *chance.choice([["-s"], ["--short"], ["--porcelain"], ["--porcelain=v1"], ["--porcelain=v2"],
                                       ["-z"], ["-s", "-z"], ["--porcelain=v2", "-z"], ["-sb"],
                                       ["--porcelain=v2", "-b"]])]
    words += chance.choice([[], [], ["-uno"], ["-unormal"], ["-uall"], ["-u"], ["--untracked-files=all"]])
    words += chance.choice([[], ["--ignored"], ["--ignored=traditional"], ["--ignored=no"]])
    # With several paths git shows folders that are ignored one way or the other.
    paths = some_paths(chance)[:1 if "--ignored" in words or "--ignored=traditional" in words else 2]
    return words + (["--", *paths] if chance.randrange(3) == 0 else [])


def check_ignore_words(chance):
    names = [chance.choice([n, n.split("/")[0], n + "/", n.rsplit("/", 1)[0] + "/new.o"]) for n in chance.sample(NAMES, 4)]
    words = ["check-ignore", *chance.choice([[], ["-v"], ["-v", "-n"], ["--no-index"], ["-v", "--no-index"], ["-q"]])]
    if words[-1] == "-q":
        names = names[:1]
    if chance.randrange(3) == 0 and words[-1] != "-q":
        nul = chance.randrange(2)
        return words + ["--stdin"] + (["-z"] if nul else []), ("\0" if nul else "\n").join(names + [""]).encode()
    return words + ["--", *names], None


def clean_words(chance):
    words = ["clean", *chance.choice([[], ["-d"]]), *chance.choice([[], ["-x"], ["-X"]]),
             *chance.choice([[], [], ["-e", "a"], ["-e", "build"]])]
    return words + (["--", *some_paths(chance)] if chance.randrange(3) == 0 else [])


def plain(out):
    """Without ids of commits, and hn's own folder, which git takes for one that is ignored."""
    out = re.sub(rb"# branch.oid [0-9a-f]+", b"# branch.oid", out)
    return re.sub(rb"(?:!!?|Would remove) (?:\.\./)*\.hn/[^\n\0]*[\n\0]", b"", out)


def folders_in(folder):
    return [at for at in ["", "d", "d/e", "o"] if os.path.isdir(os.path.join(folder, at))
            and not os.path.islink(os.path.join(folder, at.split("/")[0]))]


def listing(folder):
    """What stands in a folder; empty folders too."""
    out = {}
    for at, folders, files in os.walk(folder):
        for name in list(folders):
            path = os.path.join(at, name)
            if at == folder and name in (".git", ".hn"):
                folders.remove(name)
            elif os.path.islink(path):
                files.append(name)
        if at != folder and not folders and not files:
            out[os.path.relpath(at, folder)] = "folder"
        for name in files:
            path = os.path.join(at, name)
            key = os.path.relpath(path, folder)
            if os.path.islink(path):
                out[key] = "-> " + os.readlink(path)
            else:
                with open(path, "rb") as file:
                    out[key] = (os.stat(path).st_mode & 0o100, file.read())
    return out


def told(words, at, ours, theirs):
    def text(value):
        return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return f"{' '.join(words)} in '{at}'\n--- git\n{text(theirs)[:1200]}\n--- hn\n{text(ours)[:1200]}"


def compare_output(world, chance, folder):
    at = chance.choice(folders_in(folder))
    where = os.path.join(folder, at)
    kind = chance.randrange(5)
    stdin = None
    if kind < 3:
        words = status_words(chance)
    elif kind == 3:
        words, stdin = check_ignore_words(chance)
    else:
        words = clean_words(chance)
        words.insert(1, "-n")
    git_status, git_out, git_err = world.run(["git", *words], where, stdin)
    status, out, err = world.run(world.hn(*words), where, stdin)
    if b"Would refuse to remove current" in git_out:
        return None if b"Would remove ./\n" not in out else told(words, at, out, git_out)
    if git_status > 1:
        return None if status > 1 else told(words, at, f"{status}", f"{git_status} {git_err}")
    if (status, plain(out)) == (git_status, plain(git_out)):
        return None
    return told(words, at, b"%d\n" % status + out + err, b"%d\n" % git_status + git_out)


def compare_effect(world, chance, folder, spare):
    """Nothing, or how two copies differ after git in one and hn in the other."""
    names = [chance.choice([n, n.split("/")[0]]) for n in chance.sample(NAMES, 2)]
    kind = chance.randrange(4)
    if kind == 0:
        words = ["rm", *chance.choice([[], ["-r"], ["-f"], ["-r", "-f"]]), "--", *names[:chance.randrange(1, 3)]]
    elif kind == 1:
        words = ["mv", *chance.choice([[], ["-f"], ["-k"]]), "--", names[0], chance.choice([names[1], "new", "d", "Z/", "d/new"])]
    elif kind == 2:
        words = ["restore", "--", chance.choice(PATHS)]
    else:
        words = clean_words(chance)
        words.insert(1, "-f")
    listings, ends = [], []
    for program in (["git"], [world.program]):
        remove(spare)
        shutil.copytree(folder, spare, symlinks=True)
        before = listing(spare)
        ends.append(world.run([*program, *words], spare))
        listings.append(listing(spare))
    # Git moves no folder of which a file is gone, and nothing new; and it empties what was added by intent alone.
    if re.search(b"pathspec '.' did not|bad source|not under version control|source directory is empty", ends[0][2]) or (words[0] == "restore" and adds_by_intent(world, folder)):
        return None
    if (ends[0][0] == 0) != (ends[1][0] == 0):
        # What hn does not do it has to leave alone.
        refused = ends[1][0] != 0 and listings[1] == before
        return None if refused and is_stricter(words) else told(words, "", ends[1], ends[0])
    if listings[0] == listings[1]:
        return None
    return told(words, "", sorted(set(map(str, listings[1].items())) - set(map(str, listings[0].items()))),
                sorted(set(map(str, listings[0].items())) - set(map(str, listings[1].items()))))


def adds_by_intent(world, folder):
    return b"\n A " in b"\n" + world.run(["git", "status", "--porcelain"], folder)[1]


def is_stricter(words):
    """Where hn refuses what git does: a new file would be lost, or an add -N of git's is not recorded."""
    return words[0] in ("restore", "rm", "mv")


def one_round(program, seed, count):
    chance = random.Random(seed)
    passed, failures = 0, []
    with tempfile.TemporaryDirectory(prefix="hn-working-tree.") as root:
        world = World(program, os.path.realpath(root))
        folder, spare = os.path.join(world.root, "here"), os.path.join(world.root, "spare")
        make(world, chance, folder)
        for i in range(count):
            failure = compare_effect(world, chance, folder, spare) if i % 4 == 0 else \
                compare_output(world, chance, folder)
            if failure:
                failures.append(failure)
            else:
                passed += 1
    return passed, failures


def main():
    if shutil.which("git") is None:
        print("no git here: skipped")
        return 0
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    seed = int(sys.argv[3] if len(sys.argv) > 3 else os.environ.get("HN_SEED", "1"))
    passed, failed = 0, 0
    for i in range(rounds):
        good, failures = one_round(program, seed + i, 40)
        passed += good
        failed += len(failures)
        for failure in failures:
            print(f"FAILED, seed {seed + i}: {failure}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
