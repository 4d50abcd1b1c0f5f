// Ten real launchers against one real cloud process, each by a network of its own (toxiproxy) that is slow, cut off, or
// resets; some are killed, some end properly. Then it is quiet, and nothing may be left over.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claim, folder, headless, objects, run, start } from './launcher.mjs';

const [binary, toxiproxy] = process.argv.slice(2);
const home = folder();
const written = join(home, 'profile.yaml');
const users = Array.from({ length: 10 }, (_, n) => `user${n + 1}`);

// A generator of its own, so that a run can be repeated: SEED=7 node processes.mjs …
let state = Number(process.env.SEED ?? Date.now() % 100_000);
console.log(`SEED=${state}`);
const random = () => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648;
};

const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--state', join(home, 'cloud'), '--boot-warm', '2s', '--boot-cold', '5s', '--write-profile', written], { env: headless(home), echo: false });
const secret = await cloud.line('the key', (text) => text.match(/export AWS_SECRET_ACCESS_KEY=['"]?([^'"\s]+)/)?.[1]);
const key = await cloud.line('the key ID', (text) => text.match(/export AWS_ACCESS_KEY_ID=['"]?([^'"\s]+)/)?.[1]);
const endpoint = await cloud.line('the address', (text) => text.match(/export AWS_ENDPOINT_URL=['"]?([^'"\s]+)/)?.[1]);
await cloud.line('the profile', (text) => text.includes(written) || undefined, 10_000).catch(() => {});
const upstream = new URL(endpoint).host;

const port = 20_000 + Math.floor(Math.random() * 20_000);
const api = `http://127.0.0.1:${port}`;
start(toxiproxy, ['-host', '127.0.0.1', '-port', String(port)], { env: headless(home), echo: false });
async function toxi(method, path, body) {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(api + path, { method, body: body && JSON.stringify(body), headers: { 'User-Agent': 'launcher-test' } });
      if (!answer.ok) throw new Error(`toxiproxy ${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? null : await answer.json();
    } catch (error) {
      if (tries > 50 || !/fetch failed/.test(String(error))) throw error;
      await sleep(100);
    }
  }
}

/** A profile whose sessions are short, so that what nobody stops is over within the test, by way of a proxy. */
async function profile(name, address, keep) {
  const file = join(home, `${name}.yaml`);
  let text = readFileSync(written, 'utf8').replaceAll(endpoint, `http://${address}`);
  text = set(text, 'warm_pool', `{size: 10, max_instances: 12, keep: ${keep}}`);
  text = set(text, 'session', `{window: ${keep ? '20m' : '40s'}, maximum: 30m, warning: 10s, grace: 5s}`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** Puts a key into the written profile, in place of what it says. */
function set(text, key, value) {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^ +${key}:`).test(line));
  const sibling = lines.find((line) => /^ +cognito:/.test(line));
  const indent = sibling.match(/^ +/)[0];
  if (at >= 0) {
    let end = at + 1;
    while (end < lines.length && (lines[end].match(/^ +/)?.[0].length ?? 0) > indent.length) end++;
    lines.splice(at, end - at);
  }
  lines.splice(lines.indexOf(sibling), 0, `${indent}${key}: ${value}`);
  return lines.join('\n');
}

/** What the cloud holds, asked by the operator, without trouble. */
async function look() {
  const { code, lines, text } = await run(binary, ['pool', '--profile', direct, '--user', 'operator', '--json'], { env: headless(join(home, 'operator')), echo: false });
  if (code !== 0) throw new Error(`the pool cannot be read: ${text}`);
  const members = objects(lines)[0].members ?? [];
  const count = (state) => members.filter((m) => m.state === state).length;
  return { warm: count('warm'), claimed: count('claimed'), all: members.length, members };
}
const direct = await profile('direct', upstream, true);

// The pool is filled by a launcher that keeps it.
const filler = start(binary, ['run', '--profile', direct, '--user', 'alice', '--json', '--wait'], { env: headless(join(home, 'filler')), echo: false });
for (const until = Date.now() + 120_000; (await look()).warm < 10; await sleep(2000)) {
  if (Date.now() > until) throw new Error(`the pool does not fill: ${JSON.stringify(await look())}`);
}
console.log('the pool is full');

const launchers = await Promise.all(users.map(async (user, n) => {
  await toxi('POST', '/proxies', { name: user, listen: `127.0.0.1:${port + 1 + n}`, upstream, enabled: true });
  await toxi('POST', `/proxies/${user}/toxics`, { name: 'slow', type: 'latency', attributes: { latency: 20, jitter: 15 } });
  const file = await profile(user, `127.0.0.1:${port + 1 + n}`, false);
  return { user, one: start(binary, ['run', '--profile', file, '--user', user, '--json', '--wait'], { env: headless(join(home, user)), echo: false }) };
}));

const fates = { killed: 0, 'cut off': 0, 'cut off, then killed': 0, resets: 0, 'ended properly': 0 };
await Promise.all(launchers.map(async ({ user, one }, n) => {
  await sleep(500 + random() * 9000); // anywhere in sign-in, claim, start and boot, or later
  const fate = Object.keys(fates)[n % 5];
  fates[fate]++;
  if (fate === 'resets') {
    await toxi('POST', `/proxies/${user}/toxics`, { name: 'reset', type: 'reset_peer', toxicity: 0.4, attributes: { timeout: 50 } });
    await sleep(6000);
  }
  if (fate.startsWith('cut off')) {
    await toxi('POST', `/proxies/${user}`, { enabled: false });
    await sleep(2000);
  }
  if (fate === 'ended properly' || fate === 'resets') one.child.kill('SIGTERM');
  else if (fate !== 'cut off') one.child.kill('SIGKILL');
}));
console.log(`fates: ${JSON.stringify(fates)}`);
const held = new Map();
for (const m of (await look()).members) {
  if (m.state !== 'claimed') continue;
  if (held.has(m.owner)) throw new Error(`${m.owner} has two instances`);
  held.set(m.owner, m.instanceId);
}
claim('nobody has two instances, and no instance two owners', true);

await sleep(45_000); // the sessions of the dead are over; the launchers that were cut off have noticed
for (const { one } of launchers) one.child.kill('SIGKILL');
let last;
for (const until = Date.now() + 240_000; ; await sleep(3000)) {
  last = await look();
  if (last.claimed <= 1 && last.warm >= 10 - 1 && last.all === last.warm + last.claimed) break;
  if (Date.now() > until) throw new Error(`left over: ${JSON.stringify(last.members.filter((m) => m.state !== 'warm'), null, 1)}`);
}
claim('the pool is full again, and only its keeper holds an instance', true);
filler.child.kill('SIGTERM');
claim('the keeper ends properly', (await Promise.race([filler.ended, sleep(40_000)])) === 0, filler.lines.slice(-5).join('\n'));
await sleep(4000);
const { text: running } = await run('aws', ['ec2', 'describe-instances', '--filters', 'Name=instance-state-name,Values=pending,running',
  '--query', 'Reservations[].Instances[].InstanceId', '--output', 'text', '--endpoint-url', endpoint],
{ env: headless(home, { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_DEFAULT_REGION: 'us-east-1' }), echo: false });
claim('no instance runs', running.trim() === '', running);

process.exit(0);
