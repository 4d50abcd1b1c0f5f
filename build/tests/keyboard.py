"""The production program by the keyboard alone: every press is a key, and what has the focus is read from the
accessibility tree. Needs a display, a session bus and an unlocked keyring of its own."""

import subprocess
import sys
import time

from desktop import Atspi, GLib, Home, application, claim, element, elements, says, shoot, wait

TAB, RETURN, SPACE, CONTROL = 0xFF09, 0xFF0D, 0x20, 0xFFE3


def key(symbol, kind=Atspi.KeySynthType.SYM):
    """Presses a key, and gives the page a moment to answer."""
    Atspi.generate_keyboard_event(symbol, None, kind)
    until = time.monotonic() + 0.25
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.01)


def control(letter):
    """Holds Control and presses a letter: by key codes, since a modifier is a key and not a symbol."""
    Atspi.generate_keyboard_event(37, None, Atspi.KeySynthType.PRESS)
    key(ord(letter))
    Atspi.generate_keyboard_event(37, None, Atspi.KeySynthType.RELEASE)


def focused(pid):
    """The name of what has the focus within the page."""
    found = ""
    for node in elements(pid):  # the page has the focus too; what is within it comes later
        if node.get_state_set().contains(Atspi.StateType.FOCUSED):
            found = (node.get_name() or "").strip()
    return found


def moved(pid, before):
    """The name of what has the focus once it is another's, or after two seconds: the tree tells of it later than the key."""
    until = time.monotonic() + 2
    while True:
        found = focused(pid)
        if found not in ("", before) or time.monotonic() > until:
            return found


def tab_to(pid, name, most=60):
    """Goes on by Tab until what has the focus is called so."""
    seen = [focused(pid)]
    while seen[-1] != name:
        if len(seen) > most:
            raise AssertionError(f"Tab does not reach “{name}”, only {seen}")
        key(TAB)
        seen.append(moved(pid, seen[-1]))
    print(f"✓ Tab reaches “{name}”", flush=True)


def journey(pid):
    wait("the sign-in page is there", lambda: element(pid, "push button", "Sign in as demo"))
    tab_to(pid, "Sign in as demo")
    key(RETURN)
    wait("Home offers Start", lambda: element(pid, "push button", "Start my avatar"))
    tab_to(pid, "Start my avatar")
    key(SPACE)
    wait("the avatar is ready", lambda: says(pid, "Your avatar is ready"), 120)
    tab_to(pid, "Keep going")
    key(RETURN)
    control(",")
    wait("Control and comma open the settings", lambda: says(pid, "Changes are saved at once."))
    tab_to(pid, "Notifications")
    key(SPACE)
    wait("Space turns a switch", lambda: says(pid, "Saved"))
    shoot("keyboard")
    control("1")
    tab_to(pid, "Stop")
    key(RETURN)
    wait("the instance is given back", lambda: element(pid, "push button", "Start my avatar"))


def main():
    home = Home(sys.argv[1])
    launcher = home.start("--profile", "local")
    try:
        wait("the window is in the accessibility tree", lambda: application(launcher.pid))
        # Without a window manager the keyboard follows the pointer; nothing is clicked.
        Atspi.generate_mouse_event(600, 120, "abs")
        journey(launcher.pid)
        control("q")
        code = wait("Control and Q quit", lambda: launcher.poll() is not None and [launcher.returncode], 30)[0]
        claim("it ends with 0", code == 0, code)
    except BaseException:
        try:
            shoot("keyboard-failure")
        except (OSError, subprocess.CalledProcessError):
            pass
        raise
    finally:
        home.close()


main()
