#!/usr/bin/env python3
"""What hn tells of merges that it made by rule: log --merged, show, status, sync, conflicts and blame.

usage: merged_test.py HN

Two devices change one repository apart and sync over a pipe, so that the merge has a path whose lines
merged, one that was followed under its new name, one in conflict and some that one side alone changed.
Each command must tell exactly these, and from whom. Ends with "N passed, N failed".
"""

import json
import os

from bench import Devices, run_parts


def lines(*changed):
    """30 lines, some of them replaced: (number, text)."""
    out = [f"line {n}\n" for n in range(1, 31)]
    for number, text in changed:
        out[number - 1] = text + "\n"
    return "".join(out)


def told(bench):
    bench.begin(both=lines(), old=lines(), plan="base\n", mine="x\n")
    bench.commit("anna", "by anna", both=lines((2, "anna")), old=None, new=lines(), plan="anna\n")
    bench.commit("bob", "by bob", both=lines((29, "bob")), old=lines((15, "bob")), plan="bob\n", mine="y\n")

    said = bench.sync()
    bench.expect("2 paths merged by rule, 1 renamed file followed, 1 in conflict; hn log --merged" in said, said)
    bench.expect("in conflict: plan;" in said, said)
    head = bench.says("bob", "log", "-1", "--format=%H").strip()

    print("log --merged")
    found = json.loads(bench.says("bob", "log", "--merged", "--json"))["commits"]
    bench.expect([commit["id"] for commit in found] == [head] and found[0]["auto_merge"], f"one merge: {found}")
    merged = found[0]["merged"]
    bench.expect(merged["paths"] == [{"path": "both", "rule": "merged"},
                                     {"path": "new", "rule": "merged", "renamed_from": "old"},
                                     {"path": "plan", "rule": "conflict", "sides": 2}], f"paths: {merged}")
    bench.expect(merged["taken"] == 2, f"mine, and old that is gone: {merged}")
    bench.expect(sorted(row["from"] for row in merged["heads"]) == ["anna", "bob"], f"from whom: {merged}")
    by = {row["from"]: row["commit"] for row in merged["heads"]}
    for who in ("anna", "bob"):
        subject = bench.says("bob", "log", "-1", "--format=%s", by[who]).strip()
        bench.expect(subject == "by " + who, f"{who}'s head is {subject}")
    text = bench.says("bob", "log", "--merged")
    for part in ("both: merged\n", "new: merged, followed from old\n", "plan: in conflict\n", "from anna (Anna): by anna"):
        bench.expect(part in text, f"'{part}' in {text}")
    one = bench.says("bob", "log", "--merged", "--oneline")
    bench.expect(one.startswith(head[:10]) and one.count("\n") == 1 and "1 in conflict" in one, one)
    bench.expect("1 path merged by rule\n" in bench.says("bob", "log", "--merged", "--oneline", "--", "both"),
                 "limited to a path")
    bench.expect(bench.says("bob", "log", "--merged", "--oneline", "--", "mine") == "", "a path from one side alone")
    bench.expect("Auto-merge: by rule" in bench.says("bob", "log", "-1"), "the mark in log")
    bench.expect("auto-merge of 2 heads" in bench.says("bob", "log", "--oneline"), "the mark in --oneline")
    bench.expect(bench.of("bob", "log", "--merged", "--graph")[0] == 129, "no graph of merges alone")

    print("status and show")
    status = bench.says("bob", "status")
    bench.expect("is an auto-merge of " in status and "with 1 conflict: hn log --merged" in status, status)
    bench.expect(json.loads(bench.says("bob", "status", "--json"))["auto_merge"] is True, "status --json")
    shown = bench.says("bob", "show")
    bench.expect("plan: in conflict\n" in shown and "both: merged\n" in shown, shown)
    shown = json.loads(bench.says("bob", "show", "--json"))
    bench.expect(shown["conflicts"] == [{"path": "plan"}] and shown["merged"] == merged, f"show --json: {shown}")
    with open(f"{bench.root}/bob/r/plan", encoding="utf-8") as file:
        markers = file.read()
    for words in (("cat", "HEAD:plan"), ("show", "HEAD:plan")):
        bench.expect(bench.says("bob", *words) == markers, f"{words} is what stands in the working tree")

    print("conflicts and blame")
    conflict = json.loads(bench.says("bob", "conflicts", "--json"))["conflicts"][0]
    sides = [term["from"] for term in conflict["terms"] if term["role"] == "side"]
    bench.expect(sides == [row["from"] for row in merged["heads"]], f"whose the sides are: {sides}")
    for number, who in enumerate(sides, 1):
        bench.says("bob", "resolve", "--side", str(number), "-q")
        with open(f"{bench.root}/bob/r/plan", encoding="utf-8") as file:
            bench.expect(file.read() == who + "\n", f"side {number} is {who}'s")
        bench.says("bob", "restore", "plan")

    def authors(path):
        rows = json.loads(bench.says("bob", "blame", "HEAD", path, "--json"))["lines"]
        return [(row["text"], "merge" if row["auto_merge"] else
                 bench.says("bob", "log", "-1", "--format=%s", row["commit"]).strip()) for row in rows]

    both = dict(authors("both"))
    bench.expect(both["anna"] == "by anna" and both["bob"] == "by bob" and both["line 3"] == "base", f"blame: {both}")
    plan = dict(authors("plan"))
    bench.expect(plan["anna"] == "by anna" and plan["bob"] == "by bob" and plan["======="] == "merge", f"blame: {plan}")
    bench.commit("bob", "an unrelated one", mine="z\n")
    bench.expect("plan: in conflict, as before" in bench.says("bob", "show"), "carried along")
    still = json.loads(bench.says("bob", "conflicts", "--json"))["conflicts"][0]
    bench.expect([t["from"] for t in still["terms"] if t["role"] == "side"] == sides, f"whose, further on: {still}")
    bench.expect(json.loads(bench.says("bob", "status", "--json"))["auto_merge"] is False, "no auto-merge any more")
    bench.says("bob", "resolve", "--all", "-q")
    bench.commit("bob", "both of them", mine="again\n")
    plan = dict(authors("plan"))
    bench.expect(plan == {"anna": "by anna", "bob": "by bob"}, f"who resolves wrote nothing: {plan}")
    bench.expect("in conflict" not in bench.says("bob", "show"), "resolved")


def chosen(bench):
    """What a policy left out is told with the command that brings it back, and that command does."""
    quoted, starred = "it's\tb.lock", "*.lock"
    bench.begin(**{".hnattributes": "*.lock merge=last-writer\n*.cfg merge=authority\nnotes merge=union\n",
                   "a.lock": "1\n", "b.cfg": "1\n", "notes": "x\n", "gone.lock": "1\n", quoted: "1\n", starred: "1\n", "c": "1\n",
                   "one.lock": "1\n"})
    bench.commit("anna", "by anna", **{"a.lock": "anna\n", "b.cfg": "anna\n", "notes": "x\nanna\n", "gone.lock": None,
                                       quoted: "anna\n", starred: "anna\n", "c": "anna\n"})
    bench.commit("bob", "by bob", **{"a.lock": "bob\n", "b.cfg": "bob\n", "notes": "x\nbob\n", "gone.lock": "bob\n",
                                     quoted: "bob\n", starred: "bob\n", "c": "bob\n", "one.lock": "bob\n"})
    said = bench.sync("--json")
    found = json.loads(said)["merge"]
    rows = {row["path"]: row for row in found["paths"]}
    heads = {row["from"]: row["commit"] for row in found["heads"]}
    bench.expect(rows["notes"] == {"path": "notes", "rule": "merged", "policy": "union"}, f"union: {rows}")
    bench.expect("policy" not in rows["c"] and rows["c"]["rule"] == "conflict", f"no policy: {rows}")
    bench.expect(found["taken"] == 1 and "one.lock" not in rows, f"what one side alone changed: {found}")
    told = bench.says("bob", "log", "--merged", "-n", "1")
    bench.expect("5 taken whole from one head by policy" in bench.says("bob", "log", "--merged", "--oneline"), told)
    bench.expect("notes: merged by union\n" in told, told)
    for path, policy in (("a.lock", "last-writer"), ("b.cfg", "authority"), ("gone.lock", "last-writer"),
                         (quoted, "last-writer"), (starred, "last-writer")):
        row = rows[path]
        loser = row["losers"][0]
        winner = row["winner"]
        bench.expect(row["rule"] == "chosen" and row["policy"] == policy and len(row["losers"]) == 1, f"{path}: {row}")
        bench.expect({winner, loser["from"]} == {"anna", "bob"} and loser["commit"] == heads[loser["from"]], f"{row}")
        bench.expect(f"{winner}'s by {policy}; {loser['from']}'s is back with: {loser['restore']}\n" in told, told)
        bench.expect("\t" not in loser["restore"], "a terminal is safe from a name")
        file = f"{bench.root}/bob/r/{path}"
        bench.program("bash", "-c", loser["restore"], cwd=f"{bench.root}/bob/r",
                      env={**bench.environment, "HOME": f"{bench.root}/bob"})
        there = open(file, encoding="utf-8").read() if os.path.exists(file) else None
        lost = None if (path, loser["from"]) == ("gone.lock", "anna") else loser["from"] + "\n"
        bench.expect(there == lost, f"{path} is {loser['from']}'s: {there}")
        touched = [row["path"] for row in json.loads(bench.says("bob", "status", "--json"))["files"]]
        bench.expect(touched == [path], f"{path} alone is touched: {touched}")
        bench.of("bob", "restore", "-q", ".")
        bench.says("bob", "clean", "-fq")
    bench.commit("anna", "again", **{"a.lock": "anna again\n"})
    bench.commit("bob", "again", **{"a.lock": "bob again\n"})
    said = bench.sync()
    bench.expect("1 taken whole from one head by policy" in said and "'s is back with: hn restore --source " in said, said)


def alike(bench):
    """Sides that one author wrote are told apart by their commits."""
    bench.make_folder()
    bench.must("init")
    for branch, content in (("main", "base\n"), ("other", "theirs\n"), ("main", "ours\n")):
        bench.run("switch", *(["-c"] if branch == "other" else []), branch)
        with open(bench.at("f"), "w", encoding="utf-8") as file:
            file.write(content)
        bench.must("commit", "-m", content.strip())
    bench.must("merge", "other", wanted=(1,))
    _, out, _ = bench.run("conflicts")
    by = {name: bench.must("log", "-1", "--format=%H", name).strip() for name in ("HEAD~1", "other")}
    for name, subject in (("HEAD~1", "ours"), ("other", "theirs")):
        bench.expect(f"file from T ({by[name][:10]} {subject})" in out, f"{name}: {out}")
    terms = json.loads(bench.run("conflicts", "--json")[1])["conflicts"][0]["terms"]
    sides = [(term["from"], term["commit"]) for term in terms if term["role"] == "side"]
    bench.expect(sorted(sides) == sorted(("T", commit) for commit in by.values()), f"as JSON: {terms}")


run_parts(Devices, told, chosen, alike)
