"""The production program in a real window and a real tray: the window is pressed through its accessibility tree,
the tray through its menu on the bus. Needs a display, a session bus and an unlocked keyring of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

from tray import Tray  # noqa: E402

binary = sys.argv[1]
shots = os.path.join(os.path.dirname(__file__), "..", "artifacts", "window")


def wait(what, look, limit=60.0):
    """Turns the main loop until look() gives something, which it returns."""
    context, until, last = GLib.MainContext.default(), time.monotonic() + limit, None
    while time.monotonic() < until:
        while context.iteration(False):
            pass
        try:
            found = look()
            if found:
                print(f"✓ {what}", flush=True)
                return found
        except (GLib.Error, KeyError) as reason:  # what was looked at has gone or is not there yet
            last = reason
        time.sleep(0.1)
    raise AssertionError(f"not within {limit:.0f} s: {what}{f' ({last})' if last else ''}")


def walk(node, depth=0):
    """Every element below one, depth first."""
    if node is None or depth > 60:
        return
    yield node
    for i in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(i), depth + 1)


def application(pid):
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        found = desktop.get_child_at_index(i)
        if found is not None and found.get_process_id() == pid:
            return found
    return None


def element(pid, role, name):
    # Trees are cached by the client, and a page that changes fast outruns the cache.
    top = application(pid)
    if top is None:
        return None
    top.clear_cache()
    for node in walk(top):
        if node.get_role_name() == role and (node.get_name() or "").strip() == name:
            return node
    return None


def press(pid, name, limit=60.0):
    """Presses a button when it is there and enabled."""
    def ready():
        found = element(pid, "push button", name) or element(pid, "button", name)
        if found and found.get_state_set().contains(Atspi.StateType.SENSITIVE):
            return found
        return None

    found = wait(f"the window shows the button “{name}”", ready, limit)
    if not Atspi.Action.do_action(found, 0):
        raise AssertionError(f"“{name}” could not be pressed")


def says(pid, text):
    top = application(pid)
    if top is None:
        return False
    top.clear_cache()
    return any(text in (node.get_name() or "") for node in walk(top))


def shoot(name):
    """Takes the screen, a moment after the tree changed: the page is painted later than it is described."""
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.05)
    subprocess.run(["import", "-window", "root", os.path.join(shots, f"{name}.png")], check=True)


def entry(tray, *starts):
    """The first enabled entry of the tray's menu whose label starts with one of these."""
    for label, (_, enabled) in tray.menu().items():
        if enabled and label.startswith(starts):
            return label
    return None


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


def main():
    os.makedirs(shots, exist_ok=True)
    home = tempfile.mkdtemp(prefix="avatar-launcher-")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        environment[f"XDG_{name}_HOME"] = os.path.join(home, name.lower())
    environment["AWS_EC2_METADATA_DISABLED"] = "true"

    tray = Tray()
    launcher = subprocess.Popen([binary, "--profile", "local"], env=environment)
    try:
        wait("the window is in the accessibility tree", lambda: application(launcher.pid))
        journey(launcher.pid, tray)

        second = subprocess.run([binary, "--profile", "local"], env=environment, timeout=20, capture_output=True, text=True)
        if launcher.poll() is not None:
            raise AssertionError(f"a second launch ended the first\n{second.stdout}{second.stderr}")
        print(f"✓ a second launch leaves the first alone, and ends with {second.returncode}")

        tray.press(wait("the tray offers Quit", lambda: entry(tray, "Quit")))
        code = wait("Quit ends the program", lambda: launcher.poll() is not None and [launcher.returncode], 30)[0]
        if code != 0:
            raise AssertionError(f"it ended with {code}")
        status = subprocess.run([binary, "status", "--user", "demo", "--json"], env=environment, timeout=30, capture_output=True, text=True)
        if status.returncode != 0 or '"ready"' in status.stdout:
            raise AssertionError(f"the instance was left running\n{status.stdout}{status.stderr}")
        print("✓ no instance is left")
    except BaseException:
        try:
            shoot("failure")
        except (OSError, subprocess.CalledProcessError):
            pass
        raise
    finally:
        if launcher.poll() is None:
            launcher.send_signal(signal.SIGTERM)
            try:
                launcher.wait(10)
            except subprocess.TimeoutExpired:
                launcher.kill()
        shutil.rmtree(home, ignore_errors=True)


main()
