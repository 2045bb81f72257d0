#!/usr/bin/env python3
"""Holds the pages and the completions to the table of commands, as the program prints it.

usage: table_test.py HN [ROOT]

HN is the program, ROOT the root of the sources (else the one this file lies in). Rules:

1. Every command that `hn help` lists has a help text and a page, and each page is of a command.
2. Its help, its page's options and the options in its completions are the same, with the same words
   for their values; its page's description is the line of `hn help`.
3. The three completion files are what the program prints.
4. hn(1) names every page.
5. Every command that reports has --json, its output stands in tutorials/json.md, and each field in
   it is named under JSON on the command's page, or on a page that this section refers to.

6. A command of git that hn does not have is answered with a way, and what that way names exists.

Ends with "N passed, N failed".
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# They print a file or many, help, and lines for who watches a server.
WITHOUT_JSON = {"archive", "cat", "help", "serve"}
SHELLS = {"bash": "hn.bash", "zsh": "_hn", "fish": "hn.fish"}


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, good, what):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED: " + what)

    def same(self, found, wanted, where):
        """Two sets or maps; says what only one of them has."""
        for item in sorted(set(found) | set(wanted)):
            if item not in found:
                self.check(False, f"{where} lacks {item}")
            elif item not in wanted:
                self.check(False, f"{where} has {item}, which the command does not")
            elif isinstance(wanted, dict) and found[item] != wanted[item]:
                self.check(False, f"{where}: {item} takes {found[item] or 'nothing'}, "
                                  f"the command wants {wanted[item] or 'nothing'}")
            else:
                self.check(True, "")


class Program:
    """Runs the program with a home of its own: what the user has set up plays no part."""

    def __init__(self, path, home):
        self.path = path
        self.home = home
        self.environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}

    def run(self, *words):
        return self.all_of(*words)[:2]

    def all_of(self, *words):
        done = subprocess.run([self.path, *words], env=self.environment, cwd=self.home,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def commands_of(overview):
    """{name: summary}: the indented lines of `hn help`."""
    return dict(re.findall(r"^  ([a-z][a-z-]*) +(\S.*)$", overview, re.M))


def options_of_help(text):
    """{"--message": "MSG", "-m": "MSG", "--json": ""}: the lines of `hn help X` that begin with a dash."""
    out = {}
    for line in re.findall(r"^  (-.*)$", text, re.M):
        left = re.split(r"  +", line)[0]
        match = re.fullmatch(r"((?:-[\w-]+)(?:, -[\w-]+)*)(?: (\S+))?", left)
        if match is None:
            raise ValueError(f"not understood in a help text: {line!r}")
        for name in match.group(1).split(", "):
            out[name] = match.group(2) or ""
    return out


def words_of(line):
    return line.replace("\\-", "-").split()


def options_of_page(text):
    """The same of a page: its items that begin with Fl."""
    out = {}
    for line in text.splitlines():
        words = words_of(line)
        if words[:2] != [".It", "Fl"]:
            continue
        names, value = [], ""
        rest = words[1:]
        while rest:
            macro = rest.pop(0)
            if macro == "Fl":
                names.append("-" + rest.pop(0))
            elif macro == "Ar":
                value = rest.pop(0)
        for name in names:
            out[name] = value
    return out


def flags_anywhere(text):
    """Every option that a page marks as one of its own, in the synopsis and in sentences too."""
    out = set()
    for line in text.splitlines():
        words = words_of(line)
        if not words or not words[0].startswith("."):
            continue
        macros = [words[0][1:], *words[1:]]
        open_list = False
        for macro, word in zip(macros, macros[1:] + [""]):
            if macro == "Fl" or (open_list and macro == "|"):
                open_list = True
                if word and word not in ("|", ",", "."):
                    out.add("-" + word)
            elif macro in ("Ar", "Op"):
                open_list = False
    return out


def options_of_completion(script, shell, command):
    """The options that a completion script offers for a command."""
    if shell == "bash":
        part = re.search(rf"^    {command}\)\n(.*?)^      ;;$", script, re.M | re.S)
        found = re.search(r"-\*\) _hn_words '([^']*)'", part.group(1)) if part else None
        return set(found.group(1).split()) if found else set()
    if shell == "zsh":
        part = re.search(rf"^        {command}\) _arguments(.*?);;$", script, re.M | re.S)
        return set(re.findall(r"^ *'\*?(-[\w-]+)\[", part.group(1), re.M)) if part else set()
    out = set()
    for line in script.splitlines():
        if f"-n '__hn_at {command}'" not in line:
            continue
        options = re.sub(r"-n '[^']*'|-a \"[^\"]*\"|-a '[^']*'|-d '.*'$", "", line)
        out |= {"--" + name for name in re.findall(r" -l ([\w-]+)", options)}
        out |= {"-" + name for name in re.findall(r" -s (\w)", options)}
    return out


def check_command(report, program, command, summary, page, scripts):
    status, help_text = program.run("help", command)
    report.check(status == 0, f"hn help {command} ends with {status}")
    report.check(program.run(command, "--help") == (0, help_text),
                 f"hn {command} --help is not hn help {command}")
    report.check(f"hn {command}" in help_text and summary in help_text,
                 f"hn help {command} lacks its usage or its summary")
    options = options_of_help(help_text)
    for shell, script in scripts.items():
        report.same(options_of_completion(script, shell, command), set(options),
                    f"the completion of {shell} for {command}")
    report.check(page is not None, f"there is no man/hn-{command}.1")
    if page is None:
        return
    name = f"man/hn-{command}.1"
    report.same(options_of_page(page), options, name)
    for flag in sorted(flags_anywhere(page) - set(options)):
        report.check(False, f"{name} speaks of {flag}, which the command does not have")
    report.check(f"\n.Dt HN-{command.upper()} 1\n" in page and f"\n.Nm hn {command}\n" in page,
                 f"{name} is a page of something else")
    description = re.search(r"^\.Nd (.*)$", page, re.M)
    said = description.group(1) if description else ""
    report.check(said.lower() == summary.lower(), f"{name} says '{said}', hn help '{summary}'")


def check_overview(report, man, overview_page):
    named = set(re.findall(r"^\.(?:It )?Xr (\S+ [157])", overview_page, re.M))
    for path in sorted(man.glob("*.[157]")):
        if path.name == "hn.1":
            continue
        name, section = path.name.rsplit(".", 1)
        report.check(f"{name} {section}" in named, f"man/hn.1 does not name {name}({section})")
    for reference in sorted(named):
        name, section = reference.split()
        ours = name.startswith("hn")
        report.check(not ours or (man / f"{name}.{section}").exists(),
                     f"man/hn.1 names {name}({section}), which is not there")


# git help -a, but for what git keeps to itself.
GIT_VERBS = """am annotate apply bisect cat-file checkout checkout-index cherry cherry-pick commit-graph commit-tree
count-objects diff-files diff-index diff-tree difftool fast-export fast-import fetch filter-branch for-each-ref
format-patch hash-object interpret-trailers ls-files ls-remote ls-tree maintenance merge-base merge-file mergetool
mktag mktree name-rev notes pack-objects pack-refs patch-id prune pull push range-diff read-tree rebase reflog remote
repack replace request-pull rerere reset rev-list rev-parse revert send-email shortlog show-branch show-ref
sparse-checkout stage stash stripspace submodule subtree svn symbolic-ref unpack-objects update-index update-ref var
verify-commit verify-pack verify-tag whatchanged worktree write-tree""".split()


def check_git_verbs(report, program, commands):
    options = {name: options_of_help(program.run("help", name)[1]) for name in commands}
    for verb in GIT_VERBS:
        status, _, said = program.all_of(verb)
        hint = said.partition("hint: ")[2]
        report.check(status == 1 and hint and "hn help lists them" not in hint,
                     f"hn {verb} says no way: {said!r}")
        for step in re.findall(r"\bhn ((?:[a-z-]+)(?: [^;,&|]*)?)", hint):
            name, *words = step.rstrip(".").split()
            if name in ("has", "does", "keeps", "needs", "rewrites", "lists"):
                continue
            report.check(name in commands, f"hn {verb} names hn {name}, which is no command")
            for word in words:
                if name in commands and word.startswith("-") and not re.fullmatch(r"-\d+", word):
                    option = word.partition("=")[0]
                    report.check(option in options[name] or set(option[1:]) <= {o[1:] for o in options[name]},
                                 f"hn {verb} names hn {name} {option}, which there is not")


def json_section(page):
    found = re.search(r"^\.Sh JSON$(.*?)^\.Sh ", page, re.M | re.S)
    return found.group(1) if found else ""


def fields_named(section):
    """Words behind .Li and .It Li: `.It Li entries_in , entries_out` names two."""
    out = set()
    for line in re.findall(r"^\.(?:It )?Li (.*)$", section, re.M):
        out |= set(re.findall(r"[a-z_0-9]+", line))
    return out


def fields_of(value):
    if isinstance(value, list):
        return set().union(*map(fields_of, value)) if value else set()
    if isinstance(value, dict):
        # Text that is not UTF-8 stands under another name: hn(1), JSON.
        return {key.removesuffix("_b64") for key in value}.union(*map(fields_of, value.values()))
    return set()


def objects_in(lines):
    """The JSON values among what a step printed."""
    decoder = json.JSONDecoder()
    text = re.sub(r": \.\.\.(,?)$", r": 0\1", "\n".join(lines), flags=re.M)
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value
        at = text.find("{", end)


def shown_in_tutorial(path):
    """{command: fields} of what tutorials/json.md shows."""
    out = {}
    command, lines = None, []
    for line in path.read_text("utf-8").splitlines() + ["$ "]:
        prompt = re.match(r"[a-z]*\$ (.*)", line)
        if not prompt:
            lines.append(line)
            continue
        # What stands last is what printed the JSON.
        for value in objects_in(lines) if command else ():
            out.setdefault(command, set()).update(fields_of(value))
        steps = re.findall(r"\bhn ([a-z-]+)(?=[^|&;]*--json)", prompt.group(1))
        command, lines = (steps[-1] if steps else None), []
    return out


def check_json(report, commands, man, tutorial):
    pages = {name: (man / f"hn-{name}.1").read_text("utf-8") for name in commands
             if (man / f"hn-{name}.1").exists()}
    shown = shown_in_tutorial(tutorial)
    for command, page in pages.items():
        has = "--json" in options_of_page(page)
        report.check(has != (command in WITHOUT_JSON), f"hn {command} {'has' if has else 'lacks'} --json")
        if not has:
            continue
        section = json_section(page)
        named = fields_named(section)
        for other in re.findall(r"^\.Xr hn-([a-z-]+) 1", section, re.M):
            named |= fields_named(json_section(pages.get(other, "")))
        report.check(command in shown, f"tutorials/json.md does not show hn {command} --json")
        for field in sorted(shown.get(command, set()) - named):
            report.check(False, f"man/hn-{command}.1 does not name the field {field}")
        report.check(bool(named), f"man/hn-{command}.1 names no field")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else pathlib.Path(__file__).parents[2])
    report = Report()
    with tempfile.TemporaryDirectory() as home:
        program = Program(str(pathlib.Path(sys.argv[1]).resolve()), home)
        status, overview = program.run("help")
        report.check(status == 0, f"hn help ends with {status}")
        commands = commands_of(overview)
        report.check(len(commands) > 0, "hn help lists no command")

        scripts = {}
        for shell, file in SHELLS.items():
            status, scripts[shell] = program.run("help", "--completion", shell)
            report.check(status == 0, f"hn help --completion {shell} ends with {status}")
            path = root / "completions" / file
            kept = path.read_text("utf-8") if path.exists() else ""
            report.check(kept == scripts[shell],
                         f"completions/{file} is not what hn help --completion {shell} prints")

        man = root / "man"
        for command, summary in commands.items():
            path = man / f"hn-{command}.1"
            page = path.read_text("utf-8") if path.exists() else None
            check_command(report, program, command, summary, page, scripts)
        for path in sorted(man.glob("hn-*.1")):
            report.check(path.stem[3:] in commands, f"man/{path.name} is the page of no command")
        check_json(report, commands, man, pathlib.Path(__file__).parent / "tutorials" / "json.md")
        check_git_verbs(report, program, commands)
        overview_page = man / "hn.1"
        report.check(overview_page.exists(), "there is no man/hn.1")
        if overview_page.exists():
            check_overview(report, man, overview_page.read_text("utf-8"))
    print(f"{report.passed} passed, {report.failed} failed")
    return 0 if report.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
