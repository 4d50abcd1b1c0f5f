// The picture itself: Epic's signalling server behind the instance's gate, Chromium in place of Unreal, and Chromium with Epic's
// frontend library as the player.
//
//   unshare --net node picture.mjs AGENT CADDY    (as root; unshare --map-root-user --net otherwise)
//
// All of it is in a network of its own. The tickets are made here, without the project's Go code.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { chromium } from '../../../frontend/node_modules/playwright-core/index.mjs';
import { claim, folder, headless, start, until } from '../launcher.mjs';
import { bundle } from './bundle.mjs';
import { Key } from './ticket.mjs';

const ADDRESS = '10.77.0.1'; // of a network card, since WebRTC does not offer loopback addresses
const GATE = 'http://127.0.0.1:8081';
const SITE = `https://${ADDRESS}`; // Caddy, and behind it the gate
const INSTANCE = 'i-0123456789abcdef0';
const LIMIT = 60_000; // milliseconds, for what takes a second or two on an idle machine

/** The launcher's own pattern for lines that count as activity. */
const defaults = readFileSync(new URL('../../../backend/config/defaults.go', import.meta.url), 'utf8');
const activity = new RegExp([...defaults.match(/activityPattern = ((?:`[^`]*`[\s+]*)+)/)[1].matchAll(/`([^`]*)`/g)].map((m) => m[1]).join('').replace('(?i)', ''), 'i');

/** The instance metadata service, version 2, with tags that change. */
function metadata(tags) {
  const server = createServer((request, response) => {
    const path = request.url.replace('/latest/meta-data/', '');
    const tag = path.replace('tags/instance/', '');
    const body = request.method === 'PUT' ? 'token' : { 'instance-id': INSTANCE, 'local-ipv4': ADDRESS }[path] ?? tags[tag];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  return new Promise((resolve) => server.listen(9254, '127.0.0.1', () => resolve(server)));
}

/** Chromium, whose WebRTC shows addresses instead of names that only multicast DNS resolves. */
const browser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-features=WebRtcHideLocalIpsWithMdns', '--ignore-certificate-errors', '--autoplay-policy=no-user-gesture-required'],
});

/** Opens an address as somebody with a browser of their own. */
async function visit(browsers, address) {
  const context = await browsers.newContext({ ignoreHTTPSErrors: true, viewport: { width: 800, height: 500 } });
  const page = await context.newPage();
  const sockets = { open: 0, refused: 0 };
  page.on('websocket', (socket) => {
    sockets.open++;
    socket.on('close', () => sockets.open--);
    socket.on('socketerror', () => sockets.refused++);
  });
  const answer = await page.goto(address);
  const picture = () => page.evaluate(() => window.picture());
  return { context, page, sockets, status: answer.status(), picture };
}

/** Waits until a visitor's picture has come and moves. */
async function watches(who, visitor) {
  await until(`frames reach ${who}`, async () => (await visitor.picture()).frames > 30, LIMIT);
  const before = (await visitor.picture()).frames;
  const colours = new Set();
  await until(`the picture of ${who} changes`, async () => {
    const [red, green, blue] = await visitor.page.evaluate(() => window.colour());
    if (Math.max(red, green, blue) > 150) colours.add([red, green, blue].indexOf(Math.max(red, green, blue)));
    return colours.size > 1 && (await visitor.picture()).frames > before + 30;
  }, LIMIT);
  claim(`${who} sees the avatar's picture, and it moves`, true);
  return visitor.picture();
}

/** Asks for the signalling's WebSocket without a browser, and gives the status. */
const socketStatus = () => new Promise((resolve, reject) => {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const asked = get(GATE, { headers }, (answer) => resolve(answer.resume().statusCode));
  asked.on('upgrade', (answer, socket) => resolve(socket.destroy() && 101));
  asked.on('error', reject);
});

/** The relay where UDP is dropped, whom it serves, and what it refuses. */
async function networks(browsers, owner, key, link) {
  const ice = (page) => page.evaluate(() => fetch('/.avatar/ice').then((r) => r.json()).then((r) => r.iceServers));
  const [server] = await ice(owner.page);
  const guest = await visit(browsers, link(key, { role: 'guest', seconds: 600 }));
  await guest.page.getByRole('button').click();
  await guest.page.waitForURL(`${SITE}/`);
  await watches('a guest', guest);
  claim('a guest gets no credentials of the relay', (await ice(guest.page)).length === 0);
  claim('a stranger gets none', (await fetch(`${GATE}/.avatar/ice`)).status === 403);
  await guest.context.close();

  const gathers = (change) => owner.page.evaluate((servers) => new Promise((resolve) => {
    const peer = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: 'relay' });
    const found = { relays: 0, error: 0 };
    peer.onicecandidate = ({ candidate }) => { if (candidate?.type === 'relay') found.relays++; };
    peer.onicecandidateerror = ({ errorCode }) => { found.error = errorCode; };
    peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === 'complete') { peer.close(); resolve(found); } };
    peer.createDataChannel('x');
    peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  }), [{ ...server, ...change }]);
  const good = await gathers({});
  claim('the credentials open relays', good.relays > 0, JSON.stringify(good));
  for (const [what, change] of [['forged', { credential: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }], ['changed', { username: server.username.replace(/^\d+/, (at) => at + 60) }]]) {
    const bad = await gathers(change);
    claim(`${what} credentials open none`, bad.relays === 0 && bad.error === 401, JSON.stringify(bad));
  }

  const rules = 'table inet avatar { chain in { type filter hook input priority 0; udp dport != 40000-40999 udp sport != 40000-40999 drop; }; }';
  execFileSync('nft', ['-f', '-'], { input: rules });
  try {
    await owner.page.goto(`${SITE}/`);
    const { candidate, relay } = await watches('the owner whose network drops UDP', owner);
    claim('the picture comes through coturn by TCP', candidate === 'relay' && relay === 'tcp', `${candidate}, ${relay}`);
  } finally {
    execFileSync('nft', ['delete', 'table', 'inet', 'avatar']);
  }
}

/** Whether the gate knows a session's key: it then reads the tickets, and says what is wrong with them. */
const hasKey = async () => /complete\. Copy/.test(await (await fetch(`${GATE}/.avatar/enter?ticket=x`)).text());

/** Caddy, with a certificate of its own authority. */
function caddy(program, home, env) {
  const config = join(home, 'Caddyfile');
  writeFileSync(config, `{\n\tskip_install_trust\n\tadmin off\n\tauto_https disable_redirects\n}\n${SITE} {\n\ttls internal\n\treverse_proxy ${GATE}\n}\n`);
  return start(program, ['run', '--config', config], { env, echo: false });
}

async function main(agent, caddyProgram) {
  // WebRTC uses the addresses of the card with the default route only, unless the page may use the camera. Its ports are those of
  // the first boot: none of the relay's.
  execFileSync('sh', ['-c', `ip link set lo up && ip link add av0 type veth peer name av1 && ip address add ${ADDRESS}/24 dev av0 &&
    ip link set av0 up && ip link set av1 up && ip route add default via 10.77.0.2 && echo 49152 65535 >/proc/sys/net/ipv4/ip_local_port_range`]);
  const home = folder();
  const pages = join(home, 'pages');
  await bundle(pages);
  const env = headless(home);
  const tags = {};
  const service = await metadata(tags);
  const signalling = start(process.execPath, [join(pages, 'signalling.js'), pages, join(home, 'logs')], { env });
  await signalling.line('the signalling server', (text) => text.includes('Listening for streamer connections'), LIMIT);
  const turn = join(home, 'turnserver.conf');
  const gate = start(agent, ['-listen', GATE.replace('http://', ''), '-avatar', 'http://127.0.0.1:8080', '-metadata', 'http://127.0.0.1:9254', '-turn', turn], { env });
  await until('the gate answers', () => fetch(`${GATE}/.avatar/gate`).then((r) => r.status === 204, () => false), LIMIT);
  const front = caddy(caddyProgram, home, env);
  const coturn = start('turnserver', ['-c', turn, '--pidfile', join(home, 'pid'), '--db', join(home, 'db')], { env, echo: false });
  const browsers = await browser();
  try {
    const streamer = await visit(browsers, 'http://127.0.0.1:8080/streamer');
    await signalling.line('the streamer', (text) => text.includes('New streamer connection'), LIMIT);
    const players = () => streamer.page.evaluate(() => window.players.size);

    claim('before anybody has the instance, nobody gets in', (await fetch(GATE)).status === 403);
    const key = new Key();
    Object.assign(tags, { 'gate-key': key.public, epoch: '3', owner: 'ann', 'expire-at': new Date(Date.now() + 3_600_000).toISOString() });
    const link = (of, more) => `${SITE}/.avatar/enter?ticket=${of.ticket({ instance: INSTANCE, epoch: Number(tags.epoch), id: randomUUID(), ...more })}`;
    const enter = link(key);
    await until('the gate has read the tags', hasKey, LIMIT);

    claim('a stranger sees no player page', (await visit(browsers, `${SITE}/`)).status === 403);
    claim('a stranger opens no WebSocket', (await socketStatus()) === 403);
    const owner = await visit(browsers, enter);
    claim("the owner's ticket opens the player page, at a clean address", owner.status === 200 && owner.page.url() === `${SITE}/`, owner.page.url());
    await watches('the owner', owner);
    const told = signalling.lines.filter((text) => activity.test(text));
    claim("the signalling server's line of a player counts as activity", told.length > 0 && told.every((text) => text.includes('player')), told.join('\n'));
    claim('one player is connected', (await players()) === 1);

    const second = await visit(browsers, enter);
    claim('a used ticket opens nothing for a second person', second.status === 403 && /used already/.test(await second.page.innerText('body')));
    claim('and the second person has no socket', second.sockets.open === 0 && (await players()) === 1);
    claim('a ticket of another key opens nothing', (await visit(browsers, link(new Key()))).status === 403);

    delete tags['gate-key']; // the session is over: its instance goes back
    await until("the owner's WebSocket is closed when the session ends", () => owner.sockets.open === 0, LIMIT);
    await until('the streamer has let the player go', async () => (await players()) === 0, LIMIT);
    const { frames } = await owner.picture();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    claim('no more frames come', (await owner.picture()).frames === frames);
    claim('and the page does not open again', (await owner.page.reload()).status() === 403);

    const next = new Key();
    Object.assign(tags, { 'gate-key': next.public, epoch: '4' });
    await until('the gate has read the next key', hasKey, LIMIT);
    const heir = await visit(browsers, link(next));
    claim('the next owner gets in', heir.status === 200, heir.status);
    claim('without a relay where none is needed', (await watches('the next owner', heir)).candidate === 'host');
    await heir.page.goto(`${SITE}/?relay`);
    const relayed = await watches('the owner who takes only relays', heir);
    // By UDP or by TCP: on a busy machine the pair that answers first may be TCP's.
    claim('the picture comes through coturn', relayed.candidate === 'relay' && ['udp', 'tcp'].includes(relayed.relay), JSON.stringify(relayed));
    await networks(browsers, heir, next, link);
  } finally {
    await browsers.close();
    for (const one of [front, coturn, gate, signalling]) one.child.kill('SIGTERM');
    service.close();
  }
}
await main(...process.argv.slice(2));
