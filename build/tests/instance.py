"""First boot of a Linux instance, as far as it goes without one: in a network namespace with a metadata service.

  unshare --net --mount python instance.py CADDY AGENT PEBBLE     (as root; unshare --map-root-user --net --mount otherwise)

The script of build/aws/instance runs with its files in a folder; systemd and the user database are commands that write
down how they are called. What it put there is then run: the metadata reader, the self-stop in every case, the
installation of the tools from a mirror and of the gate from S3, the readiness watch, Caddy with its page and its answer on
certificates, the gate behind it; the
pipeline's shape is checked and its Lua is run. The Windows script, which cannot run here, is read by PowerShell's grammar,
and its pipeline is compared with this one.
"""
import atexit
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest.mock
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import tree_sitter
import tree_sitter_powershell
import yaml

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parent / "aws/instance/linux.sh"
WINDOWS = HERE.parent / "aws/instance/windows.ps1"
PINS = HERE.parent / "aws/instance/pins"
TEMPLATE = HERE.parent / "aws/avatar-launcher.yaml"
MIRROR = "http://127.0.0.1:9200"
ZONE = "avatar.example.com"
INSTANCE = "i-0123456789abcdef0"
ROOT = pathlib.Path(tempfile.mkdtemp(prefix="avatar-instance-"))
BIN = ROOT / "usr/local/lib/avatar"
COMMANDS = ROOT / "commands"
RENDERED = ROOT / "run/avatar/vector.yaml"
atexit.register(shutil.rmtree, ROOT, ignore_errors=True)


def claim(what, holds, detail=""):
    if not holds:
        sys.exit(f"not so: {what}\n{detail}")
    print(f"✓ {what}")


class Metadata(http.server.BaseHTTPRequestHandler):
    """Version 2: a token first. Tags that are not there are 404; a broken service answers 500."""

    values, broken, tokens = {}, False, {"a-token"}

    def answer(self, status, body=""):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_PUT(self):
        self.answer(200, "a-token") if self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") else self.answer(400)

    def do_GET(self):
        path = self.path.removeprefix("/latest/meta-data/")
        if self.broken:
            self.answer(500)
        elif self.headers.get("X-aws-ec2-metadata-token") not in self.tokens:
            self.answer(401)
        elif path in self.values:
            self.answer(200, self.values[path])
        else:
            self.answer(404)

    def log_message(self, *args):
        pass


class Avatar(http.server.BaseHTTPRequestHandler):
    """What the image's signalling server would be."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the avatar's page")

    def log_message(self, *args):
        pass


def serve(address, handler):
    server = http.server.ThreadingHTTPServer(address, handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def script(name, **more):
    env = {**os.environ, "AVATAR_RUN": str(ROOT / "run/avatar"), "AVATAR_ETC": str(ROOT / "etc/avatar"), "SHUTDOWN": f"touch {ROOT}/off", **more}
    return subprocess.run([BIN / name], env=env, capture_output=True, text=True, timeout=60, check=False)


def command(name, text):
    """A command of the machine's, in place of the real one."""
    path = COMMANDS / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


def boot(**more):
    (ROOT / "calls").unlink(missing_ok=True)
    env = {**os.environ, "ROOT": str(ROOT), "PATH": f"{COMMANDS}:{os.environ['PATH']}", "REGION": "us-east-1", "STREAM": "avatar-logs",
           "ZONE": ZONE, "MIRROR": MIRROR, "PINS": PINS.read_text(), **more}
    done = subprocess.run(["bash", SCRIPT], env=env, capture_output=True, text=True, check=False)
    return done, (ROOT / "calls").read_text().splitlines()


def first_boot():
    for name in ("systemctl", "apt-get", "useradd", "sysctl"):
        command(name, f'echo {name} "$@" >>{ROOT}/calls')
    for n in (1, 2):
        done, calls = boot()
        claim(f"the script runs to its end ({n})", done.returncode == 0, done.stderr)
    claim("it downloads nothing itself", not re.search(r"^(curl|wget|apt-get)", SCRIPT.read_text(), re.M) and not any("apt-get" in c for c in calls))
    armed = calls.index("systemctl enable --now avatar-self-stop.timer")
    others = [i for i, call in enumerate(calls) if re.search("avatar-(ready|identify|tools)|vector|caddy", call)]
    claim("the instance's own stop is armed before anything else is started", armed < min(others), calls)
    for unit in ("avatar-identify", "avatar-ready", "avatar-tools", "vector", "caddy"):
        claim(f"{unit} is enabled and nothing waits for it", {f"systemctl enable {unit}.service", f"systemctl restart --no-block {unit}.service"} <= set(calls), calls)
    command("systemctl", f'echo systemctl "$@" >>{ROOT}/calls; [[ $* != *--no-block* ]]')
    done, _ = boot()
    claim("a service that cannot be started does not end the script", done.returncode == 0, done.stderr)
    claim("every program that it writes is read below", {p.name for p in BIN.iterdir()} == {"metadata", "self-stop", "s3", "install-tools", "identify", "watch-ready"})
    for path in BIN.iterdir():
        if path.name == "s3":
            compile(path.read_text(), path, "exec")
            continue
        done = subprocess.run(["shellcheck", path], capture_output=True, text=True, check=False)
        claim(f"shellcheck takes {path.name}", done.returncode == 0, done.stdout)
    for name in ("avatar-identify", "avatar-tools", "vector", "caddy"):
        unit = (ROOT / f"etc/systemd/system/{name}.service").read_text()
        claim(f"systemd never gives {name} up", "StartLimitIntervalSec=0" in unit and re.search("^Restart=(always|on-failure)$", unit, re.M), unit)


AVATAR_CADDY = ROOT / "etc/caddy/avatar.caddy"
GATED = ROOT / "etc/avatar/gated"
OBJECT = "a-bucket/agent/avatar-agent-linux-amd64"


def pinned(agent):
    """The pins as the launch template hands them over when the stack names the gate's program."""
    return f"{PINS.read_text()}agent linux - - {hashlib.sha256(agent).hexdigest()} {OBJECT}\n"


def gate_is_wanted():
    """Whether requests go to the gate is decided before anything is installed."""
    claim("without a gate Caddy goes to the avatar", AVATAR_CADDY.read_text() == "reverse_proxy 127.0.0.1:{$AVATAR_PORT:8080}\n" and not GATED.exists())
    for what, more in (("the stack names", {"PINS": pinned(b"x")}), ("the image has", {"PATH": f"{ROOT / 'baked'}:{COMMANDS}:{os.environ['PATH']}"})):
        (ROOT / "baked").mkdir(exist_ok=True)
        command("../baked/avatar-agent", "exit 1")
        done, calls = boot(**more)
        claim(f"a gate that {what} is in front of the avatar, installed or not", done.returncode == 0 and AVATAR_CADDY.read_text() == "reverse_proxy 127.0.0.1:8081\n" and GATED.exists())
        claim("it and the relay are started", {f"systemctl restart --no-block {u}.service" for u in ("avatar-gate", "coturn")} <= set(calls), calls)
    boot(PINS=PINS.read_text() + f"agent linux - -  {OBJECT}\n")
    claim("a program without a sum is never run, and the avatar is closed", GATED.exists())
    for text in ("agent linux - - - -\n", "agent linux - - \n", "agent windows - - " + "0" * 64 + " b/k\n"):
        boot(PINS=PINS.read_text() + text)
        claim(f"{text.strip()!r} names no gate", not GATED.exists())


class S3(http.server.BaseHTTPRequestHandler):
    """One object, for those who sign as botocore does. Names of hosts don't lead here, so the program is told where S3 is."""

    body, refused = b"", []

    def do_GET(self):
        given = self.headers["Authorization"]
        asked = botocore.awsrequest.AWSRequest("GET", f"https://s3.eu-central-1.amazonaws.com{self.path}")
        asked.context["client_config"] = botocore.config.Config(s3={"payload_signing_enabled": False})
        auth = botocore.auth.S3SigV4Auth(botocore.credentials.Credentials("AKIAEXAMPLE", "a-secret", "a-token+/="), "s3", "eu-central-1")
        with unittest.mock.patch("botocore.auth.get_current_datetime", lambda: datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")):
            auth.add_auth(asked)
        if given != asked.headers["Authorization"] or self.headers["X-Amz-Security-Token"] != "a-token+/=" or self.path != f"/{OBJECT}":
            self.refused.append((given, asked.headers["Authorization"], self.path))
            self.send_error(403)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args):
        pass


def gate_from_s3(agent):
    """install-tools reads the gate's program with the credentials of the instance's role."""
    bin_folder = ROOT / "bin"
    Metadata.values = {"iam/security-credentials/": "avatar-role", "iam/security-credentials/avatar-role": json.dumps(
        {"Code": "Success", "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "a-secret", "Token": "a-token+/=", "Expiration": "2030-01-01T00:00:00Z"})}
    S3.body = pathlib.Path(agent).read_bytes()
    store = serve(("127.0.0.1", 9201), S3)
    for name in ("vector", "caddy", "turnserver"):
        command(name, "exit 0")
    boot(PINS=pinned(S3.body), REGION="eu-central-1")
    install = lambda path=None: script("install-tools", AVATAR_BIN=str(bin_folder), S3="http://127.0.0.1:9201", PATH=path or f"{COMMANDS}:{bin_folder}:{os.environ['PATH']}")
    genuine, S3.body = S3.body, b"another program"
    done = install()
    claim("a program that is not the stack's is not installed", done.returncode == 1 and not (bin_folder / "avatar-agent").exists(), done.stdout + done.stderr)
    S3.body = genuine
    done = install()
    claim("the gate is read with a signature that S3 takes", done.returncode == 0 and (bin_folder / "avatar-agent").read_bytes() == genuine, (S3.refused, done.stderr))
    store.shutdown()
    store.server_close()
    claim("it is read once", install().returncode == 0)
    (bin_folder / "avatar-agent").write_bytes(b"an older one")
    claim("an older one is replaced", install().returncode == 1)
    (bin_folder / "avatar-agent").write_bytes(genuine)
    (COMMANDS / "turnserver").unlink()
    command("apt-get", f'echo apt-get "$@" >>{ROOT}/calls; [[ $* != *" install "* ]]')
    (ROOT / "calls").unlink(missing_ok=True)
    without_coturn = ROOT / "without-coturn" # this machine may have it
    without_coturn.mkdir()
    for name in ("bash", "env", "mktemp", "rm", "id", "dirname", "awk", "sha256sum", "curl"):
        (without_coturn / name).symlink_to(shutil.which(name))
    done = install(f"{COMMANDS}:{bin_folder}:{without_coturn}")
    claim("coturn is asked for, and its absence holds nothing up", done.returncode == 0 and " install coturn" in (ROOT / "calls").read_text(), done.stdout + done.stderr)
    for name in ("vector", "caddy"):
        (COMMANDS / name).unlink()


def pins():
    """The pins themselves: complete, not old, and the only place that names a version or a sum."""
    lines = [line.split(" ") for line in PINS.read_text().splitlines() if not line.startswith("#")]
    claim("each tool is pinned for each system", sorted((p[0], p[1]) for p in lines) ==
          [(tool, system) for tool in ("caddy", "vector") for system in ("linux", "windows")], lines)
    for name, system, version, day, digest, url in lines:
        age = datetime.now(timezone.utc) - datetime.fromisoformat(f"{day}T00:00:00+00:00")
        claim(f"{name} {version} for {system} is younger than a year", timedelta(0) <= age < timedelta(days=365), day)
        claim("its sum is a SHA-256, its address names the version", re.fullmatch("[0-9a-f]{64}", digest) and f"/v{version}/" in url and url.startswith("https://"), url)
        for file in (SCRIPT, WINDOWS):
            claim(f"{file.name} says nothing of its own about it", version not in file.read_text() and digest not in file.read_text())
    claim("the pins can be quoted in the template", "'" not in PINS.read_text())


def ports():
    """WebRTC's ports are the same in the security group, in the kernel and in the Windows firewall."""
    group, relay = [g for g in re.findall(r"IpProtocol: udp, FromPort: (\d+), ToPort: (\d+)", TEMPLATE.read_text())][::-1]
    kernel = re.search(r"ip_local_port_range = (\d+) (\d+)", (ROOT / "etc/sysctl.d/60-avatar.conf").read_text()).groups()
    firewall = re.search(r"Protocol = 'UDP'; Ports = '(\d+)-(\d+)'", WINDOWS.read_text()).groups()
    turn = re.search(r"turnPort = (\d+)", (SCRIPT.parent / "agent/turn.go").read_text()).group(1)
    claim("and the relay's port, by TCP, too", relay == (turn, turn) and f"IpProtocol: tcp, FromPort: {turn}, ToPort: {turn}," in TEMPLATE.read_text(), relay)
    claim("the security group opens the ports that WebRTC binds", group == kernel == firewall, (group, kernel, firewall))
    claim("the kernel is told at once", f"sysctl -q -p {ROOT}/etc/sysctl.d/60-avatar.conf" in (ROOT / "calls").read_text())


def tarball(name, member):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for path, text in ((member, f"#!/bin/sh\necho {name}\n"), (f"./{name}-dir/etc/init.d/{name}", "no program\n")):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text), 0o755
            archive.addfile(entry, io.BytesIO(text.encode()))
    return data.getvalue()


class Mirror(http.server.BaseHTTPRequestHandler):
    """What the parameter ToolsMirror names."""

    files = {}

    def do_GET(self):
        body = self.files.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        pass


def tools():
    text, bin_folder = PINS.read_text(), ROOT / "bin"
    for name, member in (("vector", "./vector-x86_64-unknown-linux-gnu/bin/vector"), ("caddy", "caddy")):
        digest, url = next(line.split(" ")[4:] for line in text.splitlines() if line.startswith(f"{name} linux "))
        Mirror.files[f"/{url.rsplit('/', 1)[1]}"] = body = tarball(name, member)
        text = text.replace(digest, hashlib.sha256(body).hexdigest())
    install = lambda path=None: script("install-tools", AVATAR_BIN=str(bin_folder), PATH=path or f"{COMMANDS}:{bin_folder}:{os.environ['PATH']}")
    done = install()
    claim("what does not have the pinned sum is not installed", done.returncode == 1 and not any(bin_folder.glob("*")), done.stdout)
    (ROOT / "etc/avatar/pins").write_text(text)
    caddy = Mirror.files.pop(next(f for f in Mirror.files if "caddy" in f))
    done = install()
    claim("a tool that cannot be had keeps no other from being installed", done.returncode == 1 and [p.name for p in bin_folder.iterdir()] == ["vector"], done.stdout)
    Mirror.files[f"/{url.rsplit('/', 1)[1]}"] = caddy
    done = install()
    ran = [subprocess.run([bin_folder / n], capture_output=True, text=True, check=False).stdout for n in ("vector", "caddy")]
    claim("the next attempt brings it", done.returncode == 0 and ran == ["vector\n", "caddy\n"], (ran, done.stdout, done.stderr))
    Mirror.files.clear()
    claim("an image that has both needs nothing", install().returncode == 0)
    without_curl = ROOT / "without-curl"
    without_curl.mkdir()
    for name in ("bash", "env", "mktemp", "rm", "id", "dirname", "awk", "mkdir"):
        (without_curl / name).symlink_to(shutil.which(name))
    command("apt-get", f'echo apt-get "$@" >>{ROOT}/calls; exit 100')
    done = install(f"{COMMANDS}:{bin_folder}:{without_curl}")
    asked = [call for call in (ROOT / "calls").read_text().splitlines() if "apt-get" in call]
    claim("a package manager that fails is asked again later", done.returncode == 1 and "DPkg::Lock::Timeout=600" in asked[0], (asked, done.stderr))


def late():
    """The metadata service answers later than the machine starts; systemd calls identify each two seconds meanwhile."""
    for _ in range(6):
        claim("without the metadata service identify fails", script("identify").returncode != 0)
    claim("and Vector gets no configuration", not RENDERED.exists())
    claim("Vector does not depend on the first attempt", "Requires=" not in (ROOT / "etc/systemd/system/vector.service").read_text())


def identity():
    Metadata.values = {"instance-id": INSTANCE}
    for tag, epoch in (("7", 7), (None, 0), ("", 0), ("08", 8), ('1}; .msg = "forged', 0), ("$HOME", 0)):
        Metadata.values.pop("tags/instance/epoch", None)
        if tag is not None:
            Metadata.values["tags/instance/epoch"] = tag
        done = script("identify")
        text = RENDERED.read_text() if RENDERED.exists() else ""
        claim(f"with the tag {tag!r} the epoch is {epoch}", done.returncode == 0 and f'"epoch": {epoch},' in text, done.stdout + done.stderr)
    claim("the instance's ID is in it", text.count(INSTANCE) == 2, text)
    claim("Vector has nothing to replace", not re.search(r"[$]|@[A-Z]+@", text), re.findall(r".*(?:[$]|@[A-Z]+@).*", text))
    sink = yaml.safe_load(text)["sinks"]["stream"]
    claim("the region and the stream are the stack's", (sink["region"], sink["stream_name"]) == ("us-east-1", "avatar-logs"), sink)
    Metadata.broken = True
    claim("a silent service is no missing tag", script("identify").returncode != 0)
    Metadata.broken = False


def self_stop():
    stamp = lambda **d: (datetime.now(timezone.utc) + timedelta(**d)).strftime("%Y-%m-%dT%H:%M:%SZ")
    off, ready, asked = ROOT / "off", ROOT / "run/avatar/ready", ROOT / "run/avatar/stop"
    for what, tags, is_ready, broken, stops in (
        ("before its time", {"expire-at": stamp(minutes=5), "owner": "me"}, True, False, False),
        ("past its time", {"expire-at": stamp(seconds=-1), "owner": "me"}, True, False, True),
        ("past its time and not ready yet", {"expire-at": stamp(hours=-3)}, False, False, True),
        ("with a time that is none", {"expire-at": "soon", "owner": "me"}, False, False, True),
        ("being warmed", {"expire-at": stamp(minutes=9)}, False, False, False),
        ("warmed, with nobody's tag on it", {"expire-at": stamp(minutes=9)}, True, False, True),
        ("adopted, without any tag, ready", {}, True, False, True),
        ("kept running for the next user", {"expire-at": stamp(hours=1), "hot-until": stamp(hours=1)}, True, False, False),
        ("kept running past its limit", {"hot-until": stamp(seconds=-1)}, True, False, True),
        ("kept running until no time", {"hot-until": "soon"}, True, False, True),
        ("with somebody's tag and no time yet", {"owner": "me"}, True, False, False),
        ("while the metadata service is broken", {}, True, True, False),
    ):
        for file in (off, ready, asked):
            file.unlink(missing_ok=True)
        if is_ready:
            ready.write_text("ready")
        Metadata.values, Metadata.broken = {f"tags/instance/{k}": v for k, v in tags.items()}, broken
        done = script("self-stop")
        claim(f"one look does not stop an instance {what}", not off.exists(), done.stdout + done.stderr)
        done = script("self-stop")
        claim(f"an instance {what} {'stops' if stops else 'goes on'}", off.exists() == stops, done.stdout + done.stderr)
    Metadata.broken = False
    for what, first, second in (
        ("expire-at", {"expire-at": stamp(hours=-1), "owner": "them"}, {"expire-at": stamp(hours=1), "owner": "me"}),
        ("expire-at, later expired as well", {"expire-at": stamp(hours=-1), "owner": "them"}, {"expire-at": stamp(minutes=-1), "owner": "me"}),
        ("owner, who is gone", {"expire-at": stamp(hours=1)}, {"expire-at": stamp(hours=1), "owner": "me"}),
    ):
        for file in (off, asked):
            file.unlink(missing_ok=True)
        ready.write_text("ready")
        for tags in (first, second):
            Metadata.values = {f"tags/instance/{k}": v for k, v in tags.items()}
            script("self-stop")
        claim(f"the metadata service's last {what}, does not stop the next session", not off.exists())
    Metadata.values = {f"tags/instance/{k}": v for k, v in first.items()}
    for file in (off, asked):
        file.unlink(missing_ok=True)
    for tags in (first, second, first):
        Metadata.values = {f"tags/instance/{k}": v for k, v in tags.items()}
        script("self-stop")
    claim("looks that agree must follow each other", not off.exists())
    for file in (ready, asked):
        file.unlink(missing_ok=True)


def get(url, host=None):
    context = ssl.create_default_context(cafile=str(ROOT / "cert.pem"))
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers={"Host": host} if host else {}), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()
    except OSError as e:
        return 0, str(e)


def until(what, test, limit=20):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        got = test()
        if got:
            claim(what, True)
            return
        time.sleep(0.1)
    claim(what, False, test())


def pages(caddy):
    """Caddy as it is configured, with a certificate of the test's own: there is no authority to get one from here."""
    generated = (ROOT / "etc/caddy/tls.caddy").read_text()
    claim("certificates are got on demand", "on_demand" in generated, generated)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-keyout", ROOT / "key.pem",
                    "-out", ROOT / "cert.pem", "-addext", f"subjectAltName=DNS:*.{ZONE},DNS:localhost"], check=True, capture_output=True)
    (ROOT / "etc/caddy/tls.caddy").write_text(f"tls {ROOT}/cert.pem {ROOT}/key.pem\n")
    env = {**os.environ, "ZONE": ZONE, "AVATAR_RUN": str(ROOT / "run/avatar"), "HOME": str(ROOT), "XDG_DATA_HOME": str(ROOT / "data"), "XDG_CONFIG_HOME": str(ROOT / "config")}
    log = open(ROOT / "caddy.log", "w", encoding="utf-8")
    running = subprocess.Popen([caddy, "run", "--config", ROOT / "etc/caddy/Caddyfile"], env=env, stdout=log, stderr=log)
    watch = subprocess.Popen([BIN / "watch-ready"], env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        ask = lambda name: get(f"http://127.0.0.1:9123/ask?domain={name}")[0]
        until("a name of the zone may have a certificate", lambda: ask(f"ann.{ZONE}") == 200)
        for name in ("ann.example.com", "evil.org", f"x{ZONE}", ""):
            claim(f"{name or 'no name'} may not", ask(name) == 404, ask(name))
        until("the readiness page says no before the avatar answers", lambda: get("https://localhost/healthz") == (503, "not ready"))
        avatar = serve(("127.0.0.1", 8080), Avatar)
        until("and yes afterwards", lambda: get("https://localhost/healthz") == (200, "ready"))
        claim("the avatar's page is served by TLS", get("https://localhost/") == (200, "the avatar's page"))
        avatar.shutdown()
        avatar.server_close()
        until("and no again when the avatar has gone", lambda: get("https://localhost/healthz")[0] == 503)
    finally:
        running.terminate()
        os.killpg(watch.pid, signal.SIGTERM)
        running.wait()


def gate(caddy):
    """The gate as its unit starts it, behind Caddy as it is configured."""
    (ROOT / "etc/caddy/tls.caddy").write_text(f"tls {ROOT}/cert.pem {ROOT}/key.pem\n")
    unit = (ROOT / "etc/systemd/system/avatar-gate.service").read_text()
    (ROOT / "run/avatar-gate").mkdir()
    started = re.search("^ExecStart=(.*)$", unit, re.M).group(1).replace("/run/avatar-gate", f"{ROOT}/run/avatar-gate").split(" ")
    started[started.index("${ZONE}")] = ZONE
    started += ["-metadata", "http://127.0.0.1:9202"] # Caddy has port 80
    Metadata.values = {"instance-id": INSTANCE, "local-ipv4": "127.0.0.1"}
    env = {**os.environ, "ZONE": ZONE, "AVATAR_RUN": str(ROOT / "run/avatar"), "AVATAR_ETC": str(ROOT / "etc/avatar"), "HOME": str(ROOT),
           "PATH": f"{ROOT / 'bin'}:{os.environ['PATH']}", "XDG_DATA_HOME": str(ROOT / "data"), "XDG_CONFIG_HOME": str(ROOT / "config")}
    log = open(ROOT / "gate.log", "w", encoding="utf-8")
    run = lambda command: subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    avatar = serve(("127.0.0.1", 8080), Avatar)
    running = [run([caddy, "run", "--config", ROOT / "etc/caddy/Caddyfile"]), run([BIN / "watch-ready"])]
    try:
        until("without the gate the avatar's page is closed", lambda: get("https://localhost/")[0] == 502)
        claim("and the instance is not ready", get("https://localhost/healthz") == (503, "not ready"))
        running.append(run(started))
        until("with the gate it is", lambda: get("https://localhost/healthz") == (200, "ready"))
        claim("the launcher sees the gate", get("https://localhost/.avatar/gate")[0] == 204)
        status, body = get("https://localhost/")
        claim("a stranger is refused", status == 403 and "avatar's page" not in body, (status, body))
        claim("the relay's configuration is there, for the gate's user alone to read", (ROOT / "run/avatar-gate/turnserver.conf").stat().st_mode & 0o007 == 0)
        os.killpg(running[-1].pid, signal.SIGKILL)
        running.pop().wait()
        until("a gate that has died opens nothing", lambda: get("https://localhost/")[0] == 502)
        running[0].terminate()
        running.pop(0).wait()
        certificates(lambda: run([caddy, "run", "--config", ROOT / "etc/caddy/Caddyfile"]), lambda: run(started))
    finally:
        for one in running:
            os.killpg(one.pid, signal.SIGTERM)
        avatar.shutdown()
        avatar.server_close()


class Names:
    """The name server of Pebble's makers, by which this network's names resolve."""

    def __init__(self, folder, log):
        off = [f"-{server}=" for server in ("doh", "http01", "https01", "tlsalpn01")]
        self.running = subprocess.Popen([f"{folder}/pebble-challtestsrv", "-defaultIPv4=", "-defaultIPv6=", "-dnsserver=127.0.0.1:53", "-management=127.0.0.1:8055", *off],
                                        stdout=log, stderr=log)
        resolv = ROOT / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        subprocess.run(["mount", "--bind", resolv, os.path.realpath("/etc/resolv.conf")], check=True)

    def set(self, label, address):
        data = {"host": f"{label}.{ZONE}.", "addresses": [address]}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request("http://127.0.0.1:8055/add-a", json.dumps(data).encode()), timeout=5).close()


class Authority:
    """Pebble, the test authority of Let's Encrypt's makers, with certificates that live for some seconds."""

    def __init__(self, folder, port, life):
        config = {"pebble": {"listenAddress": f"127.0.0.1:{port}", "certificate": str(ROOT / "cert.pem"), "privateKey": str(ROOT / "key.pem"), "httpPort": 80, "tlsPort": 443,
                             "keyAlgorithm": "ecdsa", "profiles": {"default": {"description": "the only one", "validityPeriod": life}}}}
        (ROOT / f"pebble-{port}.json").write_text(json.dumps(config))
        self.port, self.log = port, ROOT / f"pebble-{port}.log"
        env = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
        with open(self.log, "w", encoding="utf-8") as log:
            self.running = subprocess.Popen([f"{folder}/pebble", "-config", ROOT / f"pebble-{port}.json", "-dnsserver", "127.0.0.1:53"], env=env, stdout=log, stderr=log)

    def options(self):
        return f"acme_ca https://localhost:{self.port}/dir\nacme_ca_root {ROOT}/cert.pem\n"

    def answers(self):
        return "ACME directory available" in self.log.read_text()

    def orders(self):
        return self.log.read_text().count("Added order")


def certificate(name):
    """The serial number of the certificate that a name's handshake shows; "" if there is none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", 443), timeout=15) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
            der = secure.getpeercert(binary_form=True)
    except OSError:
        return ""
    shown = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-serial", "-ext", "subjectAltName"], input=der, check=True, capture_output=True)
    text = shown.stdout.decode()
    return text.split()[0] if f"DNS:{name}" in text else ""


def certificates(start_caddy, start_gate):
    """Caddy's own certificates, from an authority of the test's."""
    log = open(ROOT / "names.log", "w", encoding="utf-8")
    names, usual, brief = Names(sys.argv[3], log), Authority(sys.argv[3], 14000, 90 * 86400), Authority(sys.argv[3], 14001, 60)
    (ROOT / "etc/caddy/tls.caddy").write_text("tls {\n\ton_demand\n}\n")
    (ROOT / "etc/caddy/acme.caddy").write_text(usual.options())
    Metadata.values = {"instance-id": INSTANCE, "local-ipv4": "127.0.0.1", "public-ipv4": "127.0.0.1"}
    gate_process, caddy_process = start_gate(), start_caddy()
    ann, carl = f"ann.{ZONE}", f"carl.{ZONE}"
    try:
        until("the gate answers Caddy's questions", lambda: get("http://127.0.0.1:9123/ask?domain=x")[0] == 404 and usual.answers() and brief.answers())
        names.set("bob", "192.0.2.1")
        for name in (ann, f"bob.{ZONE}", f"a.b.{ZONE}", "example.org"):
            claim(f"{name}, which does not resolve here, gets no certificate", certificate(name) == "")
        claim("and the authority is not asked for any", usual.orders() == 0)
        names.set("ann", "127.0.0.1")
        until("a name that resolves here gets one", lambda: certificate(ann))
        first = certificate(ann)
        for _ in range(3):
            caddy_process.terminate()
            caddy_process.wait()
            caddy_process = start_caddy()
            until("it is kept over a stop and a start", lambda: certificate(ann) == first)
        claim("the authority was asked once", usual.orders() == 1)
        caddy_process.terminate()
        caddy_process.wait()
        (ROOT / "etc/caddy/acme.caddy").write_text(brief.options())
        names.set("carl", "127.0.0.1")
        caddy_process = start_caddy()
        until("another name gets a certificate that soon ends", lambda: certificate(carl))
        brief_one = certificate(carl)
        until("it is renewed before it ends", lambda: certificate(carl) not in ("", brief_one), 60)
        caddy_process.terminate()
        caddy_process.wait()
        (ROOT / "etc/caddy/acme.caddy").write_text(usual.options())
        caddy_process = start_caddy()
        until("the one that is good for long stays", lambda: certificate(ann) == first)
        claim("and was asked for once in all", usual.orders() == 1)
    finally:
        for one in (gate_process, caddy_process, names.running, usual.running, brief.running):
            one.terminate()
            one.wait()


def pipeline():
    config = yaml.safe_load(RENDERED.read_text())
    known = set(config["sources"]) | set(config["transforms"])
    used = set()
    for name, part in {**config["transforms"], **config["sinks"]}.items():
        missing = set(part["inputs"]) - known
        claim(f"{name} reads what there is", not missing, missing)
        used |= set(part["inputs"])
    claim("nothing is read and thrown away", known == used, known ^ used)
    sink = config["sinks"]["stream"]
    claim("records go to the stream under the instance's ID", sink["type"] == "aws_kinesis_streams" and sink["partition_key_field"] == "iid")
    made = re.search(r"\. = \{(.*)\}", config["transforms"]["lines"]["source"]).group(1)
    fields = set(re.findall(r'"(\w+)":', made))
    claim("a line has the schema's fields", fields == {"v", "ts", "iid", "epoch", "lvl", "src", "msg"}, fields)
    lua(config["transforms"])


def windows():
    whole = WINDOWS.read_text()
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    written = dict(re.findall(r'^Save-Text "\$Base\\([\w.-]+)" @\'\n(.*?)\n\'@', whole, re.M | re.S))
    claim("the Windows script writes its files", set(written) == {"gate.ps1", "metadata.ps1", "services.ps1", "watch-ready.ps1", "self-stop.ps1", "vector.yaml"}, list(written))
    armed = whole.index("Start-ScheduledTask -TaskName 'Avatar self-stop'")
    downloads = [m.start() for m in re.finditer("Invoke-WebRequest .*-OutFile", whole)]
    claim("Windows arms its stop first and downloads in a task of its own", armed < min(downloads) and len(downloads) == written["services.ps1"].count("-OutFile"), downloads)
    claim("Windows looks as often as Linux, and twice", "Start-Sleep -Seconds 15" in written["self-stop.ps1"] and "-eq $before" in written["self-stop.ps1"])
    claim("nor the gate", re.search("Read-S3Object .*\n.*Get-FileHash -Algorithm SHA256.*throw.*\n.*Move-Item", written["services.ps1"]))
    claim("and runs nothing before its sum fits", re.search("-OutFile.*\n.*Get-FileHash -Algorithm SHA256.*throw.*\n.*Expand-Archive", written["services.ps1"]))
    for name, text in {"windows.ps1": whole, **written}.items():
        if name.endswith(".ps1"):
            claim(f"{name} is PowerShell", not parser.parse(text.encode()).root_node.has_error)
    claim("the grammar refuses what is not", parser.parse(whole.replace("}", "", 1).encode()).root_node.has_error)
    here, there = yaml.safe_load((ROOT / "etc/avatar/vector.yaml").read_text()), yaml.safe_load(written["vector.yaml"])
    given = set(re.findall(r"@([A-Z]+)@", written["vector.yaml"]))
    claim("Windows gives Vector each value", given == {"IID", "EPOCH", "REGION", "STREAM"} and "$" not in written["vector.yaml"], given)
    here["transforms"]["lines"]["inputs"].remove("journal")
    said = set(re.findall(r"C:\\Avatar\\log\\(avatar-\w+\.log)", whole))
    claim("what Linux says in its journal, Windows writes where Vector reads", said == {"avatar-gate.log", "avatar-ready.log", "avatar-services.log", "avatar-stop.log"}
          and "C:\\Avatar\\log\\avatar-*.log" in there["sources"]["boot"]["include"] and "'avatar: ready'" in written["watch-ready.ps1"], said)
    for part in ("transforms", "sinks"):
        claim(f"Windows has Linux's {part}", here[part] == there[part])
    claim("and its sources, the journal apart", {k: v["type"] for k, v in there["sources"].items()} ==
          {k: v["type"] for k, v in here["sources"].items() if k != "journal"}, there["sources"])


def lua(transforms):
    """The two Lua transforms, by the interpreter and Vector's calling convention."""
    numbered, figures = transforms["numbered"], transforms["figures"]
    clock = "local t = 1000; os.time = function() return t end\n"
    program = f"""
{clock}
out = {{}}
local emit = function(e) out[#out + 1] = e end
{numbered["source"]}
local number = {numbered["hooks"]["process"]}
number({{log = {{msg = "a"}}}}, emit); number({{log = {{msg = "b"}}}}, emit)
assert(out[1].log.seq == 1 and out[2].log.seq == 2, "seq counts")
out = {{}}
{figures["source"]}
local figure = {figures["hooks"]["process"]}
local tick = {figures["timers"][0]["handler"]}
local function counter(name, tags, v) figure({{metric = {{name = name, tags = tags, counter = {{value = v}}}}}}, emit) end
local function gauge(name, v) figure({{metric = {{name = name, tags = {{}}, gauge = {{value = v}}}}}}, emit) end
tick(emit)
assert(#out == 0, "nothing known, nothing said")
for round, v in ipairs({{ {{10, 90, 1000}}, {{13, 97, 6000}} }}) do
  counter("cpu_seconds_total", {{cpu = "0", mode = "user"}}, v[1]); counter("cpu_seconds_total", {{cpu = "0", mode = "idle"}}, v[2])
  counter("network_transmit_bytes_total", {{device = "ens5"}}, v[3]); counter("network_transmit_bytes_total", {{device = "lo"}}, 1e9 * round)
  gauge("memory_total_bytes", 400); gauge("memory_available_bytes", 100); figure({{log = {{message = "42"}}}}, emit)
  tick(emit); t = t + 5
end
assert(#out == 1, "one record for two readings")
local log = out[1].log
assert(log.cpu == 30 and log.net_out == 1000 and log.mem == 75 and log.gpu == 42 and log.src == "metrics" and log.v == 1,
  string.format("cpu %s net %s mem %s gpu %s", log.cpu, log.net_out, log.mem, log.gpu))
"""
    done = subprocess.run(["lua5.4", "-"], input=program, capture_output=True, text=True, check=False)
    claim("the pipeline's Lua counts lines and makes figures", done.returncode == 0, done.stderr)


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"], check=True)
serve(("127.0.0.1", 9200), Mirror)
pins()
first_boot()
ports()
tools()
late()
metadata = serve(("169.254.169.254", 80), Metadata)
identity()
self_stop()
gate_is_wanted()
gate_from_s3(sys.argv[2])
metadata.shutdown()
metadata.server_close()
claim("without a metadata service nothing stops", script("self-stop").returncode == 1 and not (ROOT / "off").exists())
boot()
pages(sys.argv[1])
boot(PINS=pinned(pathlib.Path(sys.argv[2]).read_bytes()))
serve(("127.0.0.1", 9202), Metadata)
gate(sys.argv[1])
pipeline()
windows()
print("not proved here: vector validate and PSScriptAnalyzer, which no package registry has; systemd and Windows themselves")
