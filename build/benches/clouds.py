"""The embedded cloud's operations beside other emulators: moto's server, dynalite and kinesalite. The same calls in turns,
from boto3 and from a plain client that repeats a request which boto3 signed, since most of a call by boto3 is boto3's own
time. Prints a row of build/bench for each operation and client, in milliseconds a call, and one
of the processor time that a call takes of the server, which does not depend on what else the machine does."""
import contextlib
import http.client
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

TESTS = Path(__file__).resolve().parent.parent / 'tests'
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

spec = importlib.util.spec_from_file_location('conformance_check', TESTS / 'conformance.py')
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)

ROUNDS = int(os.environ.get('CLOUD_ROUNDS', '5'))
CALLS = int(os.environ.get('CLOUD_CALLS', '100'))
TARGET = 5  # times as quick as the best of the others


def client(target, service):
    return boto3.client(service, endpoint_url=target.endpoint, region_name='us-east-1', aws_access_key_id=target.key,
                        aws_secret_access_key=target.secret, config=Config(retries={'max_attempts': 1}))


class Replay:
    """Repeats requests as boto3 signed them, over one connection."""

    def __init__(self):
        self.sent = None

    def watch(self, service_client):
        service_client.meta.events.register('before-send', self.keep)
        return service_client

    def keep(self, request, **_):
        self.sent = request

    def of(self, call):
        call()
        url, body = urlsplit(self.sent.url), self.sent.body
        headers = {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in self.sent.headers.items()}
        path = (url.path or '/') + ('?' + url.query if url.query else '')
        body = body.encode() if isinstance(body, str) else body or b''
        headers |= {'Host': url.netloc, 'Content-Length': str(len(body))}
        head = ''.join(f'{k}: {v}\r\n' for k, v in headers.items())
        plain = Plain(url.hostname, url.port, f'{self.sent.method} {path} HTTP/1.1\r\n{head}\r\n'.encode() + body)
        return plain.ask


class Plain:
    """Sends one request again and again, and reads its answers: http.client takes longer for a call than a quick server."""

    def __init__(self, host, port, request):
        self.address, self.request, self.socket = (host, port), request, None

    def ask(self):
        answer = self.begin() or self.begin()  # again if the server has closed the connection, which was idle for long
        while b'\r\n\r\n' not in answer:
            answer += self.more()
        head, _, body = answer.partition(b'\r\n\r\n')
        if not head.startswith((b'HTTP/1.1 200', b'HTTP/1.0 200')):
            raise SystemExit(f'{self.request[:200]}: {head}')
        lines = head.lower().split(b'\r\n')
        length = next((int(line[15:]) for line in lines if line.startswith(b'content-length:')), None)
        if length is None:
            while not body.endswith(b'0\r\n\r\n'):  # the last chunk
                body += self.more()
        else:
            size = len(body)
            while size < length:
                size += len(self.more())
        if b'connection: close' in lines:
            self.socket.close()
            self.socket = None

    def begin(self):
        """Sends the request and returns the answer's beginning, nothing if the connection is closed."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket.sendall(self.request)
            answer = self.socket.recv(65536)
        except ConnectionError:
            answer = b''
        if not answer:
            self.socket = None
        return answer

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise SystemExit('The server closed the connection in the middle of an answer.')
        return data


@contextlib.contextmanager
def node(name):
    """An emulator that npm has, or None if it cannot be had."""
    home = TESTS.parent / '.cache' / 'emulators'
    binary = home / 'node_modules' / '.bin' / name
    if not binary.exists():
        subprocess.run(['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefix', str(home), name + '@3'], check=False)
    if not binary.exists():
        yield None
        return
    port = check.free_port()
    with check.running([str(binary), '--port', str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        for _ in range(100):
            with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection('127.0.0.1', port)) as c:
                c.connect()
                break
            time.sleep(0.1)
        yield check.Target(name, f'http://127.0.0.1:{port}', 'AKIDEXAMPLE', 'secret', process.pid)


def operations(target, replay):
    """The calls that a desktop and the keeper make most, each as a function without arguments."""
    some = {'dynalite': ['dynamodb'], 'kinesalite': ['kinesis']}.get(target.name, ['dynamodb', 'kinesis', 'others'])
    out = {}
    if 'dynamodb' in some:
        out |= tables(replay.watch(client(target, 'dynamodb')))
        if target.name == 'dynalite':
            del out['DynamoDB TransactWriteItems']  # it has none
    if 'kinesis' in some:
        out |= streams(replay.watch(client(target, 'kinesis')))
    if 'others' in some:
        out |= machines(replay.watch(client(target, 'ec2'))) | names(replay.watch(client(target, 'route53')))
    return out


def tables(dynamodb):
    dynamodb.create_table(TableName='bench', BillingMode='PAY_PER_REQUEST', KeySchema=[{'AttributeName': 'Id', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'Id', 'AttributeType': 'S'}])
    dynamodb.get_waiter('table_exists').wait(TableName='bench', WaiterConfig={'Delay': 1})
    item = {'Id': {'S': 'a'}, 'State': {'S': 'warm'}, 'Epoch': {'N': '1'}}
    dynamodb.put_item(TableName='bench', Item=item)

    def transact():
        dynamodb.transact_write_items(TransactItems=[
            {'Update': {'TableName': 'bench', 'Key': {'Id': {'S': 'a'}}, 'UpdateExpression': 'SET Epoch = Epoch + :one',
                        'ConditionExpression': 'attribute_exists(Id)', 'ExpressionAttributeValues': {':one': {'N': '1'}}}},
            {'Put': {'TableName': 'bench', 'Item': {'Id': {'S': 'b'}, 'Phase': {'S': 'claiming'}}}}])

    return {
        'DynamoDB GetItem': lambda: dynamodb.get_item(TableName='bench', Key={'Id': {'S': 'a'}}, ConsistentRead=True),
        'DynamoDB PutItem': lambda: dynamodb.put_item(TableName='bench', Item=item),
        'DynamoDB TransactWriteItems': transact,
    }


def streams(kinesis):
    kinesis.create_stream(StreamName='bench', ShardCount=1)
    kinesis.get_waiter('stream_exists').wait(StreamName='bench', WaiterConfig={'Delay': 1})
    shard = kinesis.describe_stream(StreamName='bench')['StreamDescription']['Shards'][0]['ShardId']
    record = {'Data': b'x' * 200, 'PartitionKey': 'i-1'}
    return {
        'Kinesis PutRecords of 10': lambda: kinesis.put_records(StreamName='bench', Records=[record] * 10),
        'Kinesis GetShardIterator': lambda: kinesis.get_shard_iterator(StreamName='bench', ShardId=shard, ShardIteratorType='LATEST'),
    }


def machines(ec2):
    image = ec2.describe_images()['Images'][0]['ImageId']
    ec2.run_instances(ImageId=image, InstanceType='g5.2xlarge', MinCount=5, MaxCount=5)
    return {'EC2 DescribeInstances': ec2.describe_instances}


def names(route53):
    zone = route53.create_hosted_zone(Name='bench.example.com', CallerReference=str(time.time()))['HostedZone']['Id']

    def rename():
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={'Changes': [{'Action': 'UPSERT', 'ResourceRecordSet': {
            'Name': 'ann.bench.example.com', 'Type': 'A', 'TTL': 10, 'ResourceRecords': [{'Value': '192.0.2.7'}]}}]})
    return {'Route 53 ChangeResourceRecordSets': rename}


def timed(call):
    began = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - began) / CALLS * 1000


def processor(pid):
    """The processor time that a process's threads have taken, in milliseconds; None if the system does not say."""
    try:
        return sum(int(Path(task, 'schedstat').read_text().split()[0]) for task in Path(f'/proc/{pid}/task').iterdir()) / 1e6
    except OSError:
        return None


def processor_rows(mine, others, pids):
    """The processor time of the servers for the calls of a plain client; others and pids are by name."""
    def one(who, call):
        began = processor(pids[who])
        timed(call)
        return (processor(pids[who]) - began) / CALLS

    if processor(pids['ours']) is None:
        return
    for name in mine:
        beside = {who: calls[name] for who, calls in others.items() if name in calls}
        runs, theirs = [], {who: [] for who in beside}
        for _ in range(ROUNDS):
            runs.append(one('ours', mine[name]))
            for who, call in beside.items():
                theirs[who].append(one(who, call))
        best = min(theirs, key=lambda who: sorted(theirs[who])[ROUNDS // 2])
        met = sorted(theirs[best])[ROUNDS // 2] / sorted(runs)[ROUNDS // 2] >= TARGET
        print(json.dumps({'row': f"embedded cloud: {name}, the server's processor time", 'unit': 'ms', 'runs': runs,
                          'reference': best, 'beside': theirs[best], 'note': 'signatures are verified here and by no other',
                          'target': f'{TARGET} times as little as the best other', 'met': met}), flush=True)


def rows(client_name, mine, others):
    """Measures each of my operations beside those of the others that have it, in turns; others are by name."""
    for name in mine:
        beside = {who: calls[name] for who, calls in others.items() if name in calls}
        runs, theirs = [], {who: [] for who in beside}
        for _ in range(ROUNDS):
            runs.append(timed(mine[name]))
            for who, call in beside.items():
                theirs[who].append(timed(call))
        best = min(theirs, key=lambda who: sorted(theirs[who])[ROUNDS // 2])
        median, other = sorted(runs)[ROUNDS // 2], sorted(theirs[best])[ROUNDS // 2]
        note = 'the embedded cloud writes to a disk in memory before it answers; '
        note += "boto3's own time is in both" if client_name == 'boto3' else 'a request that was signed once, over one connection'
        row = {'row': f'embedded cloud: {name}, from {client_name}', 'unit': 'ms', 'runs': runs, 'reference': best,
               'beside': theirs[best], 'note': note}
        if client_name != 'boto3':
            row |= {'target': f'{TARGET} times as quick as the best other', 'met': other / median >= TARGET}
        print(json.dumps(row), flush=True)


def main():
    with contextlib.ExitStack() as stack:
        # The others keep everything in memory, so the embedded cloud's disk is one in memory where there is such a thing.
        memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
        home = stack.enter_context(tempfile.TemporaryDirectory(dir=memory))
        ours = stack.enter_context(check.localcloud(os.path.abspath(sys.argv[1]), home))
        targets = {"moto's server": stack.enter_context(check.moto(home))}
        targets |= {name: t for name in ('dynalite', 'kinesalite') if (t := stack.enter_context(node(name)))}
        replays = {who: Replay() for who in ['ours', *targets]}
        mine = operations(ours, replays['ours'])
        others = {who: operations(t, replays[who]) for who, t in targets.items()}
        rows('boto3', mine, others)
        del mine['DynamoDB TransactWriteItems']  # boto3 gives it a token, and a repetition does nothing
        mine = {name: replays['ours'].of(call) for name, call in mine.items()}
        others = {who: {name: replays[who].of(call) for name, call in calls.items() if name in mine}
                  for who, calls in others.items()}
        rows('a plain client', mine, others)
        processor_rows(mine, others, {'ours': ours.pid} | {who: t.pid for who, t in targets.items()})


if __name__ == '__main__':
    main()
