#!/usr/bin/env python3
"""Runs a tutorial through the real hn and compares what it prints with what the page says.

usage: run_tutorial.py [--update] [--keep] HN PAGE.md

A page is Markdown. Its fenced blocks of language `console` are run, top to bottom, as if one
person had typed them in; everything else is for the reader alone.

    $ command            run in the home of a user called sam
    anna$ command        run in anna's home: a machine of her own, as far as hn can see
    > more               after a command: the next line of it
    output               what must come, standard output and standard error together
    ...                  any number of lines; within a line, any text
    [exit 128]           the status, where it is not 0

- A folder and a variable live on: `cd` counts for that user, a variable for all of them (people
  tell each other a link).
- `anna$ hn serve ... &` starts a server and waits until it listens; $ANNA is then its HOST:PORT.
  `anna$ kill %1` ends it, and so does the end of the page; either way it must exit with 0.
- `ssh USER COMMAND` runs a command in that user's home, as over a network.
- Before they are compared, ids, times, sizes and ports are replaced on both sides, and the
  temporary folder reads /home: the page shows what a reader would see.

Each page runs in a folder, homes and settings of its own. Nothing sleeps: a server's first line and
the ends of commands are waited for. --update writes the page anew with what was printed (to be read
before it is committed); --keep leaves the folder.
"""

import argparse
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

COMMAND_SECONDS_MAX = 120  # a command that takes longer hangs
SERVER_SECONDS_MAX = 30  # to listen, and to end after SIGTERM
PROMPT = re.compile(r"^([a-z]*)\$ (.*)$")
SERVE = re.compile(r"^hn( -C \S+)? serve\b.*[^&]&$")
# What belongs to one user, or to the shell, and is not told to the others.
PRIVATE = {"HOME", "PWD", "OLDPWD", "SHLVL", "_", "BASHOPTS", "SHELLOPTS"}

# What differs from run to run, and the word that takes its place.
VARYING = [
    (re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{16}|[0-9a-f]{10})(?![0-9A-Za-z])"), "<id>"),
    (re.compile(r"\bhn-[0-9a-f]{8}\b"), "hn-<id>"),
    (re.compile(r"\bhn:[0-9A-Za-z+/=_-]{40,}\S*"), "<link>"),
    (re.compile(r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d \d{4} [+-]\d{4}"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:B|kB|MB|GB)\b"), "<size>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
]


def normalised(line):
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line.rstrip()


def matches(expected, actual):
    """Whether the lines are those of the page; a line `...` stands for any lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    if not actual or not line_pattern(expected[0]).fullmatch(actual[0]):
        return False
    return matches(expected[1:], actual[1:])


def line_pattern(line):
    return re.compile(".*".join(re.escape(part) for part in line.split("...")))


class Step:
    """A command of the page, where it stands, and what it must print."""

    def __init__(self, user, command, line):
        self.user, self.command, self.line = user, command, line
        self.first_output = line + 1  # indices into the page's lines, for --update
        self.output = []


def steps_of(lines):
    steps, inside = [], False
    for i, line in enumerate(lines):
        if line.startswith("```"):
            inside = not inside and line.strip() == "```console"
            continue
        if not inside:
            continue
        prompt = PROMPT.match(line)
        if prompt:
            steps.append(Step(prompt[1] or "sam", prompt[2], i))
        elif not steps:
            raise SystemExit(f"line {i + 1}: output before any command")
        elif (line == ">" or line.startswith("> ")) and not steps[-1].output:
            steps[-1].command += "\n" + line[2:]
            steps[-1].first_output = i + 1
        else:
            steps[-1].output.append(line)
    return steps


class Server:
    def __init__(self, arguments, environment, folder):
        self.process = subprocess.Popen(arguments, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.listens = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
            if line.startswith(b"listening on"):
                self.listens.set()
        self.listens.set()

    def address(self):
        self.listens.wait(SERVER_SECONDS_MAX)
        for line in self.lines:
            found = re.match(r"listening on (\S+)", line)
            if found:
                return found[1]
        return None

    def end(self):
        """What was wrong with the end, or nothing."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(SERVER_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return ["the server did not end at SIGTERM"]
        self.reader.join()
        return [] if status == 0 else self.lines + [f"the server ended with {status}"]


class Machine:
    """The users of one page: their homes, folders, variables and servers."""

    def __init__(self, root, program):
        self.root = root
        self.shared = {
            "LC_ALL": "C", "NO_COLOR": "1", "TZ": "UTC", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": os.path.join(root, "bin") + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.shared[name] = os.environ[name]
        self.folders = {}
        self.servers = {}
        os.mkdir(os.path.join(root, "bin"))
        os.symlink(program, os.path.join(root, "bin", "hn"))
        self.write("bin/ssh", '#!/bin/sh\nHOME=%s/$1\nexport HOME\ncd "$HOME" || exit 255\n' % root +
                   'shift\nexec sh -c "$*"\n')
        os.chmod(os.path.join(root, "bin", "ssh"), 0o755)

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w", encoding="utf-8") as file:
            file.write(text)

    def home(self, user):
        home = os.path.join(self.root, user)
        if user not in self.folders:
            os.mkdir(home)
            self.write(f"{user}/.gitconfig", f"[user]\n\tname = {user.title()}\n\temail = {user}@example.org\n"
                       "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n")
            self.folders[user] = home
        return home

    def run(self, step):
        """The lines that a step prints."""
        environment = dict(self.shared, HOME=self.home(step.user))
        if SERVE.match(step.command):
            return self.serve(step, environment)
        if step.command == "kill %1":
            server = self.servers.pop(step.user, None)
            return server.end() if server else ["no server runs there"]
        return self.shell(step, environment)

    def serve(self, step, environment):
        if step.user in self.servers:
            return ["a server runs there already"]
        server = Server(["bash", "-c", "exec " + step.command[:-1]], environment, self.folders[step.user])
        address = server.address()
        if address is None:
            server.end()
            return server.lines + ["the server did not listen"]
        self.servers[step.user] = server
        self.shared[step.user.upper()] = address
        return server.lines[:1]

    def shell(self, step, environment):
        kept = os.path.join(self.root, "bin", "environment")
        script = 'set -a\neval "$1"\nstatus=$?\n{ env -0; pwd; } >"$2"\nexit $status\n'
        process = subprocess.Popen(["bash", "-c", script, "bash", step.command, kept], env=environment,
                                   cwd=self.folders[step.user], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += b"\nthe command did not end\n"
        self.remember(step.user, kept)
        lines = output.decode("utf-8", "surrogateescape").replace(self.root, "/home").split("\n")
        if lines[-1] == "":
            lines.pop()
        if process.returncode != 0:
            lines.append(f"[exit {process.returncode}]")
        return lines

    def remember(self, user, kept):
        if not os.path.exists(kept):
            return
        with open(kept, encoding="utf-8", errors="surrogateescape") as file:
            *variables, folder = file.read().split("\0")
        os.remove(kept)
        self.folders[user] = folder.rstrip("\n")
        for variable in variables:
            name, _, value = variable.partition("=")
            if name not in PRIVATE and name != "status":
                self.shared[name] = value

    def end(self):
        """What was wrong with the servers' ends, by user."""
        problems = {user: server.end() for user, server in self.servers.items()}
        return {user: lines for user, lines in problems.items() if lines}


def report(page, step, actual):
    print(f"\nFAILED {page}:{step.line + 1}: {step.user}$ {step.command}")
    for line in difflib.unified_diff([normalised(x) for x in step.output], [normalised(x) for x in actual],
                                     "the page", "what came", lineterm=""):
        print("    " + line.encode("utf-8", "backslashreplace").decode())


def updated(lines, steps, printed):
    out, at = [], 0
    for step, actual in zip(steps, printed):
        out += lines[at:step.first_output] + actual
        at = step.first_output + len(step.output)
    return out + lines[at:]


def main():
    parser = argparse.ArgumentParser(description="Run a tutorial.")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("hn")
    parser.add_argument("page")
    given = parser.parse_args()
    with open(given.page, encoding="utf-8") as file:
        lines = file.read().split("\n")
    steps = steps_of(lines)
    root = os.path.realpath(tempfile.mkdtemp(prefix="hn-tutorial."))
    machine = Machine(root, os.path.abspath(given.hn))
    passed, failed, printed = 0, 0, []
    for step in steps:
        actual = machine.run(step)
        same = matches([normalised(x) for x in step.output], [normalised(x) for x in actual])
        passed, failed = passed + same, failed + (not same)
        printed.append(step.output if same else actual)
        if not same and not given.update:
            report(given.page, step, actual)
    for user, problem in machine.end().items():
        failed += 1
        print(f"\nFAILED {given.page}: {user}'s server at the end of the page")
        print("\n".join("    " + line for line in problem))
    if given.update:
        with open(given.page, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(updated(lines, steps, printed)))
    if given.keep:
        print(f"kept {root}")
    else:
        shutil.rmtree(root)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
