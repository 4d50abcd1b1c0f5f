"""Runs AWS CLI lines. After a line, `name = PATH` keeps a part of its answer (JMESPath) for ${name} in later lines."""
import json
import os
import re
import shlex
import shutil
import subprocess

import jmespath

from conformance.compare import plain

# Debian's own client where it is installed; one of another origin is as good a judge.
AWS = '/usr/bin/aws' if os.path.exists('/usr/bin/aws') else shutil.which('aws')
FAILED = re.compile(r'An error occurred \((\S+)\)')


def run_lines(target, path, home):
    config = os.path.join(home, f'cli-{target.name}')
    with open(config, 'w') as f:
        f.write('[default]\nregion = us-east-1\noutput = json\ncli_timestamp_format = iso8601\nmax_attempts = 1\n')
    env = {k: v for k, v in os.environ.items() if not k.startswith(('AWS_', 'PYTHON'))} | {
        'AWS_CONFIG_FILE': config, 'AWS_PAGER': '', 'AWS_ACCESS_KEY_ID': target.key, 'AWS_SECRET_ACCESS_KEY': target.secret,
        'AWS_EC2_METADATA_DISABLED': 'true', 'HOME': home,
    }
    kept, answer = {}, {}
    for line in path.read_text().splitlines():
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        if m := re.fullmatch(r'(\w+) = (.+)', line):
            found = jmespath.search(m[2], answer)
            kept[m[1]] = 'missing' if found is None else str(found)
            continue
        answer = run_line(target, line, kept, env)


def run_line(target, line, kept, env):
    words = shlex.split(re.sub(r'\$\{(\w+)\}', lambda m: kept[m[1]], line))
    assert words[0] == 'aws', line
    done = subprocess.run([AWS, *words[1:], '--endpoint-url', target.endpoint], env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    if done.returncode:
        code = FAILED.search(done.stderr)
        target.keep(line, {'error': code[1] if code else done.stderr.strip()[-200:]})
        return {}
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    target.keep(line, plain(answer))
    return answer
