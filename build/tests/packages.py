"""The packages that build/package --all makes, in throw-away roots: what is in them, installing, upgrading and removing
the .deb, and the installer for Windows under Wine. Called by: packages.py PACKAGE-SCRIPT WINDOWS-TOOLS."""

import glob
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from windows import LIMIT, USER, Windows, claim

FILES = [
    "usr/bin/avatar-launcher", "usr/share/applications/avatar-launcher.desktop", "usr/share/mime/packages/avatar-launcher.xml",
    "usr/share/metainfo/io.github.avatar_launcher.AvatarLauncher.metainfo.xml", "usr/share/man/man1/avatar-launcher.1.gz",
    "usr/share/man/man1/avatar-launcher-run.1.gz", "usr/share/bash-completion/completions/avatar-launcher",
    "usr/share/zsh/vendor-completions/_avatar-launcher", "usr/share/fish/vendor_completions.d/avatar-launcher.fish",
    "usr/share/icons/hicolor/256x256/apps/avatar-launcher.png", "usr/share/doc/avatar-launcher/copyright",
    "usr/share/doc/avatar-launcher/sbom.cdx.json", "usr/share/doc/avatar-launcher/THIRD-PARTY-LICENSES.txt.gz",
]


def run(*words, code=0, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)
    claim(" ".join(os.path.basename(w) for w in words)[:100], done.returncode == code, f"exit {done.returncode}\n{done.stdout}")
    return done.stdout


def read(path):
    with open(path, "rb") as file:
        return file.read()


def contents(deb, rpm, folder):
    root = os.path.join(folder, "contents")
    run("dpkg-deb", "--extract", deb, root)
    for name in FILES:
        claim(f"the .deb has {name}", os.path.isfile(os.path.join(root, name)))
    listed = run("rpm", "--query", "--package", "--list", rpm)
    claim("the .rpm has the same files", all(f"/{name}\n" in listed for name in FILES), listed)
    share = os.path.join(root, "usr/share")
    run("desktop-file-validate", os.path.join(share, "applications/avatar-launcher.desktop"))
    run("appstreamcli", "validate", "--no-net", *glob.glob(os.path.join(share, "metainfo/*")))
    claim("lintian has no errors", not re.search("^E:", out := run("lintian", "--allow-root", "--fail-on", "error", deb), re.M), out)
    page = gzip.decompress(read(os.path.join(share, "man/man1/avatar-launcher-run.1.gz"))).decode()
    claim("the manual page of run has its options", ".B \\-\\-until" in page and os.path.expanduser("~") + "/" not in page, page)
    bom = json.loads(read(os.path.join(share, "doc/avatar-launcher/sbom.cdx.json")))
    names = {c["name"] for c in bom["components"]}
    claim(f"the bill of materials names {len(names)} parts, each with its licence",
          {"github.com/wailsapp/wails/v2", "std", "svelte"} <= names and all(c.get("licenses") for c in bom["components"]), names)


def installed(deb, folder):
    """Installs an older version, this one over it, and removes it, in a root of its own."""
    root, old = os.path.join(folder, "root"), os.path.join(folder, "old")
    for name in ("var/lib/dpkg/updates", "var/lib/dpkg/info", "var/lib/dpkg/triggers", "home/zoë/.config/avatar-launcher"):
        os.makedirs(os.path.join(root, name))
    open(os.path.join(root, "var/lib/dpkg/status"), "w").close()
    settings = os.path.join(root, "home/zoë/.config/avatar-launcher/config.yaml")
    with open(settings, "w", encoding="utf-8") as file:
        file.write("desktop: {theme: dark}\n")
    run("dpkg-deb", "--raw-extract", deb, old)
    control = os.path.join(old, "DEBIAN/control")
    text = read(control).decode()
    with open(control, "w", encoding="utf-8") as file:
        file.write(re.sub("^Version: .*$", "Version: 0.0.0~older", text, flags=re.M))
    with open(os.path.join(old, "usr/share/avatar-launcher/gone"), "w", encoding="utf-8") as file:
        file.write("in the older version only\n")
    if os.path.exists(conffiles := os.path.join(old, "DEBIAN/conffiles")):
        os.remove(conffiles)  # it is empty, which dpkg-deb refuses
    run("dpkg-deb", "-Znone", "--build", old, old + ".deb")
    dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-not-root", "--force-script-chrootless", "--log=/dev/null"]
    run(*dpkg, "--install", old + ".deb")
    claim("the older version is installed", os.path.isfile(os.path.join(root, "usr/share/avatar-launcher/gone")))
    run(*dpkg, "--install", deb)
    claim("the upgrade replaces it", not os.path.exists(os.path.join(root, "usr/share/avatar-launcher/gone")))
    program = os.path.join(root, "usr/bin/avatar-launcher")
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.join(root, "home/zoë"), "LANG": "C.UTF-8"}
    claim("the program runs", "avatar-launcher " in run(program, "--version", env=environment))
    os.chmod(os.path.join(root, "home/zoë"), 0o555)
    run(*dpkg, "--purge", "avatar-launcher")
    claim("settings are kept", read(settings) == b"desktop: {theme: dark}\n")
    left = [os.path.join(at, f) for at, _, files in os.walk(os.path.join(root, "usr")) for f in files]
    claim("nothing else is left behind", not left, left)


def shortcuts(w):
    """The launcher's shortcuts. Wine's folders have links that lead out and back, which are not followed."""
    return [os.path.join(at, f) for at, _, files in os.walk(w.home) for f in files if f == "Avatar Launcher.lnk"]


def installer(setup, tools, zipped, folder):
    """Installs, upgrades and uninstalls silently under Wine."""
    run("unzip", "-q", zipped, "-d", os.path.join(folder, "zip"))
    w = Windows(os.path.join(folder, "zip/Avatar-Launcher/avatar-launcher.exe"), tools)
    try:
        home = r"HKCU\Software\Classes\avatar-launcher\shell\open\command"
        uninstall = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\AvatarLauncher"
        programs = os.path.join(w.user, "AppData/Local/Programs/Avatar Launcher")
        settings = os.path.join(w.state, "config.yaml")
        os.makedirs(w.state)
        with open(settings, "w", encoding="utf-8") as file:
            file.write("desktop: {theme: dark}\n")
        for what in ("it installs", "it installs over itself"):
            w.wine(setup, "/S", code=0)
            claim(what, os.path.isfile(os.path.join(programs, "avatar-launcherw.exe")), os.listdir(w.user))
        links = [read(p) for p in shortcuts(w)]
        claim("its shortcuts lead to the program without a console", len(links) in (1, 2) and all(
            b"avatar-launcherw.exe" in link or "avatar-launcherw.exe".encode("utf-16-le") in link for link in links), len(links))
        claim("Windows lists it", "InstallLocation" in w.wine("reg", "query", uninstall, code=0)[1])
        program = USER + r"\AppData\Local\Programs\Avatar Launcher"
        claim("the installed program runs", "avatar-launcher " in w.wine(program + r"\avatar-launcher.exe", "--version", code=0)[1])
        claim("links open it", "avatar-launcherw.exe" in w.wine("reg", "query", home, "/ve", code=0)[1])
        w.wine(program + r"\uninstall.exe", "/S", code=0)
        until = time.monotonic() + LIMIT  # the uninstaller goes on as a copy of itself
        while os.path.exists(programs) or w.wine("reg", "query", uninstall)[0] == 0:
            claim("it is being uninstalled", time.monotonic() < until, os.path.exists(programs) and os.listdir(programs))
        claim("uninstalled, its keys are gone", w.wine("reg", "query", home)[0] != 0)
        claim("and its shortcuts", not shortcuts(w))
        claim("and the settings are kept", read(settings) == b"desktop: {theme: dark}\n")
    finally:
        w.close()


def main():
    script, tools = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="packages-")
    try:
        first, second = os.path.join(folder, "first"), os.path.join(folder, "second")
        said = run(script, "--all", "--output", first)
        claim("unsigned packages are said to be", said.count("is not signed") == 6, said)
        run(script, "--output", second)
        one = {kind: glob.glob(f"{first}/*{kind}")[0] for kind in ("deb", "rpm", "setup.exe", "windows.zip")}
        claim("a second build gives the same bytes", read(one["deb"]) == read(glob.glob(f"{second}/*.deb")[0]))
        run("sha256sum", "--check", "--quiet", "SHA256SUMS", cwd=first)
        contents(one["deb"], one["rpm"], folder)
        installed(one["deb"], folder)
        installer(one["setup.exe"], tools, one["windows.zip"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
