// Every state that the page can be in, as Go would send it. What a scene does not name is as Go has written it, so that a new
// field is in all of them; scenes.test.mjs compares the rest.
import { readFileSync } from 'node:fs';

/** What Go sends, from its own test. */
export const sent = JSON.parse(readFileSync(new URL('../../app/bridge/testdata/sent.json', import.meta.url), 'utf8'));

/** The time that the browser's clock stands at in every scene. */
export const NOW = Date.parse('2026-03-14T09:26:53.500Z');

const at = (ms) => NOW + ms;
const MINUTE = 60_000;
const USUAL = { claiming: 240, arming: 310, booting: 3900, probing: 850 };

const member = (n, state, owner = '') => ({
  instanceId: `i-0${(0x3f29a8c17be4d0 + n * 0x11d7).toString(16)}e${n}a`.slice(0, 19), state, owner,
  zone: `us-east-1${'abc'[n % 3]}`, type: 'g4dn.xlarge', template: '3', draining: false,
});
const warmPool = (...states) => ({
  target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: states.map((s, n) => member(n, s, s === 'claimed' ? 'u-1' : '')), leader: true, asOf: at(-4000), recycle: 'reset', backoff: null, rollout: null,
});
const ROLLOUT = {
  lines: ['Version 4 of the launch template is being tried on one instance. The others are of version 3.'], stage: 'one', paused: false,
};
const HELD = {
  failures: 3, instanceId: 'i-03f29a8c17be4d05e', why: 'wasn’t ready within 15 min', retryAt: at(42 * MINUTE),
  lines: ['Started avatar.service', 'unreal: no Vulkan driver for the GPU was found', 'avatar.service: exited, status=1'],
};
const FULL = warmPool('warm', 'warm', 'warm', 'warm', 'warm');
const ONE_OUT = warmPool('claimed', 'warm', 'warm', 'warm', 'warming');

const user = { id: 'u-1', username: 'demo', role: 'user' };
const session = (left = 52 * MINUTE + 11_000) => ({
  userId: 'u-1', username: 'demo', instanceId: FULL.members[0].instanceId, creationTime: at(-8 * MINUTE), expireAt: at(left),
  publicIp: '203.0.113.24', subnetId: 'subnet-0c4e2a9f71b3d8e56', phase: 'ready', epoch: 4, domain: 'demo.avatar.localhost', lastActivity: at(left - 60 * MINUTE), lastUseBy: 'window',
});
const machine = (state, status) => ({
  instanceId: FULL.members[0].instanceId, name: 'avatar-demo', imageId: 'ami-0b7f3c5a9d2e81f46', type: 'g4dn.xlarge',
  zone: 'us-east-1a', state, systemStatus: status, instanceStatus: status,
  publicIp: state === 'running' ? '203.0.113.24' : '', privateIp: '10.0.1.24', subnetId: 'subnet-0c4e2a9f71b3d8e56', launchTime: at(-8 * MINUTE),
});
const ORDER = ['claiming', 'arming', 'booting', 'probing'];
/** Steps up to and with `until`, the last of them begun `ago` ms before now; "ready" has them all done. */
const steps = (until, ago = 0, times = { claiming: 212, arming: 287, booting: 3641, probing: 790 }) => {
  const last = until === 'ready' ? ORDER.length : ORDER.indexOf(until);
  return ORDER.slice(0, last + 1).map((phase, n) => ({
    phase, started: at(n === last ? -ago : -6000 + n * 1000), took: n === last ? null : times[phase], usual: USUAL[phase],
  }));
};
const idleSteps = ORDER.map((phase) => ({ phase, started: null, took: null, usual: USUAL[phase] }));

const base = {
  ...sent.idle, since: at(-1000), pool: FULL, steps: idleSteps, estimate: 5300,
  cost: { currency: 'USD', hourly: 0.526, since: null, traffic: 0, month: 4.2, poolMonth: 31.4, alwaysOn: 1915.2 },
};
const running = (left) => ({
  cost: { ...base.cost, hourly: 0.526, since: at(-8 * MINUTE) },
  timers: [{ kind: 'idle', at: at(left), cost: 0.53 }, { kind: 'maximum', at: at(11 * 60 * MINUTE), cost: 6.3 }],
});
const out = { user: null, phase: 'signed-out', steps: [] };
const challenge = (name, more = {}) => ({ ...out, phase: 'signing-in', challenge: { name, username: 'alice', destination: '', choices: [], secret: '', qr: '', url: '', resend: false, attribute: '', ...more } });

/** The QR code that Go makes of the scene's secret. */
const QR = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAQgAAAEIEAAAAADWDelgAAAGNElEQVR4nOzdQW7jOBAF0Mmg73/lnoWBgT5ixiyzSs7ivWValpj0ByGaLPLP37//wP/+/XQD+F0EgiAQBIEgCARBIAgCQRAIwp/vP/r66n/M9euv6/1XX4vtXLOy0/5Ve3au33nuye970s6q7+3RQxAEgiAQBIEgCAThySjj6mRy/OSteOctffXz6pv86rk7n9157srO77Uy9/+ihyAIBEEgCAJBEAjCi1HGVdfbb3VeYEd1JDI9v3Ay+qjqHZXoIQgCQRAIgkAQBIJQGGV0mVj5s7J6uz4ZWax+fv3syejjs8WVegiCQBAEgiAQBIEgfGCUcVLjsLrP6q3+ZLXV9GioOqK5hx6CIBAEgSAIBEEgCIVRxp1vv111Byf36RoNra7v0vv/oocgCARBIAgCQRAIwotRxsRbcVcNRbV6+s7nTvx89bv00kMQBIIgEASBIAgE4ev+9TnVlULVN+rqG3uXroryz9JDEASCIBAEgSAIBOHFeRnV/ZQmdoutPutkh9jVs3buXx3ddO18u3PN/uhGD0EQCIJAEASCIBCEwoqp995av19fnV84WSW1Y6L+ojoa6vrs6pr9v5UegiAQBIEgCARBIAhPVkzdeVb19Ehh4vv/T7VnpXcVlh6CIBAEgSAIBEEgCC9GGVd3jiBOVhPttKGrDuLkDf9kNDGx2upBD0EQCIJAEASCIBCEwVHGSlddxspEdflELUnXCrTe0ZwegiAQBIEgCARBIAiF8zK6vrevOvmev1oPMrE3VNfoqXr9eyMjPQRBIAgCQRAIgkAQXuxk2zUvMH0exMRIZ3ovrIm5IXMZNBMIgkAQBIIgEIQ3Rxkr07uzrp7VVQE9vdvtznMn5kfUZfAmgSAIBEEgCAJBKOwxNfG2f+eeSzvtqd6n6/53/g1/vqcegiAQBIEgCARBIAiFuoyuUcBK9a3+zqrt1WerNSDV2pCTkwdXJwb+TA9BEAiCQBAEgiAQhMKpfFcTVdInb9c7bZioB7k6mfe5c3T2Mz0EQSAIAkEQCIJAEAo72VZN7OB6dWe9xo6JKu+JKnJ1GRQIBEEgCAJBEAjCk7mMiTf8k51Xd567uuY37Ex757zG+XyQHoIgEASBIAgEQSAIb66YujqZs1g9684VVqvrT557omt/qvfaqYcgCARBIAgCQRAIwpNRxvQ51NPnaK/ueTJfsLrPqm0rd85fVE8efNBDEASCIBAEgSAIBOHFXEbX2+/Vyff/XXsrTc+brD670tWe82fpIQgCQRAIgkAQBIJQ2Ml2+gzrHV2rsKqrvKq7zk6cf3HSBjvZ8iaBIAgEQSAIAkF4Uf19cjbESvWeq7bttHmnDRMm2jB9nviDHoIgEASBIAgEQSAIhbqMHSc7qXbtyDo9t/JevcND17zJ6p6r6539zZsEgiAQBIEgCAThyXkZ8c8fOuei6/qu/a8mnrtjYo8v1d8UCARBIAgCQRAIQnP1986IoGtH2aquk/i66lO6VoWdn8R3pYcgCARBIAgCQRAIwmD1d9fcxEntxsn8xcnvdbJP1Mn80fm5JHoIgkAQBIIgEASBIDxZMdU1UvjUCXddbZ6Yx5lgLoNBAkEQCIJAEASC8KIuIy49eJv9DW/g03MTO22omjhz5Of76yEIAkEQCIJAEASC8GLF1Mm8Rle19cROudO/y87ZHDum53e+00MQBIIgEASBIAgEoTCX0fbI4dPruvaw2vnsjq7akJ3773xWXQYFAkEQCIJAEASC0HxexspJNfSOk5qLrhPuuqq/T9qwun713O/0EASBIAgEQSAIAkFo3sn26uTNuTo6qK502nHS/onPVkcuq2eZy6BAIAgCQRAIgkAQGnayvep6E66aOAuja6fZlelzQ8xl0EAgCAJBEAiCQBAKo4wuO/MLXSfc7dxzZ/VU12hi4vyOrjY86CEIAkEQCIJAEASC8IFRxtXEHkp3fv/fVYtxMhfTNYp50EMQBIIgEASBIAgEoTDK6FqVVL3Pp86z2JnX2LnPzmdP7tO7UksPQRAIgkAQBIIgEITCeRldTqqePzX3cedut6t7VmtD3vtb6SEIAkEQCIJAEASC8IHzMvjN9BAEgSAIBEEgCAJBEAiCQBAEgvBfAAAA//8+ciRDa4hIXAAAAABJRU5ErkJggg==';

const TEXTS = [
  ['boot', 'info', 'Linux version 6.8.0-1015-aws, g4dn.xlarge, 4 vCPU, 16 GiB'],
  ['boot', 'info', 'Mounted /dev/nvme1n1 on /var/lib/avatar (ext4)'],
  ['boot', 'debug', 'cloud-init: module runcmd finished in 0.412 s'],
  ['agent', 'info', 'Agent 1.4.2 started, own timer set to 60 min'],
  ['unreal', 'info', 'LogInit: Build: ++UE5+Release-5.4-CL-35576357, -RenderOffscreen -PixelStreamingURL=ws://127.0.0.1:8888'],
  ['unreal', 'warn', 'LogStreaming: 3 packages are not preloaded; the first scene may stutter'],
  ['signalling', 'info', 'Listening on :80 for players, :8888 for the streamer'],
  ['unreal', 'error', 'LogAudio: no output device, falling back to the null device'],
  ['signalling', 'info', 'Streamer connected: DefaultStreamer'],
];
/** n lines of a boot, with a gap among them. */
export const logLines = (n) => Array.from({ length: n }, (_, i) => {
  const [source, level, text] = TEXTS[i % TEXTS.length];
  const gap = i === n - 4 ? 12 : 0;
  return {
    seq: i + 1, at: at(-(n - i) * 130), source: gap ? 'launcher' : source, level: gap ? 'warn' : level,
    text: gap ? '12 log lines are missing' : text, instanceId: session().instanceId, gap, style: '', marks: [],
  };
});

/** Five minutes of metrics, with a minute in which nothing came; players are not reported. */
export const metrics = (() => {
  const n = 150;
  const wave = (mid, by, every) => Array.from({ length: n }, (_, i) => (i > 60 && i < 90 ? null : mid + by * Math.sin(i / every)));
  return {
    at: Array.from({ length: n }, (_, i) => NOW - (n - i) * 2000), cpu: wave(42, 18, 9), gpu: wave(77, 12, 14), mem: wave(51, 3, 30),
    netOut: wave(9.2e6, 2.1e6, 6), fps: wave(58, 3, 5), players: [],
  };
})();

const readySnapshot = {
  ...base, phase: 'ready', session: session(), machine: machine('running', 'ok'), steps: steps('ready'), pool: ONE_OUT,
  url: 'http://demo.avatar.localhost:4580/', ...running(52 * MINUTE + 11_000),
};
const configNotice = { key: 'config', problem: {
  kind: 'config', what: 'The configuration has a mistake', why: 'config.yaml:12:5: There is no key "warm_pol" under profiles.studio.',
  next: 'Did you mean warm_pool?' } };
const keyringNotice = { key: 'keyring', problem: {
  kind: 'keyring', what: 'There is no keyring', why: 'No Secret Service answers on this desktop.', next: 'You stay signed in until you quit.' } };
const crashNotice = { key: 'crash', problem: {
  kind: 'unexpected', what: 'The launcher ended unexpectedly last time', why: 'What happened is in /home/demo/.local/state/avatar-launcher/logs/crash-20261128-150000.txt.',
  next: 'It stays on this computer. Send it to the people who help you, if you like.' } };
const updateNotice = { key: 'update', problem: {
  kind: 'leftover', what: 'Avatar Launcher v0.2.0 is available', why: 'Starts are twice as quick.\nThe log can be searched by time.', next: 'Install it from the download page when it suits you.' } };
const about = {
  version: '0.1.0', profile: 'local', endpoint: 'http://127.0.0.1:41873', region: 'us-east-1',
  configFile: '/home/demo/.config/avatar-launcher/config.yaml', logFolder: '/home/demo/.local/state/avatar-launcher/logs', tray: true, demo: true,
  update: 'Avatar Launcher v0.2.0 is available.',
};
const checks = [
  { name: 'Configuration', ok: true, why: 'No configuration file. The built-in demo profile is used.', cure: '' },
  { name: 'Keyring', ok: false, why: 'There is no keyring. No Secret Service answers on this desktop.', cure: 'You stay signed in until you quit.' },
  { name: 'ec2:StartInstances', ok: true, why: 'Your role may do it.', cure: '' },
  { name: 'scheduler:CreateSchedule', ok: false, why: 'Your role may not do it.', cure: 'Ask your operator to attach the policy avatar-launcher-user to your role.' },
];
const settings = {
  file: '/home/demo/.config/avatar-launcher/config.yaml', running: 'local', profile: 'local', profiles: ['local', 'studio'],
  desktop: { theme: 'system', language: '', notifications: true, startAtLogin: false, quit: 'ask' }, languages: ['de', 'en', 'es'],
  window: 60 * MINUTE, warning: 5 * MINUTE, maximum: 720 * MINUTE, staySignedIn: false, keyring: null, policy: null, problem: null,
};
const policy = { source: '/etc/avatar-launcher/policy.yaml', reason: 'Ask it@acme.example.', locked: ['profile', 'quit', 'staySignedIn', 'maximum'] };
const offer = {
  source: 'https://acme.example/studio.avatar-profile', host: '', name: 'studio', cloud: 'AWS, eu-central-1', signIn: 'https://studio.auth.eu-central-1.amazoncognito.com', zone: 'avatar.example.com', taken: false, same: false, signed: true, problem: null,
  text: 'cloud: aws\nregion: eu-central-1\nendpoint: ""\ncontrol: desktop\ncognito:\n  user_pool_id: eu-central-1_Ab1Cd2Ef3\n  client_id: 1example23456789\n  identity_pool_id: eu-central-1:01234567-89ab-cdef-0123-456789abcdef\nzone:\n  id: Z0123456789ABCDEFGHIJ\n  name: avatar.example.com\n',
};
const asking = { source: offer.source, host: 'acme.example', name: '', text: '', cloud: '', signIn: '', zone: '', taken: false, same: false, signed: false, problem: null };
const first = { ...settings, profiles: ['local'] };
const refusedOffer = { ...asking, host: '', problem: { kind: 'config', what: 'This profile can’t be added', why: 'https://acme.example/studio.avatar-profile is larger than 64 KiB.', next: 'Ask the person who gave it to you for another one.' } };
const security = { authenticator: false, device: '', problem: null };
const passkeys = { offered: true, passkeys: [], problem: null };
const twoPasskeys = { ...passkeys, passkeys: ['Passkey 1', 'Passkey 2'].map((name, n) => ({ id: `k-${n}`, name, domain: 'studio.auth.eu-central-1.amazoncognito.com', created: at((n - 40) * 24 * 60 * MINUTE) })) };
const enrolment = { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', qr: QR, problem: null };
const byBrowser = { kind: 'refused', what: 'Couldn’t load your sign-in security settings', why: 'You can only change this after signing in with your user name and password.', next: 'Sign in with your user name and password, then try again.' };
/** Sessions of some weeks: mostly warm, every seventh cold, one that never was ready. */
const records = (n) => Array.from({ length: n }, (_, i) => {
  const cold = i % 7 === 3;
  const length = (12 + ((i * 37) % 95)) * MINUTE;
  const started = -(i * 17 + 2) * 60 * MINUTE;
  return {
    instanceId: FULL.members[i % 5].instanceId, type: 'g4dn.xlarge', started: at(started), ended: at(started + length), startTook: i === 5 ? null : cold ? 92_000 + i * 900 : 4200 + ((i * 331) % 2600),
    cold, cost: (length / 3_600_000) * 0.526, why: ['stopped by the user', 'idle for an hour', 'signed out by the user'][i % 3],
  };
});
const samples = Array.from({ length: 90 }, (_, i) => {
  const claimed = Math.round(2 + 2 * Math.sin(i / 7) + (i % 5 === 0 ? 1 : 0));
  return { at: at(-(90 - i) * 8 * 60 * MINUTE), target: i < 50 ? 5 : 6, claimed, warm: Math.max(0, 5 - claimed), warming: i % 4 === 0 ? 1 : 0, recycling: i % 9 === 0 ? 1 : 0, waiting: 0 };
});
const past = { since: at(-30 * 24 * 60 * MINUTE), sessions: records(34), occupancy: samples, problem: null, partial: null };
const audit = (n) => Array.from({ length: n }, (_, i) => ({
  at: at(-i * 7 * MINUTE), username: ['demo', 'alice', 'bob'][i % 3], actor: i % 4 === 0 ? 'desk-7-1f3a9c2e' : ['demo', 'alice', 'bob'][i % 3],
  verb: ['claimed', 'started', 'extended', 'stopped', 'retired', 'resized'][i % 6], instanceId: FULL.members[i % 5].instanceId, why: ['', 'start', 'activity', 'stopped by the user', 'it was slow', 'a class of thirty'][i % 6],
}));
const fleetPool = { ...warmPool('claimed', 'claimed', 'hot', 'warm', 'warming', 'recycling'), hot: 1 };
const overview = {
  asOf: at(-2000), pool: fleetPool, resized: { stopped: 6, hot: null },
  machines: fleetPool.members.map((m, n) => ({ ...machine(['running', 'running', 'running', 'stopped', 'running', 'stopping'][n], 'ok'), instanceId: m.instanceId, name: n < 2 ? `avatar-${['demo', 'alice'][n]}` : `avatar-warm-${n}` })),
  sessions: fleetPool.members.slice(0, 2).map((m, n) => ({ ...session(), instanceId: m.instanceId, username: ['demo', 'alice'][n], domain: `${['demo', 'alice'][n]}.avatar.localhost` })),
  leases: [{ id: 'pool', holder: 'desk-7-1f3a9c2e', version: 1841, duration: 20_000 }],
  queue: [{ userId: 'u-9', username: 'bob', number: 12, since: at(-40_000), launcherId: 'desk-2-77aa01bc' }],
  schedules: fleetPool.members.slice(0, 2).map((m) => ({ instanceId: m.instanceId, at: at(53 * MINUTE) })),
  audit: audit(40),
};
const fleet = { overview, problem: null };
const unreachable = { kind: 'unreachable', what: 'Can’t reach the cloud', why: 'Nothing answers at ec2.us-east-1.amazonaws.com.', next: 'Check your network.' };
const offlineNotice = { key: 'cloud', problem: unreachable };
const readOnly = { kind: 'config', what: 'These settings are managed and can’t be changed here', why: 'You don’t have permission to change /etc/avatar-launcher/config.yaml.', next: 'Ask the person who manages this file, or make it writable.' };
const operatorUser = { user: { ...user, role: 'operator' } };

const demoUsers = ['demo', 'alice', 'bob', 'carol', ...Array.from({ length: 50 }, (_, n) => `user${n + 1}`), 'operator'];

const scene = (name, snapshot, more = {}) => ({
  name, snapshot: snapshot && { ...base, ...snapshot }, lines: [], demoUsers: [], about, checks, settings, security, passkeys, enrolment, past, fleet, route: '', ...more,
});

export const scenes = [
  scene('opening', null),
  scene('sign-in', out),
  scene('sign-in-demo', out, { demoUsers }),
  scene('first-run', out, { demoUsers, settings: first }),
  scene('profile-asked', out, { offered: asking, offer }),
  scene('profile-shown', out, { offered: { ...offer, source: '/home/demo/studio.avatar-profile' } }),
  scene('profile-taken', out, { offered: { ...offer, taken: true, signed: false } }),
  scene('profile-same', out, { offered: { ...offer, same: true } }),
  scene('profile-refused', out, { offered: refusedOffer }),
  scene('sign-in-refused', { ...out, problem: { kind: 'refused', what: 'Sign-in refused', why: 'The user name or the password is wrong.', next: 'Please try again. After five wrong tries you’ll have to wait a while.' } }, { demoUsers }),
  scene('sign-in-unreachable', { ...out, problem: unreachable }),
  scene('sign-in-waiting', { ...out, phase: 'signing-in' }),
  scene('challenge-new-password', challenge('NEW_PASSWORD_REQUIRED')),
  scene('challenge-totp', challenge('SOFTWARE_TOKEN_MFA')),
  scene('challenge-sms', challenge('SMS_MFA', { destination: '+*******0199' })),
  scene('challenge-email', { ...challenge('EMAIL_OTP', { destination: 'a***@e***' }), problem: { kind: 'refused', what: 'The code was not accepted', why: 'It is wrong or too old.', next: 'Enter the newest code.' } }),
  scene('challenge-attribute', challenge('ATTRIBUTE', { attribute: 'phone_number' })),
  scene('challenge-choose-setup', challenge('CHOOSE_SETUP', { choices: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'] })),
  scene('challenge-email-setup', challenge('EMAIL_SETUP')),
  scene('challenge-setup', challenge('MFA_SETUP', { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', qr: QR })),
  scene('challenge-confirm', challenge('CONFIRM_ACCOUNT', { resend: true })),
  scene('challenge-reset', challenge('RESET_CODE', { resend: true, destination: 'a***@e***' })),
  scene('challenge-reset-busy', { ...challenge('RESET_CODE', { resend: true, destination: 'a***@e***' }), busy: true }),
  scene('challenge-reset-password', challenge('RESET_PASSWORD')),
  scene('challenge-remember', challenge('REMEMBER_DEVICE')),
  scene('challenge-browser', challenge('BROWSER', { username: '', url: 'https://studio.auth.eu-central-1.amazoncognito.com/oauth2/authorize?client_id=1example23456789&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A47115%2Fcallback' })),
  scene('sign-in-browser', out, { ways: { window: false, browser: true, provider: '', byEmail: false } }),
  scene('sign-in-either', out, { demoUsers, ways: { window: true, browser: true, provider: '', byEmail: false } }),
  scene('sign-in-company', out, { ways: { window: false, browser: true, provider: 'Acme', byEmail: false } }),
  scene('sign-in-company-or-password', out, { ways: { window: true, browser: true, provider: 'Acme', byEmail: false } }),
  scene('sign-in-by-email', out, { ways: { window: false, browser: true, provider: '', byEmail: true } }),
  scene('sign-in-by-email-or-password', out, { ways: { window: true, browser: true, provider: '', byEmail: true } }),
  scene('challenge-choose', challenge('SELECT_MFA_TYPE', { choices: ['SMS_MFA', 'EMAIL_OTP'] })),
  scene('adopting', { adopting: true, steps: [] }),
  scene('idle', {}),
  scene('ended-by-itself', { steps: steps('ready'), phase: 'idle', ended: { why: 'idle', used: 4_320_000, cost: 1.46 } }, { lines: logLines(60) }),
  scene('idle-after', { steps: steps('ready') , phase: 'idle' }, { lines: logLines(60) }),
  scene('idle-empty-pool', { pool: { target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [], leader: false, asOf: at(-1000), recycle: 'reset', backoff: null, rollout: null } }),
  scene('idle-unread-pool', { pool: { target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [], leader: false, asOf: null, recycle: '', backoff: null, rollout: null }, steps: [] }),
  scene('idle-details', {}, { details: true }),
  scene('claiming', { phase: 'claiming', steps: steps('claiming', 120) }),
  scene('booting', { phase: 'booting', steps: steps('booting', 2300), session: session(60 * MINUTE), machine: machine('pending', ''), pool: ONE_OUT }, { lines: logLines(12) }),
  scene('booting-cold', { phase: 'booting', cold: true, estimate: null, steps: steps('booting', 14_200), session: session(60 * MINUTE), machine: machine('pending', ''), pool: warmPool('claimed', 'warming', 'warming', 'recycling', 'warming') }, { lines: logLines(6) }),
  scene('probing', { phase: 'probing', steps: steps('probing', 400), session: session(60 * MINUTE), machine: machine('running', 'initializing'), pool: ONE_OUT, announced: true }, { lines: logLines(25) }),
  scene('ready', readySnapshot, { lines: logLines(60), series: metrics }),
  scene('ready-details', readySnapshot, { lines: logLines(60), series: metrics, details: true }),
  scene('booting-details', { phase: 'booting', steps: steps('booting', 2300), session: session(60 * MINUTE), machine: machine('pending', ''), pool: ONE_OUT }, { lines: logLines(12), details: true }),
  scene('ready-in-use', { ...readySnapshot, viewers: 1, lastUse: at(-4000), lastUseBy: 'viewer' }, { lines: logLines(60), series: metrics }),
  scene('ready-unused', { ...readySnapshot, session: session(32 * MINUTE), ...running(32 * MINUTE), lastUse: at(-28 * MINUTE), lastUseBy: 'viewer' }, { lines: logLines(60) }),
  scene('share', readySnapshot, { press: ['Share…'] }),
  scene('share-made', readySnapshot, { press: ['Share…', 'Create link'], invitations: [{ id: '0f1e2d', until: at(20 * MINUTE), uses: 3, watchOnly: true }] }),
  scene('share-full', readySnapshot, { press: ['Share…'], invitations: ['a', 'b', 'c', 'd'].map((id, n) => ({ id, until: at(40 * MINUTE), uses: n + 1, watchOnly: n % 2 === 0 })) }),
  scene('quit', readySnapshot, { quit: { title: 'Stop your avatar and quit?', text: 'Your avatar is still running. Quitting stops it and signs you out.', stops: true, tray: true } }),
  scene('ready-warning', { ...readySnapshot, session: session(4 * MINUTE + 5000), warning: true, ...running(4 * MINUTE + 5000) }, { lines: logLines(60) }),
  scene('ready-refused', { ...readySnapshot, problem: { kind: 'unreachable', what: 'The session was not extended', why: 'Can’t reach the cloud.', next: 'Check your network.' }, notices: [keyringNotice] }, { lines: logLines(60) }),
  scene('ending', { ...readySnapshot, phase: 'ending' }, { lines: logLines(60) }),
  scene('failed', { phase: 'failed', steps: steps('booting', 9000), problem: { kind: 'capacity', what: 'No machine is free right now', why: 'AWS has no free g4dn.xlarge in any of the three zones.', next: 'Try again in a few minutes.' }, pool: warmPool('claimed', 'claimed', 'retired') }),
  scene('stop-failed', { ...readySnapshot, phase: 'failed', timers: [], problem: { kind: 'unreachable', what: 'Couldn’t stop your avatar yet', why: 'Can’t reach the cloud.', next: 'We’ll keep trying. If nothing gets through, it stops automatically at 10:20.' }, notices: [offlineNotice] }, { lines: logLines(60) }),
  scene('sign-in-ended', { ...readySnapshot, notices: [{ key: 'sign-in', problem: { kind: 'refused', what: 'Your sign-in has ended', why: 'It has expired or was ended. Everything here works until 10:12.', next: 'Sign in again. A running avatar keeps running meanwhile.' } }] }, { lines: logLines(60) }),
  scene('sign-in-again', { ...out, kept: { username: 'demo', until: at(52 * MINUTE) } }),
  scene('notices', { notices: [configNotice, keyringNotice] }),
  scene('operator', { ...readySnapshot, user: { ...user, username: 'someone.with.a.long.name@example.com', role: 'operator' }, pool: { ...warmPool(...Array(24).fill('warm')), target: 24 } }, { lines: logLines(60) }),
  scene('log', readySnapshot, { route: 'Log', lines: logLines(3000), dropped: 1200 }),
  scene('log-empty', {}, { route: 'Log' }),
  scene('ready-last', { ...readySnapshot, session: session(21 * MINUTE), timers: [{ kind: 'maximum', at: at(21 * MINUTE), cost: 0.25 }] }, { lines: logLines(60) }),
  scene('queue', { phase: 'claiming', steps: steps('claiming', 8000), queue: { position: 3, length: 5, why: '' }, pool: warmPool('claimed', 'claimed', 'claimed', 'claimed', 'claimed') }),
  scene('queue-why', { phase: 'claiming', steps: steps('claiming', 8000), pool: warmPool('claimed'), queue: { position: 1, length: 2,
    why: 'Your AWS account’s quota for instances of this type is used up, or is 0 (VcpuLimitExceeded).' } }),
  scene('pool-held', { pool: { ...warmPool('claimed', 'warm'), backoff: HELD } }),
  scene('pool-held-operator', { ...operatorUser, pool: { target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [], leader: true, asOf: at(-1000), recycle: 'reuse', backoff: { ...HELD, retryAt: null }, rollout: null } }),
  scene('unpriced', { cost: { ...base.cost, hourly: 0, month: 0, poolMonth: 0, alwaysOn: 0 }, estimate: null }),
  scene('offline', { ...readySnapshot, notices: [offlineNotice] }, { lines: logLines(60) }),
  scene('offline-idle', { notices: [offlineNotice] }),
  scene('history', readySnapshot, { route: 'History' }),
  scene('history-empty', {}, { route: 'History', past: { ...past, sessions: [], occupancy: [] } }),
  scene('history-loading', {}, { route: 'History', past: undefined }),
  scene('history-partial', {}, { route: 'History', past: { ...past, occupancy: [], partial: { kind: 'denied', what: 'The pool was not read', why: 'Your role may not read its audit.', next: 'Contact your administrator.' } } }),
  scene('history-offline', { notices: [offlineNotice] }, { route: 'History', past: { ...past, sessions: [], occupancy: [], problem: unreachable } }),
  scene('history-error', {}, { route: 'History', past: 'broken' }),
  scene('fleet', { ...readySnapshot, ...operatorUser }, { route: 'Fleet' }),
  scene('fleet-empty', operatorUser, { route: 'Fleet', fleet: { overview: { ...overview, resized: null, pool: { target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [], leader: false, asOf: at(0), recycle: 'replace', backoff: null, rollout: null }, machines: [], sessions: [], leases: [], queue: [], schedules: [], audit: [] }, problem: null } }),
  scene('fleet-held', operatorUser, { route: 'Fleet', fleet: { overview: { ...overview, pool: { ...fleetPool, backoff: { ...HELD, retryAt: null } } }, problem: null } }),
  scene('fleet-rollout', operatorUser, { route: 'Fleet', fleet: { overview: { ...overview, pool: { ...fleetPool, rollout: ROLLOUT } }, problem: null } }),
  scene('fleet-rollout-paused', operatorUser, { route: 'Fleet', fleet: { overview: { ...overview, pool: { ...fleetPool, rollout: { ...ROLLOUT, paused: true } } }, problem: null } }),
  scene('fleet-loading', operatorUser, { route: 'Fleet', fleet: undefined }),
  scene('fleet-offline', { ...operatorUser, notices: [offlineNotice] }, { route: 'Fleet', fleet: { overview: null, problem: unreachable } }),
  scene('settings', {}, { route: 'Settings' }),
  scene('settings-guarded', {}, { route: 'Settings', security: { authenticator: true, device: 'remembered', problem: null } }),
  scene('settings-browser', {}, { route: 'Settings', security: { authenticator: false, device: '', problem: byBrowser }, passkeys: { ...passkeys, problem: byBrowser } }),
  scene('settings-passkeys', {}, { route: 'Settings', passkeys: twoPasskeys }),
  scene('settings-no-passkeys', {}, { route: 'Settings', passkeys: { ...passkeys, offered: false } }),
  scene('settings-loading', {}, { route: 'Settings', settings: undefined }),
  scene('settings-read-only', {}, { route: 'Settings', settings: { ...settings, file: '/etc/avatar-launcher/config.yaml', problem: readOnly } }),
  scene('settings-policy', {}, { route: 'Settings', settings: { ...settings, policy } }),
  scene('settings-broken', { notices: [configNotice] }, { route: 'Settings', settings: { ...settings, keyring: keyringNotice.problem, problem: configNotice.problem } }),
  scene('settings-error', {}, { route: 'Settings', settings: 'broken' }),
  scene('about', readySnapshot, { route: 'About' }),
  scene('about-signed-out', out, { route: 'About' }),
  scene('crashed', { ...readySnapshot, notices: [crashNotice] }),
  scene('update', { ...readySnapshot, notices: [updateNotice] }),
  scene('about-loading', {}, { route: 'About', checks: undefined }),
];

/** The scene of that name. */
export const sceneOf = (name) => scenes.find((s) => s.name === name) ?? (() => { throw new Error(`no scene ${name}`); })();
