#!/usr/bin/env python3
"""The libraries of git are loaded by the commands that read or write a git repository, and no others.

usage: start_test.py HN

What a command loads is read from the dynamic linker's own account of it (LD_DEBUG), for the process
of the command alone. Where one of these libraries is broken, the commands that need it say which it
is, and all others work. Ends with 77 where the dynamic linker keeps no such account.
"""

import os
import re
import subprocess
import sys
import tempfile

from bench import environment

GIT_LIBRARIES = ("libgit2.so", "libcrypto.so")


class Bench:
    def __init__(self, hn, folder):
        self.hn = hn
        self.folder = folder
        self.home = os.path.join(folder, "home")
        os.makedirs(self.home)
        self.environment = environment(self.home)

    def run(self, where, *words, **more):
        with subprocess.Popen([self.hn, *words], cwd=os.path.join(self.folder, where), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**self.environment, **more}) as child:
            out, err = child.communicate(timeout=60)
        return child, out, err

    def loaded(self, where, *words):
        """The names of the files that the command's own process loaded, and its status."""
        account = os.path.join(self.folder, "account")
        child, _, err = self.run(where, *words, LD_DEBUG="files", LD_DEBUG_OUTPUT=account)
        path = f"{account}.{child.pid}"
        if not os.path.exists(path):
            sys.exit(77)
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        return set(re.findall(r"calling init: \S*/(\S+)", text)), child.returncode, err


def git_ones(names):
    return {name for name in names if name.startswith(GIT_LIBRARIES)}


def main():
    hn = os.path.abspath(sys.argv[1])
    failed = []

    def expect(right, what):
        if not right:
            failed.append(what)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(hn, folder)
        with open(os.path.join(folder, "file"), "w", encoding="utf-8") as file:
            file.write("text\n")
        os.makedirs(os.path.join(folder, "work"))
        for words in (["--version"], ["init", "."], ["config", "user.name", "Anna"],
                      ["config", "user.email", "anna@example.org"], ["add", "."], ["status"], ["status", "--short"],
                      ["commit", "-m", "one"], ["log", "-p"], ["show"], ["diff"], ["branch", "other"],
                      ["switch", "other"], ["tag", "v1"], ["grep", "text"], ["blame", "file"], ["archive", "HEAD"],
                      ["bundle", "create", "../all.bundle"], ["gc"], ["members"], ["help"]):
            if words[0] == "add":
                with open(os.path.join(folder, "work", "file"), "w", encoding="utf-8") as file:
                    file.write("text\n")
            names, status, err = bench.loaded("work", *words)
            expect(status == 0, f"hn {' '.join(words)} ends with {status}: {err}")
            expect(not git_ones(names), f"hn {' '.join(words)} loads {sorted(git_ones(names))}")

        needed, status, err = bench.loaded("work", "export", "git", "../out.git")
        expect(status == 0, f"hn export ends with {status}: {err}")
        expect(len(git_ones(needed)) == 2, f"hn export loads {sorted(git_ones(needed))} alone")
        names, status, err = bench.loaded(".", "import", "git", "out.git", "back")
        expect(status == 0, f"hn import ends with {status}: {err}")
        expect(len(git_ones(names)) == 2, f"hn import loads {sorted(git_ones(names))} alone")

        for library in sorted(git_ones(needed)):
            broken = os.path.join(folder, "broken-" + library)
            os.makedirs(broken)
            with open(os.path.join(broken, library), "w", encoding="utf-8"):
                pass
            path = {"LD_LIBRARY_PATH": broken}
            child, _, err = bench.run(".", "import", "git", "out.git", "again", **path)
            expect(child.returncode == 128 and library in err and "hint: " in err and err.count("\n") <= 3,
                   f"without {library} hn import ends with {child.returncode}: {err}")
            expect(not os.path.exists(os.path.join(folder, "again")), f"without {library} hn import leaves a folder")
            child, _, err = bench.run("work", "status", **path)
            expect(child.returncode == 0, f"without {library} hn status ends with {child.returncode}: {err}")

    for what in failed:
        print(what)
    print("passed" if not failed else f"{len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
