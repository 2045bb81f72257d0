#!/usr/bin/env python3
"""How soon a commit of one device is with all others, over a simulated network of real hosts.

usage: spread.py HN [--hosts N] [--commits N] [--place DIR] [-- NETLAB-OPTIONS...]

    NETLAB=~/netlab tests/bench/spread.py build/release/hn --hosts 16 -- --profile wan --loss 5%

Needs root and netlab (a network of namespaces and TUN devices, its path in NETLAB). Each host runs
a daemon of its own, with keys and state of its own; all of them know each other in the end. A small
commit is then made on one host after the other, and `hn wait` on all others says when it is there,
its blocks with it. Printed are the median over the hosts and the last one, for each commit and the
median of them, and the bytes that all hosts sent in that time.

All daemons share this machine's processors: where there are few, what is measured is them. Many
daemons need fs.inotify.max_user_instances beyond the 128 of most systems.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PORT = 4697
COME_SECONDS_MAX = 300  # until all know each other
WAIT_SECONDS_MAX = 120


class Host:
    def __init__(self, lab, number):
        self.lab, self.name = lab, f"h{number}"
        self.folder = f"{lab.place}/{self.name}"
        self.store = self.folder + "/shop"
        self.address = os.environ[f"NETLAB_H{number}_IP"]
        os.makedirs(self.folder + "/run", mode=0o700)
        self.environment = {"HOME": self.folder, "XDG_RUNTIME_DIR": self.folder + "/run", "PATH": os.environ["PATH"],
                            "LC_ALL": "C"} | {k: v for k, v in os.environ.items() if k.startswith("NETLAB")}
        self.daemon = None
        for key, value in (("user.name", self.name), ("user.email", f"{self.name}@example.org"), ("gc.auto", "0")):
            self.run("config", "--global", key, value)

    def start(self, *words, **options):
        return subprocess.Popen([self.lab.netlab, "exec", self.name, "--", self.lab.hn, *words], env=self.environment,
                                stdin=subprocess.DEVNULL, **options)

    def run(self, *words):
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        if process.returncode != 0:
            sys.exit(f"{self.name}: hn {' '.join(words)}: {process.returncode}\n{err.decode(errors='replace')}")
        return out.decode()

    def begin(self):
        with open(self.folder + "/log", "wb") as log:
            self.daemon = self.start("daemon", "run", "--listen", f"0.0.0.0:{PORT}", stdout=log, stderr=log)
        until = time.monotonic() + 20
        while not self.served():
            if time.monotonic() > until:
                sys.exit(f"{self.name}: the daemon does not serve")
            time.sleep(0.05)

    def served(self):
        process = self.start("daemon", "status", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(process.communicate()[0] or "{}").get("repositories", [])

    def sessions(self):
        return sum(peer["connected"] for repository in self.served() for peer in repository.get("peers", []))


class Lab:
    def __init__(self, arguments):
        self.netlab, self.hn, self.place = os.environ["NETLAB"], arguments.hn, arguments.place
        self.hosts = [Host(self, i + 1) for i in range(arguments.hosts)]

    def control(self, command):
        return subprocess.run([self.netlab, "ctl", command], check=True, stdout=subprocess.PIPE).stdout

    def gather(self):
        first = self.hosts[0]
        first.run("init", first.store, "--name", first.name)
        with open(first.store + "/file", "w", encoding="ascii") as file:
            file.write("begun\n")
        first.run("-C", first.store, "commit", "-qm", "begun")
        first.begin()
        for host in self.hosts[1:]:
            link = first.run("-C", first.store, "invite", "--write", "--addr", f"{first.address}:{PORT}").split()[-1]
            host.run("clone", link, host.store, "--name", host.name, "--timeout", "120")
            host.begin()
        wanted = min(len(self.hosts) - 1, 5)
        until = time.monotonic() + COME_SECONDS_MAX
        while time.monotonic() < until:
            time.sleep(2)
            counts = [host.sessions() for host in self.hosts]
            if min(counts) >= wanted:
                time.sleep(15)
                return [host.sessions() for host in self.hosts]
        sys.exit(f"sessions after {COME_SECONDS_MAX} s: {counts}")

    def commit(self, author, number):
        text = f"news {number}"
        waiting = {}
        for host in self.hosts:
            if host is not author:
                waiting[host.name] = host.start("-C", host.store, "wait", "main", "--at", f":/{text}", "--timeout",
                                                str(WAIT_SECONDS_MAX), stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL)
        time.sleep(3)  # until all of them wait
        with open(f"{author.store}/file-{author.name}", "w", encoding="ascii") as file:
            file.write(text + "\n")
        self.control("stats reset")
        began = time.monotonic()
        author.run("-C", author.store, "commit", "-qm", text)
        recorded = time.monotonic()
        times = []
        while waiting:
            for name, process in list(waiting.items()):
                status = process.poll()
                if status is None:
                    continue
                if status != 0:
                    sys.exit(f"{name}: hn wait: {status}")
                times.append(time.monotonic() - recorded)
                del waiting[name]
            time.sleep(0.001)
        time.sleep(2)
        sent = json.loads(self.control("stats json"))["total"]["sent_bytes"]
        return {"median": max(statistics.median(times), 0), "last": max(times), "took": recorded - began, "sent": sent}

    def end(self):
        for host in self.hosts:
            if host.daemon:
                host.daemon.terminate()
        for host in self.hosts:
            if host.daemon:
                host.daemon.wait()


def inner(arguments):
    lab = Lab(arguments)
    try:
        counts = lab.gather()
        print(f"{len(counts)} hosts, {statistics.mean(counts):.1f} sessions each", flush=True)
        results = []
        for number in range(arguments.commits):
            result = lab.commit(lab.hosts[number * 7 % len(lab.hosts)], number)
            results.append(result)
            print("commit {}: recorded after {took:.3f} s; median {median:.3f} s, last {last:.3f} s; {sent} bytes sent"
                  .format(number, **result), flush=True)
        print("medians: {:.3f} s, last {:.3f} s, {:.0f} bytes for each host".format(
            *(statistics.median(r[key] for r in results) for key in ("median", "last")),
            statistics.median(r["sent"] for r in results) / len(lab.hosts)), flush=True)
    finally:
        lab.end()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("hn")
    parser.add_argument("--hosts", type=int, default=16)
    parser.add_argument("--commits", type=int, default=5)
    parser.add_argument("--place")
    parser.add_argument("--inner", action="store_true")
    words = sys.argv[1:]
    options = words[words.index("--") + 1:] if "--" in words else []
    arguments = parser.parse_args(words[:words.index("--")] if "--" in words else words)
    arguments.hn = os.path.abspath(arguments.hn)
    if arguments.inner:
        return inner(arguments)
    kept = arguments.place
    place = os.path.abspath(kept) if kept else tempfile.mkdtemp(prefix="hn-spread-")
    run = re.sub(r"[^0-9]", "", f"{time.time():.3f}")
    done = subprocess.run([os.environ["NETLAB"], "run", "--quiet", "--hosts", str(arguments.hosts), *options, "--",
                           sys.executable, os.path.abspath(__file__), arguments.hn, "--inner", "--hosts",
                           str(arguments.hosts), "--commits", str(arguments.commits), "--place", f"{place}/{run}"],
                          check=False)
    if not kept:
        shutil.rmtree(place)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
