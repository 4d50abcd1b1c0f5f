// The main job without a window, by the built program: the `run` verb on the local profile, in an empty home.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { claim, folder, headless, objects, run, start } from './launcher.mjs';

const binary = process.argv[2];
const home = folder();
const env = headless(home);
const ORDER = ['signing-in', 'idle', 'claiming', 'arming', 'booting', 'probing', 'ready', 'ending'];
const TRACE = /goroutine \d+|panic:|\.go:\d+/;

/** Asks for an avatar as a browser does, but without a resolver: names under .localhost are loopback (RFC 6761). */
function fetchAvatar(url) {
  const { hostname, port, host } = new URL(url);
  assert.match(hostname, /\.localhost$/);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', reject);
  });
}

/** The phases that a run went through, checked for their order, and how long the start took. */
function judge(lines) {
  const all = objects(lines);
  const phases = all.filter((o) => o.type === 'phase');
  const names = phases.map((o) => o.phase);
  const first = names.indexOf('claiming');
  let last = -1;
  for (const name of ORDER.slice(2)) {
    const at = names.indexOf(name, first);
    claim(`${name} comes in its turn`, at > last, names.join(' '));
    last = at;
  }
  claim('each phase carries its time', phases.every((o) => !Number.isNaN(Date.parse(o.at))));
  claim('the instance’s log was followed', all.some((o) => o.type === 'log'));
  claim('it said that it ended', all.at(-1)?.type === 'ended', JSON.stringify(all.at(-1)));
  const at = (name) => Date.parse(phases[names.indexOf(name, first)].at);
  return { url: all.find((o) => o.type === 'ready')?.url, startTook: at('ready') - at('claiming') };
}

const first = await run(binary, ['run', '--profile', 'local', '--user', 'demo', '--until', 'ready', '--json'], { env });
claim('the first run ends with 0', first.code === 0, first.text.slice(-2000));
const one = judge(first.lines);

const second = start(binary, ['run', '--profile', 'local', '--user', 'demo', '--for', '20s', '--json'], { env });
const url = await second.line('ready', (text) => objects([text]).find((o) => o.type === 'ready')?.url);
claim('the same user has the same domain again', new URL(url).hostname === new URL(one.url).hostname, `${one.url} ${url}`);
const answer = await fetchAvatar(url);
claim('the avatar’s page is served', answer.status === 200 && /<canvas/.test(answer.body), `${answer.status} ${answer.body.slice(0, 300)}`);
claim('it needs nothing from elsewhere', !/(?:src|href)=["']?(?:https?:)?\/\//.test(answer.body));
const status = await run(binary, ['status', '--user', 'demo', '--json'], { env });
claim('status attaches to the launcher that runs', status.code === 0 && /"ready"/.test(status.text), status.text);
claim('the second run ends with 0', (await second.ended) === 0);
const two = judge(second.lines);
console.log(`the starts took ${one.startTook} ms and ${two.startTook} ms`);

const pool = await run(binary, ['pool', '--user', 'demo', '--json'], { env });
claim('pool prints JSON', pool.code === 0 && objects(pool.lines).length > 0 || JSON.parse(pool.text), pool.text);

const interrupted = start(binary, ['run', '--user', 'demo', '--for', '10m', '--json'], { env });
const warm = await interrupted.line('ready', (text) => objects([text]).find((o) => o.phase === 'ready'));
const began = objects(interrupted.lines).find((o) => o.phase === 'claiming');
claim('the pool that was filled meanwhile gives a warm start', warm.cold !== true && Date.parse(warm.at) - Date.parse(began.at) < 15_000, JSON.stringify([began, warm]));
interrupted.child.kill('SIGTERM');
const code = await interrupted.ended;
claim('a signal after ready stops the instance and ends with 0', code === 0, `exit ${code}`);
claim('it went through ending', objects(interrupted.lines).some((o) => o.phase === 'ending'));

const early = start(binary, ['run', '--user', 'alice', '--json'], { env });
await early.line('claiming', (text) => objects([text]).find((o) => o.phase === 'claiming'));
early.child.kill('SIGINT');
claim('a signal before ready ends with 6', (await early.ended) === 6);

for (const [what, args, input, wanted] of [
  ['a wrong password ends with 3', ['run', '--user', 'demo', '--password-stdin'], 'not the password\n', 3],
  ['an unknown user ends with 3', ['run', '--user', 'nobody', '--password-stdin'], 'whatever\n', 3],
  ['an unknown flag ends with 2', ['run', '--nonsense'], '', 2],
  ['no user ends with 2', ['run'], '', 2],
  ['an unknown profile ends with 2', ['run', '--profile', 'nowhere', '--user', 'demo'], '', 2],
]) {
  const refused = await run(binary, args, { env, input });
  claim(what, refused.code === wanted, `exit ${refused.code}\n${refused.text}`);
  claim('in a sentence, without a trace', refused.text.trim() !== '' && !TRACE.test(refused.text), refused.text);
}

const broken = folder();
mkdirSync(join(broken, 'config', 'avatar-launcher'), { recursive: true });
writeFileSync(join(broken, 'config', 'avatar-launcher', 'config.yaml'), 'profiles:\n  local:\n    warm_pool:\n      sizes: 3\n');
const refused = await run(binary, ['status'], { env: headless(broken) });
claim('a broken configuration ends with 2', refused.code === 2, `exit ${refused.code}\n${refused.text}`);
claim('it names file, line and column', /config\.yaml:4:7/.test(refused.text), refused.text);
