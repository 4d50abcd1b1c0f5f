"""Runs clients that others wrote against an embedded cloud of its own: run.py BINARY [javascript] [java].

It needs node and npm, or a JDK and mvn, and installs AWS's SDKs into build/.cache/clients."""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
SPEC = importlib.util.spec_from_file_location('conformance_check', HERE.parent / 'conformance.py')  # the package has the name
conformance = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(conformance)

CACHE = HERE.parents[1] / '.cache' / 'clients'


def javascript(env):
    home = CACHE / 'javascript'
    home.mkdir(parents=True, exist_ok=True)
    for name in ('package.json', 'javascript.mjs'):
        shutil.copy(HERE / name, home / name)
    subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--silent'], cwd=home, check=True)
    return subprocess.run(['node', 'javascript.mjs'], cwd=home, env=env).returncode


def java(env):
    home = CACHE / 'java'
    source = home / 'src' / 'main' / 'java'
    source.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / 'pom.xml', home / 'pom.xml')
    shutil.copy(HERE / 'Clients.java', source / 'Clients.java')
    subprocess.run(['mvn', '-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], cwd=home, check=True)
    path = str(home / 'target' / 'classes') + os.pathsep + (home / 'classpath').read_text()
    return subprocess.run(['java', '-cp', path, 'Clients'], env=env).returncode


def main():
    binary, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:] or ['javascript', 'java']
    with tempfile.TemporaryDirectory() as home, conformance.localcloud(binary, home) as cloud:
        env = os.environ | {
            'AWS_ENDPOINT_URL': cloud.endpoint, 'AWS_ACCESS_KEY_ID': cloud.key, 'AWS_SECRET_ACCESS_KEY': cloud.secret,
            'AWS_REGION': 'us-east-1', 'AWS_EC2_METADATA_DISABLED': 'true',
        }
        sys.exit(max({'javascript': javascript, 'java': java}[name](env) for name in chosen))


if __name__ == '__main__':
    main()
