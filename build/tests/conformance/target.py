"""One of the two clouds, and what it answered."""
import boto3
import jmespath
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from conformance.compare import plain

REGION = 'us-east-1'


class Answer(dict):
    """A response; at() finds a part of it, and stands in for one that is not there, so that a script goes on."""

    def at(self, path):
        found = jmespath.search(path, self)
        return 'missing' if found is None else found


class Target:
    """Calls one cloud, and keeps each answer under the step's name for the comparison."""

    def __init__(self, name, endpoint, key, secret, pid=None):
        self.name, self.endpoint, self.key, self.secret, self.pid = name, endpoint, key, secret, pid
        self.steps = {}
        self.clients = {}

    def client(self, service, **more):
        return boto3.client(
            service, region_name=REGION, endpoint_url=self.endpoint, aws_access_key_id=more.pop('key', self.key),
            aws_secret_access_key=more.pop('secret', self.secret), aws_session_token=more.pop('token', None),
            config=Config(retries={'total_max_attempts': 1}, parameter_validation=False, **more))

    def __call__(self, service, operation, note='', client=None, **arguments):
        """Makes a call. Steps are told apart by service, operation and note."""
        client = client or self.clients.setdefault(service, self.client(service))
        name = f'{service} {operation}' + (f' ({note})' if note else '')
        try:
            answer = getattr(client, operation)(**arguments)
        except ClientError as error:
            self.keep(name, failed(error))
            return Answer()
        except (BotoCoreError, ResponseParserError, ValueError) as error:  # an answer that no client can read
            self.keep(name, {'error': f'unreadable answer ({type(error).__name__})'})
            return Answer()
        answer.pop('ResponseMetadata', None)
        for field, value in answer.items():
            if hasattr(value, 'read') or hasattr(value, 'close') and not isinstance(value, (str, bytes)):
                answer[field] = '<stream>'
        self.keep(name, plain(answer))
        return Answer(answer)

    def keep(self, name, result):
        if name in self.steps:
            raise AssertionError(f'two steps are called {name}')
        self.steps[name] = result


def failed(error):
    r = error.response
    kept = {'error': r['Error'].get('Code'), 'status': r['ResponseMetadata']['HTTPStatusCode']}
    for extra in ('CancellationReasons', 'Item'):
        if extra in r:
            kept[extra] = plain(r[extra])
    return kept
