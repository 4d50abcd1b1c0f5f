"""The launcher's window beside a bare one of Wails, in turns: the time to the first frame, and the memory of all its
processes (PSS). Prints them as rows of build/bench. Needs Xvfb."""

import json
import mmap
import os
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
SETTLE = 4.0  # seconds from the first frame until the memory is read
COLOURS = 8  # a window without content has one colour, and the edges of letters have many


def screen(folder):
    """The picture of Xvfb's screen as it is in memory: a mapped file with a header of X's dump format."""
    path = os.path.join(folder, "Xvfb_screen0")
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    header = struct.unpack(">25I", mapped[:100])
    return memoryview(mapped)[header[0] + header[19] * 12:].cast("I")


def painted(pixels):
    return len(set(pixels[:1280 * 500:7])) >= COLOURS


def family(pid):
    """A process and all below it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                parents.setdefault(int(file.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
        except OSError:
            pass
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def memory(pid):
    """Megabytes, each shared page counted in part."""
    total = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup", encoding="utf-8") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            pass
    return total / 1024


def measure(command, environment, pixels):
    for until in range(200):  # the window before is gone
        if not painted(pixels):
            break
        time.sleep(0.05)
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not painted(pixels):
            if process.poll() is not None or time.monotonic() - began > 60:
                raise SystemExit(f"{command[0]} showed nothing")
            time.sleep(0.004)
        first = time.monotonic() - began
        time.sleep(SETTLE)
        return first, memory(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def main():
    launcher, bare = sys.argv[1:3]
    folder = tempfile.mkdtemp(prefix="avatar-launcher-")
    read, write = os.pipe()
    xvfb = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-fbdir", folder, "-nocursor"],
                            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        display = os.read(read, 16).decode().strip()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environment.update(DISPLAY=f":{display}", GDK_BACKEND="x11", NO_AT_BRIDGE="1", **{f"XDG_{n}_HOME": os.path.join(folder, n.lower()) for n in ("CONFIG", "STATE", "CACHE", "DATA")})
        pixels = screen(folder)
        kinds = {"launcher": [launcher, "--profile", "local"], "bare": [bare]}
        for command in kinds.values():  # the first start of each fills caches, and makes the embedded cloud
            measure(command, environment, pixels)
        found = {kind: [] for kind in kinds}
        for _ in range(ROUNDS):
            for kind, command in kinds.items():
                found[kind].append(measure(command, environment, pixels))
        for n, (what, unit, most) in enumerate((("first frame", "s", 1.2), ("memory", "MB", 1.3))):
            own, other = ([m[n] for m in found[kind]] for kind in ("launcher", "bare"))
            print(json.dumps({"row": f"window: {what}", "unit": unit, "runs": own, "reference": "a bare window of Wails", "beside": other,
                              "target": f"at most {most} times it", "met": statistics.median(own) <= most * statistics.median(other)}))
    finally:
        xvfb.terminate()
        xvfb.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
