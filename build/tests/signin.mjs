// Signing in, judged from outside: SRP by Amazon's own JavaScript client against the embedded cloud, the browser's way
// in by a real Chromium, and every flow with marked secrets, which are then looked for everywhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATIENCE, freePort } from './page.mjs';
import { chromium } from '../../frontend/node_modules/playwright-core/index.mjs';
import { claim, environment, folder, objects, run, start } from './launcher.mjs';
import { opened, pathWithOpener } from './opener.mjs';
import { judgePasskeys } from './passkeys.mjs';
import { admin, searchForSecrets } from './secrets.mjs';
import { judgeSRP } from './srp.mjs';
import { searchForTheFirstUser } from './two_users.mjs';

const [binary, dev] = process.argv.slice(2);
const shots = join(new URL('../../', import.meta.url).pathname, 'build', 'artifacts', 'sign-in');
mkdirSync(shots, { recursive: true });

const home = folder();
const profile = join(home, 'cloud.yaml');
const env = environment(home, { PATH: pathWithOpener(home), NO_AT_BRIDGE: '1' });
const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--write-profile', profile, '--json'], { env, echo: false });
const announced = await cloud.line('the cloud is up', (text) => objects([text]).find((o) => o.type === 'cloud'));
const world = {
  endpoint: announced.endpoint, outputs: announced.outputs, profile, home, env, shots,
  password: (name) => announced.outputs.demoUsers.find((u) => u.username === name).password,
};

await ownAddress();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  await byBrowser();
  await judgePasskeys(world, browser); // before the others' UpdateUserPool, which sets what it does not name to the defaults
  await judgeSRP(world);
  await searchForTheFirstUser(world, browser, dev);
  await searchForSecrets(world, browser, dev);
} finally {
  await browser.close();
}
cloud.child.kill('SIGTERM');
await cloud.ended;
process.exit(0);

/** Has the browser come back to an address that no other program on this machine uses. */
async function ownAddress() {
  const address = `http://127.0.0.1:${await freePort()}/callback`;
  const { UserPoolClient } = await admin(world, 'DescribeUserPoolClient', { ClientId: world.outputs.clientId });
  const { CreationDate, LastModifiedDate, ClientSecret, ...settings } = UserPoolClient;
  await admin(world, 'UpdateUserPoolClient', { ...settings, CallbackURLs: [address], LogoutURLs: [address] });
  const text = readFileSync(profile, 'utf8');
  writeFileSync(profile, text.replace(/redirect_uris:\n(?: +- .*\n)+/, `redirect_uris: ["${address}"]\n`));
  claim('the profile names the one address', readFileSync(profile, 'utf8').includes(address));
}

/** The verb opens the system's browser; a person signs in there. */
async function byBrowser() {
  const verb = start(binary, ['sign-in', '--profile', profile, '--browser'], { env });
  const address = await opened(home);
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE);
  const tab = await context.newPage();
  await tab.goto(address);
  await tab.getByLabel('Username').fill('operator');
  await tab.getByLabel('Password').fill(world.password('operator'));
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByText('You can close this tab').waitFor();
  claim('the browser ends at a page without the code', !/code=|state=/.test(tab.url()), tab.url());
  await tab.screenshot({ path: join(shots, 'done.png') });
  claim('the verb ends with 0', (await verb.ended) === 0);
  claim('it says who signed in', verb.lines.some((l) => l.includes('signed in as operator')), verb.lines.join('\n'));
  const status = await run(binary, ['status', '--profile', profile, '--json'], { env, echo: false });
  claim('the role comes from the group', status.code === 0 && /"role":\s*"operator"/.test(status.text), status.text);
  claim('signing out ends it', (await run(binary, ['sign-out', '--profile', profile], { env })).code === 0);
  await context.close();
  writeFileSync(join(home, 'opened'), '');
}
