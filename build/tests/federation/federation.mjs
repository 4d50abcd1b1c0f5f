// Company sign-in, judged by providers that nobody here wrote: the verb and the window through a real Chromium, who has no
// group, who was given one, and a search for what is secret.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '../../../frontend/node_modules/playwright-core/index.mjs';
import { claim, environment, folder, objects, run, start, until } from '../launcher.mjs';
import { opened, pathWithOpener } from '../opener.mjs';
import { PATIENCE, freePort, openPage } from '../page.mjs';
import { admin } from '../secrets.mjs';
import { openid, saml } from './providers.mjs';

const [binary, dev] = process.argv.slice(2);
const home = folder();
const secret = 'MARK-client-secret-of-the-provider';
const secrets = new Set([secret]);
const profile = join(home, 'cloud.yaml');
const env = environment(home, { PATH: pathWithOpener(home), NO_AT_BRIDGE: '1' });
const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--write-profile', profile, '--json'], { env, echo: false });
const { endpoint, outputs } = await cloud.line('the cloud is up', (text) => objects([text]).find((o) => o.type === 'cloud'));
const world = { endpoint, outputs };
const said = []; // all that the launcher printed

const pages = endpoint.replace('127.0.0.1', 'localhost'); // where the launcher sends the browser
const acme = await openid(secret, `${pages}/oauth2/idpresponse`, secrets);
const corp = await saml(home, `${pages}/saml2/idpresponse`, secrets);
await admin(world, 'CreateIdentityProvider', { ProviderName: 'Acme', ProviderType: 'OIDC', IdpIdentifiers: ['acme.example'],
  ProviderDetails: { client_id: 'avatar-launcher', client_secret: secret, oidc_issuer: acme.address, authorize_scopes: 'openid email profile', attributes_request_method: 'GET' },
  AttributeMapping: { email: 'email', email_verified: 'email_verified', name: 'groups' } });
await admin(world, 'CreateIdentityProvider', { ProviderName: 'Corp', ProviderType: 'SAML',
  ProviderDetails: { MetadataURL: corp.metadata, IDPSignout: 'true' }, AttributeMapping: { email: 'email', name: 'groups' } });
const back = `http://127.0.0.1:${await freePort()}/callback`;
const { UserPoolClient } = await admin(world, 'DescribeUserPoolClient', { ClientId: outputs.clientId });
const { CreationDate, LastModifiedDate, ClientSecret, ...settings } = UserPoolClient;
await admin(world, 'UpdateUserPoolClient', { ...settings, CallbackURLs: [back], LogoutURLs: [back], SupportedIdentityProviders: ['Acme', 'Corp'] });

/** The cloud's profile with a company's sign-in. */
function profileOf(key, name) {
  const text = readFileSync(profile, 'utf8').replace(/redirect_uris:\n(?: +- .*\n)+/, `redirect_uris: ["${back}"]\n`)
    .replace(/sign_in: \w+/, 'sign_in: browser').replace(/ {4}demo_users:\n(?: {6}.*\n)*/, '')
    .replace(/ *(identity_provider|idp_identifier):.*\n/g, '').replace(/^( +)sign_in: browser\n/m, (line, indent) => `${line}${indent}${key}: ${name}\n`);
  const file = join(home, `${key}.${name}.yaml`);
  writeFileSync(file, text);
  claim(`the profile names ${name}`, text.includes(`${key}: ${name}`), text);
  return file;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** Goes to the address that the launcher opened, and on to the provider's own pages. */
async function atProvider(provider, steps) {
  const address = await opened(home);
  writeFileSync(join(home, 'opened'), '');
  const context = await browser.newContext({ locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE);
  const tab = await context.newPage();
  await tab.goto(address);
  claim('the browser goes straight to the provider', tab.url().startsWith(provider.address), tab.url());
  await steps(tab);
  return { tab, context };
}
const byOpenID = (name) => async (tab) => {
  await tab.getByPlaceholder('Enter any login').fill(name);
  await tab.getByPlaceholder('and password').fill('any');
  await tab.getByRole('button', { name: 'Sign-in' }).click();
  await tab.getByRole('button', { name: 'Continue' }).click();
};
const bySAML = (name) => async (tab) => {
  await tab.getByLabel('Name').fill(name);
  await tab.getByRole('button', { name: 'Go' }).click();
};

async function verb(...args) {
  const done = await run(binary, args, { env });
  said.push(done.text);
  return done;
}

/** The verb signs in; nobody has rights before an operator gives them a group, which counts at the next refresh. */
async function byVerb(file, provider, name, user, steps, group) {
  const signing = start(binary, ['sign-in', '--profile', file], { env });
  const { tab, context } = await atProvider(provider, steps(name));
  await tab.getByText('You can close this tab').waitFor();
  claim('the verb ends with 0', (await signing.ended) === 0, signing.lines.join('\n'));
  said.push(...signing.lines);
  claim(`it says that ${user} signed in`, signing.lines.some((l) => l.includes(`signed in as ${user}`)), signing.lines.join('\n'));
  const known = await admin(world, 'AdminGetUser', { Username: user });
  claim('the pool knows them as people of a provider', known.UserStatus === 'EXTERNAL_PROVIDER');
  const attributes = Object.fromEntries(known.UserAttributes.map((a) => [a.Name, a.Value]));
  claim('the provider’s attributes are there', attributes.email === `${name}@acme.example` && attributes.name.includes('staff'), JSON.stringify(attributes));
  const denied = await verb('status', '--profile', file, '--json');
  claim('without a group there are no rights', denied.code !== 0 && denied.text.includes('no group'), denied.text);
  await admin(world, 'AdminAddUserToGroup', { Username: user, GroupName: group });
  const status = await verb('status', '--profile', file, '--json');
  claim(`the group ${group} counts without another sign-in`, status.code === 0 && status.text.includes(user), status.text);
  if (group === 'operator') claim('it gives the role', /"role":\s*"operator"/.test(status.text), status.text);
  return { tab, context };
}

/** The window offers the company's sign-in, and no password. */
async function byWindow(file) {
  const { launcher, page, walk, button } = await openPage(dev, ['--profile', file, '--log-level', 'debug'], env, 'federation');
  let shown = '';
  await walk(async () => {
    await button('Continue with Acme').waitFor();
    claim('the window asks for no password', (await page.getByLabel('Password', { exact: true }).count()) === 0);
    await button('Continue with Acme').click();
    const { tab, context } = await atProvider(acme, byOpenID('anna.staff'));
    await tab.getByText('You can close this tab').waitFor();
    await button('Sign out').waitFor();
    claim('the window is signed in', true);
    shown = await page.content() + await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    await context.close();
  });
  launcher.child.kill('SIGTERM');
  await launcher.ended;
  return { lines: launcher.lines, shown };
}

/** The texts of all files below a folder, but the cloud's own state, which keeps the provider's secret as Cognito does. */
const files = (at) => readdirSync(at, { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile() && !/cloud\.db|idp\.(key|pem)$/.test(f.name)).map((f) => readFileSync(join(f.parentPath ?? f.path, f.name), 'latin1')).join('\n');

try {
  const openID = profileOf('identity_provider', 'Acme');
  let { context } = await byVerb(openID, acme, 'anna.staff', 'Acme_anna.staff', byOpenID, 'user');
  await context.close();
  claim('signing out ends it', (await verb('sign-out', '--profile', openID)).code === 0);
  const samlProfile = profileOf('identity_provider', 'Corp');
  let tab;
  ({ tab, context } = await byVerb(samlProfile, corp, 'bob.staff', 'Corp_bob.staff', bySAML, 'operator'));
  await tab.goto(`${pages}/logout?client_id=${outputs.clientId}&logout_uri=${encodeURIComponent(back)}`).catch(() => {}); // nobody listens there now
  await until('Cognito’s sign-out signs out of the SAML provider, too', () => corp.left.length === 1 && Boolean(corp.left[0].SAMLRequest), 20_000);
  await context.close();
  claim('signing out ends it', (await verb('sign-out', '--profile', samlProfile)).code === 0);
  const domain = profileOf('idp_identifier', 'acme.example');
  const signing = start(binary, ['sign-in', '--profile', domain], { env });
  ({ context } = await atProvider(acme, byOpenID('anna.staff')));
  claim('an e-mail domain leads to the provider', (await signing.ended) === 0, signing.lines.join('\n'));
  await context.close();
  claim('signing out ends it', (await verb('sign-out', '--profile', domain)).code === 0);
  const { lines, shown } = await byWindow(openID);
  claim(`${secrets.size} secrets of the providers were seen`, secrets.size >= 6);
  const places = { 'the cloud’s output': cloud.lines.join('\n'), 'the launcher’s output': [...said, ...lines].join('\n'), files: files(home),
    'the page': shown };
  for (const [place, text] of Object.entries(places)) {
    claim(`none of them is in ${place}`, ![...secrets].some((s) => text.includes(s)));
  }
  claim('the log was written', existsSync(join(home, 'state')) && files(join(home, 'state')).includes('signed in'));
} finally {
  await browser.close();
  acme.close();
  corp.close();
}
cloud.child.kill('SIGTERM');
await cloud.ended;
process.exit(0);
