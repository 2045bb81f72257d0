#!/usr/bin/env python3
"""Checks of the house that no compiler makes. Run from anywhere; prints what is wrong, file by file.

  lint.py layers   the #include "hn/..." lines follow the arrows of src/CMakeLists.txt
  lint.py sizes    no file and no function is longer than the ratchets below; they may only fall
  lint.py words    nothing unfinished by its own words, no path of a machine
  lint.py format   clang-format has nothing to say
  lint.py pages    mandoc has nothing to say about the man pages
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The longest file and function of today, in lines. Lower them when a clean-up allows it.
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 120

# Third-party headers and the one layer each belongs to (cli is not a layer of src).
OWNERS = {
    "sodium": "crypto",
    "zstd": "store",
    "sqlite3": "store",
    "asio": "node",
    "git2": "git",
    "pcre2": "repo",
    "CLI": "cli",
    "nlohmann": "cli",
}
# What protocol code, merging and the object model never see.
SYSTEM_FREE = {"net", "merge", "object", "base", "crypto", "log"}
SYSTEM_HEADERS = re.compile(
    r"#include <(?:fstream|iostream|filesystem|thread|mutex|condition_variable|future|unistd\.h|"
    r"fcntl\.h|sys/|netinet|arpa|ctime|time\.h|random)")


def tracked(*patterns):
    out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "--", *patterns],
                         capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in out.splitlines() if (ROOT / line).is_file()]


def cpp_files(*folders):
    return tracked(*[f"{d}/**.{e}" for d in folders for e in ("cpp", "hpp")])


def arrows():
    layers = {}
    for line in (ROOT / "src/CMakeLists.txt").read_text().splitlines():
        m = re.match(r"hn_layer\((\w+)(?: ON ([\w ]+?))?(?: LIBS .*)?\)$", line)
        if m:
            layers[m[1]] = set((m[2] or "").split())
    return layers


def layer_of(path):
    parts = path.relative_to(ROOT).parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ("include", "hn") and len(parts) > 3:
        return parts[2]
    return parts[0] if parts[0] == "cli" else None


def check_layers():
    allowed = arrows()
    allowed["cli"] = set(allowed)
    for path in cpp_files("src", "include", "cli"):
        layer = layer_of(path)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            m = re.match(r'\s*#include "hn/(\w+)/', line)
            if m and m[1] != layer and m[1] not in allowed[layer]:
                yield f"{path}:{number}: {layer} does not stand on {m[1]}"
            m = re.match(r'\s*#include "(\w+)/', line)
            if m and m[1] in allowed and m[1] != layer:
                yield f"{path}:{number}: {m[1]}/ is private to its layer"
            m = re.match(r"\s*#include <(\w+)[./]", line)
            if m and m[1] in OWNERS and OWNERS[m[1]] != layer:
                yield f"{path}:{number}: <{m[1]}> belongs to {OWNERS[m[1]]}"
            if layer in SYSTEM_FREE and SYSTEM_HEADERS.match(line.strip()):
                yield f"{path}:{number}: {layer} sees no operating system"


def check_sizes():
    for path in cpp_files("src", "include", "cli", "tests"):
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield f"{path}: {len(lines)} lines, at most {FILE_LINES_MAX}"
        start = None
        for number, line in enumerate(lines, 1):
            # A function of ours begins at column 0 with a name and ends with a brace at column 0.
            if re.match(r"[A-Za-z_].*\)( const)?( noexcept)? \{$", line) or (
                    re.match(r" {4,}.*\)( const)?( noexcept)? \{$", line) and start is None
                    and number > 1 and re.match(r"[A-Za-z_].*[,(]$", lines[number - 2])):
                if not line.startswith("namespace"):
                    start = number
            if line == "}" and start is not None:
                length = number - start + 1
                if length > FUNCTION_LINES_MAX and "/tests/" not in str(path):
                    yield f"{path}:{start}: a function of {length} lines, at most {FUNCTION_LINES_MAX}"
                start = None


def check_words():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK|unimplemented)\b|not implemented|for now")
    machine = re.compile(r"(^|[^\w./])/(work|root)/")
    sleeps = re.compile(r"sleep_for|sleep_until|\busleep\(|\bnanosleep\(")
    for path in tracked("*.cpp", "*.hpp", "*.md", "*.sh", "*.py", "*.cmake", "*.txt", "man/*", "completions/*"):
        if path.name == "lint.py":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if unfinished.search(line):
                yield f"{path}:{number}: unfinished by its own words"
            if machine.search(line):
                yield f"{path}:{number}: a path of one machine"
            if sleeps.search(line) and path.suffix in (".cpp", ".hpp"):
                yield f"{path}:{number}: a sleep: wait for the event"


def check_format():
    files = [str(p) for p in cpp_files("src", "include", "cli", "tests")]
    for at in range(0, len(files), 50):
        run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files[at:at + 50]],
                             capture_output=True, text=True)
        yield from sorted({line.split(":")[0] + ": clang-format would change it"
                           for line in run.stderr.splitlines() if ": error:" in line})


def check_pages():
    for path in tracked("man/*"):
        run = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(path)], capture_output=True, text=True)
        # A name the page search does not know is our own page, not yet installed.
        yield from (line for line in run.stdout.splitlines() if "referenced manual not found" not in line)


def main():
    checks = {name[6:]: f for name, f in globals().items() if name.startswith("check_")}
    wanted = sys.argv[1:] or list(checks)
    bad = 0
    for name in wanted:
        for message in checks[name]():
            print(message.replace(str(ROOT) + "/", ""))
            bad += 1
    print(f"{', '.join(wanted)}: {bad or 'nothing'} to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
