"""The program for Windows under Debian's Wine, in a prefix and a display of its own: the commands, the Credential Manager,
consoles and their events, folders with unusual names, and Go tests of what belongs to Windows. build/windows/README.md
lists what Wine cannot show. Called by: windows.py PROGRAM TOOLS TESTS, three paths that build/test prepares."""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

WINE = next((p for p in ("/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine") if os.path.exists(p)), "wine")
SERVER = next((p for p in ("/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver") if os.path.exists(p)), "wineserver")
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
LIMIT = 150  # seconds for one step on a busy machine; what works takes a few
USER = r"C:\users\Zoë Ångström 用户"
FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


def claim(what, holds, detail=""):
    if not holds:
        raise AssertionError(f"not so: {what}\n{detail}")
    print(f"✓ {what}", flush=True)


class Windows:
    """A Wine prefix in a temporary folder, with a display of its own. Output goes through files or is read to its end by
    the process's own pipe only: Wine's services inherit pipes and would keep them open."""

    def __init__(self, program, tools):
        self.home = tempfile.mkdtemp(prefix="wine-")
        self.prefix = os.path.join(self.home, "prefix")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8", "WINEPREFIX": self.prefix, "WINEDEBUG": "-all",
            "WINEARCH": "win64", "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=", "TZ": os.environ.get("TZ", "UTC"),
        }
        read, write = os.pipe()
        self.display = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1100x800x24", "-nolisten", "tcp", "-noreset"],
                                        pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()
        self.started = []
        self.wine("wineboot", "--init", check=True)
        drive = os.path.join(self.prefix, "drive_c")
        shutil.copy(os.path.join(tools, "bcryptprimitives.dll"), os.path.join(drive, "windows", "system32"))
        self.folder = os.path.join(drive, "Program Files", "Avatar Launcher é")
        os.makedirs(self.folder)
        for name in ("console.exe", "dialogs.exe"):
            shutil.copy(os.path.join(tools, name), self.folder)
        shutil.copy(program, os.path.join(self.folder, "avatar-launcher.exe"))
        self.program = r"C:\Program Files\Avatar Launcher é\avatar-launcher.exe"
        self.tools = r"C:\Program Files\Avatar Launcher é" + "\\"
        self.user = os.path.join(drive, *USER.split("\\")[1:])
        self.state = os.path.join(self.user, "AppData", "Local", "avatar-launcher")
        os.makedirs(os.path.dirname(self.state))
        for name, path in (("Local AppData", r"AppData\Local"), ("AppData", r"AppData\Roaming")):
            self.wine("reg", "add", FOLDERS, "/v", name, "/d", USER + "\\" + path, "/f", check=True)
        # The registry's names of folders count from the next start of the prefix.
        self.wait_server()

    def wait_server(self):
        subprocess.run([SERVER, "-k"], env=self.environment, timeout=LIMIT)
        subprocess.run([SERVER, "-w"], env=self.environment, timeout=LIMIT)

    def wine(self, *words, cwd=None, check=False, env=None, code=None):
        """Runs a program to its end; returns its exit code and what it printed."""
        with tempfile.TemporaryFile(dir=self.home) as out:
            done = subprocess.run([WINE, *words], env={**self.environment, **(env or {})}, cwd=cwd or self.home, timeout=LIMIT,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            out.seek(0)
            text = out.read().decode("utf-8", "replace").replace("\r\n", "\n")
        if check and done.returncode or code is not None and done.returncode != code:
            raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{text}")
        return done.returncode, text

    def launcher(self, *words, code=0, env=None):
        return self.wine(self.program, *words, code=code, env=env)[1]

    def begin(self, *words):
        """Starts a program whose lines are waited for."""
        running = Running(self, words)
        self.started.append(running)
        return running

    def in_console(self, *words):
        return self.begin(self.tools + "console.exe", self.program, *words)

    def close(self):
        for running in self.started:
            running.end()
        try:
            subprocess.run([SERVER, "-k"], env=self.environment, timeout=30)
        finally:
            self.display.terminate()
            self.display.wait()
            shutil.rmtree(self.home, ignore_errors=True)


class Running:
    """A program whose output is read line by line."""

    def __init__(self, windows, words):
        self.words, self.seen, self.lines = words, [], queue.Queue()
        self.process = subprocess.Popen([WINE, *words], env=windows.environment, cwd=windows.home, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode("utf-8", "replace").rstrip())

    def says(self, pattern):
        """Waits for a line; returns the match."""
        until = time.monotonic() + LIMIT
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{self.words[1:]} has not said {pattern!r}:\n" + "\n".join(self.seen)) from None
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found

    def send(self, letter):
        self.process.stdin.write(letter.encode())
        self.process.stdin.flush()

    def ends(self):
        try:
            return self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.words[1:]} has not ended:\n" + "\n".join(self.seen)) from None

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def commands(w):
    claim("--version", re.fullmatch(r"avatar-launcher \S+\n", w.launcher("--version")))
    out = w.launcher("run", "--user", "demo", "--until", "ready")
    claim("run reaches ready, and stops the instance", "ready http://" in out and "ended: the instance is stopped" in out, out)
    claim("the state folder is in the user's, whatever its name", os.path.isfile(os.path.join(w.state, "cloud.db")), os.listdir(w.user))
    code, out = w.wine(w.program, "doctor")
    claim("doctor names the missing web view, and finds the keyring", code != 0 and "WebView2" in out and re.search(r"ok +keyring", out, re.I), out)
    code, out = w.wine(w.program, "status")
    claim("status without a sign-in is exit 3", code == 3 and "not signed in" in out, f"{code}\n{out}")
    w.launcher("sign-in", "--user", "demo")
    claim("another process finds the sign-in in the Credential Manager", re.search(r"user +demo", w.launcher("status"), re.I))
    claim("sign-out", "signed out" in w.launcher("sign-out").lower())
    claim("after it nobody is signed in", w.wine(w.program, "status")[0] == 3)


def configuration(w):
    config = os.path.join(w.state, "config.yaml")
    with open(config, "wb") as file:
        file.write("\ufeffprofile: studio\r\nprofiles:\r\n  studio:\r\n    cloud: embedded\r\n    session: {window: 30m}\r\n".encode())
    out = w.launcher("status", "--user", "demo", "--json")
    claim("a configuration with CR, LF and a byte order mark is read", json.loads(out)["profile"] == "studio", out)
    with open(config, "wb") as file:
        file.write(b"profile: a\r\nprofiles:\r\n  a:\r\n    cloud: embedded\r\n    session: {window: soon}\r\n")
    code, out = w.wine(w.program, "status")
    claim("a mistake in one is named by its line and column", code == 2 and re.search(r"config\.yaml:5:2\d", out), out)
    os.remove(config)
    long = "\\".join(["C:", *["a folder with a long name %d" % n for n in range(12)]])
    os.makedirs(os.path.join(w.prefix, "drive_c", *long.split("\\")[1:]))
    out = w.launcher("run", "--user", "demo", "--until", "ready", env={"XDG_STATE_HOME": long})
    claim(f"a state folder of {len(long)} letters", "ended: the instance is stopped" in out, out)


def consoles(w):
    for letter, name in (("c", "Ctrl-C"), ("b", "Ctrl-Break"), ("x", "the console's closing"), ("l", "the session's end")):
        run = w.in_console("run", "--user", "demo", "--for", "10m")
        run.says(r"^ready http://")
        run.send(letter)
        run.says("^ended: the instance is stopped")
        claim(f"{name} stops the instance", run.ends() == 0)


def cloud(w):
    first = w.in_console("cloud", "--json")
    said = json.loads(first.says(r"^\{.*\}$").group())
    second = w.in_console("run", "--user", "demo", "--for", "10m")
    second.says(r"^ready http://")
    seen = json.loads(w.launcher("status", "--user", "demo", "--json"))
    claim("a process sees the instance of another one in the cloud of a third", seen["session"]["phase"] == "ready", seen)
    code, out = w.wine(w.program, "cloud")
    claim("the cloud's state folder is locked", code == 2, f"{code}\n{out}")
    second.send("c")
    claim("the second process ends", second.ends() == 0)
    seen = json.loads(w.launcher("status", "--user", "demo", "--json"))
    claim("and its instance has been stopped", seen["session"] is None, seen)
    first.send("c")
    claim(f"the cloud at {said['endpoint']} ends", first.ends() == 0)


def dialogs(w):
    window = w.begin(w.program)
    until = time.monotonic() + LIMIT
    while "WebView2" not in (shown := w.wine(w.tools + "dialogs.exe")[1]):
        claim("the launcher waits for its dialog", window.process.poll() is None, window.seen)
        claim("a missing web view is said in a dialog", time.monotonic() < until, shown)
    claim("the dialog has the download page", "https://developer.microsoft.com/microsoft-edge/webview2" in shown, shown)
    while window.process.poll() is None and time.monotonic() < until:  # a dialog may not take the first press
        w.wine(w.tools + "dialogs.exe", "Avatar Launcher", "7")
    claim("the launcher ends by its answer with exit 2", window.ends() == 2)


# The Go tests that are run under Wine. Wine 8.0 refuses the call by which Go deletes folders, and with it t.TempDir.
TESTS = {
    "app/osdesktop": ".",
    "backend/identity": "CredentialManager|Chunk|Interrupted",
    "backend/config": "^TestWatch$|TestEditsAtOnce|TestResolve|TestAFileFromWindows",
    "app/window": "Windows|SecondLaunch|Crash|Place",
}
REFUSED = re.compile(r"^ +testing\.go:\d+: TempDir RemoveAll cleanup: unlinkat .*: Invalid function\.$")


def go_tests(w, folder):
    desktop = w.begin("explorer", "/desktop=test,1000x700")  # the tray's host
    for package, pattern in TESTS.items():
        program = os.path.join(folder, os.path.basename(package) + ".test.exe")
        code, out = w.wine(program, "-test.v", "-test.short", "-test.run", pattern, cwd=os.path.join(ROOT, package))
        blocks = re.split(r"^=== RUN .*\n", out, flags=re.M)
        wrong = [b for b in blocks if "--- FAIL" in b and any(
            line and not REFUSED.match(line) and not line.startswith(("--- ", "    --- ", "FAIL", "===")) for line in b.splitlines())]
        claim(f"{package}: {len(re.findall(r'^--- ', out, flags=re.M))} tests", not wrong and code in (0, 1) and "panic:" not in out and
              re.search(r"^--- PASS|^--- FAIL", out, flags=re.M), out)
    desktop.end()


def main():
    w = Windows(sys.argv[1], sys.argv[2])
    try:
        commands(w)
        configuration(w)
        consoles(w)
        cloud(w)
        dialogs(w)
        go_tests(w, sys.argv[3])
    finally:
        w.close()


if __name__ == "__main__":
    main()
