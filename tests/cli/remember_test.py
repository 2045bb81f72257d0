#!/usr/bin/env python3
"""Resolutions that are remembered, and the styles of markers.

usage: remember_test.py HN

A conflict is resolved once, then the same two branches are merged again: the working tree must show what
was made of it, say so, record it with the next commit, and give the markers back on demand; the merge
itself stays the conflict. Then markers in each of the three styles: a file that nobody edited stays a
conflict whatever the setting is now. Ends with "N passed, N failed".
"""

import json

from bench import Bench, run_parts


class Conflicts(Bench):
    def put(self, content, name="f"):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(content)

    def get(self, name="f"):
        with open(f"{self.folder}/{name}", encoding="utf-8") as file:
            return file.read()

    def commit(self, message, content, name="f"):
        self.put(content, name)
        return self.must("commit", "-m", message)

    def make(self, base, ours, theirs):
        """A repository with both branches, not merged."""
        self.make_folder()
        self.must("init")
        self.commit("base", base)
        self.must("switch", "-c", "other")
        self.commit("theirs", theirs)
        self.must("switch", "main")
        self.commit("ours", ours)
        for branch in ("main2", "main3", "main4"):
            self.must("branch", branch, "main")

    def merge_on(self, branch, wanted=(1,)):
        self.must("switch", branch)
        return self.must("merge", "other", wanted=wanted)


def text(**lines):
    out = [f"{n}\n" for n in range(1, 21)]
    for number, line in lines.items():
        out[int(number[1:]) - 1] = line
    return "".join(out)


BASE, OURS, THEIRS = text(), text(n3="ours\n", n15="ours\n", n9="nine\n"), text(n3="theirs\n", n15="theirs\n")
MADE = text(n3="both\n", n15="one\ntwo\n", n9="nine\n")


def remembered(bench):
    bench.make(BASE, OURS, THEIRS)
    bench.merge_on("main")
    markers = bench.get()
    bench.expect(markers.count("<<<<<<<") == 2, f"two hunks: {markers}")
    bench.commit("made", MADE)
    out = bench.merge_on("main2")
    bench.expect("in conflict: f (resolved as before)\n" in out, out)
    bench.expect(bench.get() == MADE, f"shown as before: {bench.get()}")
    status = bench.must("status")
    bench.expect("resolved   f  (as before" in status and "--forget" in status, status)
    files = json.loads(bench.must("status", "--json"))
    bench.expect(files["files"] == [{"path": "f", "status": "resolved", "as_before": True}] and not files["conflicts"],
                 f"status --json: {files}")
    bench.expect("<<<<<<<" in bench.must("cat", "HEAD:f"), "the merge stays the conflict")
    status, out, _ = bench.run("conflicts")
    bench.expect(status == 1 and "resolved as before" in out, f"conflicts: {status} {out}")
    # Back to the markers, and forgotten.
    bench.must("resolve", "--forget", "f")
    bench.expect(bench.get() == markers, f"the markers are back: {bench.get()}")
    bench.expect("  conflict   f\n" in bench.must("status"), "and it is a conflict")
    bench.expect(bench.run("commit", "-m", "nothing")[0] == 1, "which no commit ends")
    bench.merge_on("main3")
    bench.expect(bench.get() == markers, "it stays forgotten")
    bench.commit("made", MADE)
    bench.merge_on("main4")
    bench.commit("more", "unrelated\n", "g")
    bench.expect(bench.run("conflicts")[0] == 0 and bench.must("cat", "HEAD:f") == MADE, "the next commit records it")
    bench.must("switch", "main")
    bench.must("switch", "main4")
    bench.expect(bench.get() == MADE and bench.must("status", "-s") == "", "and that is what stands there")
    bench.expect("all well" in bench.must("fsck"), "fsck")


def told(bench):
    bench.make(BASE, OURS, THEIRS)
    bench.merge_on("main")
    bench.commit("made", MADE)
    bench.merge_on("main2")
    out = bench.must("commit", "-m", "as it stands")
    bench.expect("resolved as before: f" in out, out)
    # Away from a merge that shows remembered text, and back, nothing is lost and nothing in the way.
    bench.merge_on("main3")
    bench.must("switch", "other")
    bench.expect(bench.get() == THEIRS, "switching away")
    bench.must("switch", "main3")
    bench.expect(bench.get() == MADE, "and back")
    bench.must("resolve", "--ours", "f")
    bench.expect(bench.get() == text(n3="ours\n", n15="ours\n", n9="nine\n"), "another choice")
    bench.must("commit", "-m", "another")
    bench.merge_on("main4")
    bench.expect(bench.get() == OURS, "the last one counts")


def parts(bench):
    """Of two hunks one is known; what is beside a hunk is no part of the answer."""
    bench.make(BASE, OURS, THEIRS)
    bench.merge_on("main")
    # The line before the first hunk is changed with it, so that it cannot be told what was made of it.
    bench.commit("made", text(n2="2 and\n", n3="both\n", n15="one\ntwo\n", n9="nine\n"))
    bench.merge_on("main2")
    shown = bench.get()
    bench.expect(shown.count("<<<<<<<") == 1 and "one\ntwo\n" in shown, f"half known: {shown}")
    bench.expect("  conflict   f\n" in bench.must("status"), "and a conflict still")
    bench.expect(bench.run("commit", "-m", "nothing")[0] == 1, "which no commit ends")
    bench.put(shown.replace("<<<<<<< side 1\n", ""))
    bench.expect(bench.run("commit", "-m", "half")[0] == 1, "half an edit is refused")
    bench.commit("the rest", MADE)
    bench.merge_on("main3")
    bench.expect(bench.get() == MADE, "now both are known")
    # Elsewhere the same hunk is another one.
    bench.make(BASE, OURS, THEIRS)
    bench.merge_on("main")
    bench.expect("<<<<<<<" in bench.get(), "another repository knows nothing")


def sides_turned(bench):
    bench.make(BASE, OURS, THEIRS)
    bench.merge_on("main")
    bench.commit("made", MADE)
    bench.must("switch", "other")
    bench.must("merge", "main2", wanted=(1,))
    bench.expect(bench.get() == MADE, f"the other way round: {bench.get()}")


def switched_off(bench):
    bench.make(BASE, OURS, THEIRS)
    bench.must("config", "merge.remember", "false")
    bench.merge_on("main")
    bench.commit("made", MADE)
    bench.must("config", "merge.remember", "true")
    bench.merge_on("main2")
    bench.expect("<<<<<<<" in bench.get(), "nothing was kept")
    bench.commit("made", MADE)
    bench.must("config", "merge.remember", "false")
    bench.merge_on("main3")
    bench.expect("<<<<<<<" in bench.get(), "nothing is shown")
    # Markers that stand there when the setting comes back are what they were.
    bench.must("config", "merge.remember", "true")
    bench.expect("  conflict   f\n" in bench.must("status"), "markers stay a conflict")
    bench.must("switch", "other")
    bench.expect(bench.get() == THEIRS, "and are not in the way")


def styles(bench):
    base, ours, theirs = text(), text(n3="same\nours\nend\n"), text(n3="same\ntheirs\nend\n")
    shown = {}
    for style in ("zdiff3", "diff3", "merge"):
        bench.make(base, ours, theirs)
        bench.must("config", "merge.conflictStyle", style)
        bench.merge_on("main")
        shown[style] = bench.get()
        for other in ("zdiff3", "diff3", "merge"):
            bench.must("config", "merge.conflictStyle", other)
            bench.expect("  conflict   f\n" in bench.must("status"), f"{style} is a conflict under {other}")
            bench.expect(bench.run("commit", "-m", "x")[0] == 1, f"{style} is not recorded under {other}")
            bench.must("switch", "other")
            bench.must("switch", "main")
            bench.must("config", "merge.conflictStyle", style)
            bench.must("restore", "f")
        bench.put(shown[style].replace("ours", "edited"))
        bench.expect("markers left" in bench.must("status"), f"{style} edited")
    begin, end = "<<<<<<< side 1\n", ">>>>>>> side 2\n"
    base_part = "||||||| base 1\n3\n"
    wanted = {"zdiff3": "same\n" + begin + "ours\n" + base_part + "=======\ntheirs\n" + end + "end\n",
              "diff3": begin + "same\nours\nend\n" + base_part + "=======\nsame\ntheirs\nend\n" + end,
              "merge": "same\n" + begin + "ours\n=======\ntheirs\n" + end + "end\n"}
    for style, part in wanted.items():
        bench.expect(shown[style] == "1\n2\n" + part + text()[len("1\n2\n3\n"):], f"{style}: {shown[style]}")
    bench.must("config", "merge.conflictStyle", "other")
    status, _, err = bench.run("status")
    bench.expect(status == 129 and "zdiff3" in err, f"another style: {status} {err}")


run_parts(Conflicts, remembered, told, parts, sides_turned, switched_off, styles)
