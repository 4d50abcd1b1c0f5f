// The page in Debian's Chromium against the live Go methods of the dev build, which serves both over HTTP.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chromium } from '../../frontend/node_modules/playwright-core/index.mjs';
import { start } from './launcher.mjs';

/** How long a step may take, in milliseconds: a limit for what hangs, since a busy machine is slow. */
export const PATIENCE = 180_000;

const root = new URL('../../', import.meta.url).pathname;

export const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Starts the dev build with `args` and opens its page. Screenshots go to build/artifacts/`folder`. */
export async function openPage(dev, args, env, folder) {
  const shots = join(root, 'build', 'artifacts', folder);
  mkdirSync(shots, { recursive: true });
  const port = await freePort();
  // Wails' dev build takes these from the environment, and so leaves the command line to the launcher.
  const launcher = start(dev, args, { env: { ...env, devserver: `127.0.0.1:${port}`, assetdir: join(root, 'frontend', 'dist'), NO_AT_BRIDGE: '1' } });
  const address = `http://127.0.0.1:${port}/`;
  for (const until = Date.now() + PATIENCE; ;) {
    if (launcher.child.exitCode !== null) throw new Error(`the launcher ended with ${launcher.child.exitCode}`);
    if ((await fetch(address).catch(() => null))?.ok) break;
    if (Date.now() > until) throw new Error(`nothing answers at ${address}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  process.on('exit', () => browser.process?.()?.kill());
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (e) => {
    console.log(`thrown: ${e.stack}`);
    // The dev build adds an overlay of its own, for a connection that breaks; it is not our page.
    if (!e.stack.includes('/wails/ipc.js')) complaints.push(e.message);
  });

  /** A screenshot in each theme. */
  async function shoot(name) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))));
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
    }
  }
  /** Does it all, and ends the browser; what the page was like is kept where it fails. */
  async function walk(steps) {
    try {
      await page.goto(address);
      await steps();
    } catch (reason) {
      await page.screenshot({ path: join(shots, 'failure.png') }).catch(() => {});
      writeFileSync(join(shots, 'failure.html'), await page.content().catch(() => ''));
      throw reason;
    } finally {
      await browser.close();
    }
  }
  return {
    page, launcher, complaints, shoot, walk,
    button: (name) => page.getByRole('button', { name, exact: true }),
    headline: (text) => page.getByRole('heading', { name: text }),
  };
}
