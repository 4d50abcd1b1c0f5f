"""The packages that build/package --all makes, in throw-away roots: what is in them, installing, upgrading and removing
the .deb, and the installer for Windows under Wine. Called by: packages.py PACKAGE-SCRIPT WINDOWS-TOOLS."""

import glob
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from windows import LIMIT, ROOT, USER, Windows, claim

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
    opened(root, folder)
    os.chmod(os.path.join(root, "home/zoë"), 0o555)
    confined(program, folder)
    run(*dpkg, "--purge", "avatar-launcher")
    claim("settings are kept", read(settings) == b"desktop: {theme: dark}\n")
    left = [os.path.join(at, f) for at, _, files in os.walk(os.path.join(root, "usr")) for f in files]
    claim("nothing else is left behind", not left, left)


def opened(root, folder):
    """A link opens the program by the installed desktop entry, without a desktop that knows of it otherwise."""
    share, home, said = os.path.join(root, "usr/share"), os.path.join(folder, "links"), os.path.join(folder, "opened")
    os.makedirs(home)
    with open(os.path.join(home, "avatar-launcher"), "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nprintf "%s\\n" "$@" >{said}\n')
    os.chmod(os.path.join(home, "avatar-launcher"), 0o755)
    environment = {"PATH": home + ":" + os.environ["PATH"], "HOME": home, "XDG_DATA_DIRS": share, "XDG_CONFIG_DIRS": home, "DISPLAY": ":none",
                   "BROWSER": "false", "LANG": "C.UTF-8"}
    run("update-desktop-database", os.path.join(share, "applications"))
    run("xdg-open", "avatar-launcher://open", env=environment)
    until = time.monotonic() + LIMIT
    while not os.path.exists(said) or not read(said).strip():
        claim("the link is being opened", time.monotonic() < until)
        time.sleep(0.05)
    claim("a link opens the program", read(said) == b"avatar-launcher://open\n", read(said))
    os.remove(os.path.join(share, "applications/mimeinfo.cache"))


def confined(program, folder):
    """An ordinary user with a home that cannot be written, without a session bus or a display."""
    home = os.path.join(folder, "read-only")
    os.makedirs(home, 0o555)
    copy = os.path.join(folder, "program")
    shutil.copy(program, copy)
    os.chmod(folder, 0o755)
    words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
    environment = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8"}
    for arguments in (["run", "--user", "demo", "--until", "ready"], ["status"], ["sign-in", "--user", "demo"]):
        out = run(*words, copy, *arguments, code=2, env=environment)
        claim("a home that cannot be written is said", "use the launcher’s folder" in out, out)
    claim("without a display the window says what to do", "run --help" in (out := run(*words, copy, code=2, env=environment)), out)
    out = run(*words, copy, "--portable", "status", code=2, env=environment)
    claim("neither can it be portable there", "can’t be portable here" in out, out)


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
        for name in ("function.zip", "avatar-agent-linux-amd64", "avatar-agent-windows-amd64.exe"):
            claim(f"setup finds {name} beside the program", os.path.getsize(os.path.join(programs, name)) > 100_000)
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


class Keys:
    """Keys of every kind that build/package signs with, in a folder that is thrown away."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "keys")
        os.makedirs(os.path.join(self.folder, "gnupg"), 0o700)
        self.gnupg = {**os.environ, "GNUPGHOME": self.at("gnupg")}
        run("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Test <test@example.com>", "rsa3072", "sign", env=self.gnupg)
        for name, what in (("gpg.key", "--export-secret-keys"), ("gpg.pub", "--export")):
            run("gpg", "--batch", "--quiet", "--armor", "--output", self.at(name), what, env=self.gnupg)
        run("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "2", "-subj", "/CN=Test", "-keyout", self.at("tls.key"),
            "-out", self.at("tls.pem"), "-addext", "extendedKeyUsage=codeSigning")
        with open(self.at("pfx.password"), "w", encoding="utf-8") as file:
            file.write("p w")
        run("openssl", "pkcs12", "-export", "-inkey", self.at("tls.key"), "-in", self.at("tls.pem"),
            "-passout", "file:" + self.at("pfx.password"), "-out", self.at("pfx"))
        for name in ("sums", "root", "releases"):
            run("minisign", "-G", "-W", "-p", self.at(name + ".pub"), "-s", self.at(name + ".key"))
        listed = run("go", "run", "./build/updates", "keys", "--root", self.at("root.key"), "--key", self.at("releases.pub"),
                     "--number", "1", cwd=ROOT)
        with open(self.at("keys.json"), "w", encoding="utf-8") as file:
            file.write(listed)
        os.makedirs(self.at("news"))
        with open(self.at("news/en.txt"), "w", encoding="utf-8") as file:
            file.write("Quicker starts.\n")
        self.environment = {
            **os.environ, "GPG_KEY_FILE": self.at("gpg.key"), "WINDOWS_PFX": self.at("pfx"), "WINDOWS_PFX_PASSWORD_FILE": self.at("pfx.password"),
            "MINISIGN_KEY_FILE": self.at("sums.key"), "UPDATES_KEY_FILE": self.at("releases.key"), "UPDATES_KEYS_FILE": self.at("keys.json"),
            "UPDATES_PAGE": "https://example.com/download", "UPDATES_NEWS": self.at("news"),
        }

    def at(self, name):
        return os.path.join(self.folder, name)


def members(deb):
    """The parts of a .deb by name."""
    names = subprocess.run(["ar", "t", deb], check=True, capture_output=True, text=True).stdout.split()
    return {name: subprocess.run(["ar", "p", deb, name], check=True, capture_output=True).stdout for name in names}


def signed(keys, unsigned, folder, deb, rpm, setup, zipped):
    """A signed build differs from the unsigned one in its signatures only, and those are good."""
    parts, without = members(deb), members(unsigned["deb"])
    signature = parts.pop("_gpgorigin")
    claim("a signed .deb is the unsigned one and its signature", parts == without, [sorted(parts), sorted(without)])
    for name, data in (("signature", signature), ("content", b"".join(without.values()))):
        with open(keys.at(name), "wb") as file:
            file.write(data)
    run("gpg", "--batch", "--verify", keys.at("signature"), keys.at("content"), env=keys.gnupg)
    digests = ["rpm", "--query", "--package", "--nosignature", "--queryformat", "%{PAYLOADDIGEST} %{SHA256HEADER} %{BUILDTIME}"]
    claim("a signed .rpm is the unsigned one and its signature", run(*digests, rpm) == run(*digests, unsigned["rpm"]))
    database = ["--dbpath", keys.at("rpm")]
    os.makedirs(keys.at("rpm"))
    run("rpmkeys", *database, "--import", keys.at("gpg.pub"))
    claim("the .rpm's signature is good", "signatures OK" in run("rpmkeys", *database, "--checksig", rpm))
    run("unzip", "-q", zipped, "-d", os.path.join(folder, "signed"))
    inside = os.path.join(folder, "signed/Avatar-Launcher")
    for program in (setup, *(os.path.join(inside, name) for name in ("avatar-launcher.exe", "avatar-launcherw.exe"))):
        run("osslsigncode", "verify", "-CAfile", keys.at("tls.pem"), "-in", program)
    run("minisign", "-V", "-p", keys.at("sums.pub"), "-m", os.path.join(os.path.dirname(deb), "SHA256SUMS"))
    release = json.loads(json.loads(read(os.path.join(os.path.dirname(deb), "releases.json")))["release"])
    claim("releases.json has each package with its sum",
          {p["name"]: p["sha256"] for p in release["packages"]} == {os.path.basename(p): hashlib.sha256(read(p)).hexdigest() for p in (deb, rpm, setup, zipped)}, release)


def reproducible_installer(folder):
    """The installer's script gives the same bytes for the same files, wherever and whenever they are packed."""
    made = []
    for name in ("here", "there"):
        files = os.path.join(folder, name)
        os.makedirs(files)
        for file in re.findall(r'^  File "\$\{FOLDER\}/(.*)"', read(os.path.join(ROOT, "build/windows/installer.nsi")).decode(), re.M):
            with open(os.path.join(files, file), "w", encoding="utf-8") as out:
                out.write(file)
            os.utime(os.path.join(files, file), (1_700_000_000, 1_700_000_000))
        run("convert", os.path.join(ROOT, "build/appicon.png"), "-strip", "-define", "icon:auto-resize=32", os.path.join(files, "launcher.ico"))
        setup = os.path.join(files, "out.exe")
        run("makensis", "-V1", "-NOCD", "-DRELEASE=1.0", f"-DFOLDER={files}", f"-DICON={files}/launcher.ico", f"-DOUTPUT={setup}",
            os.path.join(ROOT, "build/windows/installer.nsi"))
        made.append(read(setup))
    claim("two installers of the same files have the same bytes", made[0] == made[1])


def main():
    script, tools = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="packages-")
    try:
        reproducible_installer(folder)
        keys = Keys(folder)
        first, second = os.path.join(folder, "first"), os.path.join(folder, "second")
        said = run(script, "--all", "--output", first)
        claim("unsigned packages are said to be", said.count("is not signed") == 6, said)
        said = run(script, "--all", "--output", second, env=keys.environment)
        claim("signed ones are not", "is not signed" not in said, said)
        one, two = ({kind: glob.glob(f"{at}/*{kind}")[0] for kind in ("deb", "rpm", "setup.exe", "windows.zip")} for at in (first, second))
        signed(keys, one, folder, two["deb"], two["rpm"], two["setup.exe"], two["windows.zip"])
        run("sha256sum", "--check", "--quiet", "SHA256SUMS", cwd=first)
        contents(one["deb"], one["rpm"], folder)
        installed(one["deb"], folder)
        installer(one["setup.exe"], tools, one["windows.zip"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
