#!/usr/bin/env python3
"""hn sync --replicas: other devices sign that they hold what is here; hn sync --status.

usage: replicas_test.py HN

Nothing sleeps: a command that waits says so before what it waits for is made.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading

from bench import SECONDS_MAX, Devices

TIMEOUT, TOO_FEW, USAGE = 15, 16, 129


def add_carl(devices):
    os.makedirs(f"{devices.root}/carl")
    _, out, _ = devices.of("anna", "invite", "--read", "--addr", "127.0.0.1:1")
    devices.says("carl", "clone", out.strip(), "r", "--name", "carl", "--via", devices.via)


def enough_and_too_few(devices):
    devices.commit("bob", "two", f="2\n")
    status, out, err = devices.of("bob", "sync", "--via", devices.via, "--replicas", "1")
    devices.expect(status == 0 and out.endswith("\nacknowledged by anna\n"), f"{status} {out} {err}")
    status, out, err = devices.of("bob", "sync", "--via", devices.via, "--replicas", "2")
    devices.expect(status == TOO_FEW and "1 of 2 devices acknowledged what is here: anna" in err,
                   f"{status} {out} {err}")
    status, out, err = devices.of("bob", "sync", "--via", devices.via, "--replicas", "2", "--wait", "--timeout", "1",
                                  "--json")
    devices.expect(status == TIMEOUT and json.loads(out)["replicas"] == {"wanted": 2, "acknowledged": ["anna"]},
                   f"{status} {out} {err}")
    for words in (("--replicas", "0"), ("--wait",), ("--replicas", "many")):
        devices.expect(devices.of("bob", "sync", *words)[0] == USAGE, f"{words}")


def nobody_is_there(devices):
    # What was signed before still counts, whoever is there now; what is new does not.
    status, out, err = devices.of("bob", "sync", "--via", "false", "--replicas", "1")
    devices.expect(status == 0 and out == "acknowledged by anna\n", f"{status} {out} {err}")
    devices.commit("bob", "three", f="3\n")
    status, out, err = devices.of("bob", "sync", "--via", "false", "--replicas", "1")
    devices.expect(status == TOO_FEW and "0 of 1 device acknowledged" in err, f"{status} {out} {err}")
    said = devices.says("bob", "sync", "--status")
    devices.expect("anna" in said and "lacks the last 1 entry of this device" in said, said)
    devices.expect("carl" in said and "has acknowledged nothing yet" in said, said)


def one_more_comes(devices):
    waiting = subprocess.Popen([devices.hn, "sync", "--via", devices.via, "--replicas", "2", "--wait"],
                               cwd=f"{devices.root}/bob/r", text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**devices.environment, "HOME": f"{devices.root}/bob"})
    alarm = threading.Timer(SECONDS_MAX, waiting.kill)
    alarm.start()
    # Anna's end of the pipe speaks there too.
    said = next((line for line in waiting.stderr if line.startswith("waiting")), "")
    devices.expect(said == "waiting: 1 of 2 devices acknowledged it\n", said)
    via_bob = f"env HOME={devices.root}/bob {devices.hn} -C {devices.root}/bob/r serve --stdio"
    devices.says("carl", "sync", "--via", via_bob)
    out, err = waiting.communicate()
    alarm.cancel()
    devices.expect(waiting.returncode == 0 and "acknowledged by " in out and "carl" in out and "anna" in out,
                   f"{waiting.returncode} {out} {err}")
    rows = {row["label"]: row for row in json.loads(devices.says("bob", "sync", "--status", "--json"))["devices"]}
    devices.expect(rows["anna"]["all"] and rows["carl"]["all"] and len(rows["carl"]["signature"]) == 128, f"{rows}")


def revoked(devices):
    devices.says("anna", "revoke", "carl")
    devices.sync()
    status, out, err = devices.of("bob", "sync", "--via", devices.via, "--replicas", "2")
    devices.expect(status == TOO_FEW and "carl" not in err, f"{status} {out} {err}")


def main():
    with tempfile.TemporaryDirectory() as root:
        devices = Devices(os.path.abspath(sys.argv[1]), root)
        devices.begin(f="1\n")
        add_carl(devices)
        enough_and_too_few(devices)
        nobody_is_there(devices)
        one_more_comes(devices)
        revoked(devices)
        print(f"{devices.passed} right, {devices.failed} wrong")
        return 1 if devices.failed else 0


if __name__ == "__main__":
    sys.exit(main())
