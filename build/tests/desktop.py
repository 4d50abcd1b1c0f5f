"""What the tests of the real window share: its accessibility tree, screenshots, and the launcher in a home of its
own. Needs a session bus of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# A test that is started in the background may ignore these, and so would every program that it starts.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)

shots = os.path.join(os.path.dirname(__file__), "..", "artifacts", "window")


def wait(what, look, limit=180.0):
    """Turns the main loop until look() gives something, which it returns. The limit is for what hangs: on a busy
    machine one look at the whole tree takes many seconds."""
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


def claim(what, holds, detail=""):
    """Says what holds, or raises."""
    if not holds:
        raise AssertionError(f"not so: {what}\n{detail}")
    print(f"✓ {what}", flush=True)


def walk(node, depth=0):
    """Every element below one, depth first."""
    if node is None or depth > 60:
        return
    yield node
    for i in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(i), depth + 1)


def application(pid):
    """The tree of a process, None before it is there."""
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        found = desktop.get_child_at_index(i)
        if found is not None and found.get_process_id() == pid:
            return found
    return None


def elements(pid):
    # Trees are cached by the client, and a page that changes fast outruns the cache.
    top = application(pid)
    if top is None:
        return
    top.clear_cache()
    yield from walk(top)


def element(pid, role, name):
    """The element of that role and accessible name."""
    for node in elements(pid):
        if node.get_role_name() == role and (node.get_name() or "").strip() == name:
            return node
    return None


def button(pid, name):
    """The button of that name, once it can be pressed."""
    found = element(pid, "push button", name) or element(pid, "button", name)
    return found if found and found.get_state_set().contains(Atspi.StateType.SENSITIVE) else None


def press(pid, name, limit=180.0):
    """Presses a button when it is there and enabled."""
    found = wait(f"the window shows the button “{name}”", lambda: button(pid, name), limit)
    if not Atspi.Action.do_action(found, 0):
        raise AssertionError(f"“{name}” could not be pressed")


def says(pid, text):
    """Whether the name or the own text of any element holds the text."""
    return any(text in (node.get_name() or "") or text in own_text(node) for node in elements(pid))


def own_text(node):
    found = node.get_text_iface()
    return Atspi.Text.get_text(found, 0, -1) if found else ""


def shoot(name, display=None):
    """Takes the screen, a moment after the tree changed: the page is painted later than it is described."""
    os.makedirs(shots, exist_ok=True)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.05)
    env = {**os.environ, **({"DISPLAY": display} if display else {})}
    subprocess.run(["import", "-window", "root", os.path.join(shots, f"{name}.png")], check=True, env=env)


class Home:
    """A user's folders, gone with `close`, and the launcher in them."""

    def __init__(self, binary):
        self.binary, self.path, self.started = binary, tempfile.mkdtemp(prefix="avatar-launcher-"), []
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        for name in ("CONFIG", "STATE", "CACHE", "DATA"):
            self.environment[f"XDG_{name}_HOME"] = self.file(name.lower())
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"

    def file(self, *names):
        return os.path.join(self.path, *names)

    def start(self, *arguments, **extra):
        """Starts the launcher; `extra` goes to its environment."""
        process = subprocess.Popen([self.binary, *arguments], env={**self.environment, **extra}, stdin=subprocess.DEVNULL)
        self.started.append(process)
        return process

    def run(self, *arguments, limit=180, **extra):
        """Runs a verb to its end."""
        return subprocess.run([self.binary, *arguments], env={**self.environment, **extra}, stdin=subprocess.DEVNULL,
                              timeout=limit, capture_output=True, text=True)

    def close(self):
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
        shutil.rmtree(self.path, ignore_errors=True)
