#!/usr/bin/env python3
"""hn wait: what is here already, what comes while it waits, and what does not come.

usage: wait_test.py HN

Nothing sleeps: each command says that it waits before what it waits for is made.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading

from bench import SECONDS_MAX, Devices

TIMEOUT = 15


class Waiting:
    """A command of Anna's that has said that it waits."""

    def __init__(self, devices, *words):
        self.process = subprocess.Popen([devices.hn, "wait", *words], cwd=f"{devices.root}/anna/r",
                                        env={**devices.environment, "HOME": f"{devices.root}/anna"},
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.alarm = threading.Timer(SECONDS_MAX, self.process.kill)
        self.alarm.start()
        self.said = self.process.stderr.readline()

    def goes_on(self):
        return self.process.poll() is None

    def ends(self):
        out, err = self.process.communicate()
        self.alarm.cancel()
        return self.process.returncode, out, err


def head(devices, who):
    return devices.says(who, "log", "-1", "--format=%H").strip()


def here_already(devices):
    devices.begin(f="1\n")
    commit = head(devices, "anna")
    status, out, err = devices.of("anna", "wait", "main")
    devices.expect((status, out, err) == (0, f"main {commit[:10]}\n", ""), f"{status} {out} {err}")
    status, out, err = devices.of("anna", "wait", "main", "--at", commit[:8], "--json")
    devices.expect(status == 0 and json.loads(out) == {"ref": "main", "commit": commit}, f"{status} {out} {err}")
    devices.says("anna", "tag", "v1")
    status, out, err = devices.of("anna", "wait", "v1")
    devices.expect((status, out) == (0, f"v1 {commit[:10]}\n"), f"{status} {out} {err}")


def does_not_come(devices):
    for words in (("next",), ("main", "--at", "0123456789abcdef" * 4)):
        status, out, err = devices.of("anna", "wait", *words, "--timeout", "0")
        devices.expect(status == TIMEOUT and out == "" and "did not come in time" in err, f"{status} {out} {err}")
    devices.says("anna", "switch", "-c", "side")
    devices.commit("anna", "aside", g="1\n")
    status, out, err = devices.of("anna", "wait", "main", "--at", "side", "--timeout", "0")
    devices.expect(status == TIMEOUT, f"what is on another branch: {status} {out} {err}")
    status, out, err = devices.of("anna", "wait", "next", "--timeout", "1")
    devices.expect(status == TIMEOUT and err.startswith("waiting for 'next'; no daemon"), f"{status} {out} {err}")
    devices.expect(devices.of("anna", "wait", "--timeout", "1")[0] == 129, "a wait for nothing")
    devices.expect(devices.of("anna", "wait", "main", "--timeout", "soon")[0] == 129, "a time that is no number")


def comes(devices):
    devices.begin(f="1\n")
    devices.commit("bob", "two", f="2\n")
    two = head(devices, "bob")
    devices.commit("bob", "three", f="3\n")
    waiting = Waiting(devices, "main", "--at", two)
    devices.expect(waiting.said.startswith(f"waiting for 'main' with '{two}' in it"), waiting.said)
    devices.commit("anna", "of her own", g="1\n")
    devices.expect(waiting.goes_on(), "another commit is not what was waited for")
    devices.sync()
    status, out, err = waiting.ends()
    # Both devices' work is merged by now: the tip is neither's commit.
    devices.expect(status == 0 and out.startswith("main "), f"{status} {out} {err}")
    devices.expect(two in devices.says("anna", "log", "--format=%H", out.split()[1]), "the tip that was told")
    waiting = Waiting(devices, "v2", "--json")
    devices.says("bob", "tag", "v2", two)
    devices.sync()
    status, out, err = waiting.ends()
    devices.expect(status == 0 and json.loads(out) == {"ref": "v2", "commit": two}, f"{status} {out} {err}")


def main():
    with tempfile.TemporaryDirectory() as root:
        devices = Devices(os.path.abspath(sys.argv[1]), root)
        here_already(devices)
        does_not_come(devices)
        comes(devices)
        print(f"{devices.passed} right, {devices.failed} wrong")
        return 1 if devices.failed else 0


if __name__ == "__main__":
    sys.exit(main())
