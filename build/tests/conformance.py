"""The embedded cloud beside moto's server: the same boto3 scripts and the same AWS CLI lines run against both, and
every difference in shape, error code and state must be a row of the table in backend/localcloud/CONFORMANCE.md, which
says which of the two follows AWS's documentation. A difference without a row fails, and so does a row without a
difference.

  conformance.py BINARY          checks
  conformance.py BINARY --write  also writes new differences into the table, to be explained by hand
"""
import contextlib
import importlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent.parent / 'backend' / 'localcloud' / 'CONFORMANCE.md'
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from conformance.compare import differences  # noqa: E402
from conformance.lines import run_lines  # noqa: E402
from conformance.table import Table  # noqa: E402
from conformance.target import Target  # noqa: E402

SCRIPTS = ['accounts', 'machines', 'tables', 'streams', 'people', 'names', 'schedules']


def free_port():
    with contextlib.closing(socket.socket()) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def running(words, **more):
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def localcloud(binary, home):
    """The embedded cloud with no delays, as an outside test suite wants it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(('AWS_', 'XDG_', 'DISPLAY', 'WAYLAND'))} | {'HOME': home}
    words = [binary, 'cloud', '--listen', '127.0.0.1:0', '--state', home + '/state', '--boot-warm', '0', '--boot-cold', '0']
    with running(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        found = {}
        for line in process.stdout:
            if m := re.match(r'''export (AWS_\w+)=['"]?([^'"\s]+)''', line):
                found[m[1]] = m[2]
            if {'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL'} <= found.keys():
                break
        else:
            raise SystemExit('the embedded cloud did not start')
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield Target('localcloud', found['AWS_ENDPOINT_URL'], found['AWS_ACCESS_KEY_ID'], found['AWS_SECRET_ACCESS_KEY'],
                     process.pid)


@contextlib.contextmanager
def moto(home):
    port = free_port()
    server = Path(sys.executable).parent / 'moto_server'
    with open(home + '/moto.log', 'w') as log, running([str(server), '-H', '127.0.0.1', '-p', str(port)], stdout=log, stderr=log) as process:
        endpoint = f'http://127.0.0.1:{port}'
        for _ in range(300):
            try:
                urllib.request.urlopen(endpoint + '/moto-api/', timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit('moto did not start: ' + Path(home + '/moto.log').read_text()[-2000:])
        yield Target('moto', endpoint, 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
                     process.pid)


def run_scripts(target):
    for name in SCRIPTS:
        importlib.import_module('conformance.' + name).script(target)


def main():
    binary, write = os.path.abspath(sys.argv[1]), '--write' in sys.argv[2:]
    with tempfile.TemporaryDirectory() as home, localcloud(binary, home) as ours, moto(home) as theirs:
        failures = []

        def lines(target):
            try:
                run_lines(target, HERE / 'conformance' / 'lines.txt', home)
            except BaseException as error:
                failures.append(error)

        beside = [threading.Thread(target=lines, args=(t,)) for t in (ours, theirs)]
        for thread in beside:
            thread.start()
        for target in (ours, theirs):
            run_scripts(target)
        for thread in beside:
            thread.join()
        if failures:
            raise failures[0]
    found = differences(ours.steps, theirs.steps)
    table = Table(TABLE)
    complaints = table.check(found)
    if write:
        table.write(found)
    for complaint in complaints:
        print(complaint)
    print(f'{len(ours.steps)} steps, {len(found)} differences, {len(table.rows)} rows, {len(complaints)} complaints')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
