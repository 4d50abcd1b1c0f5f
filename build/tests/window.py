"""The production program in a real window and a real tray: the window is pressed through its accessibility tree,
the tray through its menu on the bus. Needs a display, a session bus and an unlocked keyring of its own."""

import os
import subprocess
import sys

from desktop import Home, application, button, claim, element, press, says, shoot, wait
from desktop_services import Notifications
from tray import Tray, entry


def journey(pid, tray, notifications, opened):
    press(pid, "Try as demo")
    wait("the home page offers Start", lambda: element(pid, "push button", "Start my avatar"))
    wait("a tray item registered", lambda: tray.item)
    shoot("idle")

    tray.press(wait("the tray offers Start", lambda: entry(tray, "Start my avatar")))
    wait("the window shows the start that the tray asked for", lambda: says(pid, "Cancel") or says(pid, "Open my avatar"))
    wait("the avatar is ready", lambda: says(pid, "Your avatar is ready"))
    wait("the tray offers to open the avatar", lambda: entry(tray, "Open my avatar"))
    wait("the tray offers Stop", lambda: entry(tray, "Stop my avatar"))
    wait("its tooltip counts the minutes", lambda: "min left" in str(tray.property("ToolTip")))
    shoot("ready")
    wait("a notification says that it is ready", lambda: "Your avatar is ready" in notifications.shown)
    name, icon, hints = notifications.dress["Your avatar is ready"]
    claim("it has the program's name and icon", (name, icon, hints["desktop-entry"]) == ("Avatar Launcher", "avatar-launcher", "avatar-launcher")
          and hints["image-data"][0] == 64 and hints["urgency"] == 1, (name, icon, hints.keys()))
    claim("a press of it opens the launcher", notifications.shown["Your avatar is ready"][2]["default"] == "Open Avatar Launcher")
    notifications.press("Your avatar is ready", "connect")
    wait("its Connect opens the avatar in the browser", lambda: os.path.exists(opened) and "http://demo.avatar.localhost:" in read(opened))
    press(pid, "Stop")
    wait("the instance is given back", lambda: element(pid, "push button", "Start my avatar"))

    press(pid, "Start my avatar")
    wait("a second start is ready", lambda: says(pid, "Your avatar is ready"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def reload(home, pid, notifications):
    """What a change of the configuration file does while the window is open."""
    folder = home.file("config", "avatar-launcher")
    os.makedirs(folder, exist_ok=True)

    def write(text):
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    write("profiles:\n  local:\n    cloud: embedded\n    session: {warning: 59m59s}\n    log: {ready_pattern: up}\n")
    wait("it is said which keys wait for a restart", lambda: says(pid, "These settings take effect after a restart: log.ready_pattern."))
    wait("the rest is in force: the warning comes earlier", lambda: says(pid, "unless you keep it running"))
    title = wait("and is a notification, too", lambda: next((t for t in notifications.shown if t.startswith("Your avatar stops in")), None))
    claim("which stays until it is dismissed", notifications.dress[title][2]["urgency"] == 2)
    write("profiles:\n  local:\n    cloud: embedded\n    warm_pool: {size: many}\n")
    wait("a broken configuration is refused with its place", lambda: says(pid, "config.yaml:4:"))
    shoot("configuration-refused")
    write("profiles:\n  local:\n    cloud: embedded\n")
    wait("a mended one takes the notice back", lambda: not says(pid, "config.yaml") and not says(pid, "These settings take effect after a restart"))


def main():
    tray, notifications, home = Tray(), Notifications(), Home(sys.argv[1])
    # A browser that writes down what it is asked to open.
    opened = home.file("opened")
    with open(home.file("xdg-open"), "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho "$1" >>{opened}\n')
    os.chmod(home.file("xdg-open"), 0o755)
    launcher = home.start("--profile", "local", PATH=f"{home.path}:{os.environ['PATH']}")
    try:
        wait("the window is in the accessibility tree", lambda: application(launcher.pid))
        journey(launcher.pid, tray, notifications, opened)
        reload(home, launcher.pid, notifications)

        second = home.run("--profile", "local")
        claim(f"a second launch leaves the first alone, and ends with {second.returncode}", launcher.poll() is None, second.stderr)

        tray.press(wait("the tray offers Quit", lambda: entry(tray, "Quit")))
        press(launcher.pid, "Cancel")
        wait("a Cancel of the question before quitting leaves the instance", lambda: says(launcher.pid, "Your avatar is ready"))
        tray.press("Quit")
        wait("the question comes again", lambda: button(launcher.pid, "Stop and quit"))
        shoot("quit")
        press(launcher.pid, "Stop and quit")
        code = wait("Quit ends the program", lambda: launcher.poll() is not None and [launcher.returncode])[0]
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
