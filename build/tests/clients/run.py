"""Runs clients that others wrote against an embedded cloud of its own: run.py BINARY [NAME ...], see README.md.

They need node and npm, a JDK and mvn, or cargo, and install what they use into build/.cache/clients."""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
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


def compiled(name, pom, source):
    """Compiles a Java program with the dependencies of a pom and returns the words that run it."""
    home = CACHE / name
    sources = home / 'src' / 'main' / 'java'
    sources.mkdir(parents=True, exist_ok=True)
    shutil.copy(pom, home / 'pom.xml')
    shutil.copy(source, sources / source.name)
    subprocess.run(['mvn', '-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], cwd=home, check=True)
    path = str(home / 'target' / 'classes') + os.pathsep + (home / 'classpath').read_text()
    return ['java', '-Xmx512m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', path, source.stem]


def java(env):
    return subprocess.run(compiled('java', HERE / 'pom.xml', HERE / 'Clients.java'), env=env).returncode


def consumer(env):
    """AWS's consumer library, by enhanced fan-out and by polling."""
    words = compiled('consumer', HERE / 'kinesis' / 'consumer.xml', HERE / 'kinesis' / 'Consumer.java')
    return max(subprocess.run(words + [how], env=env, timeout=600).returncode for how in ('fanout', 'polling'))


def producer(env):
    """AWS's producer library through a TLS front, and the consumer library behind it."""
    import boto3

    from tlsfront import front
    read = compiled('consumer', HERE / 'kinesis' / 'consumer.xml', HERE / 'kinesis' / 'Consumer.java')
    feed = compiled('producer', HERE / 'kinesis' / 'producer.xml', HERE / 'kinesis' / 'Producer.java')
    kinesis = boto3.client('kinesis', region_name=env['AWS_REGION'], endpoint_url=env['AWS_ENDPOINT_URL'],
                           aws_access_key_id=env['AWS_ACCESS_KEY_ID'], aws_secret_access_key=env['AWS_SECRET_ACCESS_KEY'])
    kinesis.create_stream(StreamName='producer', ShardCount=2)
    kinesis.get_waiter('stream_exists').wait(StreamName='producer', WaiterConfig={'Delay': 1})
    with tempfile.TemporaryDirectory() as home, front(home, urlsplit(env['AWS_ENDPOINT_URL']).port) as port:
        quiet = {'AWS_JAVA_V1_DISABLE_DEPRECATION_ANNOUNCEMENT': 'true'}
        fed = subprocess.run(feed + ['producer', str(port), '2000'], env=env | quiet, timeout=300).returncode
    return fed or subprocess.run(read + ['fanout', 'producer', '2000'], env=env, timeout=300).returncode


def rust(env):
    home = CACHE / 'rust'
    (home / 'src').mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / 'rust' / 'Cargo.toml', home / 'Cargo.toml')
    shutil.copy(HERE / 'rust' / 'main.rs', home / 'src' / 'main.rs')
    subprocess.run(['cargo', 'build', '--quiet'], cwd=home, check=True)
    return subprocess.run([str(home / 'target' / 'debug' / 'clients')], env=env).returncode


CLIENTS = {'javascript': javascript, 'java': java, 'consumer': consumer, 'producer': producer, 'rust': rust}


def main():
    binary, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:] or list(CLIENTS)
    with tempfile.TemporaryDirectory() as home, conformance.localcloud(binary, home) as cloud:
        env = os.environ | {
            'AWS_ENDPOINT_URL': cloud.endpoint, 'AWS_ACCESS_KEY_ID': cloud.key, 'AWS_SECRET_ACCESS_KEY': cloud.secret,
            'AWS_REGION': 'us-east-1', 'AWS_EC2_METADATA_DISABLED': 'true',
        }
        sys.exit(max(CLIENTS[name](env) for name in chosen))


if __name__ == '__main__':
    main()
