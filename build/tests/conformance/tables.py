"""DynamoDB: tables, conditions, updates, queries, pages, batches, transactions and their refusals."""


def script(aws):
    table(aws)
    writes(aws)
    comparisons(aws)
    reads(aws)
    batches(aws)
    transactions(aws)
    aws('dynamodb', 'delete_table', TableName='things')
    aws('dynamodb', 'describe_table', 'deleted', TableName='things')


def table(aws):
    wanted = dict(
        TableName='things', BillingMode='PAY_PER_REQUEST',
        AttributeDefinitions=[{'AttributeName': n, 'AttributeType': t} for n, t in (('pk', 'S'), ('sk', 'N'), ('state', 'S'))],
        KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}, {'AttributeName': 'sk', 'KeyType': 'RANGE'}],
        GlobalSecondaryIndexes=[{'IndexName': 'by-state', 'KeySchema': [{'AttributeName': 'state', 'KeyType': 'HASH'}, {'AttributeName': 'pk', 'KeyType': 'RANGE'}],
                                 'Projection': {'ProjectionType': 'KEYS_ONLY'}}])
    aws('dynamodb', 'create_table', **wanted)
    aws('dynamodb', 'create_table', 'the name again', **wanted)
    aws('dynamodb', 'create_table', 'an attribute too many', **(wanted | {'TableName': 'odd', 'GlobalSecondaryIndexes': []}))
    aws('dynamodb', 'create_table', 'too short a name', **(wanted | {'TableName': 'a'}))
    aws('dynamodb', 'describe_table', TableName='things')
    aws('dynamodb', 'describe_table', 'one that is not there', TableName='nothing')
    ttl = {'AttributeName': 'gone', 'Enabled': True}
    aws('dynamodb', 'update_time_to_live', TableName='things', TimeToLiveSpecification=ttl)
    aws('dynamodb', 'update_time_to_live', 'again', TableName='things', TimeToLiveSpecification=ttl)
    aws('dynamodb', 'describe_time_to_live', TableName='things')


def item(pk, sk, **more):
    return {'pk': {'S': pk}, 'sk': {'N': str(sk)}, **more}


def key(pk, sk=1):
    return {'pk': {'S': pk}, 'sk': {'N': str(sk)}}


def writes(aws):
    full = item('a', 1, state={'S': 'warm'}, n={'N': '1.50'}, l={'L': [{'S': 'x'}, {'N': '2'}]}, m={'M': {'k': {'S': 'v'}}}, ss={'SS': ['a', 'b']}, b={'B': b'bytes'}, nul={'NULL': True}, yes={'BOOL': True})
    aws('dynamodb', 'put_item', TableName='things', Item=full)
    aws('dynamodb', 'put_item', 'over another', TableName='things', Item=full, ReturnValues='ALL_OLD')
    aws('dynamodb', 'put_item', 'only where none is', TableName='things', Item=full, ConditionExpression='attribute_not_exists(pk)')
    aws('dynamodb', 'put_item', 'only where none is, shown', TableName='things', Item=item('a', 1), ConditionExpression='attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure='ALL_OLD')
    aws('dynamodb', 'put_item', 'no sort key', TableName='things', Item={'pk': {'S': 'a'}})
    aws('dynamodb', 'put_item', 'an empty key', TableName='things', Item=item('', 1))
    aws('dynamodb', 'put_item', 'a key of the wrong type', TableName='things', Item={'pk': {'N': '1'}, 'sk': {'N': '1'}})
    aws('dynamodb', 'put_item', 'an index key of the wrong type', TableName='things', Item=item('a', 2, state={'N': '1'}))
    aws('dynamodb', 'put_item', 'an empty set', TableName='things', Item=item('a', 2, s={'SS': []}))
    aws('dynamodb', 'put_item', 'a set with doubles', TableName='things', Item=item('a', 2, s={'SS': ['x', 'x']}))
    aws('dynamodb', 'put_item', 'no number', TableName='things', Item=item('a', 2, n={'N': 'ten'}))
    aws('dynamodb', 'put_item', 'too long a number', TableName='things', Item=item('a', 2, n={'N': '1' * 39}))
    aws('dynamodb', 'put_item', 'too large', TableName='things', Item=item('a', 2, s={'S': 'x' * 410_000}))
    aws('dynamodb', 'put_item', 'no such table', TableName='nothing', Item=full)
    update = dict(TableName='things', Key=key('a'))
    values = {':v': {'N': '2'}}
    aws('dynamodb', 'update_item', UpdateExpression='SET n = n + :v, m.k2 = if_not_exists(m.k2, :v), l = list_append(l, :l) REMOVE nul ADD ss :s',
        ExpressionAttributeValues=values | {':l': {'L': [{'S': 'y'}]}, ':s': {'SS': ['c']}}, ReturnValues='ALL_NEW', **update)
    aws('dynamodb', 'update_item', 'updated old', UpdateExpression='SET n = :v', ExpressionAttributeValues=values, ReturnValues='UPDATED_OLD', **update)
    aws('dynamodb', 'update_item', 'updated new', UpdateExpression='SET l[0] = :v DELETE ss :s', ExpressionAttributeValues=values | {':s': {'SS': ['a', 'b', 'c']}}, ReturnValues='UPDATED_NEW', **update)
    aws('dynamodb', 'update_item', 'makes one', TableName='things', Key=key('made'), UpdateExpression='ADD c :v', ExpressionAttributeValues=values, ReturnValues='ALL_NEW')
    for note, expression, more in [
        ('a reserved word', 'SET name = :v', {}), ('a value not given', 'SET n = :w', {}), ('a value not used', 'SET n = :v', {':w': {'N': '1'}}),
        ('a syntax error', 'SET n == :v', {}), ('the key', 'SET pk = :v', {}), ('two paths that overlap', 'SET m = :v, m.k = :v', {}), ('a section twice', 'SET n = :v SET m = :v', {}),
        ('an attribute that is not there', 'SET n = nothing', {}), ('a number and a string', 'SET n = state2 + :v', {}), ('add to a string', 'ADD yes :v', {}), ('a path that is not there', 'SET nothing.x = :v', {}),
    ]:
        used = {k: v for k, v in (values | more).items() if k in expression or k in more}
        aws('dynamodb', 'update_item', note, UpdateExpression=expression, **({'ExpressionAttributeValues': used} if used else {}), **update)
    aws('dynamodb', 'delete_item', 'a false condition', TableName='things', Key=key('a'), ConditionExpression='n > :v', ExpressionAttributeValues=values)
    aws('dynamodb', 'delete_item', TableName='things', Key=key('made'), ReturnValues='ALL_OLD')
    aws('dynamodb', 'delete_item', 'one that is not there', TableName='things', Key=key('made'), ReturnValues='ALL_OLD')


def comparisons(aws):
    """Which conditions hold of {n: 2, s: "abc", l: [1], ss: {a}}: one answer a condition."""
    aws.client('dynamodb').put_item(TableName='things', Item=item('c', 1, n={'N': '2'}, s={'S': 'abc'}, l={'L': [{'N': '1'}]}, ss={'SS': ['a']}))
    values = {':two': {'N': '2.0'}, ':one': {'N': '1'}, ':ten': {'N': '10'}, ':a': {'S': 'a'}, ':abc': {'S': 'abc'}, ':n': {'S': 'N'}, ':l': {'L': [{'N': '1'}]}, ':ss': {'SS': ['a']}}
    held = {}
    for condition in [
        'n = :two', 'n <> :two', 'n < :ten', 'n < :abc', 'n <> :abc', 'none < :two', 'none <> :two', 'none = :two', 'NOT none = :two', 'n BETWEEN :one AND :ten',
        'n IN (:one, :two)', 'begins_with(s, :a)', 'contains(s, :a)', 'contains(ss, :a)', 'contains(l, :one)', 'size(s) > :two', 'size(ss) = :one', 'size(none) > :one',
        'attribute_type(n, :n)', 'l = :l', 'ss = :ss', 'l[0] = :one', 'l[9] = :one', 's.x = :one', 'n = :two OR none = :one AND none = :one', '(n = :two OR n = :one) AND none = :one',
        'attribute_exists(l[0])', 'attribute_not_exists(m.x)', 'begins_with(n, :a)', 'n BETWEEN :ten AND :one', 'size(n) = :one', ':one = :one', 'n = :none', 'n = :one AND', 'size(s)',
    ]:
        used = {k: v for k, v in values.items() if any(w == k for w in condition.replace('(', ' ').replace(')', ' ').replace(',', ' ').split())}
        held[condition] = aws('dynamodb', 'update_item', 'if ' + condition, TableName='things', Key=key('c'), UpdateExpression='SET seen = if_not_exists(seen, :zero)',
                              ConditionExpression=condition, ExpressionAttributeValues=used | {':zero': {'N': '0'}})


def reads(aws):
    d = aws.client('dynamodb')
    for n in range(1, 8):
        d.put_item(TableName='things', Item=item('q', n, **({'state': {'S': 'warm'}} if n % 2 else {}), n={'N': str(n)}))
    aws('dynamodb', 'get_item', TableName='things', Key=key('a'), ProjectionExpression='n, m.k, l[1]', ConsistentRead=True, ReturnConsumedCapacity='TOTAL')
    aws('dynamodb', 'get_item', 'one that is not there', TableName='things', Key=key('z'))
    aws('dynamodb', 'get_item', 'half a key', TableName='things', Key={'pk': {'S': 'a'}})
    aws('dynamodb', 'get_item', 'more than a key', TableName='things', Key=key('a') | {'n': {'N': '1'}})
    query = dict(TableName='things', KeyConditionExpression='pk = :q', ExpressionAttributeValues={':q': {'S': 'q'}})
    aws('dynamodb', 'query', **query)
    aws('dynamodb', 'query', 'backwards, a page', Limit=3, ScanIndexForward=False, **query)
    odd = {':q': {'S': 'q'}, ':n': {'N': '5'}}
    aws('dynamodb', 'query', 'limit before filter', TableName='things', KeyConditionExpression='pk = :q', FilterExpression='n >= :n', ExpressionAttributeValues=odd, Limit=4)
    aws('dynamodb', 'query', 'between', TableName='things', KeyConditionExpression='pk = :q AND sk BETWEEN :a AND :b', ExpressionAttributeValues={':q': {'S': 'q'}, ':a': {'N': '2'}, ':b': {'N': '4'}}, Select='COUNT')
    index = dict(TableName='things', IndexName='by-state', KeyConditionExpression='#s = :w', ExpressionAttributeNames={'#s': 'state'}, ExpressionAttributeValues={':w': {'S': 'warm'}})
    aws('dynamodb', 'query', 'a sparse index', **index)
    aws('dynamodb', 'query', 'a consistent read of an index', ConsistentRead=True, **index)
    aws('dynamodb', 'query', 'no such index', **(index | {'IndexName': 'nothing'}))
    aws('dynamodb', 'query', 'all attributes of a narrow index', Select='ALL_ATTRIBUTES', **index)
    aws('dynamodb', 'query', 'no equality of the key', TableName='things', KeyConditionExpression='pk > :q', ExpressionAttributeValues={':q': {'S': 'q'}})
    aws('dynamodb', 'query', 'a key in the filter', FilterExpression='sk > :n', TableName='things', KeyConditionExpression='pk = :q', ExpressionAttributeValues=odd)
    aws('dynamodb', 'query', 'a made-up start', ExclusiveStartKey={'pk': {'S': 'q'}}, **query)
    aws('dynamodb', 'query', 'a page of none', Limit=0, **query)
    aws('dynamodb', 'scan', 'filtered', TableName='things', FilterExpression='n > :n AND pk = :q', ExpressionAttributeValues=odd)
    aws('dynamodb', 'scan', 'no such segment', TableName='things', Segment=4, TotalSegments=4)


def batches(aws):
    put = lambda n: {'PutRequest': {'Item': item('b', n)}}  # noqa: E731
    aws('dynamodb', 'batch_write_item', RequestItems={'things': [put(n) for n in range(3)]})
    aws('dynamodb', 'batch_write_item', 'too many', RequestItems={'things': [put(n) for n in range(26)]})
    aws('dynamodb', 'batch_write_item', 'one twice', RequestItems={'things': [put(1), put(1)]})
    aws('dynamodb', 'batch_write_item', 'no such table', RequestItems={'nothing': [put(1)]})
    got = aws('dynamodb', 'batch_get_item', 'how many', RequestItems={'things': {'Keys': [key('b', 1), key('b', 9)]}})
    aws.keep('a batch gives those that are there', len(got.get('Responses', {}).get('things', [])))
    aws('dynamodb', 'batch_get_item', 'one twice', RequestItems={'things': {'Keys': [key('b', 1), key('b', 1)]}})
    aws('dynamodb', 'batch_get_item', 'none', RequestItems={})


def transactions(aws):
    put = {'Put': {'TableName': 'things', 'Item': item('t', 1, n={'N': '1'})}}
    check = {'ConditionCheck': {'TableName': 'things', 'Key': key('c'), 'ConditionExpression': 'attribute_exists(pk)'}}
    fails = {'Update': {'TableName': 'things', 'Key': key('c'), 'UpdateExpression': 'SET n = :o', 'ConditionExpression': 'n = :o', 'ExpressionAttributeValues': {':o': {'N': '99'}}, 'ReturnValuesOnConditionCheckFailure': 'ALL_OLD'}}
    aws('dynamodb', 'transact_write_items', TransactItems=[put, check], ClientRequestToken='conformance-1')
    aws('dynamodb', 'transact_write_items', 'the token again', TransactItems=[put, check], ClientRequestToken='conformance-1')
    aws('dynamodb', 'transact_write_items', 'the token with another request', TransactItems=[check], ClientRequestToken='conformance-1')
    second = {'Put': {'TableName': 'things', 'Item': item('t', 2)}}
    aws('dynamodb', 'transact_write_items', 'one fails', TransactItems=[second, fails, check])
    aws('dynamodb', 'get_item', 'nothing of a transaction that failed', TableName='things', Key=key('t', 2))
    aws('dynamodb', 'transact_write_items', 'one item twice', TransactItems=[put, put])
    aws('dynamodb', 'transact_write_items', 'none', TransactItems=[])
    aws('dynamodb', 'transact_write_items', 'no such table', TransactItems=[{'Put': {'TableName': 'nothing', 'Item': item('t', 1)}}])
    aws('dynamodb', 'transact_get_items', TransactItems=[{'Get': {'TableName': 'things', 'Key': key('t')}}, {'Get': {'TableName': 'things', 'Key': key('none')}}])
