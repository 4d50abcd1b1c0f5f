"""What an answer says once names that differ by nature (IDs, times, tokens) are taken out of it, and how two differ."""
import datetime
import decimal
import re

PATTERNS = [(re.compile(p), r) for p, r in [
    (r'eyJ[\w-]+\.[\w-]*\.[\w-]*(\.[\w-]*\.[\w-]*)?', '<jwt>'),
    (r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?', '<time>'),
    (r'\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b', '<uuid>'),
    (r'\b(i|ami|vol|eni|eni-attach|r|subnet|sg|vpc|lt|snap|rtb|acl|dopt)-[0-9a-f]{8,17}\b', r'<\1>'),
    (r'\b(ip|ec2)-\d+-\d+-\d+-\d+', r'\1-<ip>'),
    (r'\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b', '<ip>'),
    (r'\b4\d{55}\b', '<sequence>'),
    (r'/hostedzone/[A-Z0-9]+', '/hostedzone/<zone>'),
    (r'/change/C[A-Z0-9]+', '/change/<change>'),
    (r'\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b', '<mac>'),
    (r'\bns-[\w.-]+', '<ns>'),
    (r'us-east-1_\w{9,32}\b', '<pool>'),
    (r'\bA(KI|SI)A[A-Z0-9]{16}\b', r'<A\1A>'),
    (r'\bus-east-1[a-f]\b', 'us-east-1<z>'),
    (r'\buse1-az\d\b', 'use1-az<n>'),
    (r'(/consumer/\w+):\d{10}\b', r'\1:<seconds>'),
    (r'\bAR?OA?[A-Z0-9]{17,18}\b', '<AROA>'),
]]
OPAQUE = {
    'ClientId', 'Session', 'SECRET_BLOCK', 'SRP_B', 'SecretCode', 'AccessToken', 'RefreshToken', 'ShardIterator', 'NextShardIterator',
    'SecretAccessKey', 'SessionToken', 'NextToken', 'PaginationToken', 'SALT', 'DelegationSet', 'SolutionStackToken', 'CRC32Checksum',
    'USER_ID_FOR_SRP', 'MillisBehindLatest', 'SecretKey', 'UserId', 'NextHostedZoneId', 'CreatedBy', 'TableSizeBytes', 'IndexSizeBytes', 'AvailableIpAddressCount',
}


def plain(value, field=''):
    """The value as JSON, with the names of this run and this moment taken out."""
    if isinstance(value, dict):
        return {k: plain(v, k) for k, v in value.items() if k != 'ResponseMetadata'}
    if isinstance(value, (list, tuple)):
        return in_order([plain(v, field) for v in value])
    if isinstance(value, datetime.datetime):
        return '<time>'
    if isinstance(value, (bytes, bytearray)):
        return value.decode('latin1')
    if field in OPAQUE and value not in (None, ''):
        return f'<{field}>'
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, str):
        for pattern, stand_in in PATTERNS:
            value = pattern.sub(stand_in, value)
    return value


def in_order(values):
    """Tags and attributes have no order of their own."""
    for keys in ({'Key', 'Value'}, {'Name', 'Value'}):
        if all(isinstance(v, dict) and v.keys() == keys for v in values):
            return sorted(values, key=lambda v: v[min(keys)])
    return values


def text(value):
    """A value in a cell of the table."""
    if isinstance(value, dict):
        return '{' + ', '.join(value) + '}' if value else '{}'
    if isinstance(value, list):
        return f'{len(value)} items' if value and isinstance(value[0], (dict, list)) else '[' + ', '.join(map(text, value)) + ']'
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return str(value) if value != '' else '""'


def differ(a, b, path=''):
    """Yields (path, text of a, text of b) for each place where the two differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(k for k in b if k not in a)]:
            where = f'{path}.{key}' if path else key
            if key not in b:
                yield where, text(a[key]), 'absent'
            elif key not in a:
                yield where, 'absent', text(b[key])
            else:
                yield from differ(a[key], b[key], where)
    elif isinstance(a, list) and isinstance(b, list) and holds_objects(a) and holds_objects(b):
        if len(a) != len(b):
            yield path, text(a) if a else 'none', text(b) if b else 'none'
        for x, y in zip(a, b):
            yield from differ(x, y, path + '[]')
    elif isinstance(a, list) and isinstance(b, list):
        if sorted(map(str, a)) != sorted(map(str, b)):
            yield path, text(a), text(b)
    elif a != b:
        yield path, text(a), text(b)


def holds_objects(values):
    return all(isinstance(v, (dict, list)) for v in values)


def outcome(result):
    return result['error'] if isinstance(result, dict) and 'error' in result else 'done'


def differences(ours, theirs):
    """The differences of two runs, each once: (step, path, ours, theirs), in the order of the steps. A step's note counts
    where its outcome differs; parts of answers are an operation's."""
    found = {}
    for name in [*ours, *(n for n in theirs if n not in ours)]:
        a, b = ours.get(name, {'error': 'not asked'}), theirs.get(name, {'error': 'not asked'})
        if outcome(a) != outcome(b):
            found[name, 'outcome', outcome(a), outcome(b)] = True
            continue
        for path, x, y in differ(a, b):
            found[name.partition(' (')[0], path, x[:80], y[:80]] = True
    return list(found)
