// The picture itself: Epic's signalling server behind the instance's gate, Chromium in place of Unreal, and Chromium with Epic's
// frontend library as the player.
//
//   unshare --net node picture.mjs AGENT    (as root; unshare --map-root-user --net otherwise)
//
// All of it is in a network of its own. The tickets are made here, without the project's Go code.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { chromium } from '../../../frontend/node_modules/playwright-core/index.mjs';
import { claim, folder, headless, start, until } from '../launcher.mjs';
import { bundle } from './bundle.mjs';
import { Key } from './ticket.mjs';

const ADDRESS = '10.77.0.1'; // of a network card, since WebRTC does not offer loopback addresses
const GATE = 'http://127.0.0.1:8081';
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
    const body = request.method === 'PUT' ? 'token' : path === 'instance-id' ? INSTANCE : tags[tag];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  return new Promise((resolve) => server.listen(9254, '127.0.0.1', () => resolve(server)));
}

/** Chromium, whose WebRTC shows addresses instead of names that only multicast DNS resolves. */
const browser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-features=WebRtcHideLocalIpsWithMdns', '--autoplay-policy=no-user-gesture-required'],
});

/** Opens an address as somebody with a browser of their own. */
async function visit(browsers, address) {
  const context = await browsers.newContext({ viewport: { width: 800, height: 500 } });
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
  const { frames, candidate, relay } = await visitor.picture();
  claim(`${who} sees the avatar's picture, and it moves`, true);
  return { frames, candidate, relay };
}

/** Asks for the signalling's WebSocket without a browser, and gives the status. */
const socketStatus = () => new Promise((resolve, reject) => {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const asked = get(GATE, { headers }, (answer) => resolve(answer.resume().statusCode));
  asked.on('upgrade', (answer, socket) => resolve(socket.destroy() && 101));
  asked.on('error', reject);
});

/** Whether the gate knows a session's key: it then reads the tickets, and says what is wrong with them. */
const hasKey = async () => /complete\. Copy/.test(await (await fetch(`${GATE}/.avatar/enter?ticket=x`)).text());

async function main(agent) {
  // WebRTC uses the addresses of the card with the default route only, unless the page may use the camera.
  execFileSync('sh', ['-c', `ip link set lo up && ip link add av0 type veth peer name av1 && ip address add ${ADDRESS}/24 dev av0 &&
    ip link set av0 up && ip link set av1 up && ip route add default via 10.77.0.2`]);
  const home = folder();
  const pages = join(home, 'pages');
  await bundle(pages);
  const env = headless(home);
  const tags = {};
  const service = await metadata(tags);
  const signalling = start(process.execPath, [join(pages, 'signalling.js'), pages, join(home, 'logs')], { env });
  await signalling.line('the signalling server', (text) => text.includes('Listening for streamer connections'), LIMIT);
  const gate = start(agent, ['-listen', GATE.replace('http://', ''), '-avatar', 'http://127.0.0.1:8080', '-metadata', 'http://127.0.0.1:9254'], { env });
  await until('the gate answers', () => fetch(`${GATE}/.avatar/gate`).then((r) => r.status === 204, () => false), LIMIT);
  const browsers = await browser();
  try {
    const streamer = await visit(browsers, 'http://127.0.0.1:8080/streamer');
    await signalling.line('the streamer', (text) => text.includes('New streamer connection'), LIMIT);
    const players = () => streamer.page.evaluate(() => window.players.size);

    claim('before anybody has the instance, nobody gets in', (await fetch(GATE)).status === 403);
    const key = new Key();
    Object.assign(tags, { 'gate-key': key.public, epoch: '3', owner: 'ann', 'expire-at': new Date(Date.now() + 3_600_000).toISOString() });
    const ticket = key.ticket({ instance: INSTANCE, epoch: 3, id: randomUUID() });
    const enter = `${GATE}/.avatar/enter?ticket=${ticket}`;
    await until('the gate has read the tags', hasKey, LIMIT);

    claim('a stranger sees no player page', (await visit(browsers, `${GATE}/`)).status === 403);
    claim('a stranger opens no WebSocket', (await socketStatus()) === 403);
    const owner = await visit(browsers, enter);
    claim("the owner's ticket opens the player page, at a clean address", owner.status === 200 && owner.page.url() === `${GATE}/`, owner.page.url());
    await watches('the owner', owner);
    const told = signalling.lines.filter((text) => activity.test(text));
    claim("the signalling server's line of a player counts as activity", told.length > 0 && told.every((text) => text.includes('player')), told.join('\n'));
    claim('one player is connected', (await players()) === 1);

    const second = await visit(browsers, enter);
    claim('a used ticket opens nothing for a second person', second.status === 403 && /used already/.test(await second.page.innerText('body')));
    claim('and the second person has no socket', second.sockets.open === 0 && (await players()) === 1);
    const forged = new Key().ticket({ instance: INSTANCE, epoch: 3, id: randomUUID() });
    claim('a ticket of another key opens nothing', (await visit(browsers, `${GATE}/.avatar/enter?ticket=${forged}`)).status === 403);

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
    const heir = await visit(browsers, `${GATE}/.avatar/enter?ticket=${next.ticket({ instance: INSTANCE, epoch: 4, id: randomUUID() })}`);
    claim('the next owner gets in', heir.status === 200, heir.status);
    await watches('the next owner', heir);
  } finally {
    await browsers.close();
    for (const one of [gate, signalling]) one.child.kill('SIGTERM');
    service.close();
  }
}
await main(process.argv[2]);
