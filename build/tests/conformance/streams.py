"""Kinesis: streams, shards that split and merge, puts, iterators, consumers and refusals."""


def script(aws):
    aws('kinesis', 'create_stream', StreamName='lines', ShardCount=1)
    aws('kinesis', 'create_stream', 'the name again', StreamName='lines', ShardCount=1)
    aws('kinesis', 'create_stream', 'no shards', StreamName='other', ShardCount=0)
    aws('kinesis', 'describe_stream_summary', StreamName='lines')
    aws('kinesis', 'describe_stream_summary', 'one that is not there', StreamName='nothing')
    aws('kinesis', 'list_shards', StreamName='lines')
    puts(aws)
    iterators(aws)
    reshard(aws)
    consumers(aws)
    aws('kinesis', 'increase_stream_retention_period', StreamName='lines', RetentionPeriodHours=48)
    aws('kinesis', 'increase_stream_retention_period', 'to less', StreamName='lines', RetentionPeriodHours=24)
    aws('kinesis', 'decrease_stream_retention_period', StreamName='lines', RetentionPeriodHours=24)
    aws('kinesis', 'add_tags_to_stream', StreamName='lines', Tags={'a': 'b'})
    aws('kinesis', 'list_tags_for_stream', StreamName='lines')
    aws('kinesis', 'delete_stream', 'with a consumer', StreamName='lines')
    aws('kinesis', 'delete_stream', StreamName='lines', EnforceConsumerDeletion=True)
    aws('kinesis', 'describe_stream_summary', 'deleted', StreamName='lines')


def puts(aws):
    first = aws('kinesis', 'put_record', StreamName='lines', PartitionKey='i-1', Data=b'one')
    aws('kinesis', 'put_records', StreamName='lines', Records=[{'PartitionKey': 'i-1', 'Data': b'two'}, {'PartitionKey': 'i-2', 'Data': b'three', 'ExplicitHashKey': '0'}])
    aws('kinesis', 'put_record', 'no such stream', StreamName='nothing', PartitionKey='a', Data=b'x')
    aws('kinesis', 'put_record', 'no partition key', StreamName='lines', PartitionKey='', Data=b'x')
    aws('kinesis', 'put_record', 'a hash key that is none', StreamName='lines', PartitionKey='a', Data=b'x', ExplicitHashKey='-1')
    aws('kinesis', 'put_record', 'too large', StreamName='lines', PartitionKey='a', Data=b'x' * (11 << 20))
    aws('kinesis', 'put_records', 'too many', StreamName='lines', Records=[{'PartitionKey': 'a', 'Data': b'x'}] * 501)
    aws('kinesis', 'put_records', 'none', StreamName='lines', Records=[])
    aws.sequence = first.at('SequenceNumber')


def iterators(aws):
    shard = 'shardId-000000000000'
    start = aws('kinesis', 'get_shard_iterator', StreamName='lines', ShardId=shard, ShardIteratorType='TRIM_HORIZON').at('ShardIterator')
    aws('kinesis', 'get_records', ShardIterator=start)
    aws('kinesis', 'get_records', 'the same iterator again', ShardIterator=start, Limit=1)
    for kind in ('AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'):
        at = aws('kinesis', 'get_shard_iterator', kind, StreamName='lines', ShardId=shard, ShardIteratorType=kind, StartingSequenceNumber=aws.sequence)
        aws('kinesis', 'get_records', kind, ShardIterator=at.at('ShardIterator'))
    latest = aws('kinesis', 'get_shard_iterator', 'latest', StreamName='lines', ShardId=shard, ShardIteratorType='LATEST')
    aws('kinesis', 'get_records', 'latest', ShardIterator=latest.at('ShardIterator'))
    aws('kinesis', 'get_shard_iterator', 'an unknown type', StreamName='lines', ShardId=shard, ShardIteratorType='NEWEST')
    aws('kinesis', 'get_shard_iterator', 'no such shard', StreamName='lines', ShardId='shardId-000000000099', ShardIteratorType='LATEST')
    aws('kinesis', 'get_shard_iterator', 'no sequence number', StreamName='lines', ShardId=shard, ShardIteratorType='AT_SEQUENCE_NUMBER')
    aws('kinesis', 'get_shard_iterator', 'a made-up sequence number', StreamName='lines', ShardId=shard, ShardIteratorType='AT_SEQUENCE_NUMBER', StartingSequenceNumber='12345')
    aws('kinesis', 'get_records', 'a made-up iterator', ShardIterator='abc')
    aws('kinesis', 'get_records', 'too many', ShardIterator=start, Limit=10001)


def reshard(aws):
    half = str(1 << 127)
    aws('kinesis', 'split_shard', StreamName='lines', ShardToSplit='shardId-000000000000', NewStartingHashKey=half)
    aws('kinesis', 'list_shards', 'after a split', StreamName='lines')
    aws('kinesis', 'split_shard', 'a closed shard', StreamName='lines', ShardToSplit='shardId-000000000000', NewStartingHashKey=half)
    start = aws('kinesis', 'get_shard_iterator', 'of a closed shard', StreamName='lines', ShardId='shardId-000000000000', ShardIteratorType='TRIM_HORIZON')
    aws('kinesis', 'get_records', 'to the end of a closed shard', ShardIterator=start.at('ShardIterator'))
    aws('kinesis', 'merge_shards', StreamName='lines', ShardToMerge='shardId-000000000001', AdjacentShardToMerge='shardId-000000000002')
    aws('kinesis', 'list_shards', 'after a merge', StreamName='lines')
    page = aws('kinesis', 'list_shards', 'a page', StreamName='lines', MaxResults=1).at('NextToken')
    aws('kinesis', 'list_shards', 'the next page', NextToken=page, MaxResults=1)
    aws('kinesis', 'list_shards', 'a page and a name', NextToken=page, StreamName='lines')
    aws('kinesis', 'update_shard_count', StreamName='lines', TargetShardCount=2, ScalingType='UNIFORM_SCALING')


def consumers(aws):
    stream = 'arn:aws:kinesis:us-east-1:123456789012:stream/lines'
    aws('kinesis', 'register_stream_consumer', StreamARN=stream, ConsumerName='reader')
    aws('kinesis', 'register_stream_consumer', 'the name again', StreamARN=stream, ConsumerName='reader')
    aws('kinesis', 'describe_stream_consumer', StreamARN=stream, ConsumerName='reader')
    aws('kinesis', 'describe_stream_consumer', 'one that is not there', StreamARN=stream, ConsumerName='nobody')
    aws('kinesis', 'list_stream_consumers', StreamARN=stream)
