"""The production program by the keyboard alone: every press is a key, and what has the focus is read from the
accessibility events. Needs a display, a session bus and an unlocked keyring of its own."""

import subprocess
import sys
import time

from desktop import Atspi, GLib, Home, application, claim, element, says, shoot, wait

TAB, RETURN, SPACE = 0xFF09, 0xFF0D, 0x20
CONTROL = 37  # a key code: a modifier is a key and not a symbol


class Focus:
    """What has the keyboard focus, as the accessibility events say. The launcher is the only program on this bus; its
    page is a process of its own."""

    def __init__(self):
        self.name, self.moves = "", 0
        self.listener = Atspi.EventListener.new(self.heard)
        self.listener.register("object:state-changed:focused")

    def heard(self, event):
        try:
            if event.detail1 == 1:
                self.name, self.moves = (event.source.get_name() or "").strip(), self.moves + 1
        except GLib.Error:  # the element has gone meanwhile: another one tells of itself
            pass

    def next(self, limit=60):
        """Presses Tab and waits until something has the focus that did not have it before."""
        before, until = self.moves, time.monotonic() + limit
        key(TAB)
        while self.moves == before:
            if time.monotonic() > until:
                raise AssertionError(f"nothing got the focus within {limit} s of a Tab from “{self.name}”")
            GLib.MainContext.default().iteration(False)
            time.sleep(0.005)
        return self.name


def key(symbol):
    """Presses a key."""
    Atspi.generate_keyboard_event(symbol, None, Atspi.KeySynthType.SYM)


def control(letter):
    """Holds Control and presses a letter."""
    Atspi.generate_keyboard_event(CONTROL, None, Atspi.KeySynthType.PRESS)
    key(ord(letter))
    Atspi.generate_keyboard_event(CONTROL, None, Atspi.KeySynthType.RELEASE)


def tab_to(focus, name, most=80):
    """Presses Tab until what has the focus is called so."""
    seen = [focus.name]
    while seen[-1] != name:
        if len(seen) > most:
            raise AssertionError(f"Tab does not reach “{name}”, only {seen}")
        seen.append(focus.next())
    print(f"✓ Tab reaches “{name}”", flush=True)


def journey(pid, focus):
    wait("the sign-in page is there", lambda: element(pid, "push button", "Try as demo"))
    # What the page itself does with the focus would else be taken for the answer to the first Tab.
    wait("the page has put the cursor into its first field", lambda: focus.name == "User name")
    tab_to(focus, "Try as demo")
    key(RETURN)
    wait("Home offers Start", lambda: element(pid, "push button", "Start my avatar"))
    tab_to(focus, "Start my avatar")
    key(SPACE)
    wait("the avatar is ready", lambda: says(pid, "Your avatar is ready"))
    tab_to(focus, "Keep it running")
    key(RETURN)
    control(",")
    wait("Control and comma open the settings", lambda: says(pid, "Changes are saved automatically."))
    tab_to(focus, "Notifications")
    key(SPACE)
    wait("Space turns a switch", lambda: says(pid, "Saved"))
    shoot("keyboard")
    control("1")
    tab_to(focus, "Stop")
    key(RETURN)
    wait("the instance is given back", lambda: element(pid, "push button", "Start my avatar"))


def main():
    home = Home(sys.argv[1])
    launcher = home.start("--profile", "local")
    focus = Focus()
    try:
        wait("the window is in the accessibility tree", lambda: application(launcher.pid))
        # Without a window manager the keyboard follows the pointer; nothing is clicked.
        Atspi.generate_mouse_event(600, 120, "abs")
        journey(launcher.pid, focus)
        control("q")
        code = wait("Control and Q quit", lambda: launcher.poll() is not None and [launcher.returncode])[0]
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
