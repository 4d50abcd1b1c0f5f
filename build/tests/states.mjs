// What a person sees while the cloud is in trouble: the embedded cloud's own faults make each state, and the page in a
// real browser has to say it, with a way out, and to recover once the trouble is over.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claim, environment, folder, objects, start, until } from './launcher.mjs';
import { openPage } from './page.mjs';

const [binary, dev] = process.argv.slice(2);
const env = environment(folder());
const profile = join(env.HOME, 'config', 'avatar-launcher', 'config.yaml');
mkdirSync(dirname(profile), { recursive: true });
const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--write-profile', profile, '--boot-warm', '2s', '--boot-cold', '4s', '--json'], { env, echo: false });
const { endpoint, outputs } = await cloud.line('the cloud is up', (text) => objects([text]).find((o) => o.type === 'cloud'));
// A small pool; nobody watches the readiness line here.
writeFileSync(profile, readFileSync(profile, 'utf8').replace('size: 5', 'size: 1').replace('max_instances: 10', 'max_instances: 2'));

async function admin(method, path, body) {
  const answer = await fetch(`${endpoint}/_admin/${path}`, {
    method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${outputs.operatorSecretAccessKey}` },
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}
const fault = (service, operation, kind, more = {}) => admin('POST', 'faults', { service, operation, kind, ...more });
const heal = () => admin('DELETE', 'faults');
const SERVICES = ['cognito-idp', 'cognito-identity', 'dynamodb', 'ec2', 'kinesis', 'route53', 'scheduler', 'sts'];

await admin('POST', 'capacity', { instances: 0 });
const { page, launcher, complaints, shoot, walk, button, headline } = await openPage(dev, ['--profile', profile], env, 'states');
const says = (text) => page.getByText(text).first().waitFor();
const gone = (text) => page.getByText(text).first().waitFor({ state: 'hidden' });

async function signIn() {
  await button('Try as demo').waitFor();

  await fault('cognito-idp', '*', 'drop-before');
  await button('Try as demo').click();
  await says('The sign-in service isn’t responding.');
  await says('Check your internet connection');
  await shoot('sign-in-unreachable');
  await heal();

  await fault('cognito-idp', '*', 'error', { code: 'TooManyRequestsException', status: 400 });
  await button('Try as demo').click();
  await says('The sign-in service is busy right now.');
  await shoot('sign-in-throttled');
  await heal();

  await fault('cognito-idp', '*', 'latency', { latency: '20s' });
  await button('Try as demo').click();
  await says('Signing in as demo');
  await shoot('sign-in-slow');
  await button('Cancel').click();
  await button('Try as demo').waitFor();
  await heal();

  await fault('cognito-identity', '*', 'error', { code: 'NotAuthorizedException', status: 400 });
  await button('Try as demo').click();
  await says('You don’t have access to AWS');
  await shoot('sign-in-no-credentials');
  await heal();
  await page.getByRole('button', { name: /^Dismiss/ }).click();
  claim('sign-in says what is wrong: no answer, too many requests, slow, no credentials', true);
}

async function home() {
  await says('No standby machine is free');
  await shoot('home-empty-pool');

  await button('Start my avatar').click();
  await says(/in line|No instance is free/);
  await shoot('home-no-capacity');
  claim('without capacity there is a place in the queue, or a refusal with its reason', true);

  await admin('POST', 'capacity', { instances: -1 });
  await headline('Your avatar is ready').waitFor();
  claim('the start goes on by itself once there is capacity', true);
}

async function log() {
  await button('Log').click();
  await page.locator('[role=log] .line').nth(3).waitFor();
  await fault('kinesis', 'GetRecords', 'error', { code: 'InternalFailure', status: 500 });
  await says('Can’t read the log right now');
  await shoot('log-unreadable');
  await heal();
  await says('The log is live again.');
  await fault('kinesis', '*', 'drop-before');
  await says('Can’t reach the log right now.');
  await shoot('log-unreachable');
  await heal();
  const newest = () => page.locator('[role=log] .line').last().innerText();
  const before = await newest();
  await until('the log goes on afterwards', async () => (await newest()) !== before);
  claim('the log says that it cannot be read', true);
}

async function offline() {
  await button('Home').click();
  for (const service of SERVICES) await fault(service, '*', 'drop-before');
  await says('Can’t reach the cloud');
  await says(/keeps running and stops automatically at \d\d:\d\d/);
  await shoot('home-offline');
  for (const name of ['History', 'Log', 'Settings', 'About']) {
    await button(name).click();
    await says('Can’t reach the cloud');
  }
  await button('History').click();
  await says('Try again');
  await shoot('history-offline');
  await heal();
  await button('Home').click();
  await gone('Can’t reach the cloud');
  claim('offline says that the instance goes on, and when it stops; and is over by itself', true);
}

async function killed() {
  await button('Details').click();
  const facts = await page.getByRole('region', { name: 'Details' }).innerText();
  await admin('POST', `instances/${/i-[0-9a-f]{17}/.exec(facts)[0]}/kill`);
  await says('Your avatar has stopped');
  await shoot('home-killed');
  claim('an instance that is lost is said to be', true);
}

async function history() {
  await fault('dynamodb', 'Query', 'latency', { latency: '8s' });
  await button('History').click();
  await page.locator('[aria-busy=true]').waitFor();
  await shoot('history-loading');
  await says('Taking longer than usual');
  await button('Cancel').click();
  await headline(/Your avatar has stopped|Ready when you are/).waitFor();
  await heal();
  claim('what takes long says so, and has a way out', true);

  await fault('dynamodb', 'Query', 'error', { code: 'AccessDeniedException', status: 400 });
  await button('History').click();
  await says('Your account doesn’t allow this.');
  await shoot('history-denied');
  await heal();
  await page.getByRole('button', { name: /^Try again/ }).click();
  await page.getByRole('table').locator('tbody tr').first().waitFor();
  claim('a page that could not be read is read at the next try', true);

  await button('Home').click();
  await fault('dynamodb', 'Query', 'error', { code: 'AccessDeniedException', status: 400, contains: '{"S":"pool"}' });
  await button('History').click();
  await page.getByRole('table').locator('tbody tr').first().waitFor();
  await says("Couldn’t load the pool’s history");
  await shoot('history-partial');
  await heal();
  claim('what could be read is shown, with why the rest is not', true);
}

async function settings() {
  await button('Settings').click();
  await page.getByRole('switch', { name: 'Notifications' }).waitFor();
  chmodSync(profile, 0o444);
  await button('Home').click();
  await button('Settings').click();
  await says('These settings are managed and can’t be changed here');
  claim('what cannot be changed cannot be pressed', await page.getByRole('switch', { name: 'Notifications' }).isDisabled());
  await shoot('settings-read-only');
  chmodSync(profile, 0o600);
}

async function about() {
  await fault('kinesis', '*', 'error', { code: 'AccessDeniedException', status: 400 });
  await button('About').click();
  await says(/\d+ things? needs? attention/);
  const text = await page.getByRole('region', { name: 'Diagnostics' }).innerText();
  claim('the diagnostics name what is refused, and the cure', /isn’t allowed to use kinesis[\s\S]*(operator|administrator|stack)/.test(text), text);
  await shoot('about-denied');
  await heal();
  await button('Run again').click();
  await until('and no longer, once it is allowed', async () => !/isn’t allowed to use kinesis/.test(await page.getByRole('region', { name: 'Diagnostics' }).innerText()));
}

async function fleet() {
  claim('a user has no fleet page', (await button('Fleet').count()) === 0);
  await button('Sign out').click();
  await button('Try as demo').waitFor();
  const more = page.getByRole('button', { name: /^Show \d+ more$/ });
  if (await more.count()) await more.click();
  await button('Try as operator').click();
  await button('Fleet').waitFor();

  await button('History').click();
  await says('No sessions yet');
  await shoot('history-empty');

  await fault('ec2', 'DescribeInstances', 'error', { code: 'UnauthorizedOperation', status: 403 });
  await button('Fleet').click();
  await says('Your account doesn’t allow this.');
  await shoot('fleet-denied');
  await heal();
  await page.getByRole('button', { name: /^Try again/ }).click();
  await page.getByRole('tabpanel').getByText(/i-[0-9a-f]{17}/).first().waitFor();

  await fault('dynamodb', '*', 'error', { code: 'InternalServerError', status: 500 });
  await page.locator('button[aria-label^="Replace i-"]:enabled').first().click();
  await page.getByLabel('Reason').fill('a try');
  await page.getByRole('alertdialog').getByRole('button').last().click();
  await says('Couldn’t ');
  await shoot('fleet-not-done');
  await heal();
  claim('the fleet says why it could not be read or changed', true);
}

await walk(async () => {
  for (const part of [signIn, home, log, offline, killed, history, settings, about, fleet]) await part();
  claim('the page threw nothing', complaints.length === 0, complaints.join('\n'));
});
launcher.child.kill('SIGTERM');
claim('the launcher ends on SIGTERM', (await launcher.ended) === 0);
cloud.child.kill('SIGTERM');
await cloud.ended;
process.exit(0);
