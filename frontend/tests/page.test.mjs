// What a person does on the page, in a real browser: buttons, keyboard, dialog, log, language, steadiness.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { catalogue, start } from './browser.mjs';
import { logLines, NOW, sceneOf, scenes } from './scenes.mjs';

let browser;
before(async () => { browser = await start(); });
after(async () => {
  await browser.close();
  assert.deepEqual(browser.complaints, []);
});

/** Runs a test on a page that shows a scene. Its limit is for what hangs, not for how fast the machine is. */
const on = (name, scene, run, options) => test(name, { timeout: 180_000 }, async () => {
  const page = await browser.open(typeof scene === 'string' ? sceneOf(scene) : scene, options);
  try {
    await run(page);
  } finally {
    await page.context().close();
  }
});
const button = (page, name) => page.getByRole('button', { name, exact: true });
const asked = (page, name) => page.evaluate((n) => window.asked.filter(([m]) => m === n), name);
const show = (page, scene, revision) => page.evaluate((s) => window.setScene(s), { snapshot: { ...sceneOf(scene).snapshot, revision }, lines: sceneOf(scene).lines });

on('signing in by password, with empty fields refused first', 'sign-in', async (page) => {
  await button(page, 'Sign in').click();
  await page.getByText('Enter your user name.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'username');
  await page.keyboard.type('alice');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
  assert.deepEqual(await asked(page, 'Account.SignIn'), []);
  await page.keyboard.type('p"wörd');
  await page.keyboard.press('Enter');
  assert.deepEqual(await asked(page, 'Account.SignIn'), [['Account.SignIn', 'alice', 'p"wörd']]);
  await show(page, 'sign-in-waiting', 2);
  await page.getByText('Signing in as alice…').waitFor();
  await show(page, 'sign-in-refused', 3);
  await page.getByRole('alert').getByText('Sign-in refused').waitFor();
  assert.equal(await page.getByLabel('User name').inputValue(), 'alice');
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
});

on('the first frame, before any script has run: the header, in the colours of the desktop', 'sign-in', async (page) => {
  for (const colorScheme of ['light', 'dark']) {
    const context = await page.context().browser().newContext({ javaScriptEnabled: false, colorScheme });
    const still = await context.newPage();
    await still.goto(page.url());
    assert.equal(await still.getByText('Avatar Launcher', { exact: true }).isVisible(), true);
    const [ground, ink] = await still.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.masthead')).color]
      .map((c) => Math.max(...c.match(/\d+/g).slice(0, 3).map(Number)) > 127));
    assert.deepEqual([ground, ink], colorScheme === 'light' ? [true, false] : [false, true], colorScheme);
    await context.close();
  }
});

on('signing in as a demonstration user by one press', 'sign-in-demo', async (page) => {
  await button(page, 'Try as demo').click();
  assert.deepEqual(await page.locator('main .button.primary').allInnerTexts(), ['Try as demo']);
  await button(page, 'Show 54 more').click();
  assert.deepEqual((await page.locator('ul .chip').allInnerTexts()).slice(3, 7), ['operator', 'user1', 'user2', 'user3'], 'in order');
  await button(page, 'Try as bob').click();
  await button(page, 'Try as operator').click();
  assert.deepEqual((await asked(page, 'Account.SignInDemo')).map((a) => a[1]), ['demo', 'bob', 'operator']);
});

on('on the second day the name is there, and who wants to stay signed in says so on the card', 'sign-in', async (page) => {
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.keyboard.press('Enter');
  await page.reload();
  assert.equal(await page.getByLabel('User name').inputValue(), '', 'a name that was refused is kept');
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByLabel('Stay signed in').check();
  assert.deepEqual((await asked(page, 'Settings.Write')).map(([, s]) => [s.key, s.on]), [['staySignedIn', true]]);
  await button(page, 'Sign in').click();
  await page.evaluate((s) => window.setScene({ snapshot: s }), { ...sceneOf('idle').snapshot, revision: 2, user: { id: 'u-2', username: 'alice', role: 'user' } });
  await button(page, 'Start my avatar').waitFor();
  await page.reload();
  assert.equal(await page.getByLabel('User name').inputValue(), 'alice');
  await page.waitForFunction(() => document.activeElement?.id === 'password');
});

on('another profile can be chosen before signing in', 'sign-in', async (page) => {
  await page.getByLabel('Profile').selectOption('studio');
  await page.getByText('Switches to studio after a restart.').waitFor();
  assert.deepEqual((await asked(page, 'Settings.Write')).map(([, s]) => [s.key, s.text]), [['profile', 'studio']]);
});

on('what the account lacks is asked one by one', 'challenge-attribute', async (page) => {
  await page.getByLabel('Phone number').fill('+4930123456');
  await button(page, 'Continue').click();
  await page.evaluate((snapshot) => window.setScene({ snapshot }), { ...sceneOf('challenge-attribute').snapshot, revision: 9, challenge: { ...sceneOf('challenge-attribute').snapshot.challenge, attribute: 'custom:cost_centre' } });
  assert.equal(await page.getByLabel('cost centre').inputValue(), '');
  await page.keyboard.type('A7');
  await page.keyboard.press('Enter');
  assert.deepEqual((await asked(page, 'Account.Respond')).map((a) => a[1]), ['+4930123456', 'A7']);
});

on('answering a challenge, and leaving one', 'challenge-totp', async (page) => {
  await page.keyboard.type('123');
  await page.keyboard.press('Enter');
  await page.getByText('six to eight').waitFor();
  await page.getByLabel('Code').fill('123 456');
  await button(page, 'Continue').click();
  assert.deepEqual(await asked(page, 'Account.Respond'), [['Account.Respond', '123456']]);
  await button(page, 'Back to sign-in').click();
  assert.equal((await asked(page, 'Account.Cancel')).length, 1);
});

on('a new password is typed twice', 'challenge-new-password', async (page) => {
  await page.getByLabel('New password', { exact: true }).fill('correct horse');
  await page.getByLabel('Repeat the new password').fill('correct house');
  await button(page, 'Continue').click();
  await page.getByText('The passwords don’t match.').waitFor();
  await page.getByLabel('Repeat the new password').fill('correct horse');
  await page.keyboard.press('Enter');
  assert.deepEqual(await asked(page, 'Account.Respond'), [['Account.Respond', 'correct horse']]);
});

on('a forgotten password: the name first, then code and password, each with a way back', 'sign-in-either', async (page) => {
  await button(page, 'Forgot your password?').click();
  await page.getByText('Enter your user name first.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'username');
  await page.keyboard.type('alice');
  await button(page, 'Forgot your password?').click();
  assert.deepEqual(await asked(page, 'Account.Forgot'), [['Account.Forgot', 'alice']]);
  await show(page, 'challenge-reset', 2);
  await page.getByText('sent a code to a***@e***').waitFor();
  await button(page, 'Send a new code').click();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
  assert.equal(await page.getByText('New code sent.').count(), 0, 'nothing is said to be sent before it is');
  await show(page, 'challenge-reset-busy', 3);
  assert.ok(await button(page, 'Send a new code').isDisabled());
  await show(page, 'challenge-reset', 4);
  await page.getByText('New code sent.').waitFor();
  await page.getByLabel('Code').fill('123-456');
  await button(page, 'Continue').click();
  await show(page, 'challenge-reset-busy', 5);
  await page.keyboard.press('Enter'); // a second press while the first is on its way
  assert.deepEqual(await asked(page, 'Account.Respond'), [['Account.Respond', '123456']]);
  await show(page, 'challenge-reset-password', 6);
  assert.equal(await page.getByLabel('New password', { exact: true }).inputValue(), '');
  await button(page, 'Back to sign-in').click();
  assert.equal((await asked(page, 'Account.Cancel')).length, 1);
  await show(page, 'sign-in-either', 7);
  assert.equal(await page.getByLabel('User name').inputValue(), 'alice');
});

on('a code instead of the password: the name first, and the way is remembered', { ...sceneOf('sign-in-either'), factors: { code: true, passkey: false, problem: null } }, async (page) => {
  await button(page, 'Other ways to sign in').click();
  await page.getByText('Enter your user name first.').waitFor();
  await page.keyboard.type('demo');
  await button(page, 'Other ways to sign in').click();
  await button(page, 'Send me a code').click();
  assert.deepEqual(await asked(page, 'Account.FirstFactors'), [['Account.FirstFactors', 'demo']]);
  assert.equal(await button(page, 'Use a passkey in your browser').count(), 0, 'the account has none');
  assert.deepEqual(await asked(page, 'Account.SignInByCode'), [['Account.SignInByCode', 'demo']]);
  await show(page, 'idle', 2);
  await page.getByLabel('User name').waitFor({ state: 'detached' });
  await show(page, 'sign-in-either', 3);
  await button(page, 'Use my password').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0, 'no password is asked for');
  await page.getByLabel('User name').press('Enter');
  assert.equal((await asked(page, 'Account.SignInByCode')).length, 2);
  await show(page, 'sign-in-either', 4);
  await button(page, 'Use my password').click();
  await page.getByLabel('Password', { exact: true }).waitFor();
});

on('a passkey: the browser gets the name, and the way is remembered for it alone', { ...sceneOf('sign-in-either'), factors: { code: true, passkey: true, problem: null } }, async (page) => {
  await page.getByLabel('User name').fill('demo');
  await button(page, 'Other ways to sign in').click();
  await button(page, 'Use a passkey in your browser').click();
  assert.deepEqual(await asked(page, 'Account.SignInByBrowser'), [['Account.SignInByBrowser', 'demo']]);
  await show(page, 'idle', 2);
  await page.getByLabel('User name').waitFor({ state: 'detached' });
  await show(page, 'sign-in-either', 3);
  await button(page, 'Use a passkey in your browser').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0, 'no password is asked for');
  await page.getByLabel('User name').press('Enter');
  assert.equal((await asked(page, 'Account.SignInByBrowser')).length, 2);
  await show(page, 'sign-in-either', 4);
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password', { exact: true }).waitFor();
});

on('an account with no other way in, and one that can’t be asked', 'sign-in-either', async (page) => {
  await page.getByLabel('User name').fill('demo');
  await button(page, 'Other ways to sign in').click();
  await page.getByText('Your account signs in with a password only.').waitFor();
  await page.evaluate((problem) => window.setScene({ factors: { code: false, passkey: false, problem } }), { kind: 'unreachable', what: 'Couldn’t sign in', why: 'The sign-in service isn’t responding.', next: 'Check the network.' });
  await page.getByLabel('User name').fill('alice');
  await button(page, 'Other ways to sign in').click();
  await page.getByText('isn’t responding').waitFor();
});

on('the domain of a work address leads to the company', 'sign-in-by-email', async (page) => {
  assert.equal(await page.getByLabel('Password').count(), 0);
  await button(page, 'Continue').click();
  await page.getByText('Enter your work email address.').waitFor();
  await page.keyboard.type('anna@acme.example');
  await page.keyboard.press('Enter');
  assert.deepEqual(await asked(page, 'Account.SignInByBrowser'), [['Account.SignInByBrowser', 'anna@acme.example']]);
});

on('after a sign-out the browser can be signed out, too', 'sign-in-company', async (page) => {
  assert.equal(await button(page, 'Sign out in your browser, too').count(), 0, 'nobody was signed in yet');
  await show(page, 'idle', 2);
  await button(page, 'Start my avatar').waitFor();
  await show(page, 'sign-in-company', 3);
  await page.evaluate((refusal) => window.setScene({ refusal }), { kind: 'refused', what: 'Your browser may still be signed in', why: 'It didn’t come back.', next: 'Sign out there.' });
  await button(page, 'Sign out in your browser, too').click();
  await page.getByText('It didn’t come back.').waitFor();
  await page.evaluate(() => window.setScene({ refusal: null }));
  await button(page, 'Sign out in your browser, too').click();
  await page.getByText('Your browser is signed out').waitFor();
  assert.equal(await button(page, 'Sign out in your browser, too').count(), 0);
  assert.equal((await asked(page, 'Account.SignOutInBrowser')).length, 2);
});

on('an account that is not confirmed yet, and a computer to remember', 'challenge-confirm', async (page) => {
  await page.getByText('or send a new one').waitFor();
  await button(page, 'Send a new code').click();
  assert.equal((await asked(page, 'Account.Resend')).length, 1);
  await show(page, 'challenge-remember', 2);
  await button(page, 'Not now').click();
  await button(page, 'Remember this computer').click();
  assert.deepEqual((await asked(page, 'Account.Respond')).map((a) => a[1]), ['no', 'yes']);
});

on('the browser as the only way in', 'sign-in-browser', async (page) => {
  assert.equal(await page.getByLabel('Password').count(), 0);
  await button(page, 'Sign in with your browser').click();
  assert.equal((await asked(page, 'Account.SignInByBrowser')).length, 1);
  await show(page, 'challenge-browser', 2);
  await button(page, 'Open the page again').click();
  assert.equal((await asked(page, 'Account.OpenBrowser')).length, 1);
  await button(page, 'Copy Page didn’t open? Copy this address:').click();
  assert.match((await asked(page, 'Clipboard'))[0][1], /^https:\/\/studio\.auth/);
  await button(page, 'Back to sign-in').click();
  assert.equal((await asked(page, 'Account.Cancel')).length, 1);
});

on('the QR code is shown beside the secret, and a keyring is tried again', { ...sceneOf('challenge-setup'), snapshot: { ...sceneOf('challenge-setup').snapshot, notices: sceneOf('notices').snapshot.notices } }, async (page) => {
  const picture = page.getByRole('img', { name: /QR code/ });
  assert.ok(await picture.evaluate((img) => img.complete && img.naturalWidth > 100));
  await button(page, 'Try again: There is no keyring').click();
  assert.equal((await asked(page, 'Account.Unlock')).length, 1);
  assert.equal(await button(page, 'Try again: The configuration has a mistake').count(), 0);
});

on('the main journey: start, cancel, connect, keep going, stop, sign out', 'idle', async (page) => {
  await button(page, 'Start my avatar').click();
  await show(page, 'booting', 2);
  await page.getByRole('heading', { name: 'Starting your avatar' }).waitFor();
  await button(page, 'Cancel').click();
  await show(page, 'ready-warning', 3);
  await page.getByRole('heading', { name: 'Your avatar is ready' }).waitFor();
  for (const name of ['Open my avatar', 'Keep it running', 'Stop']) await button(page, name).click();
  await show(page, 'ending', 4);
  assert.ok(await button(page, 'Stopping…').isDisabled());
  await button(page, 'Sign out').click();
  assert.equal((await asked(page, 'Account.SignOut')).length, 0);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop and sign out' }).click();
  const names = await page.evaluate(() => window.asked.map(([m]) => m).filter((m) => /^(Instance|Account\.Sign)/.test(m)));
  assert.deepEqual(names, ['Instance.Start', 'Instance.Cancel', 'Instance.Connect', 'Instance.KeepGoing', 'Instance.Stop', 'Account.SignOut']);
});

on('who only wants their avatar sees no machine; the details open by one press, and stay as they were left', 'ready', async (page) => {
  await button(page, 'Details').waitFor();
  const shown = await page.locator('main').innerText();
  for (const text of ['Your avatar is ready', 'Stops at 10:19 if nobody uses it.', '$0.07 so far, $0.53 per hour', 'Copy link']) assert.ok(shown.includes(text), text);
  for (const text of ['i-0', 'g4dn', 'us-east', 'ami-', 'subnet', 'Log', 'Standby', 'Delete', 'CPU']) assert.ok(!shown.includes(text), text);
  assert.deepEqual(await page.locator('main .button.primary').allInnerTexts(), ['Open my avatar']);
  await button(page, 'Details').click();
  await page.getByRole('region', { name: 'Details' }).getByText('g4dn.xlarge', { exact: true }).waitFor();
  assert.equal(await button(page, 'Details').getAttribute('aria-expanded'), 'true');
  await page.reload();
  await page.getByText('g4dn.xlarge', { exact: true }).waitFor();
  await button(page, 'Details').click();
  await page.reload();
  await button(page, 'Details').waitFor();
  assert.equal(await page.getByText('g4dn.xlarge', { exact: true }).count(), 0);
});

on('the details are open for an operator who has not closed them', 'operator', async (page) => {
  await page.getByRole('region', { name: 'Standby machines' }).waitFor();
  await button(page, 'Details').click();
  await page.getByRole('region', { name: 'Standby machines' }).waitFor({ state: 'detached' });
});

on('before a stop the main button keeps the avatar running', 'ready-warning', async (page) => {
  await page.getByRole('alert').getByText('Stops at 09:30 unless you keep it running.').waitFor();
  assert.deepEqual(await page.locator('main .button.primary').allInnerTexts(), ['Keep it running']);
  assert.equal(await button(page, 'Keep it running').count(), 1);
  await button(page, 'Open my avatar').waitFor();
});

on('an older snapshot changes nothing', { ...sceneOf('ready'), snapshot: { ...sceneOf('ready').snapshot, revision: 9 } }, async (page) => {
  await show(page, 'idle', 8);
  await button(page, 'Open my avatar').waitFor();
});

on('terminating asks first, by keyboard too', 'ready-details', async (page) => {
  await button(page, 'Delete…').click();
  const dialog = page.getByRole('alertdialog', { name: 'Delete this machine?' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.deepEqual(await asked(page, 'Instance.Terminate'), []);
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('Delete'));
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Delete machine' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await asked(page, 'Instance.Terminate')).length, 1);
});

on('an open question is taken back when the instance ends by itself', 'ready-details', async (page) => {
  await button(page, 'Delete…').click();
  await page.getByRole('alertdialog').waitFor();
  await show(page, 'idle', 2);
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
  await button(page, 'Start my avatar').click();
});

on('shortcuts', 'ready', async (page) => {
  await page.keyboard.press('Control+l');
  await page.getByRole('heading', { name: 'Log', exact: true }).waitFor();
  await page.keyboard.press('Control+,');
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await page.keyboard.press('Control+3');
  await page.getByRole('heading', { name: 'History', exact: true }).waitFor();
  await page.keyboard.press('Control+6'); // without the fleet there are five pages: nothing happens
  await page.getByRole('heading', { name: 'History', exact: true }).waitFor();
  await page.keyboard.press('Control+4');
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await page.keyboard.press('Control+5');
  await page.getByText('/home/demo/.config/avatar-launcher/config.yaml').waitFor();
  await page.keyboard.press('Control+f');
  await page.waitForFunction(() => document.activeElement?.id === 'log-text');
  await page.keyboard.press('Control+1');
  await button(page, 'Open my avatar').waitFor();
  await page.keyboard.press('Control+q');
  assert.equal((await asked(page, 'Page.Quit')).length, 1);
});

on('everything is reached by Tab, and what has the focus is seen', { ...sceneOf('ready-refused'), details: true }, async (page) => {
  const want = ['Home', 'Log', 'History', 'Settings', 'About', 'Sign out', 'Dismiss: There is no keyring', 'Dismiss: The session was not extended', 'Open my avatar', 'Share…', 'Stop', 'Keep it running', 'Copy link', 'Details', 'Open log', 'Delete…'];
  const seen = [];
  for (let n = 0; n < 40; n++) {
    await page.keyboard.press('Tab');
    const [name, outline] = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === document.body) return ['', ''];
      return [e.getAttribute('aria-label') ?? e.textContent.trim(), getComputedStyle(e).outlineStyle];
    });
    if (name === '' || seen.includes(name)) continue;
    seen.push(name);
    assert.notEqual(outline, 'none', `${name} has no visible focus`);
  }
  assert.deepEqual(want.filter((name) => !seen.includes(name)), []);
});

on('a notice that is dismissed comes back when it says something else', 'notices', async (page) => {
  await button(page, 'Dismiss: There is no keyring').click();
  assert.equal(await page.getByText('No keyring was found').count(), 0);
  const snapshot = structuredClone(sceneOf('notices').snapshot);
  await page.evaluate((s) => window.setScene(s), { snapshot: { ...snapshot, revision: 2 } });
  assert.equal(await page.getByText('No keyring was found').count(), 0);
  snapshot.notices[1].problem.why = 'It is locked.';
  await page.evaluate((s) => window.setScene(s), { snapshot: { ...snapshot, revision: 3 } });
  await page.getByText('It is locked.').waitFor();
});

on('what is wrong with the file is said once, and still once the notice was dismissed', 'settings-broken', async (page) => {
  const said = page.getByText('There is no key "warm_pol"');
  await said.first().waitFor();
  assert.equal(await said.count(), 1);
  await button(page, 'Dismiss: The configuration has a mistake').click();
  assert.equal(await said.count(), 1);
  assert.equal(await page.getByRole('switch', { name: 'Notifications' }).isDisabled(), true);
});

const atEnd = (page) => page.waitForFunction(() => { const l = document.querySelector('[role=log]'); return l.scrollHeight - l.scrollTop - l.clientHeight < 4; });
/** Where a scroll by wheel comes to rest. */
const atRest = (log) => log.evaluate(async (l) => {
  for (let before = -1; before !== l.scrollTop;) {
    before = l.scrollTop;
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
  }
  return l.scrollTop;
});
/** The numbers of the lines that are in view, by the text of their times. */
const inView = (page) => page.evaluate(() => {
  const box = document.querySelector('[role=log]').getBoundingClientRect();
  return [...document.querySelectorAll('[role=log] .line')].filter((l) => { const r = l.getBoundingClientRect(); return r.top >= box.top - 1 && r.bottom <= box.bottom + 1; }).map((l) => l.querySelector('.time').textContent.trim());
});
const timeOf = (line) => new Date(line.at).toISOString().slice(11, 23);

on('the log is scrolled without being drawn anew', 'log', async (page) => {
  // What the compositor scrolls is a layer of its own, higher than the window.
  const client = await page.context().newCDPSession(page);
  const layer = new Promise((done) => client.on('LayerTree.layerTreeDidChange', (e) => e.layers?.some((l) => l.height > 2 * page.viewportSize().height) && done(undefined)));
  await client.send('DOM.enable');
  await client.send('LayerTree.enable');
  await page.getByRole('log').evaluate((l) => l.scrollBy(0, -1));
  await layer;
});

on('lines that are selected with the mouse are copied as lines', 'log', async (page) => {
  await atEnd(page);
  const rows = await page.getByRole('log').locator('.line').all();
  const [from, , to] = await Promise.all(rows.slice(-3).map((r) => r.boundingBox()));
  await page.mouse.move(from.x + 4, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width - 20, to.y + to.height / 2, { steps: 3 });
  await page.mouse.up();
  const lines = (await page.evaluate(() => getSelection().toString())).split('\n');
  assert.equal(lines.length, 3);
  for (const line of lines) assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} +(debug|info|warn|error) +[a-z]+ +\S/);
});

on('the log shows few rows of many, follows, stops following, filters, copies, exports', 'log', async (page) => {
  const log = page.getByRole('log');
  await atEnd(page);
  assert.ok(await log.locator('.line').count() < 120);
  await page.evaluate((lines) => window.setScene({ lines }), logLines(3200));
  await page.getByText('3,200 lines').waitFor();
  await atEnd(page);
  await log.hover();
  await page.mouse.wheel(0, -2);
  await page.mouse.wheel(0, -900);
  await button(page, 'Jump to the newest line').waitFor();
  await atRest(log);
  const read = await inView(page);
  await page.evaluate((lines) => window.setScene({ lines: [...lines, ...[...Array(100)].map((_, n) => ({ ...lines.at(-1), seq: lines.length + 1 + n }))] }), logLines(3200));
  await page.getByText('3,300 lines').waitFor();
  assert.deepEqual(await inView(page), read, 'new lines moved what is being read');
  await button(page, 'Jump to the newest line').click();
  await atEnd(page);
  await page.getByLabel('Level').selectOption('error');
  await page.waitForFunction(() => [...document.querySelectorAll('[role=log] .line')].every((l) => l.classList.contains('error')));
  await page.getByLabel('Filter', { exact: true }).fill('no such text');
  await page.getByText('No matching lines.', { exact: false }).waitFor();
  await button(page, 'Regular expression').click();
  await page.getByLabel('Filter', { exact: true }).fill('streamer|players(');
  await page.getByText('Not a valid regular expression: missing closing )').waitFor();
  await page.getByLabel('Level').selectOption('');
  await page.getByLabel('Filter', { exact: true }).fill('(streamer|players)$|/var');
  await page.waitForFunction(() => document.querySelectorAll('[role=log] .line').length > 0 && [...document.querySelectorAll('[role=log] .text')].every((t) => /streamer$|\/var/.test(t.textContent)));
  await page.getByLabel('Filter', { exact: true }).fill('no such text');
  await button(page, 'Clear filters').click();
  await page.getByText('3,300 lines').waitFor();
  await page.getByLabel('Source').selectOption('boot');
  await page.waitForFunction(() => !document.querySelector('[role=log] .unreal') && /^[\d,]+ lines$/.test(document.querySelector('.count').textContent) && !document.querySelector('.count').textContent.startsWith('3,300'));
  await button(page, 'Copy log').click();
  await page.getByText(/^Copied [\d,]+ lines$/).waitFor();
  await button(page, 'Export…').click();
  await page.getByText('Saved 7 lines to /home/demo/avatar.log').waitFor();
  assert.equal((await asked(page, 'Log.Export'))[0][1].source, 'boot');
});

on('a long log is read from its end to its beginning by wheel, without a gap', 'log', async (page) => {
  const all = logLines(3000);
  const log = page.getByRole('log');
  await atEnd(page);
  await log.hover();
  const seen = new Set(await inView(page));
  for (let n = 0; n < 150 && !seen.has(timeOf(all[0])); n++) {
    await page.mouse.wheel(0, -500);
    await atRest(log);
    for (const time of await inView(page)) seen.add(time);
    assert.ok(await page.evaluate(() => document.querySelector('[role=log]').scrollHeight) < 1000 * 24, 'the page holds more than it must');
  }
  const missed = all.filter((l) => !l.gap && !seen.has(timeOf(l)));
  assert.deepEqual(missed.map((l) => l.seq), []);
});

on('matches are marked and stepped through, in their context too', 'log', async (page) => {
  await page.keyboard.press('Control+f');
  await page.keyboard.type('/dev/nvme');
  await page.getByText('334 matches').waitFor();
  assert.equal(await page.locator('[role=log] .match').first().textContent(), '/dev/nvme');
  await page.keyboard.press('Shift+Enter');
  await page.getByText('Match 334 of 334').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Match 1 of 334').waitFor();
  await page.locator('.current').waitFor();
  await page.keyboard.press('F3');
  await page.getByText('Match 2 of 334').waitFor();
  await button(page, 'Show only matches').click();
  await page.getByText('334 matches').waitFor();
  await page.locator('[role=log] .unreal, [role=log] .line:not(:has(.match))').first().waitFor();
  await button(page, 'Previous match').click();
  await page.getByText('Match 334 of 334').waitFor();
  await button(page, 'Previous match').click();
  await page.getByText('Match 333 of 334').waitFor();
  // The lines around the match are fetched and scrolled to after the count has been said.
  await page.waitForFunction(() => {
    const log = document.querySelector('[role=log]').getBoundingClientRect();
    const current = [...document.querySelectorAll('.line.current')].map((l) => l.getBoundingClientRect());
    return current.length === 1 && current[0].top >= log.top && current[0].bottom <= log.bottom;
  });
});

on('jumps to a time, by typing and by the histogram, by mouse and by keyboard', 'log', async (page) => {
  const all = logLines(3000);
  const shows = (ms) => page.waitForFunction((wanted) => [...document.querySelectorAll('[role=log] .time')].some((t) => t.textContent >= wanted[0] && t.textContent < wanted[1]), [new Date(ms).toISOString().slice(11, 23), new Date(ms + 2000).toISOString().slice(11, 23)]);
  const jump = page.getByLabel('Go to time');
  await jump.fill('09:22:00');
  await jump.press('Enter');
  await shows(Date.parse('2026-03-14T09:22:00Z'));
  await jump.fill('soon');
  await jump.press('Enter');
  assert.equal(await jump.getAttribute('aria-invalid'), 'true');
  const bars = page.getByRole('slider', { name: 'Lines over time' });
  await bars.focus();
  await page.keyboard.press('Home');
  assert.match(await bars.getAttribute('aria-valuetext'), /^09:2\d:\d\d, lines: \d+, errors: \d+$/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await shows(Math.floor(all[0].at / 5000 + 1) * 5000);
  const box = await bars.boundingBox();
  await page.mouse.click(box.x + box.width - 3, box.y + 10);
  await shows(Math.floor(all.at(-1).at / 5000) * 5000);
  await page.getByRole('log').focus();
  await page.keyboard.press('Home');
  await page.waitForFunction((t) => document.querySelector('[role=log] .time')?.textContent.trim() === t, timeOf(all[0]));
  await page.keyboard.press('End');
  await atEnd(page);
});

on('a pause, times since the start, phases in the margin, colours, and an empty log', 'log', async (page) => {
  await page.getByText('Starting', { exact: true }).first().waitFor();
  await button(page, 'Show time since start').click();
  await page.waitForFunction(() => /^\+7:5\d\.\d{3}$/.test([...document.querySelectorAll('[role=log] .time')].at(-1).textContent.trim()));
  await button(page, 'Pause').click();
  const before = await inView(page);
  const coloured = { ...logLines(1)[0], seq: 3001, text: 'green words', style: '0-5 green bold', gap: 0 };
  await page.evaluate((lines) => window.setScene({ lines }), [...logLines(3000), coloured]);
  await button(page, 'Paused · 1 new line').waitFor();
  assert.deepEqual(await inView(page), before);
  await button(page, 'Paused · 1 new line').click();
  assert.equal(await page.locator('.sgr-green.sgr-bold').textContent(), 'green');
  await button(page, 'Clear log').click();
  await page.getByRole('alertdialog').getByText('Export the log first').waitFor();
  assert.equal((await asked(page, 'Log.Clear')).length, 0, 'it is asked first');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Clear log' }).click();
  await page.getByText('You cleared the log.').waitFor();
  assert.equal((await asked(page, 'Log.Clear')).length, 1);
});

on('a screen reader hears new errors, and nothing else of the log', 'log', async (page) => {
  const said = page.locator('#error-voice');
  const line = (seq, level, text) => ({ ...logLines(1)[0], seq, level, text, source: 'unreal', gap: 0 });
  await page.waitForFunction(() => window.asked.some(([m]) => m === 'Log.LastError'));
  await page.evaluate((lines) => window.setScene({ lines }), [...logLines(3000), line(3001, 'warn', 'slow')]);
  await page.getByText('3,001 lines').waitFor();
  assert.equal(await said.textContent(), '');
  await page.evaluate((lines) => window.setScene({ lines }), [...logLines(3000), line(3001, 'warn', 'slow'), line(3002, 'error', 'lost the GPU')]);
  await page.waitForFunction(() => document.querySelector('#error-voice').textContent === 'Error from unreal: lost the GPU');
  assert.equal(await page.getByRole('log').getAttribute('aria-live'), 'off');
});

on('metrics are drawn small, and larger on demand; one that never came is absent', 'ready-details', async (page) => {
  const names = () => page.locator('.few dt').allTextContents();
  await page.getByRole('img', { name: /^CPU over time, currently \d+ %$/ }).waitFor();
  assert.deepEqual(await names(), ['Frame rate', 'GPU', 'CPU', 'Memory', 'Network']);
  await button(page, 'Larger charts').click();
  const dialog = page.getByRole('dialog', { name: 'Performance' });
  await dialog.getByRole('img', { name: /^Frame rate over time, currently \d+ fps$/ }).waitFor();
  assert.equal(await dialog.locator('canvas').count(), 5);
  await page.evaluate(() => window.setScene({ series: { at: [Date.now()], cpu: [], gpu: [], mem: [], netOut: [], fps: [], players: [2] } }));
  await dialog.getByRole('img', { name: 'Viewers over time, currently 2' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.querySelectorAll('.few dt').length === 1);
});

on('nothing below a dialog scrolls, so that none of its scrollbars shows', 'ready-details', async (page) => {
  const overflows = () => page.evaluate(() => ['main', '[role=log]'].map((s) => getComputedStyle(document.querySelector(s)).overflowY));
  assert.deepEqual(await overflows(), ['auto', 'auto']);
  await button(page, 'Larger charts').click();
  await page.getByRole('dialog', { name: 'Performance' }).waitFor();
  assert.deepEqual(await overflows(), ['hidden', 'hidden']);
});

on('a change of the pool’s size is no danger, and the tab counts what the table has', 'fleet', async (page) => {
  assert.equal(await page.getByRole('tab', { name: /^Instances/ }).innerText().then((t) => Number(t.match(/\d+/)[0])), await page.getByRole('tabpanel').locator('tbody tr').count());
  await page.getByLabel('Pool size').fill('9');
  await button(page, 'Set…').click();
  await page.locator('.button.primary', { hasText: 'Change' }).waitFor();
});

on('signing out leaves the log page', 'log', async (page) => {
  await show(page, 'sign-in', 2);
  await button(page, 'Sign in').waitFor();
  await show(page, 'idle', 3);
  await button(page, 'Start my avatar').waitFor();
});

on('the time row says which clock ends the session, and keeps the page from promising more', 'ready', async (page) => {
  await page.getByText('Stops at 10:19 if nobody uses it.').waitFor();
  await page.getByText('Latest stop: 20:26').waitFor();
  await page.getByText('About $0.53 by 10:19 · $4.27 this month').waitFor();
  await show(page, 'ready-last', 2);
  await page.getByText('Stops at 09:47, the maximum session length.').waitFor();
  assert.equal(await button(page, 'Keep it running').count(), 0);
});

on('waiting in the queue says the place, and can be left', 'queue', async (page) => {
  await page.getByRole('heading', { name: 'You’re number 3 of 5 in line' }).waitFor();
  await button(page, 'Leave the line').click();
  assert.equal((await asked(page, 'Instance.Cancel')).length, 1);
});

on('offline says what happens to the instance, and when', 'offline', async (page) => {
  assert.equal(await page.getByRole('img', { name: 'Status: Running' }).count(), 0, 'what cannot be known is said to be so');
  await page.getByRole('img', { name: 'Status: Can’t reach the cloud' }).waitFor();
  await page.getByRole('region', { name: 'Can’t reach the cloud' }).getByText('stops automatically at 10:19').waitFor();
  await show(page, 'ready', 2);
  await page.getByText('Can’t reach the cloud').waitFor({ state: 'detached' });
});

on('cost is counted from the hourly price', 'ready-details', async (page) => {
  const card = page.getByRole('region', { name: 'Cost' });
  assert.match(await card.innerText(), /\$0\.07\s*\$0\.53 per hour/);
  await page.clock.setFixedTime(NOW + 3_600_000);
  await page.clock.runFor(10_100);
  await card.getByText('$0.60').waitFor();
});

on('history: figures, another period, another measure, the table', 'history', async (page) => {
  assert.deepEqual((await asked(page, 'History.Read')).map((a) => a[1]), [30]);
  assert.match(await page.locator('dl.tiles').innerText(), /34[\s\S]*Typical quick start[\s\S]*s[\s\S]*\$17\.31/);
  await page.getByText('7 days').click();
  assert.deepEqual((await asked(page, 'History.Read')).map((a) => a[1]), [30, 7]);
  await page.getByRole('img', { name: /^Session length, 34 sessions/ }).waitFor();
  await page.getByRole('radio', { name: 'Length' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('img', { name: /^Time to ready/ }).waitFor();
  assert.equal(await page.getByRole('table').locator('tbody tr').count(), 34);
  await page.getByRole('cell', { name: 'Didn’t start' }).waitFor();
  const painted = await page.locator('.chart canvas').first().evaluate((c) => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((_, i) => i % 4 === 3)).size > 1);
  assert.ok(painted, 'the chart has drawn nothing');
});

on('history that is being read has a way out, one that failed can be tried again', 'history-error', async (page) => {
  await page.getByText('Couldn’t load this').waitFor();
  await page.evaluate((past) => window.setScene({ past }), sceneOf('history').past);
  await button(page, 'Try again: Couldn’t load this').click();
  await page.getByRole('table').waitFor();
});

on('an operator stops an instance, with a reason', 'fleet', async (page) => {
  const id = sceneOf('fleet').fleet.overview.machines[0].instanceId;
  await button(page, `Stop ${id}`).click();
  const dialog = page.getByRole('alertdialog', { name: `Stop ${id}?` });
  await dialog.getByText('This ends demo’s session now').waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByText('Enter a reason.').waitFor();
  assert.deepEqual(await asked(page, 'Fleet.StopInstance'), []);
  await page.keyboard.type('it hangs');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  assert.deepEqual(await asked(page, 'Fleet.StopInstance'), [['Fleet.StopInstance', id, 'it hangs']]);
  await page.getByText(`${id} is stopping`).waitFor();
  assert.equal((await asked(page, 'Fleet.Overview')).length, 2);
});

for (const scene of ['history', 'ready', 'log', 'fleet']) on(`charts become narrower with the window: ${scene}`, scene, async (page) => {
  await page.locator('main').waitFor();
  await page.setViewportSize({ width: 800, height: 560 });
  await page.waitForFunction(() => [...document.querySelectorAll('canvas, svg')].every((e) => e.getBoundingClientRect().right <= 800));
});

on('what one more instance of each tier costs is beside the size', 'fleet', async (page) => {
  await page.getByText('costs $1.23 an hour, each stopped one $8.00 a month').waitFor();
});

on('an operator resizes the pool, gives the size back, and hears of a refusal', 'fleet', async (page) => {
  await page.getByLabel('Pool size').fill('9');
  await page.getByLabel('Running', { exact: true }).fill('2');
  await button(page, 'Set…').click();
  await page.getByLabel('Reason').fill('a class');
  await button(page, 'Change').click();
  await page.getByText("The pool has 9 stopped and 2 running machines from now on").waitFor();
  await button(page, "Use the profile’s size").click();
  await page.getByLabel('Reason').fill('over');
  await page.evaluate((refusal) => window.setScene({ refusal }), { kind: 'denied', what: 'It was refused', why: 'Your role may not.', next: 'Ask.' });
  await page.getByRole('alertdialog').getByRole('button', { name: "Use the profile’s size" }).click();
  await page.getByText('It was refused').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
  assert.deepEqual((await asked(page, 'Fleet.Resize')).map((a) => a.slice(1)), [[9, 2, 'a class'], [-1, 0, 'over']]);
});

on('an operator pauses a rollout, chooses an earlier version, and takes an instance out of use', 'fleet-rollout', async (page) => {
  await page.getByText('is being tried on one instance').waitFor();
  await page.getByRole('button', { name: 'Pause…' }).click();
  await page.getByLabel('Reason').fill('a fair');
  await page.getByRole('button', { name: 'Pause the rollout' }).click();
  await page.getByLabel('Version').fill('3x');
  assert.equal(await page.getByRole('button', { name: 'Roll out…' }).isDisabled(), true);
  await page.getByLabel('Version').fill('3');
  await page.getByRole('button', { name: 'Roll out…' }).click();
  await page.getByText('Roll out version 3?').waitFor();
  await page.getByLabel('Reason').fill('the newer one crashes');
  await page.getByRole('button', { name: 'Roll out', exact: true }).click();
  const id = sceneOf('fleet-rollout').fleet.overview.machines[0].instanceId;
  await page.getByRole('button', { name: `Take out of use: ${id}` }).click();
  await page.getByLabel('Reason').fill('worn');
  await page.getByRole('button', { name: 'Take out of use', exact: true }).click();
  await page.getByText(`${id} is taken out of use`).waitFor();
  assert.deepEqual((await asked(page, 'Fleet.Pause')).map((a) => a.slice(1)), [['a fair']]);
  assert.deepEqual((await asked(page, 'Fleet.Rollout')).map((a) => a.slice(1)), [['3', 'the newer one crashes']]);
  assert.deepEqual((await asked(page, 'Fleet.Drain')).map((a) => a.slice(1)), [[id, 'worn']]);
});

on('a paused rollout is resumed', 'fleet-rollout-paused', async (page) => {
  await page.getByRole('button', { name: 'Resume…' }).click();
  await page.getByLabel('Reason').fill('it is over');
  await page.getByRole('button', { name: 'Resume the rollout' }).click();
  await page.getByText('The rollout goes on').waitFor();
  assert.deepEqual((await asked(page, 'Fleet.Resume')).map((a) => a.slice(1)), [['it is over']]);
});

on('why launches are held back is on the fleet page, and an administrator resumes them', 'fleet-held', async (page) => {
  await page.getByText('launches no more until an administrator resumes it').waitFor();
  await page.getByText('wasn’t ready within 15 min').waitFor();
  await page.getByText('The end of its log').click();
  await page.getByText('no Vulkan driver for the GPU was found').waitFor();
  await button(page, 'Resume…').click();
  await page.getByLabel('Reason').fill('the image is fixed');
  await button(page, 'Resume launches').click();
  await page.getByText('The pool launches new instances again').waitFor();
  assert.deepEqual((await asked(page, 'Fleet.Resume')).map((a) => a.slice(1)), [['the image is fixed']]);
});

on('why launches are held back is among the details, and before them for operators, who can resume them', { ...sceneOf('pool-held'), details: true }, async (page) => {
  await page.getByText("3 instances didn’t become ready. The pool launches another one at 10:08.").waitFor();
  assert.equal(await button(page, 'Resume…').count(), 0);
  await button(page, 'Details').click();
  await show(page, 'pool-held-operator', 2);
  await button(page, 'Resume…').waitFor();
});

on('the queue says why there is no instance', 'queue-why', async (page) => {
  await page.getByText('(VcpuLimitExceeded). Yours starts automatically as soon as one is free.').waitFor();
});

on('the fleet has each kind of record, by keyboard', 'fleet', async (page) => {
  await page.getByRole('tab', { name: 'Instances' }).focus();
  const seen = [];
  for (let n = 0; n < 6; n++) {
    seen.push(await page.getByRole('tabpanel').locator('tbody tr').count());
    await page.keyboard.press('ArrowRight');
  }
  assert.deepEqual(seen, [6, 2, 1, 1, 2, 40]);
});

on('settings are written one by one, and the theme at once', 'settings', async (page) => {
  await page.getByText('Dark', { exact: true }).click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.getByRole('switch', { name: 'Notifications' }).press('Space');
  await page.getByLabel('Stop if nobody uses it for').selectOption('2 h');
  await page.getByLabel('Profile').selectOption('studio');
  await page.getByText('Switches to studio after a restart.').waitFor();
  await button(page, 'Restart now').click();
  assert.equal((await asked(page, 'Profiles.Restart')).length, 1);
  const written = (await asked(page, 'Settings.Write')).map(([, s]) => [s.key, s.text || s.elapses || s.on]);
  assert.deepEqual(written, [['theme', 'dark'], ['notifications', false], ['window', 7_200_000], ['profile', 'studio']]);
});

on('an authenticator app is set up from the settings, and the way back changes nothing', 'settings', async (page) => {
  await button(page, 'Set up').click();
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  await button(page, 'Back to settings').click();
  assert.deepEqual(await asked(page, 'Security.Confirm'), []);
  await button(page, 'Set up').click();
  await page.getByLabel('Code').fill('12');
  await button(page, 'Finish').click();
  await page.getByText('six to eight').waitFor();
  assert.deepEqual(await asked(page, 'Security.Confirm'), []);
  await page.evaluate((refusal) => window.setScene({ refusal }), { kind: 'refused', what: 'The authenticator app wasn’t set up', why: 'That code doesn’t match the key that was shown.', next: 'Enter the newest code.' });
  await page.getByLabel('Code').fill('000 000');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('That code doesn’t match').waitFor();
  await page.evaluate(() => window.setScene({ refusal: null, security: { authenticator: true, device: '', problem: null } }));
  await page.getByLabel('Code').fill('123 456');
  await button(page, 'Finish').click();
  await page.getByText('On. You need a code from your app to sign in.').waitFor();
  assert.deepEqual((await asked(page, 'Security.Confirm')).map((a) => a[1]), ['000000', '123456']);
  assert.ok(!(await page.content()).includes('JBSWY3DP'), 'the secret has left the page');
});

on('the authenticator app is taken off, and this computer forgotten, after a question', 'settings-guarded', async (page) => {
  await button(page, 'Turn off').click();
  await page.getByRole('alertdialog').getByText('just your password').waitFor();
  await button(page, 'Cancel').click();
  assert.deepEqual(await asked(page, 'Security.Remove'), []);
  await button(page, 'Turn off').click();
  await page.evaluate(() => window.setScene({ security: { authenticator: false, device: 'remembered', problem: null } }));
  await page.getByRole('alertdialog').getByRole('button', { name: 'Turn off' }).click();
  await button(page, 'Set up').waitFor();
  assert.equal((await asked(page, 'Security.Remove')).length, 1);
  await button(page, 'Forget this computer').click();
  await page.evaluate((refusal) => window.setScene({ refusal }), { kind: 'unreachable', what: 'Couldn’t forget this computer', why: 'The sign-in service isn’t responding.', next: 'Check the network.' });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Forget this computer' }).click();
  await page.getByRole('alertdialog').getByText('The sign-in service isn’t responding.').waitFor();
  await page.evaluate(() => window.setScene({ refusal: null }));
  await page.getByRole('alertdialog').getByRole('button', { name: 'Forget this computer' }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  assert.equal((await asked(page, 'Security.ForgetDevice')).length, 2);
});

on('passkeys are listed, made in the browser, and removed after a question', 'settings-passkeys', async (page) => {
  await page.getByText('Passkey 2').waitFor();
  await page.getByText('for studio.auth.eu-central-1.amazoncognito.com').first().waitFor();
  await button(page, 'Add a passkey').click();
  await page.getByText('Go on in your browser').waitFor();
  await button(page, 'Copy Page didn’t open? Copy this address:').click();
  assert.match((await asked(page, 'Clipboard'))[0][1], /\/passkeys\/add\?/);
  await page.waitForFunction(() => window.browserDone);
  await page.evaluate((problem) => window.browserDone(problem), { kind: 'refused', what: 'No passkey was added to your account', why: 'The browser was signed in as alice, who has the new passkey now.', next: 'Sign out on that page.' });
  await page.getByText('signed in as alice').waitFor();
  await button(page, 'Add a passkey').click();
  await button(page, 'Cancel').click();
  assert.equal((await asked(page, 'Security.CancelPasskey')).length, 1);
  await button(page, 'Add a passkey').click();
  await page.waitForFunction(() => window.asked.filter(([m]) => m === 'Security.PasskeyAdded').length === 3);
  await page.evaluate(() => window.browserDone());
  await page.getByText('Passkey added', { exact: true }).waitFor();
  await button(page, 'Remove Passkey 1').click();
  await page.getByRole('alertdialog').getByText('won’t sign you in any more').waitFor();
  assert.deepEqual(await asked(page, 'Security.RemovePasskey'), []);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Passkey removed', { exact: true }).waitFor();
  assert.deepEqual(await asked(page, 'Security.RemovePasskey'), [['Security.RemovePasskey', 'k-0']]);
});

on('passkeys that can’t be listed say why, and there is nothing of them where nobody has any', 'settings-browser', async (page) => {
  await button(page, 'Add a passkey').waitFor();
  await page.goto('about:blank');
  const other = await browser.open(sceneOf('settings-no-passkeys'));
  await button(other, 'Set up').waitFor();
  assert.equal(await other.getByText('Passkeys').count(), 0);
  await other.context().close();
});

on('a setting that is refused says why, and the others can still be changed', 'settings', async (page) => {
  await page.evaluate((refusal) => window.setScene({ refusal }), { kind: 'config', what: 'Couldn’t save the setting', why: 'The disk is full.', next: 'Free some space.' });
  await page.getByLabel('Maximum session length').selectOption('4 h');
  await page.getByRole('alert').getByText('The disk is full.').waitFor();
  assert.ok(await page.getByLabel('Maximum session length').isEnabled());
});

on('settings that are not the user\'s to write are shown, and locked', 'settings-read-only', async (page) => {
  await page.getByText('These settings are managed and can’t be changed here').waitFor();
  assert.ok(await page.getByRole('switch', { name: 'Notifications' }).isDisabled());
  assert.ok(await page.getByLabel('Language').isDisabled());
});

on('settings that a policy decides are locked, with its reason, and the others are not', 'settings-policy', async (page) => {
  const text = 'Set by your organization. Ask it@acme.example.';
  await page.getByText(text).first().waitFor();
  assert.equal(await page.getByText(text).count(), 4);
  assert.ok(await page.getByLabel('Maximum session length').isDisabled());
  assert.ok(await page.getByRole('switch', { name: 'Stay signed in' }).isDisabled());
  assert.ok(await page.getByRole('switch', { name: 'Notifications' }).isEnabled());
  await page.getByText('stored in /etc/avatar-launcher/policy.yaml').waitFor();
});

on('a profile by a link: asked before it is read, shown in full, added under the name that was shown', 'profile-asked', async (page) => {
  await page.getByRole('heading', { name: 'Read a profile from acme.example?' }).waitFor();
  assert.equal((await asked(page, 'Profiles.Open')).length, 0, 'nothing is fetched before the user agrees');
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: 'Add the profile studio?' }).waitFor();
  await page.getByText('Signed by your organization').waitFor();
  await page.getByText('identity_pool_id: eu-central-1:01234567').waitFor();
  await button(page, 'Add').click();
  await page.getByRole('heading', { name: 'The profile studio is added' }).waitFor();
  assert.deepEqual((await asked(page, 'Profiles.Add')).map(([, name]) => name), ['studio']);
  await button(page, 'Restart now').click();
  assert.equal((await asked(page, 'Profiles.Restart')).length, 1);
});

on('a profile by a link can be left without a request', 'profile-asked', async (page) => {
  await button(page, 'Cancel').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await asked(page, 'Profiles.Open')).length, 0);
});

on('a profile whose name is taken gets another one', 'profile-taken', async (page) => {
  await page.getByText('it stays as it is').waitFor();
  await button(page, 'Add').click();
  await page.getByRole('heading', { name: 'The profile studio-2 is added' }).waitFor();
  assert.deepEqual((await asked(page, 'Profiles.Add')).map(([, name]) => name), ['studio-2']);
});

on('a profile that cannot be taken says why, and nothing can be added', 'profile-refused', async (page) => {
  await page.getByText('larger than 64 KiB').waitFor();
  assert.equal(await button(page, 'Add').count(), 0);
});

on('somebody without a profile is told the ways on', 'first-run', async (page) => {
  await page.getByRole('button', { name: 'Try as demo' }).waitFor();
  await button(page, 'I set up an account').click();
  await page.getByText('avatar-launcher setup --zone').waitFor();
  await button(page, 'Close').click();
  await button(page, 'I have a file or a link').click();
  await page.getByLabel('Link').fill('http://acme.example/p');
  await button(page, 'Continue').click();
  await page.getByText('Paste a link that begins with https://').waitFor();
  assert.equal((await asked(page, 'Profiles.Open')).length, 0);
});

on('diagnostics say what is wrong and what to do, and can be copied', 'about', async (page) => {
  await page.getByText('2 things need attention').waitFor();
  await page.getByText('Ask your operator to attach the policy').waitFor();
  assert.equal(await page.getByText('ec2:StartInstances').isVisible(), false, 'what is fine is said by a number');
  await page.getByText(/^\d+ checks passed$/).click();
  await page.getByText('ec2:StartInstances').waitFor();
  await button(page, 'Copy report').click();
  await page.getByText('Report copied').waitFor();
  assert.deepEqual(await asked(page, 'Clipboard'), [['Clipboard', 'a report']]);
});

/** What Go tells the page in its language, as the pseudo-locale would be told: problems, checks, why sessions ended. */
function told(value) {
  if (Array.isArray(value)) return value.map(told);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, told(inner)]);
  for (const entry of entries) {
    if (['what', 'why', 'next', 'cure'].includes(entry[0]) && typeof entry[1] === 'string' && entry[1]) entry[1] = mark(entry[1]);
  }
  if (value.quit?.title) entries.push(['quit', { ...value.quit, title: mark(value.quit.title), text: mark(value.quit.text) }]);
  return Object.fromEntries(entries);
}
const mark = (text) => `⟦${text}${'~'.repeat(Math.ceil(text.length / 3))}⟧`;

for (const scene of scenes) {
  on(`no word of ${scene.name} is outside the catalogue, and none overflows`, told(scene), async (page) => {
    const [bare, wide] = await page.evaluate(() => {
      const data = /^[\W\d]*$|2026|i-0|ami-|subnet-|us-east|g4dn|\d+\.\d+|demo|local|\/|ok$|running|pending|initializing|JBSW/;
      const values = '[role=log], .mono.pick, td.pick, dd.pick, .name.pick, li .pick, .chip, .user, .initial, option, kbd';
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) {
        const text = walker.currentNode.data.trim();
        if (text && !text.startsWith('⟦') && !data.test(text) && !walker.currentNode.parentElement.closest(values)) texts.push(text);
      }
      const page = document.scrollingElement;
      const spilling = [...document.querySelectorAll('button, .card, header, main')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && getComputedStyle(e).overflowX !== 'hidden')
        .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`);
      return [texts, page.scrollWidth > page.clientWidth ? ['page', ...spilling] : spilling];
    });
    assert.deepEqual(bare, []);
    assert.deepEqual(wide, []);
  }, { locale: 'en-XA', viewport: { width: 800, height: 560 } });
}

/** What stands out of its box, or is cut off in it although it may not be: buttons, labels and headings show all of their text. */
const spilling = (page) => page.evaluate(() => {
  const shown = (e) => e.clientWidth > 1 && getComputedStyle(e).visibility !== 'hidden';
  const name = (e) => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 60)}`;
  const over = (e) => e.scrollWidth > e.clientWidth + 1;
  const out = [...document.querySelectorAll('button, .card, header, main, h1, h2, h3, label, .label, th, dialog, [role=dialog]')]
    .filter((e) => shown(e) && over(e) && (getComputedStyle(e).overflowX !== 'hidden' || e.matches('button, label, .label, h1, h2, h3')));
  const root = document.scrollingElement;
  return [...(over(root) ? ['page'] : []), ...out.map(name)];
});

/** What Go says to people, of a scene. */
const TOLD = ['what', 'why', 'next', 'cure'];

/** A scene in which Go says what it says in another language. */
function said(value, texts) {
  if (Array.isArray(value)) return value.map((inner) => said(inner, texts));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, TOLD.includes(key) && texts.has(inner) ? texts.get(inner) : said(inner, texts)]));
}

/** The texts of one catalogue by those of another. */
function pairs(from, to, all = new Map()) {
  for (const [key, value] of Object.entries(from)) {
    if (typeof value === 'string') all.set(value, to[key]);
    else pairs(value, to[key] ?? {}, all);
  }
  return all;
}

for (const locale of ['de', 'es']) {
  const texts = pairs((await catalogue('en')).messages, (await catalogue(locale)).messages);
  for (const scene of scenes) {
    on(`nothing of ${scene.name} is cut off or stands out in ${locale}`, said(scene, texts), async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
      assert.deepEqual(await spilling(page), []);
    }, { locale, viewport: { width: 800, height: 560 } });
  }
}

const still = (page) => page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').map((a) => a.animationName ?? a.transitionProperty));
for (const name of ['claiming', 'booting', 'history-loading', 'fleet-loading', 'sign-in-waiting']) {
  on(`nothing of ${name} moves where motion is to be reduced`, name, async (page) => {
    assert.deepEqual(await still(page), []);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    assert.notEqual((await still(page)).length, 0, 'nothing moves where it may, so that this test shows nothing');
  });
}

for (const name of ['ready', 'log', 'fleet', 'settings']) {
  on(`with forced colours what can be pressed in ${name} has an outline`, name, async (page) => {
    const bare = await page.evaluate(() => [...document.querySelectorAll('main .button:not(.plain)')].filter((b) => {
      const style = getComputedStyle(b);
      return b.offsetWidth > 0 && (parseFloat(style.borderTopWidth) === 0 || style.borderTopStyle === 'none');
    }).map((b) => b.textContent.trim()));
    assert.deepEqual(bare, []);
  }, { forcedColors: 'active' });
}

on('a start moves nothing about, and keeps the page quick', 'idle', async (page) => {
  await page.evaluate(() => {
    window.shifts = [];
    window.long = [];
    new PerformanceObserver((l) => window.shifts.push(...l.getEntries().map((e) => ({ value: e.value, of: e.sources.map((s) => s.node?.className ?? '') })))).observe({ type: 'layout-shift', buffered: false });
    new PerformanceObserver((l) => window.long.push(...l.getEntries().map((e) => e.duration))).observe({ type: 'longtask', buffered: false });
  });
  let revision = 2;
  for (const scene of ['claiming', 'booting', 'probing', 'ready', 'ending', 'idle-after']) {
    await show(page, scene, revision++);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60))));
  }
  const [shifts, long] = await page.evaluate(() => [window.shifts, window.long]);
  const sum = shifts.reduce((s, one) => s + one.value, 0);
  assert.ok(sum < 0.01, `layout shift ${sum}: ${JSON.stringify(shifts)}`);
  console.log(`layout shift ${sum.toFixed(4)}, longest task ${Math.max(0, ...long)} ms`);
});

on('the avatar’s link is on Home while it runs, and is copied', 'ready', async (page) => {
  const { url } = sceneOf('ready').snapshot;
  assert.equal(await page.getByText(url, { exact: true }).isVisible(), true);
  await button(page, 'Copy link').click();
  await page.getByText('Link copied').waitFor();
  assert.deepEqual(await asked(page, 'Clipboard'), [['Clipboard', `${url}.avatar/enter?ticket=a.b.c`]]);
  await show(page, 'idle', 9);
  await page.getByText(url, { exact: true }).waitFor({ state: 'detached' });
});

on('a link that can’t be made is said, and nothing is copied', { ...sceneOf('ready'), linkless: true }, async (page) => {
  await button(page, 'Copy link').click();
  await page.getByText('Couldn’t make a link').waitFor();
  assert.deepEqual(await asked(page, 'Clipboard'), []);
});

for (const name of ['sign-in-demo', 'idle', 'ready', 'log', 'history', 'fleet', 'settings', 'about', 'about-signed-out']) {
  on(`a demo says that it is one: ${name}`, name, async (page) => {
    await page.getByText('costs nothing').waitFor();
  });
}

on('a newer release is said, and its page is opened by one press', 'update', async (page) => {
  await page.getByText('Avatar Launcher v0.2.0 is available').waitFor();
  await button(page, 'Open download page').click();
  assert.equal((await asked(page, 'Page.OpenDownloadPage')).length, 1);
  await button(page, 'Dismiss: Avatar Launcher v0.2.0 is available').click();
  assert.equal(await page.getByText('Avatar Launcher v0.2.0 is available').count(), 0);
});

on('after a crash the report is shown by one press', 'crashed', async (page) => {
  await page.getByText('The launcher ended unexpectedly last time').waitFor();
  await button(page, 'Show the report').click();
  assert.equal((await asked(page, 'Page.ShowCrashReport')).length, 1);
});

on('a real cloud is no demo', { ...sceneOf('ready'), about: { ...sceneOf('ready').about, demo: false } }, async (page) => {
  await button(page, 'Copy link').waitFor();
  assert.equal(await page.getByText('costs nothing').count(), 0);
});

on('export and copy have what is on the screen: with context, all lines, and no more than a pause lets be seen', 'log', async (page) => {
  const last = async () => (await asked(page, 'Log.Export')).at(-1)[1];
  await page.getByLabel('Filter').first().fill('LogAudio');
  await button(page, 'Export…').click();
  await page.getByText('Saved 7 lines').waitFor();
  assert.equal((await last()).text, 'LogAudio');
  await button(page, 'Show only matches').click();
  await button(page, 'Export…').click();
  assert.deepEqual([(await last()).text, (await last()).pattern, (await last()).context], ['', '', false]);
  await button(page, 'Copy log').click();
  await page.waitForFunction(() => window.asked.some(([m, text]) => m === 'Clipboard' && /Linux version/.test(text) && /LogAudio/.test(text)));
  await button(page, 'Pause').click();
  await button(page, 'Export…').click();
  assert.ok((await last()).before > 0);
});

on('every page begins at its top', 'settings', async (page) => {
  await page.setViewportSize({ width: 800, height: 560 });
  const top = () => page.evaluate(() => document.getElementById('main').scrollTop);
  await page.evaluate(() => document.getElementById('main').scrollTo(0, 9999));
  assert.ok((await top()) > 0);
  await page.locator('nav button').filter({ hasText: /^Home$/ }).click();
  await page.getByText('Ready when you are').waitFor();
  assert.equal(await top(), 0);
});

on('the live log is no higher than the window at its first size, so that its newest lines are seen with its title', 'ready-details', async (page) => {
  await page.setViewportSize({ width: 1100, height: 760 });
  await page.getByRole('log').evaluate((log) => log.closest('section').scrollIntoView());
  const box = await page.getByRole('log').boundingBox();
  assert.ok(box.y > 0 && box.y + box.height <= 760, `it goes from ${box.y} to ${box.y + box.height}`);
});

on('sharing the avatar: a link for guests with its end, its guests and what they may, copied, listed and taken back', 'ready', async (page) => {
  await button(page, 'Share…').click();
  const dialog = page.getByRole('dialog', { name: 'Share your avatar' });
  await dialog.waitFor();
  assert.equal(await dialog.getByText('1 h', { exact: true }).count(), 0, 'a link that outlives the session is not offered');
  await dialog.getByText('30 min', { exact: true }).click();
  await dialog.getByLabel('People it lets in').selectOption('3');
  await dialog.getByText('Only watch', { exact: true }).click();
  await dialog.getByText('If your avatar’s page supports it.').waitFor();
  await button(page, 'Create link').click();
  await dialog.getByText('This link lets 3 people watch until 09:56.').waitFor();
  assert.deepEqual(await asked(page, 'Guests.Invite'), [['Guests.Invite', 30, 3, true]]);
  assert.ok(await dialog.getByRole('img', { name: 'QR code of the link' }).isVisible());
  await button(page, 'Copy link').last().click();
  const [[, link]] = await asked(page, 'Clipboard');
  assert.match(link, /ticket=/);
  await dialog.getByText('3 people, only watching, until 09:56').waitFor();
  await button(page, 'Take back: 3 people, only watching, until 09:56').click();
  await dialog.getByText('Open links').waitFor({ state: 'detached' });
  assert.deepEqual(await asked(page, 'Guests.TakeBack'), [['Guests.TakeBack', 'a1b2c3']]);
  assert.equal(await dialog.getByText('This link lets 3 people watch').count(), 0, 'the link that was taken back is gone');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

on('a link that could not be made says why, and the form stays', { ...sceneOf('ready'), refusal: { kind: 'refused', what: 'Your avatar takes no invitations', why: '', next: 'Ask.' } }, async (page) => {
  await button(page, 'Share…').click();
  await button(page, 'Create link').click();
  await page.getByText('Your avatar takes no invitations').waitFor();
  assert.ok(await button(page, 'Create link').isVisible());
});

on('no more links than there can be: the oldest is taken back first', 'share-full', async (page) => {
  await page.getByText('You have 4 open links, and there can’t be more.').waitFor();
  assert.equal(await button(page, 'Create link').count(), 0);
});

on('a sign-in that never got through keeps the password, and one that was refused does not', 'sign-in', async (page) => {
  await page.getByLabel('User name').fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('p"wörd');
  const top = async () => (await page.locator('.panel').boundingBox()).y;
  const before = await top();
  await page.keyboard.press('Enter');
  await show(page, 'sign-in-waiting', 2);
  await show(page, 'sign-in-unreachable', 3);
  await page.getByRole('alert').getByText('Can’t reach the cloud').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'p"wörd');
  assert.equal(await top(), before, 'what is said moves the card');
  await page.keyboard.press('Enter');
  assert.equal((await asked(page, 'Account.SignIn')).length, 2, 'Enter tries again');
  await show(page, 'sign-in-waiting', 4);
  await show(page, 'sign-in-refused', 5);
  await page.getByRole('alert').getByText('Sign-in refused').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
});

on('a demo says that it sends no codes, and a password’s rule is there before an error', 'challenge-reset', async (page) => {
  await page.getByText('no message is really sent').waitFor();
  await page.getByText('New password for').waitFor();
  await show(page, 'challenge-new-password', 2);
  await page.getByText('Use at least 8 characters.').waitFor();
});

on('in the queue nothing looks as if a start were under way', { ...sceneOf('queue'), details: true }, async (page) => {
  await page.getByText('You’re number 3 of 5 in line').waitFor();
  await page.getByRole('img', { name: 'Status: In line' }).waitFor();
  assert.equal(await page.getByText('Slow start').count() + await page.getByText('Quick start').count(), 0);
  assert.equal(await page.locator('.orb .arc').evaluate((e) => e.getAttribute('stroke-dashoffset') === e.getAttribute('stroke-dasharray')), true);
});

const QUIT = { title: 'Stop your avatar and quit?', text: 'Your avatar is still running. Quitting stops it and signs you out.', stops: true, tray: true };

on('the question before quitting: stay, keep it in the tray, or stop and quit, and never again', 'ready', async (page) => {
  const ask = (q = QUIT) => page.evaluate((question) => window.send('quit', question), q);
  const dialog = page.getByRole('alertdialog', { name: QUIT.title });
  for (const [press, answer] of [['Cancel', ''], ['Keep it in the tray', 'tray'], ['Stop and quit', 'quit']]) {
    await ask();
    await dialog.getByText(QUIT.text).waitFor();
    await dialog.getByRole('button', { name: press }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual((await asked(page, 'Page.AnswerQuit')).at(-1), ['Page.AnswerQuit', answer]);
  }
  assert.equal((await asked(page, 'Page.QuitShown')).length, 3);
  assert.equal((await asked(page, 'Settings.Write')).length, 0);
  await ask();
  await dialog.getByLabel('Don’t ask again').check();
  await dialog.getByRole('button', { name: 'Stop and quit' }).click();
  await page.waitForFunction(() => window.asked.filter(([m]) => m === 'Page.AnswerQuit').length === 4);
  assert.equal((await asked(page, 'Settings.Write'))[0][1].text, 'stop');
  await ask({ ...QUIT, stops: false, tray: false });
  await dialog.getByRole('button', { name: 'Quit', exact: true }).waitFor();
  assert.equal(await dialog.getByRole('checkbox').count() + await dialog.getByRole('button', { name: 'Keep it in the tray' }).count(), 0);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => window.asked.filter(([m]) => m === 'Page.AnswerQuit').length === 5);
});

on('while the cloud is away it can be asked again at once', 'offline', async (page) => {
  await button(page, 'Retry now').click();
  assert.equal((await asked(page, 'Page.Retry')).length, 1);
});

on('about says the version of a release, and of any other build what it was built from', { ...sceneOf('about'), about: { ...sceneOf('about').about, version: 'v1.4.0' } }, async (page) => {
  await page.getByText('1.4.0', { exact: true }).waitFor();
  await page.evaluate((about) => window.setScene({ about }), { ...sceneOf('about').about, version: 'v1.4.0-3-g5e89922' });
  await page.locator('nav button').filter({ hasText: /^Home$/ }).click();
  await page.locator('nav button').filter({ hasText: /^About$/ }).click();
  await page.getByText('Development build v1.4.0-3-g5e89922', { exact: true }).waitFor();
});

on('what data cost is said once it is money', { ...sceneOf('ready-details'), snapshot: { ...sceneOf('ready-details').snapshot, cost: { ...sceneOf('ready-details').snapshot.cost, traffic: 0.0004 } } }, async (page) => {
  const cost = page.getByRole('region', { name: 'Cost' });
  await cost.waitFor();
  assert.equal(await cost.getByText('of which for data sent').count(), 0);
  await page.evaluate((s) => window.setScene({ snapshot: { ...s, revision: 9, cost: { ...s.cost, traffic: 0.4 } } }), sceneOf('ready-details').snapshot);
  await cost.getByText('of which for data sent').waitFor();
});

for (const name of ['profile-taken', 'share-made']) {
  on(`what can be done in a dialog is in sight in the smallest window: ${name}`, name, async (page) => {
    const dialog = page.getByRole('dialog');
    for (const one of await dialog.locator('.dialog-actions button').all()) {
      const box = await one.boundingBox();
      const shown = await dialog.boundingBox();
      assert.ok(box.y + box.height <= shown.y + shown.height && box.y >= shown.y, `${await one.textContent()} is out of sight`);
    }
  }, { viewport: { width: 800, height: 560 } });
}

on('the search of the log is wide enough to read in the smallest window', 'log', async (page) => {
  assert.ok((await page.locator('#log-text').boundingBox()).width >= 180);
}, { viewport: { width: 800, height: 560 } });

on('who signs in after somebody else finds no log, and has not cleared one', { ...sceneOf('log-empty'), last: 40 }, async (page) => {
  await page.getByText('No log yet.').waitFor();
});

on('what an operator can do with an instance is in sight in the smallest window', 'fleet', async (page) => {
  for (const one of await page.locator('.acts button').all()) {
    const box = await one.boundingBox();
    assert.ok(box.x + box.width <= 800, `${await one.textContent()} ends at ${box.x + box.width}`);
  }
}, { viewport: { width: 800, height: 560 } });
