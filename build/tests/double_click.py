"""The Debian package as a desktop sees it: its entry is launched by name, as a double click does, and the window of
the packaged program comes up, with an icon. Its log file is on a full disk, which must disturb nothing and be said.
Needs a display and a session bus of its own."""

import os
import subprocess
import sys

from desktop import Home, application, button, claim, says, shoot, wait


def launched(program):
    """The processes that run a program, by its path."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/exe") == program:
                found.append(int(pid))
        except OSError:  # gone, or not ours to see
            pass
    return found


def main():
    package, home = sys.argv[1], Home(None)
    pids = []
    try:
        root = home.file("root")
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        program = os.path.realpath(os.path.join(root, "usr", "bin", "avatar-launcher"))
        share = os.path.join(root, "usr", "share")
        claim("there is an icon for every size", os.path.isfile(f"{share}/icons/hicolor/48x48/apps/avatar-launcher.png"))
        logs = home.file("state", "avatar-launcher", "logs")
        os.makedirs(logs)
        os.symlink("/dev/full", os.path.join(logs, "launcher.log"))

        environment = {**home.environment, "XDG_DATA_DIRS": f"{share}:/usr/share", "PATH": f"{os.path.dirname(program)}:{os.environ['PATH']}"}
        subprocess.run(["gtk-launch", "avatar-launcher"], env=environment, check=True, timeout=180, stdin=subprocess.DEVNULL)
        pids = wait("the launcher runs", lambda: launched(program))
        pid = pids[0]
        wait("its window is there", lambda: application(pid))
        wait("it is the local profile’s sign-in page", lambda: button(pid, "Try as demo"))
        wait("it says that its log cannot be written, and why", lambda: says(pid, "No space left on device") or says(pid, "no space left on device"))
        shoot("double-click")
        again = subprocess.run(["gtk-launch", "avatar-launcher"], env=environment, timeout=180, stdin=subprocess.DEVNULL)
        claim("a second double click is answered", again.returncode == 0)
        wait("and leaves one launcher", lambda: launched(program) == pids)
    finally:
        for pid in pids:
            try:
                os.kill(pid, 15)
            except ProcessLookupError:
                pass
        if pids:
            wait("it ends on SIGTERM", lambda: not launched(program))
        home.close()


main()
