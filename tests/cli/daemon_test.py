#!/usr/bin/env python3
"""The daemons of three users keep their repositories in step.

usage: daemon_test.py HN

Nothing sleeps for a guess: what another process does is waited for by asking until it is so, for a
minute at most.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import bench

SECONDS_MAX = 60
NAMES = ("anna", "bob", "carl")


class Users(bench.Bench):
    """Anna, Bob and Carl, each with a home and a daemon of their own."""

    def __init__(self, hn, root):
        super().__init__(hn, root)
        for who in NAMES:
            os.mkdir(f"{root}/{who}")
            self.of(who, "config", "--global", "user.name", who)
            self.of(who, "config", "--global", "user.email", who + "@example.org")

    def run_of(self, who, *words):
        return self.run(*words, env={**self.environment, "HOME": f"{self.root}/{who}"}, cwd=f"{self.root}/{who}")

    def of(self, who, *words, wanted=0):
        status, out, err = self.run_of(who, *words)
        if status != wanted:
            raise SystemExit(f"{who}: {words}: {status} {out} {err}")
        return out

    def tip(self, who, revision="main"):
        return self.of(who, "-C", "work", "log", "-1", "--format=%H", revision)

    def status(self, who):
        return json.loads(self.of(who, "daemon", "status", "--json"))

    def peers(self, who, repository):
        for row in self.status(who)["repositories"]:
            if row["path"] == f"{self.root}/{who}/{repository}":
                return row["peers"] if row["served"] else row["problem"]
        return "not listed"

    def wait(self, what, so):
        """Until so() is true; what it was last stands in the complaint."""
        end = time.monotonic() + SECONDS_MAX
        while time.monotonic() < end:
            if so():
                self.expect(True, what)
                return
            time.sleep(0.02)
        self.expect(False, what + ": not within a minute")

    def in_step(self, who, repository):
        peers = self.peers(who, repository)
        return isinstance(peers, list) and len(peers) == 1 and peers[0].get("agreed", False)

    def commit(self, who, repository, name, text):
        with open(f"{self.root}/{who}/{repository}/{name}", "w", encoding="ascii") as file:
            file.write(text)
        self.of(who, "-C", repository, "commit", "-m", name)


def start_and_stop(users):
    status, out, _ = users.run_of("anna", "daemon")
    users.expect(status == 1 and out == "no daemon runs; hn daemon start\n", "no daemon is said, with status 1")
    users.expect(users.run_of("anna", "daemon", "stop")[:2] == (0, "no daemon runs\n"), "nothing to stop")
    said = users.of("anna", "daemon", "start", "--listen", "127.0.0.1:0")
    users.expect(said.startswith("listening on 127.0.0.1:"), said)
    status, _, err = users.run_of("anna", "daemon", "start")
    users.expect(status == 128 and "runs already" in err, f"a second daemon is refused: {status} {err}")
    status, _, err = users.run_of("anna", "daemon", "run", "--listen", "127.0.0.1:0")
    users.expect(status == 128 and "runs already" in err, f"nor beside it: {status} {err}")
    users.of("anna", "daemon", "stop")
    users.of("anna", "daemon", "start", "--listen", "127.0.0.1:0", "--background", "--limit", "2m")
    process = users.status("anna")["process"]
    with open(f"/proc/{process}/cmdline", encoding="ascii") as file:
        words = file.read().split("\0")
    users.expect("--background" in words and "2097152" in words, f"what it was started with is handed on: {words}")
    users.expect(users.of("anna", "daemon", "stop") == "stopped\n", "stopped")
    users.wait("its process is gone", lambda: not os.path.exists(f"/proc/{process}"))
    status, _, err = users.run_of("anna", "daemon", "start", "--listen", "192.0.2.1:1")
    users.expect(status == 128 and "cannot listen" in err, f"why it did not start: {status} {err}")
    users.expect(users.run_of("anna", "daemon", "walk")[0] == 129, "an action that is none")


def without_input(users):
    """Started where one of the three standard files is closed, it has all three."""
    closed = subprocess.run(["sh", "-c", '"$0" daemon start --listen 127.0.0.1:0 <&-', users.hn], check=False, timeout=SECONDS_MAX,
                            env={**users.environment, "HOME": users.root + "/anna"}, capture_output=True)
    users.expect(closed.returncode == 0, f"without standard input: {closed}")
    process = users.status("anna")["process"]
    open_files = [os.readlink(f"/proc/{process}/fd/{n}") for n in (0, 1, 2)]
    users.expect(open_files[0] == "/dev/null", f"its input is nowhere: {open_files}")
    users.expect(open_files[1].startswith("pipe:"), f"its output told where it listens: {open_files}")
    users.expect(open_files[2].endswith("/daemon.log"), f"its complaints go to the log: {open_files}")
    users.of("anna", "daemon", "stop")
    with subprocess.Popen(["sh", "-c", 'exec "$0" daemon run --listen 127.0.0.1:0 <&-', users.hn], stdout=subprocess.PIPE,
                          env={**users.environment, "HOME": users.root + "/anna"}, stderr=subprocess.DEVNULL) as here:
        here.stdout.readline()
        users.expect(os.readlink(f"/proc/{here.pid}/fd/0") == "/dev/null", "nor does another file take its place")
        users.of("anna", "daemon", "stop")


def hanging(users):
    """A daemon that does not answer is told from one that is at work, and can be ended."""
    process = users.status("anna")["process"]
    os.kill(process, signal.SIGSTOP)
    environment = {**users.environment, "HOME": users.root + "/anna"}
    # All three wait at the same time.
    commands = [(words, subprocess.Popen([users.hn, "-C", users.root + "/anna/work", *words], stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=environment))
                for words in (["sync"], ["daemon", "status"], ["doctor"])]
    for words, command in commands:
        out, err = command.communicate(timeout=2 * SECONDS_MAX)
        if words == ["doctor"]:
            users.expect(command.returncode == 1 and "!! daemon: the daemon of this user runs, but" in out, f"doctor: {out} {err}")
        else:
            users.expect(command.returncode == 11 and "does not answer" in err and "hn daemon stop" in err,
                         f"{words}: {command.returncode} {out} {err}")
    users.expect(users.of("anna", "daemon", "stop") == "it did not answer, and was killed\n", "and it can be ended")
    users.wait("it is gone", lambda: not os.path.exists(f"/proc/{process}"))
    users.expect(users.run_of("anna", "daemon")[:2] == (1, "no daemon runs; hn daemon start\n"), "and none runs")


def news_travels(users):
    users.of("anna", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("bob", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("anna", "init", "work", "--name", "anna")
    users.commit("anna", "work", "one", "one\n")
    users.wait("a new repository is served", lambda: users.peers("anna", "work") == [])
    link = json.loads(users.of("anna", "-C", "work", "invite", "--write", "--json"))["link"]
    users.of("bob", "clone", link, "work", "--name", "bob")
    users.wait("bob's daemon calls anna's", lambda: users.in_step("bob", "work"))

    # No command syncs; the entries arrive all the same.
    users.commit("bob", "work", "two", "two\n")
    tip = users.tip("bob", "HEAD")
    users.wait("bob's commit comes to anna", lambda: users.tip("anna") == tip)
    users.commit("anna", "work", "three", "three\n")
    said = users.of("anna", "-C", "work", "sync", "--replicas", "1", "--timeout", "60")
    users.expect(said.endswith("acknowledged by bob\n"), f"what bob's daemon signed, over anna's: {said}")
    users.expect(os.path.exists(f"{users.root}/anna/work/two"), "anna's working tree follows her sync")
    report = json.loads(users.of("bob", "-C", "work", "sync", "--json"))
    users.expect(report["agreed"] and [peer["peer"] for peer in report["peers"]] == ["anna"], f"bob's sync: {report}")
    users.expect(sorted(os.listdir(users.root + "/bob/work")) == [".hn", "one", "three", "two"], "bob has all three")
    same = [users.tip(who, "HEAD") for who in ("anna", "bob")]
    users.expect(same[0] == same[1], f"one head: {same}")


def outage(users):
    """A daemon that is killed is missed, and found again."""
    address = users.status("anna")["addresses"][0]
    os.kill(users.status("anna")["process"], signal.SIGKILL)
    users.wait("nobody answers", lambda: users.run_of("anna", "daemon")[0] == 1)
    users.commit("bob", "work", "four", "four\n")
    users.wait("bob's daemon notices", lambda: not users.peers("bob", "work")[0]["connected"])
    users.of("anna", "daemon", "start", "--listen", address)
    # Asked, it calls at once and does not wait for its turn.
    users.of("bob", "-C", "work", "sync")
    same = [users.tip(who) for who in ("anna", "bob")]
    users.expect(same[0] == same[1], f"in step after the outage: {same}")


def introduced(users):
    """Bob and Carl have met Anna alone. She tells each where the other is, and then she is not needed."""
    link = json.loads(users.of("anna", "-C", "work", "invite", "--write", "--json"))["link"]
    users.of("carl", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("carl", "clone", link, "work", "--name", "carl")

    def here(who):
        peers = users.peers(who, "work")
        return sorted(peer["peer"] for peer in peers if peer["connected"]) if isinstance(peers, list) else peers
    users.wait("carl meets bob", lambda: here("carl") == ["anna", "bob"])
    users.wait("bob meets carl", lambda: here("bob") == ["anna", "carl"])
    users.of("anna", "daemon", "stop")
    users.wait("anna has gone", lambda: here("bob") == ["carl"])
    users.commit("carl", "work", "carls", "carls\n")
    users.wait("carl's commit comes to bob without her", lambda: users.tip("bob") == users.tip("carl"))
    users.of("anna", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("anna", "-C", "work", "sync")
    users.expect(users.tip("anna") == users.tip("carl"), "and to her when she is back elsewhere")
    users.of("carl", "daemon", "stop")


def banned(users):
    """Who is banned is not talked with, whoever calls; and is again when the ban is lifted."""
    def link_of(who):
        return [peer for peer in users.peers(who, "work") if peer["peer"] in ("anna", "bob")]
    users.of("bob", "-C", "work", "peer", "ban", "anna", "--why", "too loud")
    users.wait("anna is gone for bob", lambda: not link_of("bob")[0]["connected"])
    users.wait("and bob for anna", lambda: not link_of("anna")[0]["connected"])
    row = [peer for peer in json.loads(users.of("bob", "-C", "work", "peer", "--json"))["peers"] if peer["peer"] == "anna"]
    users.expect(row[0]["banned"], f"the list says so: {row}")
    users.expect("banned: too loud" in users.of("bob", "-C", "work", "peer"), "and why")
    before = users.tip("anna")
    users.commit("bob", "work", "quiet", "quiet\n")
    status, _, err = users.run_of("bob", "-C", "work", "sync", users.status("anna")["addresses"][0])
    users.expect(status == 10 and "closed" in err, f"nor by a command: {status} {err}")
    users.expect(users.tip("anna") == before, "nothing went")
    key = row[0]["key"]
    users.of("bob", "peer", "unban", key[:12])
    users.expect(users.run_of("bob", "peer", "unban", key)[0] != 0, "not banned any more")
    users.of("bob", "-C", "work", "sync")
    users.expect(users.tip("anna") == users.tip("bob"), "in step again")


def limited(users):
    """A limit of a peer is kept for all repositories of a user, shown, heeded by the daemon, and lifted."""
    def rows(who):
        return json.loads(users.of(who, "-C", "work", "peer", "--json"))
    key = [peer["key"] for peer in rows("bob")["peers"] if peer["peer"] == "anna"][0]
    users.of("bob", "-C", "work", "peer", "limit", "anna", "64k")
    users.expect([peer.get("limit") for peer in rows("bob")["peers"] if peer["key"] == key] == [65536], f"{rows('bob')}")
    users.expect(rows("bob")["limited"] == [{"key": key, "limit": 65536}], f"{rows('bob')}")
    users.expect("at most 65.5 kB a second" in users.of("bob", "-C", "work", "peer"), "in words")
    # Random bytes: over loopback they would be there in a moment.
    for n in range(4):
        with open(f"{users.root}/bob/work/large{n}", "wb") as file:
            file.write(os.urandom(50_000))
    users.of("bob", "-C", "work", "commit", "-m", "large")
    begin = time.monotonic()
    users.of("bob", "-C", "work", "sync")
    took = time.monotonic() - begin
    users.expect(took > (200_000 - 3_000) / 65536, f"200,000 bytes at 65,536 a second in {took} s")
    users.expect(users.tip("anna") == users.tip("bob"), "and all went")
    users.of("bob", "peer", "limit", key, "none")
    users.expect(rows("bob")["limited"] == [], "lifted")
    users.expect(users.run_of("bob", "-C", "work", "peer", "limit", "anna", "none")[0] == 128, "and not twice")
    for words in (("limit", "anna", "fast"), ("limit", "anna", "100"), ("limit", "anna"), ("limit", "anna", "9999999g")):
        users.expect(users.run_of("bob", "-C", "work", "peer", *words)[0] == 129, f"hn peer {words}")
    limited_newcomer(users)
    for words in (("sync", "--limit", "0"), ("serve", "--limit", "k"), ("daemon", "start", "--limit", "1kk"),
                  ("clone", "--limit", "0", "hn:none"), ("device", "--limit", "1kk", "new", "hn:none")):
        users.expect(users.run_of("bob", "-C", "work", *words)[0] != 0, f"hn {words}")


def limited_newcomer(users):
    """So much may be under way at once; the rest takes its time."""
    def seconds(*words):
        begin = time.monotonic()
        users.of("carl", *words)
        return time.monotonic() - begin
    def link():
        return users.of("anna", "-C", "work", "invite", "--write").split()[-1]
    # All of it, less two seconds' worth and a burst that may come at once.
    least = (200_000 - 16_384) / 60_000 - 2
    took = seconds("clone", "--limit", "60000", link(), "slow")
    users.expect(took > least, f"a clone of 200,000 bytes at 60,000 a second in {took} s")
    shutil.copytree(users.root + "/carl/slow", users.root + "/carl/copied")
    with open(f"{users.root}/anna/work/larger", "wb") as file:
        file.write(os.urandom(200_000))
    users.of("anna", "-C", "work", "commit", "-m", "larger")
    users.of("anna", "-C", "work", "sync")
    took = seconds("-C", "copied", "device", "--limit", "60000", "new", link())
    users.expect(took > least, f"a new device that fetches as much in {took} s")
    for name in ("copied", "slow"):
        shutil.rmtree(f"{users.root}/carl/{name}")


def addresses(users):
    """What is known of a peer can be told and forgotten."""
    def known(name):
        peers = json.loads(users.of("bob", "-C", "work", "peer", "list", "--json"))["peers"]
        return [peer for peer in peers if peer["peer"] == name]
    key = known("carl")[0]["key"]
    users.of("bob", "-C", "work", "peer", "add", "carl", "192.0.2.77:4697")
    users.expect(known("carl")[0]["addresses"][0] == "192.0.2.77:4697", "a new address is tried first")
    users.of("bob", "-C", "work", "peer", "remove", key[:8])
    users.expect(known("carl") == [], "forgotten")
    users.of("bob", "-C", "work", "peer", "add", key, "192.0.2.77:4697")
    peers = json.loads(users.of("bob", "-C", "work", "peer", "--json"))["peers"]
    users.expect([peer["addresses"] for peer in peers if peer["key"] == key] == [["192.0.2.77:4697"]], "by its key")
    for words, wanted in ((("add", "carl", "nowhere:0"), 129), (("add", "dora", "192.0.2.1:1"), 128), (("remove",), 129),
                          (("remove", "dora"), 128), (("dance",), 129)):
        status, _, err = users.run_of("bob", "-C", "work", "peer", *words)
        users.expect(status == wanted, f"hn peer {words}: {status} {err}")


def examined(users):
    """hn doctor: fine while all are here, and what is wrong where they are not."""
    def findings(who):
        status, out, err = users.run_of(who, "-C", "work", "doctor", "--json")
        told = json.loads(out)
        users.expect(told["healthy"] == (status == 0), f"the status says it too: {status} {err}")
        return {row["about"]: (row["fine"], row["found"]) for row in told["findings"]}
    users.of("bob", "-C", "work", "sync")
    found = findings("bob")
    users.expect(found["peer anna"] == (True, "answers, and both have the same"), f"bob and anna: {found}")
    users.expect(found["daemon"] == (True, "serves this repository") and found["rights"][0], f"bob himself: {found}")
    users.of("bob", "-C", "work", "peer", "ban", "anna")
    users.expect(findings("bob")["peer anna"][1] == "is banned: by hand", "a ban is found")
    users.of("bob", "-C", "work", "peer", "unban", "anna")
    users.of("anna", "daemon", "stop")
    found = findings("bob")
    users.expect(not found["peer anna"][0] and found["peer anna"][1].startswith("does not answer"), f"gone: {found}")
    users.expect("no daemon runs" in findings("anna")["daemon"][1], "anna has none")
    status, out, _ = users.run_of("anna", "-C", "work", "doctor")
    users.expect(status == 1 and "!! daemon: no daemon runs" in out, f"in words: {out}")
    users.of("anna", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("anna", "-C", "work", "sync")


def forgotten(users):
    """A peer that is removed while a sync waits for it, and a repository whose note was lost."""
    key = "ab" * 32
    users.of("carl", "init", "alone")
    users.of("carl", "daemon", "start", "--listen", "127.0.0.1:0")
    users.of("carl", "-C", "alone", "peer", "add", key, "127.0.0.1:1")
    alone = f"{users.root}/carl/alone"

    def listed():
        peers = users.peers("carl", "alone")
        return isinstance(peers, list) and [peer["key"] for peer in peers] == [key]
    users.wait("the peer is known to the daemon", listed)
    process = users.status("carl")["process"]
    sync = subprocess.Popen([users.hn, "-C", alone, "sync"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**users.environment, "HOME": users.root + "/carl"})
    users.wait("the daemon was asked", lambda: any(
        peer.get("problem", "") or "next_call" not in peer for peer in users.peers("carl", "alone")))
    users.of("carl", "-C", "alone", "peer", "remove", key)
    users.expect(sync.wait(timeout=SECONDS_MAX) == 10, "the sync ends, with nobody reached")
    users.expect(users.status("carl")["process"] == process, "and the daemon lives")

    notes = users.root + "/carl/.local/state/hn/repositories"
    for name in os.listdir(notes):
        os.remove(f"{notes}/{name}")
    users.wait("without its note it is not served", lambda: users.peers("carl", "alone") == "not listed")
    users.run_of("carl", "-C", "alone", "sync")
    users.wait("a sync notes it again", lambda: users.peers("carl", "alone") == [])
    users.of("carl", "daemon", "stop")


def held_back(users):
    """What a daemon must not do by itself."""
    users.of("bob", "-C", "work", "sync")
    hook = f"{users.root}/bob/work/.hn/hooks/pre-sync"
    os.makedirs(os.path.dirname(hook), exist_ok=True)
    with open(hook, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexit 1\n")
    os.chmod(hook, 0o700)
    users.commit("bob", "work", "secret", "secret\n")
    status, _, _ = users.run_of("bob", "-C", "work", "sync")
    users.expect(status != 0, "the hook refuses")
    # News in the other direction proves that bob's daemon has looked meanwhile.
    users.commit("anna", "work", "five", "five\n")
    users.of("anna", "-C", "work", "sync")
    users.wait("anna's commit comes to bob",
               lambda: "five" in users.of("bob", "-C", "work", "log", "--all", "--format=%s"))
    users.expect("secret" not in users.of("anna", "-C", "work", "log", "--all", "--format=%s"), "not past the hook")
    os.remove(hook)
    users.of("bob", "-C", "work", "sync")
    users.expect("secret" in users.of("anna", "-C", "work", "log", "--all", "--format=%s"), "and then it goes")

    users.of("bob", "init", "alone")
    users.of("bob", "-C", "alone", "config", "daemon.serve", "false")
    users.of("bob", "daemon", "stop")
    users.of("bob", "daemon", "start", "--listen", "127.0.0.1:0")
    users.expect(users.peers("bob", "alone") == "daemon.serve is false", "a repository that is left alone")
    os.rename(users.root + "/bob/alone", users.root + "/bob/elsewhere")
    users.of("bob", "init", "another")
    users.wait("a folder that went is forgotten", lambda: users.peers("bob", "alone") == "not listed")
    log = users.of("bob", "daemon", "logs", "-n", "1000")
    users.expect("anna is here" in log and "is served" in log, f"the log: {log}")


def clones_of_one(users):
    """Of several clones of a repository one is served, and all are in step; when it goes another is served."""
    folder = users.root + "/anna"
    def row(name):
        return [row for row in users.status("anna")["repositories"] if row["path"] == f"{folder}/{name}"][0]
    def tip(name, who="anna"):
        return users.of(who, "-C", name, "log", "-1", "--format=%H", "main")
    def invited():
        return users.of("anna", "-C", "first", "invite", "--write").split()[-1]
    users.of("anna", "init", "first")
    users.commit("anna", "first", "one", "1\n")
    users.wait("it is served", lambda: users.peers("anna", "first") == [])
    users.of("bob", "clone", invited(), "far", "--name", "bob")
    users.of("anna", "clone", "--via", f"{users.hn} -C {folder}/first serve --stdio", invited(), "second")
    users.wait("a second one is noticed", lambda: row("second").get("through") == folder + "/first")
    users.expect(row("first")["served"] and not row("second")["served"], "one is served")
    users.expect(f"second: kept in step with {folder}/first" in users.of("anna", "daemon", "status"), "in words")
    users.commit("anna", "second", "two", "2\n")
    users.wait("what one has comes to the other", lambda: tip("first") == tip("second"))
    users.wait("and to a peer", lambda: tip("far", "bob") == tip("second"))
    users.of("bob", "-C", "far", "sync")
    users.commit("bob", "far", "three", "3\n")
    users.wait("what a peer has comes to both", lambda: tip("far", "bob") == tip("second") == tip("first"))
    for name in ("first", "second"):
        users.of("anna", "-C", name, "sync")
        users.commit("anna", name, name, "4\n")
        out = json.loads(users.of("anna", "-C", name, "sync", "--json"))
        other = {"first": "second", "second": "first"}[name]
        users.expect([peer["peer"] for peer in out["peers"]] == ["bob", f"{folder}/{other}"], f"told of both: {out}")
        users.expect(tip("first") == tip("second") == tip("far", "bob"), "when it is over all are in step")
    key = "12" * 32
    users.of("anna", "-C", "second", "peer", "add", key, "192.0.2.77:4697")
    users.wait("whom one knows, the one that is served calls",
               lambda: key in [peer["key"] for peer in row("first")["peers"]])
    users.of("anna", "-C", "first", "fsck")
    users.of("anna", "-C", "second", "fsck")
    shutil.rmtree(folder + "/first")
    users.of("anna", "init", "noticed")
    users.wait("the other takes its place", lambda: row("second")["served"])
    users.commit("anna", "second", "five", "5\n")
    users.wait("and peers hear of it", lambda: tip("far", "bob") == tip("second"))


def main():
    with tempfile.TemporaryDirectory() as root:
        users = Users(os.path.abspath(sys.argv[1]), root)
        try:
            for part in (start_and_stop, without_input, news_travels, outage, introduced, banned, limited, addresses, examined, forgotten,
                         held_back, clones_of_one, hanging):
                part(users)
        finally:
            for who in NAMES:
                users.run_of(who, "daemon", "stop")
    print(f"{users.passed} right, {users.failed} wrong")
    sys.exit(users.failed > 0)


if __name__ == "__main__":
    main()
