"""Each way in which the window can end while an instance runs, against a cloud that outlives it: the instance must be
stopped by the time the process is gone, by the word of an outside client. After SIGKILL nothing can be sent: the next
launch resumes the sign-in and adopts the instance. Needs a display, a session bus and an unlocked keyring."""

import json
import os
import signal
import subprocess
import sys
import time

from desktop import Home, application, claim, press, says, shoot, wait
from desktop_services import Logind

class Cloud:
    """The embedded cloud in a process of its own, without delays, and the AWS CLI as its witness."""

    def __init__(self, home):
        self.profile = home.file("cloud.yaml")
        self.process = subprocess.Popen(
            [home.binary, "cloud", "--json", "--listen", "127.0.0.1:0", "--state", home.file("cloud"), "--boot-warm", "0",
             "--boot-cold", "0", "--write-profile", self.profile],
            env=home.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        home.started.append(self.process)
        said = json.loads(self.process.stdout.readline())
        outputs = said["outputs"]
        self.endpoint, self.sessions = said["endpoint"], outputs["sessionsTable"]
        self.environment = {
            **home.environment, "AWS_DEFAULT_REGION": outputs["region"], "AWS_PAGER": "",
            "AWS_ACCESS_KEY_ID": outputs["operatorAccessKeyId"], "AWS_SECRET_ACCESS_KEY": outputs["operatorSecretAccessKey"],
        }

    def aws(self, *words):
        aws = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else "aws"
        answer = subprocess.run([aws, *words, "--endpoint-url", self.endpoint, "--output", "json"], env=self.environment,
                                check=True, capture_output=True, text=True, timeout=60)
        return json.loads(answer.stdout)

    def state(self, instance):
        """EC2's word for the state of an instance."""
        answer = self.aws("ec2", "describe-instances", "--instance-ids", instance)
        return answer["Reservations"][0]["Instances"][0]["State"]["Name"]

    def session(self):
        """The instance and the phase of the one session row."""
        row = self.aws("dynamodb", "scan", "--table-name", self.sessions)["Items"][0]
        return row["InstanceId"]["S"], row["Phase"]["S"]


def child(parent, name):
    """The child of a process that has a name, of which the kernel keeps 15 letters."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                called, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            if called == name and int(rest.split()[1]) == parent:
                return int(pid)
        except OSError:
            pass
    raise AssertionError(f"no child {name} of {parent}")


def begin(home, cloud, sign_in=True, **extra):
    """Opens the window and brings it to a running instance; gives the process and the instance's ID."""
    launcher = home.start("--profile", cloud.profile, **extra)
    wait("the window is in the accessibility tree", lambda: application(launcher.pid))
    if sign_in:
        press(launcher.pid, "Try as demo")
        press(launcher.pid, "Start my avatar")
    wait("the avatar is ready", lambda: says(launcher.pid, "Your avatar is ready"))
    instance, _ = cloud.session()
    claim("the instance runs", cloud.state(instance) == "running", instance)
    return launcher, instance


def stopped(cloud, launcher, instance, what, codes):
    """Judges an ending that has been asked for."""
    from_ = time.monotonic()
    code = wait(f"{what} ends the program", lambda: launcher.poll() is not None and [launcher.returncode], 30)[0]
    took = time.monotonic() - from_
    state = cloud.state(instance)
    claim(f"{what}: the instance is {state} afterwards, after {took:.1f} s", state in ("stopping", "stopped"), state)
    claim(f"{what}: its session is over", cloud.session()[1] == "ended", "its row says otherwise")
    claim(f"{what}: it ends with {code}", code in codes, code)


def display():
    """An X server of its own: (process, its name)."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1200x900x24", "-nolisten", "tcp"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as number:
        return server, ":" + number.readline().strip()


def main():
    home = Home(sys.argv[1])
    try:
        cloud = Cloud(home)
        for number in (signal.SIGHUP, signal.SIGINT):  # SIGTERM follows the adoption
            launcher, instance = begin(home, cloud)
            launcher.send_signal(number)
            stopped(cloud, launcher, instance, number.name, [0])

        logind = Logind()  # on the session bus, which the launcher takes for the system's
        launcher, instance = begin(home, cloud, DBUS_SYSTEM_BUS_ADDRESS=os.environ["DBUS_SESSION_BUS_ADDRESS"])
        wait("a shutdown would wait for the launcher", logind.held)
        logind.shut_down()
        wait("the shutdown may go on", lambda: not logind.held())
        claim("the system's shutdown: the instance is stopped by then", cloud.state(instance) in ("stopping", "stopped"))
        stopped(cloud, launcher, instance, "the system's shutdown", [0])

        server, name = display()
        home.started.append(server)
        launcher, instance = begin(home, cloud, DISPLAY=name)
        server.kill()
        server.wait()
        stopped(cloud, launcher, instance, "the loss of the X server", [1])

        launcher, instance = begin(home, cloud)
        launcher.kill()
        launcher.wait()
        claim("SIGKILL leaves the instance to its armed stop", cloud.state(instance) == "running")
        schedules = cloud.aws("scheduler", "list-schedules")["Schedules"]
        claim("which is armed", any(instance in s["Name"] for s in schedules), schedules)
        launcher, adopted = begin(home, cloud, sign_in=False)
        claim("the next launch resumes the sign-in and adopts the instance", adopted == instance, f"{adopted}, not {instance}")
        shoot("adopted")

        os.kill(child(launcher.pid, "WebKitWebProces"), signal.SIGKILL)
        wait("the page is gone with its process", lambda: not says(launcher.pid, "Your avatar is ready"))
        wait("the page comes again", lambda: says(launcher.pid, "Your avatar is ready"))
        claim("and the instance runs on", cloud.state(instance) == "running")
        shoot("revived")
        launcher.send_signal(signal.SIGTERM)
        stopped(cloud, launcher, instance, "SIGTERM after adoption", [0])
    except BaseException:
        try:
            shoot("ending-failure")
        except (OSError, subprocess.CalledProcessError):
            pass
        raise
    finally:
        home.close()


main()
