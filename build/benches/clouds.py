"""The embedded cloud's operations beside moto's server: the same client and the same calls, in turns. Prints a row of
build/bench for each operation, in milliseconds a call."""
import importlib.util
import json
import os
import sys
import tempfile
import time
from pathlib import Path

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


def operations(target):
    """The calls that a desktop and the keeper make most, each as a function without arguments."""
    dynamodb, kinesis, ec2, route53 = (client(target, s) for s in ('dynamodb', 'kinesis', 'ec2', 'route53'))
    dynamodb.create_table(TableName='bench', BillingMode='PAY_PER_REQUEST', KeySchema=[{'AttributeName': 'Id', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'Id', 'AttributeType': 'S'}])
    dynamodb.get_waiter('table_exists').wait(TableName='bench', WaiterConfig={'Delay': 1})
    kinesis.create_stream(StreamName='bench', ShardCount=1)
    kinesis.get_waiter('stream_exists').wait(StreamName='bench', WaiterConfig={'Delay': 1})
    zone = route53.create_hosted_zone(Name='bench.example.com', CallerReference=str(time.time()))['HostedZone']['Id']
    shard = kinesis.list_shards(StreamName='bench')['Shards'][0]['ShardId']
    image = ec2.describe_images()['Images'][0]['ImageId']
    ec2.run_instances(ImageId=image, InstanceType='g5.2xlarge', MinCount=5, MaxCount=5)
    item = {'Id': {'S': 'a'}, 'State': {'S': 'warm'}, 'Epoch': {'N': '1'}}
    dynamodb.put_item(TableName='bench', Item=item)
    record = {'Data': b'x' * 200, 'PartitionKey': 'i-1'}

    def transact():
        dynamodb.transact_write_items(TransactItems=[
            {'Update': {'TableName': 'bench', 'Key': {'Id': {'S': 'a'}}, 'UpdateExpression': 'SET Epoch = Epoch + :one',
                        'ConditionExpression': 'attribute_exists(Id)', 'ExpressionAttributeValues': {':one': {'N': '1'}}}},
            {'Put': {'TableName': 'bench', 'Item': {'Id': {'S': 'b'}, 'Phase': {'S': 'claiming'}}}}])

    def rename():
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={'Changes': [{'Action': 'UPSERT', 'ResourceRecordSet': {
            'Name': 'ann.bench.example.com', 'Type': 'A', 'TTL': 10, 'ResourceRecords': [{'Value': '192.0.2.7'}]}}]})

    def read():
        iterator = kinesis.get_shard_iterator(StreamName='bench', ShardId=shard, ShardIteratorType='LATEST')['ShardIterator']
        return iterator

    return {
        'DynamoDB GetItem': lambda: dynamodb.get_item(TableName='bench', Key={'Id': {'S': 'a'}}, ConsistentRead=True),
        'DynamoDB PutItem': lambda: dynamodb.put_item(TableName='bench', Item=item),
        'DynamoDB TransactWriteItems': transact,
        'EC2 DescribeInstances': lambda: ec2.describe_instances(),
        'Kinesis PutRecords of 10': lambda: kinesis.put_records(StreamName='bench', Records=[record] * 10),
        'Kinesis GetShardIterator': read,
        'Route 53 ChangeResourceRecordSets': rename,
    }


def timed(call):
    began = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - began) / CALLS * 1000


def main():
    with tempfile.TemporaryDirectory() as home, check.localcloud(os.path.abspath(sys.argv[1]), home) as ours, check.moto(home) as theirs:
        mine, others = operations(ours), operations(theirs)
        for name in mine:
            runs, beside = [], []
            for _ in range(ROUNDS):
                runs.append(timed(mine[name]))
                beside.append(timed(others[name]))
            median, other = sorted(runs)[ROUNDS // 2], sorted(beside)[ROUNDS // 2]
            print(json.dumps({'row': f'embedded cloud: {name}, from boto3', 'unit': 'ms', 'runs': runs, 'reference': "moto's server",
                              'beside': beside, 'target': f'{TARGET} times as quick', 'met': other / median >= TARGET,
                              'note': "boto3's own time is in both; the embedded cloud writes to the disk before it answers"}), flush=True)


if __name__ == '__main__':
    main()
