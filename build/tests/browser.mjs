// The page's main journey in a real browser: sign-in, start, log, stop, history, settings, diagnostics, the fleet.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, environment, folder, until } from './launcher.mjs';
import { openPage } from './page.mjs';

const env = environment(folder());
const { page, launcher, complaints, shoot, walk, button, headline } = await openPage(process.argv[2], ['--profile', 'local'], env, 'journey');

await walk(async () => {
  await button('Try as demo').waitFor();
  await shoot('sign-in');

  await page.getByLabel('User name').fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await button('Sign in').click();
  await page.getByRole('alert').first().waitFor();
  claim('a wrong password is refused in words', /password/i.test(await page.getByRole('alert').first().innerText()));
  await shoot('sign-in-refused');

  await button('Try as demo').click();
  await button('Start my avatar').waitFor();
  claim('demo signs in by one press', true);
  await shoot('idle');

  await button('Details').click();
  await button('Start my avatar').click();
  await button('Cancel').waitFor();
  await page.locator('.line').nth(3).waitFor();
  claim('the log is live while it boots', (await page.locator('.line').count()) > 3);
  await shoot('booting');

  await headline('Your avatar is ready').waitFor();
  await button('Open my avatar').waitFor();
  const facts = await page.getByRole('region', { name: 'Machine', exact: true }).innerText();
  for (const [what, pattern] of [['machine ID', /i-[0-9a-f]{17}/], ['image ID', /ami-[0-9a-f]+/], ['subnet', /subnet-[0-9a-f]+/], ['address', /demo\.avatar\.localhost/], ['state', /running/]]) {
    claim(`the home page shows the ${what}`, pattern.test(facts), facts);
  }
  await shoot('ready-cold');
  await page.getByRole('button', { name: 'Log', exact: true }).click();
  await page.getByPlaceholder('Search the log…').waitFor();
  await shoot('log');
  await page.getByRole('button', { name: 'About', exact: true }).click();
  await page.getByText('Configuration file', { exact: true }).waitFor();
  await shoot('about');

  await page.getByRole('button', { name: 'Home', exact: true }).click();
  await button('Delete…').click();
  await page.getByRole('alertdialog').waitFor();
  await shoot('terminate');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();

  await button('Stop').click();
  await button('Start my avatar').waitFor();
  claim('stop gives the instance back', true);

  await page.getByText(/^[1-5] of 5 ready$/).waitFor();
  await button('Start my avatar').click();
  await headline('Your avatar is ready').waitFor();
  await page.getByText('Quick start').waitFor();
  claim('the next start is a warm one', true);
  await page.mouse.move(0, 0);
  await shoot('home');
  await button('Stop').click();
  await button('Start my avatar').waitFor();

  await button('History').click();
  await page.getByRole('table').locator('tbody tr').nth(1).waitFor();
  const rows = await page.getByRole('table').locator('tbody').innerText();
  claim('the history has both sessions, the cold one and the warm one', /Quick/.test(rows) && /Slow/.test(rows), rows);
  claim('the pool has a chart', (await page.locator('.chart canvas').count()) === 2);
  await shoot('history');

  await button('Settings').click();
  const file = join(env.XDG_CONFIG_HOME, 'avatar-launcher', 'config.yaml');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '# mine\nprofile: local # the only one\n');
  await page.getByText('Dark', { exact: true }).click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.getByRole('switch', { name: 'Notifications' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByLabel('Stop if nobody uses it for').selectOption('2 h');
  await until('the setting is in the file', () => readFileSync(file, 'utf8').includes('window:'));
  const text = readFileSync(file, 'utf8');
  claim('settings are in the file, its comments kept', text === '# mine\nprofile: local # the only one\ndesktop:\n  theme: dark\n  notifications: false\nprofiles:\n  local:\n    cloud: embedded\n    session:\n      window: 2h\n', text);
  await page.getByText('Automatic', { exact: true }).click();
  await page.waitForFunction(() => document.documentElement.dataset.appearance === 'system');
  await shoot('settings');

  await button('About').click();
  await page.getByText(/Everything is working|needs? attention/).first().waitFor();
  await page.getByText(/^\d+ checks? passed$/).click();
  claim('the diagnostics have looked at the permissions', /Starting and stopping[\s\S]*quota/.test(await page.getByRole('region', { name: 'Diagnostics' }).innerText()));
  await shoot('diagnostics');

  await button('Sign out').click();
  await button('Try as demo').waitFor();
  claim('signing out returns to the sign-in page', true);

  const more = page.getByRole('button', { name: /^Show \d+ more$/ });
  if (await more.count()) await more.click();
  await button('Try as operator').click();
  await button('Fleet').click();
  await page.getByRole('tabpanel').getByText(/i-[0-9a-f]{17}/).first().waitFor();
  claim('an operator sees the fleet', (await page.getByRole('tabpanel').locator('tbody tr').count()) >= 5);
  await page.getByLabel('Pool size').fill('6');
  await button('Set…').click();
  await page.getByLabel('Reason').fill('a class of six');
  await button('Change').click();
  await page.getByText("The pool has 6 stopped and 0 running machines from now on").waitFor();
  const retire = page.getByRole('button', { name: /^Replace i-/ }).first();
  const victim = (await retire.getAttribute('aria-label')).replace('Replace ', '');
  await retire.click();
  await page.getByLabel('Reason').fill('it was slow');
  await button('Replace instance').click();
  await page.getByText(`${victim} is being replaced`).waitFor();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByRole('cell', { name: 'a class of six' }).waitFor();
  await page.getByRole('cell', { name: 'it was slow' }).first().waitFor();
  claim('what an operator does is in the audit, with the reason', true);
  await shoot('fleet-audit');
  await page.getByRole('tab', { name: 'Instances' }).click();
  await shoot('fleet');
  await button('Sign out').click();
  await button('Try as demo').waitFor();
  claim('the page threw nothing', complaints.length === 0, complaints.join('\n'));
});

launcher.child.kill('SIGTERM');
const code = await launcher.ended;
claim('the launcher ends on SIGTERM', code === 0, `exit ${code}`);
process.exit(0);
