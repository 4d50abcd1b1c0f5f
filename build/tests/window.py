"""The production program in a real window and a real tray: the window is pressed through its accessibility tree,
the tray through its menu on the bus. Needs a display, a session bus and an unlocked keyring of its own."""

import os
import subprocess
import sys

from desktop import Home, application, claim, element, press, says, shoot, wait
from tray import Tray, entry


def journey(pid, tray):
    press(pid, "Sign in as demo")
    wait("the home page offers Start", lambda: element(pid, "push button", "Start my avatar"))
    wait("a tray item registered", lambda: tray.item)
    shoot("idle")

    tray.press(wait("the tray offers Start", lambda: entry(tray, "Start")))
    wait("the window shows the start that the tray asked for", lambda: says(pid, "Cancel") or says(pid, "Connect"))
    wait("the avatar is ready", lambda: says(pid, "Your avatar is ready"), 90)
    wait("the tray offers Connect", lambda: entry(tray, "Connect"))
    wait("the tray offers Stop", lambda: entry(tray, "Stop"))
    shoot("ready")
    press(pid, "Stop")
    wait("the instance is given back", lambda: element(pid, "push button", "Start my avatar"))

    press(pid, "Start my avatar")
    wait("a second start is ready", lambda: says(pid, "Your avatar is ready"), 90)


def reload(home, pid):
    """What a change of the configuration file does while the window is open."""
    folder = home.file("config", "avatar-launcher")
    os.makedirs(folder, exist_ok=True)

    def write(text):
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    write("profiles:\n  local:\n    cloud: embedded\n    session: {warning: 59m59s}\n    log: {ready_pattern: up}\n")
    wait("it is said which keys wait for a restart", lambda: says(pid, "Not yet in force: log.ready_pattern."))
    wait("the rest is in force: the warning comes earlier", lambda: says(pid, "Stops in less than"))
    write("profiles:\n  local:\n    cloud: embedded\n    warm_pool: {size: many}\n")
    wait("a broken configuration is refused with its place", lambda: says(pid, "config.yaml:4:"))
    shoot("configuration-refused")
    write("profiles:\n  local:\n    cloud: embedded\n")
    wait("a mended one takes the notice back", lambda: not says(pid, "config.yaml") and not says(pid, "Not yet in force"))


def main():
    tray, home = Tray(), Home(sys.argv[1])
    launcher = home.start("--profile", "local")
    try:
        wait("the window is in the accessibility tree", lambda: application(launcher.pid))
        journey(launcher.pid, tray)
        reload(home, launcher.pid)

        second = home.run("--profile", "local", limit=20)
        claim(f"a second launch leaves the first alone, and ends with {second.returncode}", launcher.poll() is None, second.stderr)

        tray.press(wait("the tray offers Quit", lambda: entry(tray, "Quit")))
        code = wait("Quit ends the program", lambda: launcher.poll() is not None and [launcher.returncode], 30)[0]
        claim("it ends with 0", code == 0, code)
        status = home.run("status", "--user", "demo", "--json")
        claim("no instance is left", status.returncode == 0 and '"ready"' not in status.stdout, status.stdout + status.stderr)
    except BaseException:
        try:
            shoot("failure")
        except (OSError, subprocess.CalledProcessError):
            pass
        raise
    finally:
        home.close()


main()
