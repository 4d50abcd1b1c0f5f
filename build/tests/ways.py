"""The ways in, in the production window: the browser's, with a person in it played here, its way back,
and a recovery that asks for a name first. Needs a display, a session bus and an unlocked keyring of its own."""

import html
import http.cookiejar
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

from desktop import Home, application, claim, element, press, says, shoot, wait
from stacking import Screen


def opener(home):
    """A PATH whose xdg-open notes the address instead of starting a browser of the desktop's choice."""
    folder = home.file("bin")
    os.makedirs(folder)
    with open(os.path.join(folder, "xdg-open"), "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{home.file('opened')}'\n")
    os.chmod(file.name, 0o755)
    return folder + ":" + os.environ["PATH"]


def opened(home, number):
    """The address that the launcher opened as the number-th, None before it did."""
    try:
        with open(home.file("opened"), encoding="utf-8") as file:
            lines = file.read().split()
        return lines[number - 1] if len(lines) >= number else None
    except FileNotFoundError:
        return None


def visit(address, user, password):
    """Signs in on the pool's own pages, and follows them back; gives the last page."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(address, timeout=30).read().decode()
    action = html.unescape(re.search(r'action="([^"]*)"', page)[1])
    form = {"_csrf": re.search(r'name="_csrf" value="([^"]*)"', page)[1], "username": user, "password": password}
    target = urllib.parse.urljoin(address, action)
    return browser.open(target, urllib.parse.urlencode(form).encode(), timeout=30).read().decode()


def recovery(pid):
    press(pid, "Forgot your password?")
    wait("it asks whose password", lambda: says(pid, "Enter your user name first."))


def by_browser(home, pid, password):
    press(pid, "Sign in with your browser")
    wait("the window waits for the browser", lambda: says(pid, "Continue in your browser"))
    left = wait("the browser is opened", lambda: opened(home, 1))
    press(pid, "Open the page again")
    claim("at the same address", wait("it is opened again", lambda: opened(home, 2)) == left)
    shoot("browser")
    press(pid, "Back to sign-in")
    wait("it can be left", lambda: element(pid, "push button", "Sign in with your browser"))

    press(pid, "Sign in with your browser")
    address = wait("it can be tried again", lambda: opened(home, 3))
    claim("in another flow", address != left)
    screen = Screen()
    screen.cover()  # as the browser does
    claim("the window lies below the browser", screen.top() != "Avatar Launcher", screen.names())
    claim("the browser may be closed", "You can close this tab" in visit(address, "operator", password))
    wait("the window goes on by itself", lambda: element(pid, "push button", "Start my avatar"))
    wait("in front of the browser", lambda: screen.top() == "Avatar Launcher")
    screen.close()
    status = home.run("status", "--profile", "local", "--json")
    claim("as the operator, by the keyring", re.search(r'"role":\s*"operator"', status.stdout), status.stdout + status.stderr)
    shoot("returned")


def main():
    home = Home(sys.argv[1])
    try:
        launcher = home.start("--profile", "local", PATH=opener(home))
        pid = launcher.pid
        wait("the window is in the accessibility tree", lambda: application(pid))
        recovery(pid)
        with open(home.file("state", "avatar-launcher", "cloud.json"), encoding="utf-8") as file:
            passwords = dict(re.findall(r'"username":\s*"(\w+)",\s*"password":\s*"([^"]+)"', file.read()))
        by_browser(home, pid, passwords["operator"])
        press(pid, "Sign out")
        wait("signing out returns to the ways in", lambda: element(pid, "push button", "Forgot your password?"))
    except BaseException:
        try:
            shoot("ways-failure")
        except (OSError, subprocess.CalledProcessError):
            pass
        raise
    finally:
        home.close()


main()
