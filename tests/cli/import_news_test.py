#!/usr/bin/env python3
"""Imports from a URL again and again, while what lies there changes in all ways that git knows.

usage: import_news_test.py HN [ROUNDS [SEED]]

First one small commit behind a long history must come as a small pack. Then, after each round, the branches and tags that stand in git must be what a new import of all of it makes of
them, by id, and git must have been asked for news and never for a clone. Ends with 77 where git is not
installed.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile


class Bench:
    def __init__(self, hn, folder, seed):
        self.hn, self.folder, self.random = hn, folder, random.Random(seed)
        self.trace = folder + "/trace"
        self.environment = {"HOME": folder, "PATH": os.environ["PATH"], "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                            "GIT_CONFIG_GLOBAL": "/dev/null",
                            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                               for what, value in (("NAME", "anna"), ("EMAIL", "anna@example.org"))}}
        self.names = 0
        self.run("git", "init", "-q", "-b", "main", "tool")
        self.change()
        self.git("commit", "-qm", "first")

    def run(self, *words, where="", **more):
        environment = {**self.environment, **more}
        done = subprocess.run(words, cwd=os.path.join(self.folder, where), env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def git(self, *words):
        return self.run("git", *words, where="tool")

    def new_name(self):
        self.names += 1
        return f"n{self.names}"

    def any_of(self, kind):
        return self.random.choice(self.git("for-each-ref", "--format=%(refname:short)", kind).split())

    def any_commit(self):
        return self.random.choice(self.git("rev-list", "--all").split())

    def change(self):
        for _ in range(self.random.randint(1, 4)):
            path = f"{self.folder}/tool/{self.random.choice('abc')}/{self.random.choice('xyz')}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a", encoding="utf-8") as file:
                file.write("".join(f"{self.random.randint(0, 9)} line\n" for _ in range(self.random.randint(1, 60))))
        self.git("add", "--all")

    def commit(self):
        self.git("switch", "-q", self.any_of("refs/heads"))
        for _ in range(self.random.randint(1, 3)):
            self.change()
            self.git("commit", "-qm", self.new_name())

    def merge(self):
        self.git("switch", "-q", self.any_of("refs/heads"))
        self.git("merge", "-q", "-s", "ours", "-m", self.new_name(), self.any_of("refs/heads"))

    def branch(self):
        self.git("branch", self.new_name(), self.any_commit())

    def tag(self):
        self.git("tag", "-f", *self.random.choice(([], ["-a", "-m", "words"])), self.new_name(), self.any_commit())

    def move_tag(self):
        if self.git("tag"):
            self.git("tag", "-f", self.any_of("refs/tags"), self.any_commit())

    def rewrite(self):
        self.git("switch", "-q", self.any_of("refs/heads"))
        self.git("reset", "-q", "--hard", self.any_commit())

    def delete(self):
        name = self.any_of("refs/heads")
        if name != self.git("branch", "--show-current").strip():
            self.git("branch", "-qD", name)

    def repack(self):
        self.git("gc", "-q", "--prune=now")

    def ids(self, repository):
        """Of all branches and tags that are in git now: hn's ids."""
        names = self.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").split()
        short = [name.split("/", 2)[2] for name in names]
        return {name: self.run(self.hn, "log", "-1", "--format=%H", name, where=repository) for name in short}

    def round(self, number):
        for _ in range(self.random.randint(1, 4)):
            self.random.choice((self.commit, self.commit, self.merge, self.branch, self.tag, self.move_tag,
                                self.rewrite, self.delete, self.repack))()
        url = f"file://{self.folder}/tool"
        self.run(self.hn, "import", "git", url, "copy", **({"GIT_TRACE": self.trace} if number > 0 else {}))
        self.run(self.hn, "import", "git", self.folder + "/tool", "whole")
        is_, must = self.ids("copy"), self.ids("whole")
        shutil.rmtree(self.folder + "/whole")
        if is_ != must:
            raise SystemExit(f"round {number}: {is_}\nis not {must}")
        if self.run(self.hn, "fsck", where="copy").find("all well") < 0:
            raise SystemExit(f"round {number}: fsck finds something")


def bytes_of_news(hn, folder):
    """What git sends where 40 commits of 20 kB were here, and one of a line is new."""
    bench = Bench(hn, folder, 0)
    for number in range(40):
        with open(folder + "/tool/large", "wb") as file:
            file.write(bench.random.randbytes(20_000))
        bench.git("add", "--all")
        bench.git("commit", "-qm", str(number))
    url = f"file://{folder}/tool"
    bench.run(hn, "import", "git", url, "copy")
    bench.change()
    bench.git("commit", "-qm", "last")
    bench.run(hn, "import", "git", url, "copy", GIT_TRACE_PACKFILE=folder + "/pack")
    if bench.ids("copy")["main"] != bench.run(hn, "log", "-1", "--format=%H", where="copy"):
        raise SystemExit("the new commit is not there")
    return os.stat(folder + "/pack").st_size


def main():
    if shutil.which("git") is None:
        return 77
    hn = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with tempfile.TemporaryDirectory() as folder:
        size = bytes_of_news(hn, os.path.realpath(folder))
        if size > 4000:
            raise SystemExit(f"a commit of a line came as {size} bytes")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(hn, os.path.realpath(folder), seed)
        for number in range(rounds):
            bench.round(number)
        with open(bench.trace, encoding="utf-8") as file:
            trace = file.read()
    fetches = trace.count("built-in: git fetch ")
    if "built-in: git clone" in trace or fetches == 0:
        raise SystemExit(f"git was asked for a whole clone, or for news only {fetches} times")
    print(f"{rounds} rounds, {fetches} of them with news: all as a whole import has it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
