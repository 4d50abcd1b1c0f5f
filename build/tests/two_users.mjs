/**
 * Two users in one launcher, one after the other: of the first one's marked lines and search nothing is left in the window, the
 * page's heap, and the files when the second one is in.
 */
import { join } from 'node:path';
import { claim, start, until } from './launcher.mjs';
import { PATIENCE, freePort } from './page.mjs';
import { connect, files, heap } from './secrets.mjs';
import { SignatureV4 } from './sigv4.mjs';

const MARK = ['Quoll', 'of', 'alice'].join('-');

/** Puts a line into the stream, as the instance does. */
async function say(world, instanceId, text) {
  const target = 'Kinesis_20131202.PutRecord';
  const line = { v: 1, ts: new Date().toISOString(), iid: instanceId, lvl: 'error', src: 'unreal', msg: text };
  const body = JSON.stringify({ StreamName: world.outputs.stream ?? world.outputs.streamName, PartitionKey: instanceId, Data: Buffer.from(JSON.stringify(line)).toString('base64') });
  const answer = await fetch(world.endpoint, { ...SignatureV4(world, target, body, 'kinesis') });
  claim('the cloud takes a line', answer.ok, await answer.text());
}

export async function searchForTheFirstUser(world, browser, dev) {
  const port = await freePort();
  const state = join(world.home, 'two');
  const env = { ...world.env, devserver: `127.0.0.1:${port}`, assetdir: new URL('../../frontend/dist', import.meta.url).pathname,
    XDG_STATE_HOME: join(state, 'state'), XDG_CONFIG_HOME: join(state, 'config'), XDG_CACHE_HOME: join(state, 'cache') };
  const launcher = start(dev, ['--profile', world.profile], { env });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const button = (name) => page.getByRole('button', { name, exact: true });
  const go = (name) => page.locator('nav button').filter({ hasText: new RegExp(`^${name}$`) }).click();
  const signIn = async (user) => {
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password', { exact: true }).fill(world.password(user));
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await button('Sign out').waitFor();
  };
  const session = await context.newCDPSession(page);
  try {
    await connect(page, launcher, `http://127.0.0.1:${port}/`);
    await signIn('alice');
    await button('Start my avatar').click();
    await page.getByText('Your avatar is ready').waitFor();
    await button('Details').click();
    const instanceId = (await page.locator('dt', { hasText: 'Machine ID' }).locator('xpath=following-sibling::dd[1]').innerText()).trim();
    for (let n = 0; n < 40; n++) await say(world, instanceId, `${MARK} ${n}`);
    await go('Log');
    await page.getByLabel('Filter', { exact: true }).fill(MARK);
    await until('the first user sees the lines', () => page.getByRole('log').innerText().then((text) => text.includes(MARK)));
    claim('a heap with the lines is told from one without', (await heap(session)).text.includes(MARK));
    await button('Sign out').click();
    await button('Stop and sign out').click();
    await button('Forgot your password?').waitFor();

    await signIn('bob');
    await button('Start my avatar').waitFor();
    const shown = [await page.locator('body').innerText()];
    for (const name of ['Log', 'History', 'Settings', 'Home']) {
      await go(name);
      await page.waitForLoadState('networkidle');
      shown.push(await page.locator('body').innerText());
    }
    const asked = await page.evaluate(async () => {
      const { Log, History } = window.go.bridge;
      const query = { after: 0, before: 0, limit: 5000, level: '', source: '', text: '', pattern: '', context: false };
      return JSON.stringify([await Log.Lines(query), await Log.View(query), await Log.LastError(), await Log.Series(0, 100), await History.Read(30)]);
    });
    const places = { 'the window': shown.join('\n'), 'what Go answers': asked, 'the launcher’s files': files(state), 'the page’s heap': (await heap(session)).text };
    for (const [place, text] of Object.entries(places)) claim(`nothing of the first user is in ${place}`, !text.includes(MARK), text.slice(Math.max(0, text.indexOf(MARK) - 200), text.indexOf(MARK) + 100));
    claim('the second user has no metrics of the first', JSON.parse(asked)[3].at.length === 0);
  } catch (reason) {
    await page.screenshot({ path: join(world.shots, 'two-users.png') }).catch(() => {});
    throw reason;
  }
  launcher.child.kill('SIGTERM');
  claim('the launcher ends on SIGTERM', (await launcher.ended) === 0);
  await context.close();
}
