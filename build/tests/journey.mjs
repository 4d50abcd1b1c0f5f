// The main job without a window, by the built program: the `run` verb on the local profile, in an empty home.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { claim, folder, headless, objects, run, start, until } from './launcher.mjs';

const binary = process.argv[2];
const home = folder();
const env = headless(home);
const ORDER = ['signing-in', 'idle', 'claiming', 'arming', 'booting', 'probing', 'ready', 'ending'];
const TRACE = /goroutine \d+|panic:|\.go:\d+/;

/** Asks for an avatar as a browser does, but without a resolver: names under .localhost are loopback (RFC 6761). */
function fetchAvatar(url, cookie = '', method = 'GET') {
  const { hostname, port, host, pathname, search } = new URL(url);
  assert.match(hostname, /\.localhost$/);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: pathname + search, method, headers: { host, cookie } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', reject).end();
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

const second = start(binary, ['run', '--profile', 'local', '--user', 'demo', '--for', '40s', '--json'], { env });
const url = await second.line('ready', (text) => objects([text]).find((o) => o.type === 'ready')?.url);
claim('the same user has the same domain again', new URL(url).hostname === new URL(one.url).hostname, `${one.url} ${url}`);
const { connect } = await second.line('the link', (text) => objects([text]).find((o) => o.type === 'ready'));
const stranger = await fetchAvatar(url);
claim('who only knows the name gets no picture', stranger.status === 403 && !/<canvas/.test(stranger.body), `${stranger.status} ${stranger.body.slice(0, 300)}`);
const entered = await fetchAvatar(connect);
const [cookie, ...attributes] = (entered.headers['set-cookie']?.[0] ?? '').split('; ');
claim('the link leads to the clean address', entered.status === 303 && entered.headers.location === '/', connect);
claim('with a cookie that no script and no other site gets', attributes.includes('HttpOnly') && attributes.includes('SameSite=Lax'), attributes.join(' '));
claim('the link is used up', (await fetchAvatar(connect)).status === 403);
const answer = await fetchAvatar(url, cookie);
claim('the avatar’s page is served', answer.status === 200 && /<canvas/.test(answer.body), `${answer.status} ${answer.body.slice(0, 300)}`);
claim('it needs nothing from elsewhere', !/(?:src|href)=["']?(?:https?:)?\/\//.test(answer.body));
const status = await run(binary, ['status', '--user', 'demo', '--json'], { env });
claim('status attaches to the launcher that runs', status.code === 0 && /"ready"/.test(status.text), status.text);
const invited = await run(binary, ['invite', '--user', 'demo', '--watch', '--json'], { env });
const { invitation, link: forGuests } = objects(invited.lines).find((o) => o.link) ?? {};
claim('the command invite makes a link', invited.code === 0 && forGuests?.startsWith(url) && invitation?.watchOnly === true, invited.text);
const preview = await fetchAvatar(forGuests);
claim('a preview of it uses it not', preview.status === 200 && /<button/.test(preview.body) && !preview.headers['set-cookie'], preview.body);
const guest = await fetchAvatar(forGuests, '', 'POST');
const [guestCookie] = (guest.headers['set-cookie']?.[0] ?? '').split('; ');
claim('its button lets a guest in', guest.status === 303 && (await fetchAvatar(url, guestCookie)).status === 200, guest.body);
claim('one guest', (await fetchAvatar(forGuests, '', 'POST')).status === 403);
claim('and the owner goes on watching', (await fetchAvatar(url, cookie)).status === 200);
const listed = await run(binary, ['invite', '--user', 'demo', '--list'], { env });
claim('it is listed', listed.code === 0 && listed.text.includes(invitation.id), listed.text);
const back = await run(binary, ['invite', '--user', 'demo', '--take-back', invitation.id], { env });
claim('and taken back', back.code === 0 && (await fetchAvatar(url, guestCookie)).status === 403 && (await fetchAvatar(url, cookie)).status === 200, back.text);
const another = await run(binary, ['connect', '--user', 'demo'], { env });
const link = another.lines.find((text) => text.startsWith(url));
claim('the command connect makes another link', another.code === 0 && link !== undefined && (await fetchAvatar(link)).status === 303, another.text);
claim('which ends what was open before', (await fetchAvatar(url, cookie)).status === 403);
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
claim('an interrupted run ends by the signal, so that a loop around it ends', (await early.ended) === 'SIGINT');
claim('and says 6 for scripts', objects(early.lines).at(-1)?.code === 6);

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

// A cloud without delays, with room for one instance, and the same profile with an endpoint where nothing answers.
const elsewhere = folder();
const profile = join(elsewhere, 'profile.yaml');
const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--state', join(elsewhere, 'cloud'), '--boot-warm', '0', '--boot-cold', '0', '--write-profile', profile, '--json'], { env, echo: false });
await cloud.line('the cloud', (text) => objects([text])[0]?.endpoint);
const written = readFileSync(profile, 'utf8');
writeFileSync(profile, written.replace(/max_instances: \d+/, 'max_instances: 1').replace(/( +size:) \d+/, '$1 0'));
const unreachable = join(elsewhere, 'unreachable.yaml');
writeFileSync(unreachable, written.replace(/endpoint: .*/, 'endpoint: http://127.0.0.1:9'));
const holder = start(binary, ['run', '--profile', profile, '--user', 'alice', '--for', '10m', '--json'], { env, echo: false });
await holder.line('ready', (text) => objects([text]).find((o) => o.type === 'ready'));
for (const [what, file, wanted] of [['no capacity ends with 4', profile, 4], ['a cloud that is not reachable ends with 5', unreachable, 5]]) {
  const refused = await run(binary, ['run', '--profile', file, '--user', 'bob', '--until', 'ready', '--json'], { env });
  claim(what, refused.code === wanted && objects(refused.lines).at(-1)?.code === wanted, `exit ${refused.code}\n${refused.text}`);
  claim('in a sentence, without a trace', /\. /.test(refused.text) && !TRACE.test(refused.text), refused.text);
}
holder.child.kill('SIGTERM');
claim('alice’s instance is given back', (await holder.ended) === 0);
cloud.child.kill('SIGTERM');
await cloud.ended;

// The process that runs the embedded cloud dies, and one that uses it takes it over at the same address.
const dying = start(binary, ['run', '--user', 'demo', '--for', '10m', '--json'], { env });
await dying.line('ready', (text) => objects([text]).find((o) => o.type === 'ready'));
const reader = start(binary, ['logs', '-f', '--user', 'demo', '--json'], { env });
await reader.line('a line of the log', (text) => objects([text]).find((o) => o.type === 'log'));
const whereItWas = JSON.parse(readFileSync(join(home, 'state', 'avatar-launcher', 'cloud.json'), 'utf8')).endpoint;
dying.child.kill('SIGKILL');
await dying.ended;
await until('the reader has taken the cloud over', async () => (await fetch(whereItWas).catch(() => null)) !== null);
const survivor = await run(binary, ['status', '--user', 'demo', '--json'], { env });
claim('the instance outlived the process that ran its cloud', objects(survivor.lines)[0]?.machine?.state === 'running', survivor.text);
const given = await run(binary, ['stop', '--user', 'demo', '--json'], { env });
claim('and can be stopped', objects(given.lines)[0]?.done === 'stopped', given.text);
reader.child.kill('SIGINT');
claim('logs -f ends well on a signal', (await reader.ended) === 0);

const broken = folder();
mkdirSync(join(broken, 'config', 'avatar-launcher'), { recursive: true });
writeFileSync(join(broken, 'config', 'avatar-launcher', 'config.yaml'), 'profiles:\n  local:\n    warm_pool:\n      sizes: 3\n');
const refused = await run(binary, ['status'], { env: headless(broken) });
claim('a broken configuration ends with 2', refused.code === 2, `exit ${refused.code}\n${refused.text}`);
claim('it names file, line and column', /config\.yaml:4:7/.test(refused.text), refused.text);

// No window can be opened there: nothing listens at that display.
const blind = await run(binary, [], { env: { ...headless(folder()), DISPLAY: ':47811' } });
claim('a display that cannot be opened ends with 2', blind.code === 2, `exit ${blind.code}\n${blind.text}`);
claim('in a sentence, without a trace', /Can’t open the display :47811\. /.test(blind.text) && !TRACE.test(blind.text), blind.text);
