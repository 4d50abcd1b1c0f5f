// The embedded cloud, judged by an outside client: the AWS CLI reads what the launcher did.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, folder, headless, run, start } from './launcher.mjs';

const binary = process.argv[2];
const home = folder();
const profile = join(home, 'profile.yaml');
// Debian's own client where it is installed; one of another origin is as good a judge.
const aws = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws';

const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--state', join(home, 'cloud'), '--boot-warm', '0', '--boot-cold', '0', '--write-profile', profile], { env: headless(home) });
const exported = {};
for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL']) {
  exported[name] = await cloud.line(name, (text) => text.match(`export ${name}=['"]?([^'"\\s]+)`)?.[1]);
}
for (const text of cloud.lines) {
  const [, name, value] = text.match(/export (AWS_\w+)=['"]?([^'"\s]+)/) ?? [];
  if (name) exported[name] = value;
}
const outside = headless(home, { AWS_PAGER: '', AWS_DEFAULT_OUTPUT: 'json', AWS_DEFAULT_REGION: 'us-east-1', ...exported });
// Older clients know no AWS_ENDPOINT_URL.
const endpoint = ['--endpoint-url', exported.AWS_ENDPOINT_URL, '--output', 'json'];

async function ask(...words) {
  const { code, text } = await run(aws, [...words, ...endpoint], { env: outside, echo: false });
  claim(`aws ${words.slice(0, 2).join(' ')}`, code === 0, text);
  return JSON.parse(text);
}

const journey = await run(binary, ['run', '--profile', profile, '--user', 'demo', '--until', 'ready', '--json'], { env: headless(home) });
claim('a run with the written profile asks for nothing and ends with 0', journey.code === 0, journey.text.slice(-2000));
const claimed = journey.text.match(/i-[0-9a-f]{17}/)?.[0];

const { Reservations } = await ask('ec2', 'describe-instances');
const instances = Reservations.flatMap((r) => r.Instances);
claim('the instances of the pool are there', instances.length > 0);
const mine = instances.find((i) => i.InstanceId === claimed) ?? instances[0];
claim('the one that was used no longer runs', ['stopping', 'stopped', 'terminated'].includes(mine.State.Name), JSON.stringify(mine.State));

const { TableNames } = await ask('dynamodb', 'list-tables');
const tables = new Map();
for (const name of TableNames) tables.set(name, (await ask('dynamodb', 'scan', '--table-name', name)).Items);
const session = [...tables.values()].flat().find((row) => row.UserId && row.ExpireAt);
claim('the session row is there', session !== undefined, JSON.stringify([...tables]));
for (const name of ['UserId', 'InstanceId', 'CreationTime', 'ExpireAt', 'PublicIp', 'SubnetId']) {
  claim(`it holds ${name}`, session[name] !== undefined, JSON.stringify(session));
}

const { StreamNames } = await ask('kinesis', 'list-streams');
claim('the log stream has shards', (await ask('kinesis', 'list-shards', '--stream-name', StreamNames[0])).Shards.length > 0);

const { UserPools } = await ask('cognito-idp', 'list-user-pools', '--max-results', '10');
const { Users } = await ask('cognito-idp', 'list-users', '--user-pool-id', UserPools[0].Id);
for (const name of ['demo', 'alice', 'bob', 'user1', 'user50', 'operator']) {
  claim(`the user ${name} is there`, Users.some((u) => u.Username === name));
}

const { HostedZones } = await ask('route53', 'list-hosted-zones');
const { ResourceRecordSets } = await ask('route53', 'list-resource-record-sets', '--hosted-zone-id', HostedZones[0].Id);
claim('demo has a name', ResourceRecordSets.some((r) => r.Name.startsWith('demo.') && r.Type === 'A'), JSON.stringify(ResourceRecordSets));

claim('the schedules are listed', Array.isArray((await ask('scheduler', 'list-schedules')).Schedules));

const stranger = await run(aws, ['ec2', 'describe-instances', ...endpoint], { env: { ...outside, AWS_SECRET_ACCESS_KEY: 'guess' }, echo: false });
claim('a wrong secret is refused', stranger.code !== 0 && /AuthFailure|SignatureDoesNotMatch/.test(stranger.text), stranger.text);
claim('the profile file holds no key of the cloud', !readFileSync(profile, 'utf8').includes(exported.AWS_SECRET_ACCESS_KEY));

cloud.child.kill('SIGTERM');
const code = await cloud.ended;
claim('the cloud ends on a signal', code === 0 || code === 'SIGTERM', `exit ${code}`);
