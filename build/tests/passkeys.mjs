// Passkeys in a real Chromium with a virtual authenticator: one is added on the pool's page and then signs in, by the
// verb that opens the browser.
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATIENCE } from './page.mjs';
import { claim, run, start } from './launcher.mjs';
import { opened } from './opener.mjs';

/** Gives a tab an authenticator that approves whatever it is asked, and returns how to look into it. */
async function authenticator(context, tab) {
  const cdp = await context.newCDPSession(tab);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const credentials = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return { credentials };
}

export async function judgePasskeys(world, browser) {
  const { profile, home, env } = world;
  const binary = process.argv[2];
  const user = 'bob';
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE);
  const tab = await context.newPage();
  const keys = await authenticator(context, tab);

  const password = await run(binary, ['sign-in', '--profile', profile, '--user', user, '--password-stdin'], { env, echo: false, input: world.password(user) });
  claim('the password signs in', password.code === 0, password.text);
  const first = start(binary, ['passkeys', '--profile', profile, '--add'], { env });
  const address = new URL(await opened(home));
  claim('the browser is sent to a name, for which passkeys can be', address.hostname === 'localhost' && address.pathname === '/passkeys/add', address.href);
  await tab.goto(address.href);
  await tab.getByLabel('Username').fill(user);
  await tab.getByLabel('Password').fill(world.password(user));
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('heading', { name: 'Add a passkey' }).waitFor();
  await tab.screenshot({ path: join(world.shots, 'passkey-add.png') });
  await tab.getByRole('button', { name: 'Add a passkey' }).click();
  await tab.getByText('You can close this tab').waitFor();
  claim('the verb says that the passkey is added', (await first.ended) === 0 && first.lines.some((l) => l.includes('is added')), first.lines.join('\n'));
  const made = await keys.credentials();
  claim('the authenticator holds one passkey, for localhost', made.length === 1 && made[0].rpId === 'localhost' && made[0].isResidentCredential, JSON.stringify(made.map((c) => c.rpId)));
  const listed = await run(binary, ['passkeys', '--profile', profile, '--json'], { env, echo: false });
  claim('it is listed', listed.code === 0 && /"name":\s*"Passkey 1"/.test(listed.text), listed.text);
  claim('signing out ends it', (await run(binary, ['sign-out', '--profile', profile], { env })).code === 0);
  writeFileSync(join(home, 'opened'), '');

  await context.clearCookies();
  const second = start(binary, ['sign-in', '--profile', profile, '--browser'], { env });
  await tab.goto(await opened(home));
  await tab.getByLabel('Username').fill(user);
  for (const theme of ['light', 'dark']) {
    await tab.emulateMedia({ colorScheme: theme });
    await tab.screenshot({ path: join(world.shots, `passkey-ways-${theme}.png`) });
  }
  await tab.getByRole('button', { name: 'Use a passkey' }).click();
  await tab.getByRole('heading', { name: 'Use your passkey' }).waitFor();
  await tab.screenshot({ path: join(world.shots, 'passkey-use.png') });
  await tab.getByRole('button', { name: 'Use the passkey' }).click();
  await tab.getByText('You can close this tab').waitFor();
  claim('the verb ends with 0', (await second.ended) === 0);
  claim('the passkey signs in whom it belongs to', second.lines.some((l) => l.includes(`signed in as ${user}`)), second.lines.join('\n'));
  const used = await keys.credentials();
  claim('the passkey was used', used[0].signCount > made[0].signCount, `${made[0].signCount} and ${used[0].signCount}`);
  const log = readFileSync(join(home, 'opened'), 'utf8');
  claim('the address that was opened holds no secret of the passkey', !log.includes(used[0].privateKey));
  claim('signing out ends it', (await run(binary, ['sign-out', '--profile', profile], { env })).code === 0);
  await context.close();
  writeFileSync(join(home, 'opened'), '');
}
