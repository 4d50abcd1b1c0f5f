/**
 * Drives every way in with marked secrets, through a recorder of all that goes to and from the cloud, and then looks for
 * each password, token and credential in the launcher's output and files, its command lines and environment, the
 * page's storage, document and events, and the page's heap.
 */
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { claim, start } from './launcher.mjs';
import { opened } from './opener.mjs';
import { PATIENCE, freePort } from './page.mjs';
import { SignatureV4 } from './sigv4.mjs';

const HEAP = 'the page’s heap';
const EVENTS = 'events to the page and its console';
const MEMBERS = /"(?:AccessToken|IdToken|RefreshToken|SecretKey|SessionToken|id_token|access_token|refresh_token|Session|SecretBlock|PASSWORD_CLAIM_SIGNATURE|PasswordVerifier|code_verifier)":"([^"]{12,})"/g;
const FORM = /(?:code_verifier|[^_]code)=([A-Za-z0-9_.~-]{20,})/g;

/** A proxy that leaves everything as it is, Host included, and notes the secrets that pass. */
async function recorder(world, found) {
  const { hostname, port } = new URL(world.endpoint);
  const note = (text) => {
    for (const m of text.matchAll(MEMBERS)) found.add(m[1]);
    for (const m of text.matchAll(FORM)) found.add(m[1]);
  };
  const server = createServer((from, to) => {
    const parts = [];
    from.on('data', (d) => parts.push(d)).on('end', () => {
      const body = Buffer.concat(parts);
      note(body.toString());
      const onward = request({ hostname, port, path: from.url, method: from.method, headers: from.headers }, (answer) => {
        const back = [];
        to.writeHead(answer.statusCode, answer.headers);
        answer.on('data', (d) => { back.push(d); to.write(d); }).on('end', () => { note(Buffer.concat(back).toString()); to.end(); });
      });
      onward.on('error', () => to.destroy());
      onward.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

/** The address by the name under which browsers have passkeys. */
const named = (address) => address.replace('127.0.0.1', 'localhost');

/** Calls Cognito as the operator. Whom it makes is in the group user, as by setup: nobody has rights without a group. */
export async function admin(world, operation, body) {
  const answer = await call(world, operation, body);
  if (/^(AdminCreateUser|SignUp)$/.test(operation) && !body.UserPoolId) await call(world, 'AdminAddUserToGroup', { Username: body.Username, GroupName: 'user' });
  return answer;
}

async function call(world, operation, body) {
  const answer = await fetch(world.endpoint, SignatureV4(world, `AWSCognitoIdentityProviderService.${operation}`, JSON.stringify({ UserPoolId: world.outputs.userPoolId, ...body })));
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
  return answer.json();
}

async function code(world, name) {
  const answer = await fetch(`${world.endpoint}/_admin/outbox`, { headers: { Authorization: `Bearer ${world.outputs.operatorSecretAccessKey}` } });
  return (await answer.json()).filter((m) => m.username === name || m.Username === name).map((m) => m.code ?? m.Code).at(-1);
}

export async function searchForSecrets(world, browser, dev) {
  const marked = { temporary: 'Mk9!temporary-Quokka', own: 'Mk9!own-Numbat', reset: 'Mk9!reset-Bilby', wrong: 'Mk9!wrong-Kowari' };
  const secrets = new Set(Object.values(marked));
  const passing = await recorder(world, secrets);
  const profile = join(world.home, 'recorded.yaml');
  writeFileSync(profile, readFileSync(world.profile, 'utf8').replaceAll(world.endpoint, passing.url).replaceAll(named(world.endpoint), named(passing.url)).replace(/sign_in: \w+/, 'sign_in: either').replace(/ {4}demo_users:\n(?: {6}.*\n)*/, ''));
  await admin(world, 'AdminCreateUser', { Username: 'marked', TemporaryPassword: marked.temporary, MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: 'marked@example.com' }, { Name: 'email_verified', Value: 'true' }] });

  /** A window of its own: goes through `steps`, and looks for everything that is secret afterwards. */
  async function walk(name, profile, steps) {
    const port = await freePort();
    const state = join(world.home, name);
    const env = { ...world.env, devserver: `127.0.0.1:${port}`, assetdir: new URL('../../frontend/dist', import.meta.url).pathname,
      XDG_STATE_HOME: join(state, 'state'), XDG_CONFIG_HOME: join(state, 'config'), XDG_CACHE_HOME: join(state, 'cache') };
    const launcher = start(dev, ['--profile', profile, '--log-level', 'debug'], { env });
    const events = [];
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on('websocket', (socket) => socket.on('framereceived', (f) => events.push(String(f.payload))));
    page.on('console', (m) => events.push(m.text()));
    await connect(page, launcher, `http://127.0.0.1:${port}/`);
    const seen = new Set();
    const watch = setInterval(() => commandLines(launcher.child.pid).forEach((text) => seen.add(text)), 40);
    try {
      await steps(page);
      const session = await context.newCDPSession(page);
      await page.evaluate(() => { globalThis.kept = [['Mk9!', 'control'].join(''), ['12', '34', '56'].join('')]; });
      const { text, holder } = await heap(session);
      search({
        'the launcher’s output': launcher.lines.join('\n'),
        'the launcher’s files': files(state),
        'command lines and environment': [...seen].join('\n'),
        [EVENTS]: events.join('\n'),
        'the page’s storage': await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])) + JSON.stringify(await context.cookies()),
        'the page’s document': await page.content(),
        [HEAP]: text,
      }, holder);
    } catch (reason) {
      await page.screenshot({ path: join(world.shots, 'failure.png') }).catch(() => {});
      throw reason;
    } finally {
      clearInterval(watch);
    }
    launcher.child.kill('SIGTERM');
    claim('the launcher ends on SIGTERM', (await launcher.ended) === 0);
    await context.close();
  }

  const codes = new Set();
  const shown = new Set();
  function search(places, holder) {
    claim('a text and a code that the page does keep are found in its heap', places[HEAP].includes('Mk9!control') && places[HEAP].includes('"123456"'));
    claim('the log was written', places['the launcher’s files'].includes('signed in'), places['the launcher’s files'].slice(0, 500));
    for (const [place, text] of Object.entries(places)) {
      // A code is as short as any number: it counts where it is a text of its own, or a number of its own.
      const own = (short) => (place === HEAP ? text.includes(`"${short}"`) : new RegExp(`(?<![\\w.-])${short}(?![\\w.])`).test(text));
      const told = [...codes].filter(own);
      claim(`no code is in ${place}`, told.length === 0, told.map((short) => `${short} ${place === HEAP ? holder(short) : ''}`).join('\n'));
      if (place !== EVENTS) { // that is how the page comes to show them
        const still = [...shown].filter((secret) => text.includes(secret));
        claim(`no authenticator’s secret is in ${place}`, still.length === 0);
      }
      const leaked = [...secrets].filter((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)));
      claim(`no secret is in ${place}`, leaked.length === 0, leaked.map((s) => `${s.slice(0, 14)}… ${place === HEAP ? holder(s) : ''}`).join('\n'));
    }
  }

  await walk('window', profile, async (page) => {
    await flows(world, page, browser, marked);
    await factors(world, page, marked, { codes, shown });
  });
  const tokens = [...secrets].filter((s) => !s.startsWith('Mk9!'));
  claim(`${tokens.length} tokens and codes were seen on the wire`, tokens.length >= 12);
  claim(`${codes.size} codes were typed, and ${shown.size} secrets of an authenticator shown`, codes.size >= 12 && shown.size === 2);
  await walk('demanding', await demandingPool(world, profile, marked), (page) => attributes(page, marked));
  passing.close();
}

/** A second user pool, which wants to know a name. Its profile is the first one's otherwise. */
async function demandingPool(world, profile, marked) {
  const { UserPool } = await admin(world, 'CreateUserPool', { UserPoolId: undefined, PoolName: 'demanding', Schema: [{ Name: 'given_name', Required: true, AttributeDataType: 'String' }] });
  const { UserPoolClient } = await admin(world, 'CreateUserPoolClient', { UserPoolId: UserPool.Id, ClientName: 'launcher', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] });
  await admin(world, 'AdminCreateUser', { UserPoolId: UserPool.Id, Username: 'nameless', TemporaryPassword: marked.temporary, MessageAction: 'SUPPRESS' });
  const file = join(world.home, 'demanding.yaml');
  writeFileSync(file, readFileSync(profile, 'utf8').replace(world.outputs.userPoolId, UserPool.Id).replace(world.outputs.clientId, UserPoolClient.ClientId));
  return file;
}

/** A first password whose pool asks for more than that. */
async function attributes(page, marked) {
  const button = (name) => page.getByRole('button', { name, exact: true });
  await page.getByLabel('User name').fill('nameless');
  await page.getByLabel('Password', { exact: true }).fill(marked.temporary);
  await button('Sign in').click();
  await page.getByLabel('First name').fill('Mk9!given-Wombat');
  await button('Continue').click();
  await page.getByLabel('New password', { exact: true }).fill(marked.own);
  await page.getByLabel('Repeat the new password').fill(marked.own);
  await button('Continue').click();
  await button('Sign out').waitFor();
  claim('an attribute that the pool demands is asked for there', true);
  await button('Sign out').click();
  await button('Sign in').waitFor();
}

export async function connect(page, launcher, address) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    if (launcher.child.exitCode !== null) throw new Error(`the launcher ended with ${launcher.child.exitCode}`);
    if ((await fetch(address).catch(() => null))?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await page.goto(address);
}

/** Every way in and out that the page offers. */
async function flows(world, page, browser, marked) {
  const button = (name) => page.getByRole('button', { name, exact: true });
  const signIn = async (password) => {
    await page.getByLabel('User name').fill('marked');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button('Sign in').click();
  };
  const inside = () => button('Sign out').waitFor();
  const leave = async () => {
    await button('Sign out').click();
    await button('Forgot your password?').waitFor();
  };
  const choose = async (password) => {
    await page.getByLabel('New password', { exact: true }).fill(password);
    await page.getByLabel('Repeat the new password').fill(password);
    await button('Continue').click();
  };
  await button('Forgot your password?').waitFor();
  await signIn(marked.wrong);
  await page.getByRole('alert').first().waitFor();
  await signIn(marked.temporary);
  await page.getByText('only works once').waitFor();
  await choose(marked.own);
  await inside();
  claim('a first password is changed in the window', true);
  await leave();

  await page.getByLabel('User name').fill('marked');
  await button('Forgot your password?').click();
  await page.getByText('sent a code to').waitFor();
  await page.screenshot({ path: join(world.shots, 'reset.png') });
  await page.getByLabel('Code').fill(await code(world, 'marked'));
  await button('Continue').click();
  await choose(marked.reset);
  await inside();
  claim('a forgotten one is reset there', true);
  await leave();

  await button('Sign in with your browser').click();
  const address = await opened(world.home);
  await page.getByText('Continue in your browser').waitFor();
  await page.screenshot({ path: join(world.shots, 'browser.png') });
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE);
  const tab = await context.newPage();
  await tab.goto(address);
  await tab.getByLabel('Username').fill('marked');
  await tab.getByLabel('Password').fill(marked.reset);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByText('You can close this tab').waitFor();
  await context.close();
  await inside();
  claim('the window goes on from the browser', true);
  await button('Start my avatar').waitFor(); // credentials were used
  await leave();
}

/** The code of an authenticator (RFC 6238) some steps of 30 s from now. */
function totp(secret, steps = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(count).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Every second factor, a computer that is remembered, an account that is confirmed, an authenticator set up in Settings. */
async function factors(world, page, marked, { codes, shown }) {
  const button = (name) => page.getByRole('button', { name, exact: true });
  const signIn = async (user, password) => {
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button('Sign in').click();
  };
  const answer = async (value, press = 'Continue') => {
    codes.add(value);
    await page.getByLabel('Code').fill(value);
    await button(press).click();
  };
  const refused = () => page.getByRole('alert').first().waitFor();
  const remember = async (word) => {
    await page.getByText('Remember this computer?').waitFor();
    await button(word).click();
  };
  const leave = async () => {
    await button('Sign out').click();
    await button('Forgot your password?').waitFor();
  };
  const secretShown = async () => {
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    const secret = (await page.locator('.secret .mono').textContent()).replaceAll(/\s/g, '');
    shown.add(secret);
    return secret;
  };
  const mfa = (mode, more) => admin(world, 'SetUserPoolMfaConfig', { MfaConfiguration: mode, ...more });

  await admin(world, 'UpdateUserPool', { AutoVerifiedAttributes: ['email'], DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true } });
  await mfa('ON', { SoftwareTokenMfaConfiguration: { Enabled: true } });
  await signIn('marked', marked.reset);
  const secret = await secretShown();
  await answer('271828');
  await refused();
  await answer(totp(secret));
  await remember('Not now');
  await leave();
  await signIn('marked', marked.reset);
  await page.getByText('six-digit code').or(page.getByLabel('Code')).first().waitFor();
  await answer('314159');
  await refused();
  await answer(totp(secret, 1));
  await leave();
  claim('an authenticator is set up and asked for in the window', true);

  await mfa('ON', { SmsMfaConfiguration: {} });
  await admin(world, 'AdminCreateUser', { Username: 'texted', MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'phone_number', Value: '+15550100' }, { Name: 'phone_number_verified', Value: 'true' }] });
  await admin(world, 'AdminSetUserPassword', { Username: 'texted', Password: marked.own, Permanent: true });
  await signIn('texted', marked.own);
  await page.getByLabel('Code').waitFor();
  await answer('161803');
  await refused();
  await answer(await code(world, 'texted'));
  await remember('Remember this computer');
  await leave();
  await signIn('texted', marked.own); // the computer stands for the code
  await leave();
  claim('a code by text message is asked for there, and no more where the computer is remembered', true);

  await mfa('ON', { SmsMfaConfiguration: {}, EmailMfaConfiguration: {} });
  const verified = (name) => [['email', `${name}@example.com`], ['email_verified', 'true'], ['phone_number', '+15550101'], ['phone_number_verified', 'true']].map(([Name, Value]) => ({ Name, Value }));
  await admin(world, 'AdminCreateUser', { Username: 'choosing', MessageAction: 'SUPPRESS', UserAttributes: verified('choosing') });
  await admin(world, 'AdminSetUserPassword', { Username: 'choosing', Password: marked.own, Permanent: true });
  await signIn('choosing', marked.own);
  await page.getByText('How do you want to get your code?').waitFor();
  await button('Email').click();
  await page.getByText('Check your email').waitFor();
  const earlier = await code(world, 'choosing');
  await button('Send a new code').click();
  await page.getByText('New code sent.').waitFor();
  codes.add(earlier);
  await answer(await code(world, 'choosing'));
  await remember('Not now');
  await leave();
  claim('a factor is chosen there, and its code comes by e-mail, twice', true);

  await mfa('ON', { SoftwareTokenMfaConfiguration: { Enabled: true }, EmailMfaConfiguration: {} });
  await admin(world, 'AdminCreateUser', { Username: 'bare', MessageAction: 'SUPPRESS' });
  await admin(world, 'AdminSetUserPassword', { Username: 'bare', Password: marked.own, Permanent: true });
  await signIn('bare', marked.own);
  await page.getByText('Set up two-step sign-in').waitFor();
  await button('Email').click();
  await page.getByLabel('Email address').fill('bare@example.com');
  await button('Continue').click();
  await page.getByLabel('Code').waitFor();
  await answer(await code(world, 'bare'));
  await remember('Not now');
  await leave();
  claim('codes by e-mail are set up there', true);

  await mfa('OFF', {});
  await admin(world, 'AdminResetUserPassword', { Username: 'choosing' });
  await signIn('choosing', marked.own);
  await page.getByRole('heading', { name: 'Reset your password' }).waitFor();
  await answer(await code(world, 'choosing'));
  await page.getByLabel('New password', { exact: true }).fill(marked.reset);
  await page.getByLabel('Repeat the new password').fill(marked.reset);
  await button('Continue').click();
  await leave();
  claim('a password that an operator has reset is chosen anew there', true);

  await admin(world, 'SignUp', { ClientId: world.outputs.clientId, Username: 'arrived', Password: marked.own, UserAttributes: [{ Name: 'email', Value: 'arrived@example.com' }] });
  await signIn('arrived', marked.own);
  await page.getByRole('heading', { name: 'Confirm your account' }).waitFor();
  await answer('141421');
  await refused();
  await answer(await code(world, 'arrived'));
  await remember('Remember this computer');
  await button('Sign out').waitFor();
  claim('an account is confirmed there', true);

  await mfa('OPTIONAL', { SoftwareTokenMfaConfiguration: { Enabled: true } });
  await page.getByRole('button', { name: 'Settings' }).click();
  await button('Set up').click();
  const own = await secretShown();
  await answer('223606', 'Finish');
  await refused();
  await answer(totp(own), 'Finish');
  await button('Turn off').waitFor();
  await page.screenshot({ path: join(world.shots, 'settings.png') });
  await button('Turn off').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Turn off' }).click();
  await button('Set up').waitFor();
  await button('Forget this computer').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Forget this computer' }).click();
  await button('Forgot your password?').waitFor();
  claim('an authenticator is set up in the settings and taken off, and the computer is forgotten', true);
}

/** The command lines and environments of a process and all below it. */
function commandLines(pid) {
  const texts = [];
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      if (Number(name) !== pid && Number(parent) !== pid) continue;
      for (const file of ['cmdline', 'environ']) texts.push(readFileSync(`/proc/${name}/${file}`, 'latin1'));
    } catch { /* it has ended */ }
  }
  return texts;
}

export function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => {
    const path = join(f.parentPath, f.name);
    return statSync(path).size < 32 << 20 ? readFileSync(path, 'latin1') : '';
  }).join('\n');
}

/**
 * The texts of the page's heap after a collection, and what holds one of them. A number counts where it is a text of the
 * page's own: V8 writes its own numbers as texts, thousands of them as long as a code: the places of its inner tables, and
 * where in the source each function begins.
 */
export async function heap(session) {
  const parts = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await session.send('HeapProfiler.enable');
  for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  const graph = read(JSON.parse(parts.join('')));
  const own = new Set();
  for (let at = 0; at < graph.size; at += graph.width) {
    if (graph.type(at) === 'number') continue;
    for (const { to } of graph.edges(at)) if (graph.type(to).endsWith('string')) own.add(graph.name(to));
  }
  const text = JSON.stringify(graph.strings.filter((text) => own.has(text) || !/^\d+$/.test(text)));
  return { text, holder: (found) => holder(graph, found) };
}

/** A snapshot's nodes, by their places, and the edges that lead from each. */
function read({ snapshot: { meta }, nodes, edges, strings }) {
  const width = meta.node_fields.length;
  const step = meta.edge_fields.length;
  const field = Object.fromEntries(meta.node_fields.map((name, n) => [name, n]));
  const link = Object.fromEntries(meta.edge_fields.map((name, n) => [name, n]));
  const first = [0];
  for (let at = 0; at < nodes.length; at += width) first.push(first.at(-1) + nodes[at + field.edge_count] * step);
  return {
    strings, width, size: nodes.length,
    type: (at) => meta.node_types[field.type][nodes[at + field.type]],
    name: (at) => strings[nodes[at + field.name]],
    * edges(at) {
      for (let e = first[at / width]; e < first[at / width + 1]; e += step) {
        const kind = meta.edge_types[link.type][edges[e + link.type]];
        const by = edges[e + link.name_or_index];
        yield { kind, to: edges[e + link.to_node], by: kind === 'element' || kind === 'hidden' ? `[${by}]` : strings[by] };
      }
    },
  };
}

/** The way from the heap's root to a text that contains `found`, by edges that are not weak. */
function holder(graph, found) {
  const from = new Map([[0, null]]);
  const queue = [0];
  for (const at of queue) {
    if (graph.type(at).endsWith('string') && graph.name(at).includes(found) && graph.type(from.get(at).at) !== 'number') {
      const way = [];
      for (let here = at; here !== 0; here = from.get(here).at) way.unshift(`${from.get(here).by} → ${graph.type(here)} ${graph.name(here).slice(0, 60)}`);
      return way.join('\n');
    }
    for (const { kind, to, by } of graph.edges(at)) {
      if (kind === 'weak' || from.has(to)) continue;
      from.set(to, { at, by });
      queue.push(to);
    }
  }
  return 'nothing holds it any more';
}
