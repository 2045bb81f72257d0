#!/usr/bin/env python3
"""Twelve clones at once from one that sends slowly: some are told to wait, a terminal shows it, and all have all.

usage: turns_test.py HN
"""

import os
import pty
import random
import subprocess
import sys
import tempfile
import threading

from bench import SECONDS_MAX, Devices

CLONES = 12
WAITING = "; waiting, others are answered first"


def read_all(terminal, out):
    try:
        while piece := os.read(terminal, 4096):
            out.append(piece)
    except OSError:
        pass  # the other side is closed


def clone(devices, name, link):
    """Its process, and what a terminal shows of its progress."""
    home, shown = f"{devices.root}/{name}", []
    os.makedirs(home)
    terminal, side = pty.openpty()
    process = subprocess.Popen([devices.hn, "clone", link, "r", "--name", name], cwd=home, stderr=side,
                               stdout=subprocess.DEVNULL, env={**devices.environment, "HOME": home})
    os.close(side)
    reader = threading.Thread(target=read_all, args=(terminal, shown))
    reader.start()
    return process, reader, shown


def main():
    with tempfile.TemporaryDirectory() as root:
        devices = Devices(os.path.abspath(sys.argv[1]), root)
        devices.begin(f="1\n")
        content = random.Random(1).randbytes(700_000)
        with open(f"{root}/anna/r/large", "wb") as out:
            out.write(content)
        devices.says("anna", "commit", "-m", "large")
        serving = subprocess.Popen([devices.hn, "serve", "--listen", "127.0.0.1:0", "--limit", "1m"],
                                   cwd=f"{root}/anna/r", text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**devices.environment, "HOME": f"{root}/anna"})
        alarm = threading.Timer(SECONDS_MAX, serving.kill)
        alarm.start()
        port = serving.stdout.readline().split(":")[-1].split()[0]
        links = [devices.says("anna", "share", "--addr", f"127.0.0.1:{port}").split()[-1] for _ in range(CLONES)]
        clones = [clone(devices, f"reader{i}", link) for i, link in enumerate(links)]
        waited = 0
        for i, (process, reader, shown) in enumerate(clones):
            process.wait()
            reader.join()
            text = b"".join(shown).decode(errors="replace")
            devices.expect(process.returncode == 0, f"reader{i}: {process.returncode} {text}")
            if process.returncode == 0:
                with open(f"{root}/reader{i}/r/large", "rb") as copy:
                    devices.expect(copy.read() == content, f"reader{i} has something else")
            waited += WAITING in text
        devices.expect(waited > 0, "nobody was told to wait")
        serving.terminate()
        serving.wait()
        alarm.cancel()
        print(f"{devices.passed} right, {devices.failed} wrong")
        return 1 if devices.failed else 0


if __name__ == "__main__":
    sys.exit(main())
