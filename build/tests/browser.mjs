// The page in Debian's Chromium against the live Go methods, by the dev build, which serves both over HTTP.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chromium } from '../../frontend/node_modules/playwright-core/index.mjs';
import { claim, environment, folder, start } from './launcher.mjs';

const binary = process.argv[2];
const root = new URL('../../', import.meta.url).pathname;
const shots = join(root, 'build', 'artifacts', 'journey');
mkdirSync(shots, { recursive: true });

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const home = folder();
const port = await freePort();
// Wails' dev build takes these from the environment, and so leaves the command line to the launcher.
const env = environment(home, { devserver: `127.0.0.1:${port}`, assetdir: join(root, 'frontend', 'dist'), NO_AT_BRIDGE: '1' });
const launcher = start(binary, ['--profile', 'local'], { env });

const address = `http://127.0.0.1:${port}/`;
async function answering(limit) {
  for (const until = Date.now() + limit; Date.now() < until;) {
    if (launcher.child.exitCode !== null) throw new Error(`the launcher ended with ${launcher.child.exitCode}`);
    const response = await fetch(address).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nothing answers at ${address}`);
}
await answering(60_000);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
process.on('exit', () => browser.process?.()?.kill());
const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce' });
const page = await context.newPage();
const complaints = [];
page.on('pageerror', (e) => {
  console.log(`thrown: ${e.stack}`);
  // The dev build adds an overlay of its own, for a connection that breaks; it is not our page.
  if (!e.stack.includes('/wails/ipc.js')) complaints.push(e.message);
});

async function shoot(name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))));
    await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
  }
}
const button = (name) => page.getByRole('button', { name, exact: true });
const headline = (text) => page.getByRole('heading', { name: text });

try {
  await page.goto(address);
  await button('Sign in as demo').waitFor({ timeout: 30_000 });
  await shoot('sign-in');

  await page.getByLabel('User name').fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await button('Sign in').click();
  await page.getByRole('alert').first().waitFor({ timeout: 20_000 });
  claim('a wrong password is refused in words', /password/i.test(await page.getByRole('alert').first().innerText()));
  await shoot('sign-in-refused');

  await button('Sign in as demo').click();
  await button('Start my avatar').waitFor({ timeout: 30_000 });
  claim('demo signs in by one press', true);
  await shoot('idle');

  await button('Start my avatar').click();
  await button('Cancel').waitFor({ timeout: 20_000 });
  await page.locator('.line').nth(3).waitFor({ timeout: 60_000 });
  claim('the log is live while it boots', (await page.locator('.line').count()) > 3);
  await shoot('booting');

  await headline('Your avatar is ready').waitFor({ timeout: 90_000 });
  await button('Connect').waitFor();
  const facts = await page.locator('dl').innerText();
  for (const [what, pattern] of [['instance ID', /i-[0-9a-f]{17}/], ['AMI ID', /ami-[0-9a-f]+/], ['subnet', /subnet-[0-9a-f]+/], ['domain', /demo\.avatar\.localhost/], ['state', /running/]]) {
    claim(`the home page shows the ${what}`, pattern.test(facts), facts);
  }
  await shoot('ready-cold');
  await page.getByRole('button', { name: 'Log', exact: true }).click();
  await page.getByPlaceholder('Filter text…').waitFor();
  await shoot('log');
  await page.getByRole('button', { name: 'About', exact: true }).click();
  await page.getByText('Configuration file').waitFor();
  await shoot('about');

  await page.getByRole('button', { name: 'Home', exact: true }).click();
  await button('Terminate').click();
  await page.getByRole('alertdialog').waitFor();
  await shoot('terminate');
  await button('Keep it').click();

  await button('Stop').click();
  await button('Start my avatar').waitFor({ timeout: 60_000 });
  claim('stop gives the instance back', true);

  await page.getByText(/^[1-5] of 5 warm$/).waitFor({ timeout: 60_000 });
  await button('Start my avatar').click();
  await headline('Your avatar is ready').waitFor({ timeout: 30_000 });
  await page.getByText('Warm start').waitFor();
  claim('the next start is a warm one', true);
  await page.mouse.move(0, 0);
  await shoot('home');
  await button('Stop').click();
  await button('Start my avatar').waitFor({ timeout: 60_000 });
  await button('Sign out').click();
  await button('Sign in as demo').waitFor({ timeout: 60_000 });
  claim('signing out returns to the sign-in page', true);
  claim('the page threw nothing', complaints.length === 0, complaints.join('\n'));
} catch (reason) {
  await page.screenshot({ path: join(shots, 'failure.png') }).catch(() => {});
  writeFileSync(join(shots, 'failure.html'), await page.content().catch(() => ''));
  throw reason;
} finally {
  await browser.close();
}

launcher.child.kill('SIGTERM');
const code = await launcher.ended;
claim('the launcher ends on SIGTERM', code === 0, `exit ${code}`);
process.exit(0);
