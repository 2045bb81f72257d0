#!/usr/bin/env python3
"""Clones of a history over networks of many kinds, hn beside git and rsync, as a share of what the link can carry.

usage: network.py HN GIT-REPOSITORY [SMALL-GIT-REPOSITORY] [--profile NAME]... [--seeds N]
                  [--tool hn|git|rsync]... [--place DIR] [--timeout SECONDS] [--cc NAME]

    NETLAB=~/netlab tests/bench/network.py build/release/hn ~/git.git ~/zlib.git --seeds 3 --place ~/bench

Needs root, git with its daemon, and netlab (a network of namespaces and TUN devices, its path in NETLAB);
the profile `loopback` needs none of it but git. The repositories are only read. SMALL is for the profiles of
slow links. What is served is made once and kept in DIR, a new folder in TMPDIR, removed at the end, unless
named. The payload is git's pack of the history after `git gc`. A link's limit is the time of

    payload / (rate x (1 - loss) x 0.965) + 2 round trips

where 0.965 is what TCP leaves of a full packet. Printed are medians over the seeds: seconds, the share of the
limit that was reached, the bytes that both hosts sent over the payload, and processor seconds of both ends; a
star where a target is missed. git runs over TCP with the congestion control that --cc names (bbr); so does
rsync, if it is named, which copies the packed repository from its own daemon and verifies nothing.

More profiles, of hn alone: `ping`, by how many milliseconds a clone raises another's round trips on `wan`;
`rival-cubic` and `rival-bbr`, the share of `wan` that a clone takes beside one TCP flow; `fall`, the share of
packets that a queue drops from two seconds after the rate went from 100 to 10 Mbit/s.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PORT = 4697
EFFICIENCY = 0.965
# name: options of netlab, bits per second, round trip in seconds, loss, which repository, targets: share, bytes
PROFILES = {
    "loopback": ([], 0, 0, 0, "large", None, None),
    "lan": (["--profile", "lan"], 1e9, 0.0002, 0, "large", 0.65, 1.08),
    "wan": (["--profile", "wan"], 1e8, 0.04, 0, "large", 0.94, 1.08),
    "wan-1": (["--profile", "wan", "--loss", "1%"], 1e8, 0.04, 0.01, "large", 0.93, 1.09),
    "wan-5": (["--profile", "wan", "--loss", "5%"], 1e8, 0.04, 0.05, "large", 0.90, 1.14),
    "wan-10": (["--profile", "wan", "--loss", "10%"], 1e8, 0.04, 0.10, "large", 0.88, 1.20),
    "wan-20": (["--profile", "wan", "--loss", "20%"], 1e8, 0.04, 0.20, "large", 0.85, 1.38),
    "mesh": (["--profile", "mesh"], 2e6, 0.3, 0.20, "small", 0.85, 1.38),
    "sat": (["--profile", "sat"], 1e7, 0.6, 0.03, "large", 0.88, 1.12),
}
OTHERS = ("ping", "rival-cubic", "rival-bbr", "fall")
FLOW = """
import socket, sys, time
with socket.create_server((sys.argv[1], 4698)) as server:
    print("ready", flush=True)
    flow, _ = server.accept()
    flow.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, sys.argv[2].encode())
    while True:
        flow.sendall(bytes(65536))
"""
DRAIN = """
import os, socket, sys
flow, count = socket.create_connection((sys.argv[1], 4698)), 0
while piece := flow.recv(1 << 20):
    count += len(piece)
    with open(sys.argv[2] + ".new", "w") as out:
        out.write(str(count))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
"""
ECHO = """
import socket, sys
flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flow.bind((sys.argv[1], 4699))
print("ready", flush=True)
while True:
    flow.sendto(*flow.recvfrom(64))
"""
PING = """
import socket, sys, time
flow, times = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), []
flow.settimeout(1)
for _ in range(int(sys.argv[2])):
    began = time.monotonic()
    flow.sendto(b"ping", (sys.argv[1], 4699))
    try:
        flow.recv(64)
        times.append(time.monotonic() - began)
    except TimeoutError:
        pass
    time.sleep(0.05)
print(1000 * sum(times) / len(times), 1000 * max(times))
"""


class Place:
    """The folder with what is served, and the environments of both ends."""

    def __init__(self, folder, hn):
        self.folder, self.hn = folder, hn
        os.makedirs(folder + "/home", exist_ok=True)
        os.makedirs(folder + "/copies", exist_ok=True)
        for key, value in (("user.name", "bench"), ("user.email", "bench@example.org"), ("gc.auto", "0"),
                           ("safe.directory", "*")):
            self.run(["git", "config", "--global", key, value])

    def environment(self, end="server"):
        return {"HOME": self.folder + "/home", "XDG_DATA_HOME": f"{self.folder}/keys-{end}",
                "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"], "LC_ALL": "C"} | {
                    k: v for k, v in os.environ.items() if k.startswith("NETLAB")}

    def run(self, words):
        done = subprocess.run(words, env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(words)}: {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def prepare(self, size, repository):
        """What both tools serve of it; made once."""
        if not os.path.exists(f"{self.git(size)}/ready"):
            shutil.rmtree(self.git(size), ignore_errors=True)
            self.run(["git", "clone", "-q", "--bare", repository, self.git(size)])
            self.run(["git", "-C", self.git(size), "gc", "-q"])
            open(self.git(size) + "/git-daemon-export-ok", "w", encoding="ascii").close()
            open(self.git(size) + "/ready", "w", encoding="ascii").close()
        if not os.path.exists(f"{self.store(size)}/.hn"):
            shutil.rmtree(self.store(size), ignore_errors=True)
            self.run([self.hn, "import", "git", self.git(size), self.store(size)])

    def copy(self):
        """A folder to clone into. Creating files is slower for a while after a large removal: they go at the end."""
        return f"{self.folder}/copies/{time.time_ns()}"

    def git(self, size):
        return f"{self.folder}/{size}.git"

    def store(self, size):
        return f"{self.folder}/{size}.hn"

    def payload(self, size):
        packs = self.git(size) + "/objects/pack"
        return sum(os.stat(f"{packs}/{name}").st_size for name in os.listdir(packs) if name.endswith(".pack"))


class Lab:
    """Two hosts, h1 serves and h2 clones; or this machine alone."""

    def __init__(self, place):
        self.place, self.netlab = place, os.environ.get("NETLAB_H1_IP") and os.environ["NETLAB"]
        self.address = os.environ.get("NETLAB_H1_IP", "127.0.0.1")
        self.running = []

    def start(self, host, words, end, **options):
        words = ([self.netlab, "exec", host, "--"] if self.netlab else []) + words
        process = subprocess.Popen(words, env=self.place.environment(end), stdin=subprocess.DEVNULL, **options)
        if host == "h1":
            self.running.append(process)
        return process

    def control(self, command):
        return subprocess.run([self.netlab, "ctl", command], check=True, stdout=subprocess.PIPE).stdout

    def statistics(self):
        return json.loads(self.control("stats json"))

    def serve(self, tool, size):
        if tool == "git":
            self.start("h1", ["git", "daemon", "--reuseaddr", "--export-all", "--base-path=" + self.place.folder,
                              "--listen=" + self.address], "server", stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            return f"git://{self.address}/{size}.git"
        if tool == "rsync":
            settings = self.place.folder + "/rsyncd.conf"
            with open(settings, "w", encoding="ascii") as out:
                out.write(f"use chroot = no\n[served]\npath = {self.place.folder}\nuid = root\ngid = root\n")
            self.start("h1", ["rsync", "--daemon", "--no-detach", "--config=" + settings, "--address=" + self.address,
                              f"--port={PORT}"], "server", stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            return f"rsync://{self.address}:{PORT}/served/{size}.git/"
        serving = self.start("h1", [self.place.hn, "-C", self.place.store(size), "serve", "--listen",
                                    f"0.0.0.0:{PORT}"], "server", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        serving.stdout.readline()
        return self.place.run([self.place.hn, "-C", self.place.store(size), "invite", "--write", "--addr",
                               f"{self.address}:{PORT}"]).split()[-1]

    def clone(self, tool, link, copy, timeout):
        if tool == "git":
            words = ["git", "clone", "-q", link, copy]
        elif tool == "rsync":
            words = ["rsync", "-a", link, copy]
        else:
            words = [self.place.hn, "clone", link, copy, "--timeout", str(int(timeout))]
        return self.start("h2", words, "client", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def end(self):
        """Stops what serves; its processor seconds."""
        seconds = 0
        for process in self.running:
            process.terminate()
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0
            seconds += used.ru_utime + used.ru_stime
        return seconds


def measure(place, tool, size, timeout):
    """One clone."""
    lab, copy = Lab(place), place.copy()
    link = lab.serve(tool, size)
    if lab.netlab:
        lab.control("stats reset")
    began = time.monotonic()
    process = lab.clone(tool, link, copy, timeout)
    result = {"done": True}
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        result["seconds"] = time.monotonic() - began
        if pid != 0:
            break
        if result["seconds"] > timeout:
            process.kill()
            _, status, used = os.wait4(process.pid, 0)
            result["done"] = False
            break
        time.sleep(0.002)
    process.returncode = 0
    if lab.netlab:
        counted = lab.statistics()
        result |= {"sent": counted["total"]["sent_bytes"], "late": counted["late_us"]["p99"],
                   "outside": counted["outside_drops"]}
    result["client"], result["server"] = used.ru_utime + used.ru_stime, lab.end()
    if result["done"] and status != 0:
        sys.exit(f"{tool}: {status}: {process.stderr.read().decode(errors='replace')}")
    return result


def measure_ping(place, timeout):
    """Round trips in milliseconds of pings alone, and during a clone: mean and greatest."""
    lab = Lab(place)
    link = lab.serve("hn", "large")

    lab.start("h1", [sys.executable, "-c", ECHO, lab.address], "server", stdout=subprocess.PIPE,
              stderr=subprocess.DEVNULL).stdout.readline()

    def ping(count):
        done = lab.start("h2", [sys.executable, "-c", PING, lab.address, str(count)], "client", stdout=subprocess.PIPE)
        return [float(number) for number in done.communicate()[0].split()]

    idle = ping(20)
    process = lab.clone("hn", link, place.copy(), timeout)
    time.sleep(1.5)
    busy = ping(60)
    process.kill()
    process.wait()
    lab.end()
    return {"mean": busy[0] - idle[0], "most": busy[1] - idle[0]}


def measure_rival(place, control, timeout):
    """The clone's share of what both it and a TCP flow got while both were at work."""
    lab, count = Lab(place), place.folder + "/count"
    link = lab.serve("hn", "large")
    lab.start("h1", [sys.executable, "-c", FLOW, lab.address, control], "server", stdout=subprocess.PIPE,
              stderr=subprocess.DEVNULL).stdout.readline()
    drain = lab.start("h2", [sys.executable, "-c", DRAIN, lab.address, count], "client", stderr=subprocess.DEVNULL)

    def come():
        with open(count, encoding="ascii") as file:
            return int(file.read() or 0)

    time.sleep(3)
    process = lab.clone("hn", link, place.copy(), timeout)
    time.sleep(3)
    before, arrived = come(), arrived_bytes(lab)
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < 12:
        time.sleep(0.05)
    theirs, all_of_it = come() - before, arrived_bytes(lab) - arrived
    for other in (process, drain):
        other.kill()
        other.wait()
    lab.end()
    return {"share": 1 - theirs / 0.965 / all_of_it}


def arrived_bytes(lab):
    return next(link["arrived_bytes"] for link in lab.statistics()["links"] if link["from"] == "h1")


def measure_fall(place, timeout):
    """Packets dropped by the queue, of those sent, from two seconds after the rate fell to a tenth."""
    lab = Lab(place)
    process = lab.clone("hn", lab.serve("hn", "large"), place.copy(), timeout)
    time.sleep(2.5)
    lab.control("rate 10mbit")
    time.sleep(2)
    lab.control("stats reset")
    time.sleep(6)
    link = next(link for link in lab.statistics()["links"] if link["from"] == "h1")
    process.kill()
    process.wait()
    lab.end()
    return {"dropped": link["queue_drops"] / max(link["sent_packets"], 1)}


def inner(arguments):
    place = Place(arguments.place, arguments.hn)
    name, tool = arguments.profile[0], arguments.tool[0]
    if name == "ping":
        result = measure_ping(place, arguments.timeout)
    elif name.startswith("rival-"):
        result = measure_rival(place, name.removeprefix("rival-"), arguments.timeout)
    elif name == "fall":
        result = measure_fall(place, arguments.timeout)
    else:
        result = measure(place, tool, PROFILES[name][4], arguments.timeout)
    print("RESULT " + json.dumps(result), flush=True)


def once(arguments, name, tool, seed, timeout):
    """Starts this program again inside the lab."""
    words = [sys.executable, os.path.abspath(__file__), arguments.hn, arguments.large, "--inner", "--place",
             arguments.place, "--profile", name, "--tool", tool, "--timeout", str(timeout)]
    if name != "loopback":
        options = PROFILES[name][0] if name in PROFILES else PROFILES["wan"][0]
        words = [os.environ["NETLAB"], "run", "--quiet", "--hosts", "2", "--cc", arguments.cc, "--seed", str(seed), *options,
                 "--", *words]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    for line in done.stdout.decode().splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    sys.exit(f"{name}, {tool}: {done.stdout.decode()}{done.stderr.decode()}")


def median(results, key):
    return statistics.median(result.get(key, 0) for result in results)


def report(arguments, place, name):
    _, rate, round_trip, loss, size, least, most = PROFILES[name]
    payload = place.payload(size)
    limit = payload * 8 / (rate * (1 - loss) * EFFICIENCY) + 2 * round_trip if rate else 0
    timeout = arguments.timeout or max(30, 12 * limit)
    for tool in arguments.tool:
        results = [once(arguments, name, tool, seed, timeout) for seed in range(1, arguments.seeds + 1)]
        seconds = median(results, "seconds")
        line = f"{name:9} {tool:5} {payload / 1e6:7.1f} MB {limit:8.2f} s {seconds:8.2f} s"
        if rate:
            share, sent = limit / seconds, median(results, "sent") / payload
            missed = tool == "hn" and (share < least or sent > most)
            line += f" {100 * share:6.1f} % {sent:7.3f}"
            line += f"  ({100 * least:.0f} %, {most:.2f}){'*' if missed else ' '}" if tool == "hn" else " " * 16
            line += f" late {median(results, 'late') / 1000:.1f} ms"
        line += f"  processor: server {median(results, 'server'):.2f} s, client {median(results, 'client'):.2f} s"
        if not all(result["done"] for result in results):
            line += "  not done in time"
        elif len(results) > 1:
            line += "  from {:.2f} to {:.2f} s".format(min(r["seconds"] for r in results), max(r["seconds"] for r in results))
        print(line, flush=True)


def report_other(arguments, name):
    results = [once(arguments, name, "hn", seed, arguments.timeout or 60) for seed in range(1, arguments.seeds + 1)]
    if name == "ping":
        print(f"ping rises by {median(results, 'mean'):.1f} ms in the mean, {median(results, 'most'):.1f} ms at most")
    elif name == "fall":
        print(f"rate falls to a tenth: {100 * median(results, 'dropped'):.1f} % dropped by the queue after 2 s")
    else:
        print(f"beside one TCP {name.removeprefix('rival-')} flow: {100 * median(results, 'share'):.0f} %")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("hn")
    parser.add_argument("large")
    parser.add_argument("small", nargs="?")
    parser.add_argument("--profile", action="append", choices=[*PROFILES, *OTHERS])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--tool", action="append", choices=["hn", "git", "rsync"])
    parser.add_argument("--place")
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--cc", default="bbr")
    parser.add_argument("--inner", action="store_true")
    arguments = parser.parse_args()
    arguments.hn = os.path.abspath(arguments.hn)
    if arguments.inner:
        return inner(arguments)
    kept = arguments.place
    arguments.place = os.path.abspath(kept) if kept else tempfile.mkdtemp(prefix="hn-network-")
    arguments.tool = arguments.tool or ["hn", "git"]
    names = arguments.profile or [*PROFILES, *OTHERS]
    try:
        place = Place(arguments.place, arguments.hn)
        place.prepare("large", os.path.abspath(arguments.large))
        if any(name in PROFILES and PROFILES[name][4] == "small" for name in names):
            place.prepare("small", os.path.abspath(arguments.small or arguments.large))
        for name in names:
            if name in PROFILES:
                report(arguments, place, name)
            else:
                report_other(arguments, name)
    finally:
        shutil.rmtree(arguments.place if not kept else arguments.place + "/copies", ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
