"""What the launcher takes of the processor while nothing happens: all its processes, the page's included, over 30 s. Prints
a row of build/bench for each page and state. Needs a display, a session bus and an unlocked keyring of its own."""

import json
import os
import sys
import time

from desktop import Home, button, press, says, wait

SECONDS = int(os.environ.get("REST_SECONDS", "30"))
TICKS = os.sysconf("SC_CLK_TCK")
TARGET = 1.0  # per cent of a core


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


def processor(pid):
    """Seconds of the processor that a process and all below it have had."""
    total = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as file:
                total += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
        except OSError:
            pass
    return total / TICKS


def measure(pid, what, settle=12):
    time.sleep(settle)  # animations have ended, and a page that was opened is complete
    before, began = processor(pid), time.monotonic()
    time.sleep(SECONDS)
    share = 100 * (processor(pid) - before) / (time.monotonic() - began)
    print(json.dumps({"row": f"at rest: {what}", "unit": "% of a core", "runs": [round(share, 2)], "target": f"at most {TARGET:g}",
                      "met": share <= TARGET}), flush=True)


def rows(pid):
    wait("the sign-in page is there", lambda: button(pid, "Try as demo"))
    measure(pid, "sign-in page")
    press(pid, "Try as demo")
    wait("the home page offers Start", lambda: button(pid, "Start my avatar"))
    measure(pid, "home page, idle", 45)  # the pool has been filled
    press(pid, "Start my avatar")
    wait("the avatar is ready", lambda: says(pid, "Your avatar is ready"), 180)
    measure(pid, "home page, ready", 45)  # and filled up again
    for name in ["Log", "History", "Settings", "About"]:
        press(pid, name)
        measure(pid, f"{name.lower()} page, ready")


def main():
    home = Home(sys.argv[1])
    launcher = home.start("--profile", "local")
    try:
        rows(launcher.pid)
    finally:
        home.close()


main()
