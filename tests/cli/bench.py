"""What the tests that run the real program share: a world of their own, a count of what was right.

A program that is run here sees a home of its own, the usual search path, and the options of the
sanitizers, so that nothing that the user has set up plays a part.
"""

import os
import subprocess
import sys
import tempfile

SECONDS_MAX = 60


def environment(home, **more):
    own = {"HOME": home, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TERM": "dumb", **more}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            own[name] = os.environ[name]
    return own


class Bench:
    """Counts what is right, and runs hn in `folder`, as T <t@example.org>."""

    def __init__(self, hn, root, **more):
        self.hn, self.root, self.folder = hn, root, root
        self.passed, self.failed, self.count = 0, 0, 0
        os.mkdir(root + "/home")
        self.environment = environment(root + "/home", **more)
        self.must("config", "--global", "user.name", "T")
        self.must("config", "--global", "user.email", "t@example.org")

    def expect(self, right, what):
        if right:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}")

    def program(self, *words, **more):
        """(status, output, errors) of any program; `more` is for subprocess.run."""
        more = {"cwd": self.folder, "env": self.environment, "text": True, **more}
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False, timeout=SECONDS_MAX, **more)
        return done.returncode, done.stdout, done.stderr

    def run(self, *words, **more):
        return self.program(self.hn, *words, **more)

    def must(self, *words, wanted=(0,)):
        status, out, err = self.run(*words)
        if status not in wanted:
            raise SystemExit(f"{words}: {status} {out} {err}")
        return out

    def make_folder(self):
        """A new empty folder, in which the commands run from now on."""
        self.count += 1
        self.folder = f"{self.root}/r{self.count}"
        os.mkdir(self.folder)
        return self.folder

    def at(self, name):
        return f"{self.folder}/{name}"


class Devices(Bench):
    """Anna and Bob, each with a home, a repository `r` and a name; Bob reaches Anna over a pipe."""

    def __init__(self, hn, root):
        super().__init__(hn, root)
        self.environment["PATH"] = os.path.dirname(hn) + ":" + self.environment["PATH"]
        self.via = f"env HOME={root}/anna {hn} -C {root}/anna/r serve --stdio"
        for who in ("anna", "bob"):
            os.mkdir(f"{root}/{who}")
            self.of(who, "config", "--global", "user.name", who.capitalize())
            self.of(who, "config", "--global", "user.email", who + "@example.org")

    def of(self, who, *words):
        """What this device answers."""
        folder = f"{self.root}/{who}/r"
        return self.run(*words, cwd=folder if os.path.isdir(folder) else f"{self.root}/{who}",
                        env={**self.environment, "HOME": f"{self.root}/{who}"})

    def says(self, who, *words):
        status, out, err = self.of(who, *words)
        if status not in (0, 1):
            raise SystemExit(f"{who} {words}: {status} {out} {err}")
        return out

    def commit(self, who, message, **files):
        for name, content in files.items():
            path = f"{self.root}/{who}/r/{name}"
            if content is None:
                os.unlink(path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
        self.says(who, "commit", "-m", message)

    def begin(self, **files):
        """Anna's repository with these files, and Bob's clone of it; earlier ones are put away."""
        self.count += 1
        for who in ("anna", "bob"):
            if os.path.isdir(f"{self.root}/{who}/r"):
                os.rename(f"{self.root}/{who}/r", f"{self.root}/{who}/before{self.count}")
        self.says("anna", "init", "r", "--name", "anna")
        self.commit("anna", "base", **files)
        _, out, err = self.of("anna", "invite", "--write", "--addr", "127.0.0.1:1")
        link = [line for line in (out + err).splitlines() if line.startswith("hn:")][0]
        self.says("bob", "clone", link, "r", "--name", "bob", "--via", self.via)

    def sync(self, *words):
        return self.says("bob", "sync", "--via", self.via, *words)


class World:
    """For what is compared with git, which is set up alike; both print bytes."""

    def __init__(self, program, root, **more):
        self.program, self.root = program, root
        self.environment = environment(root, TZ="UTC", GIT_CONFIG_NOSYSTEM="1", COLUMNS="80",
                                       XDG_DATA_HOME=os.path.join(root, "data"), **more)
        with open(os.path.join(root, ".gitconfig"), "w", encoding="utf-8") as file:
            file.write("[user]\n\tname = T\n\temail = t@example.org\n[init]\n\tdefaultBranch = main\n"
                       "[core]\n\tquotepath = false\n[clean]\n\trequireForce = true\n")

    def has_folder(self, name):
        return all(os.path.isdir(os.path.join(self.root, where, name)) for where in ("git", "hn"))

    def run(self, words, folder, stdin=None):
        done = subprocess.run(words, cwd=os.path.join(self.root, folder), env=self.environment, input=stdin,
                              stdin=subprocess.DEVNULL if stdin is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def must(self, words, folder):
        status, out, err = self.run(words, folder)
        if status != 0:
            raise SystemExit(f"{words} in {folder}: {status} {out.decode()} {err.decode()}")

    def begin(self, stream):
        """The history of `stream`, for git fast-import, in the folder git, and imported in hn."""
        os.mkdir(os.path.join(self.root, "git"))
        self.must(["git", "init", "-q"], "git")
        status, _, err = self.run(["git", "fast-import", "--quiet"], "git", stream)
        if status != 0:
            raise RuntimeError(f"fast-import: {err.decode()}")
        self.must(self.hn("import", "git", "git", "hn"), "")

    def hn(self, *words):
        return [self.program, *words]


def run_parts(kind, *parts):
    """Each part is a function that takes a bench of this kind; ends the process."""
    with tempfile.TemporaryDirectory() as root:
        bench = kind(os.path.abspath(sys.argv[1]), root)
        for part in parts:
            print(f"{part.__name__}: {part.__doc__ or ''}".rstrip(": "))
            part(bench)
    print(f"{bench.passed} passed, {bench.failed} failed")
    sys.exit(1 if bench.failed else 0)
