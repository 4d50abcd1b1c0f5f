"""build/macos/package with stand-ins for Apple's tools, and the property lists. Called by: macos.py, without arguments."""

import os
import plistlib
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
# What each tool does instead. All write down how they were called.
STANDINS = {
    "sips": 'for last; do :; done; : >"$last"',
    "iconutil": ': >"$4"',
    "codesign": "",
    "xcrun": "",
    "ditto": 'mkdir -p "$(dirname "$5")"; tar -cf "$5" -C "$(dirname "$4")" "$(basename "$4")"',
}


def claim(what, holds, detail=""):
    if not holds:
        raise AssertionError(f"not so: {what}\n{detail}")
    print(f"✓ {what}", flush=True)


def property_lists():
    for name in ("Info.plist", "entitlements.plist"):
        with open(os.path.join(ROOT, "build/macos", name), "rb") as file:
            read = plistlib.load(file)
        if name == "Info.plist":
            claim("Info.plist names the program, the icon and the version", read["CFBundleExecutable"] == "avatar-launcher" and
                  read["CFBundleIconFile"] == "launcher" and read["CFBundleVersion"] == "@VERSION@", read)
        else:
            claim("there are no exceptions from the hardened runtime", read == {}, read)


def package(folder, **environment):
    """Runs the script; returns how the tools were called, what it said, and what is in the zip, which is a tar here."""
    tools, said = os.path.join(folder, "tools"), os.path.join(folder, "calls")
    os.makedirs(tools, exist_ok=True)
    for name, does in STANDINS.items():
        with open(os.path.join(tools, name), "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\necho "{name} $*" >>"{said}"\n{does}\n')
        os.chmod(os.path.join(tools, name), 0o755)
    open(said, "w").close()
    done = subprocess.run([os.path.join(ROOT, "build/macos/package"), "--output", os.path.join(folder, "out")], text=True, capture_output=True,
                          env={**os.environ, "PATH": tools + ":" + os.environ["PATH"], "MACOS_PROGRAM": "/bin/true", **environment})
    claim("the script ends well", done.returncode == 0, done.stdout + done.stderr)
    path = done.stdout.strip().splitlines()[-1]
    listed = subprocess.run(["tar", "-tf", path], check=True, capture_output=True, text=True).stdout
    with open(said, encoding="utf-8") as file:
        calls = [line for line in file.read().splitlines() if not line.startswith("sips ")]
    return path, calls, done.stderr, listed


def main():
    property_lists()
    folder = tempfile.mkdtemp(prefix="macos-")
    try:
        path, calls, errors, listed = package(folder)
        claim("unsigned is said", "is not signed" in errors and "is not notarised" in errors, errors)
        claim("the zip is named by release and system", path.endswith("_macos-universal.zip"), path)
        for name in ("MacOS/avatar-launcher", "Info.plist", "Resources/launcher.icns", "Resources/function.zip", "Resources/avatar-agent-linux-amd64",
                     "Resources/LICENSE.txt"):
            claim(f"the bundle has {name}", f"Avatar Launcher.app/Contents/{name}\n" in listed, listed)
        path, calls, errors, listed = package(folder, MACOS_IDENTITY="Developer ID Application: Test", MACOS_NOTARY="profile")
        order = [" ".join(call.split()[:3 if call.startswith("xcrun") else 2]) for call in calls]
        claim("it is signed before it is sent, and packed again once the ticket is there", order == [
            "iconutil --convert", "codesign --force", "codesign --verify", "ditto -c", "xcrun notarytool submit", "xcrun stapler staple", "ditto -c"], calls)
        claim("the hardened runtime is on", "--options runtime" in calls[1] and "--timestamp" in calls[1], calls[1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
