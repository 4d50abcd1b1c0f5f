// The verbs that keep a sign-in, against a real keyring on a bus of its own: unlocked, locked, and absent.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, environment, folder, headless, objects, run, start } from './launcher.mjs';

const binary = process.argv[2];
const home = folder();

// Sessions, each with a bus of its own that ends with it; the keyring's files stay in `home`.
const UNLOCKED = 'printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ';
const LOCKED = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; ';
const script = (keyring, lines) => ['--', 'bash', '-c', `${keyring}${lines}`, binary];
const env = environment(home);
delete env.DISPLAY; // nobody is there to type the keyring's password
delete env.DBUS_SESSION_BUS_ADDRESS;

/** Runs lines of shell in a session, with $0 the launcher. */
const session = (keyring, lines) => run('dbus-run-session', script(keyring, lines), { env });

// A cloud without delays that outlives the verbs, and an instance of demo's to read the log of.
const profile = join(home, 'profile.yaml');
const cloud = start(binary, ['cloud', '--listen', '127.0.0.1:0', '--state', join(home, 'cloud'), '--boot-warm', '0', '--boot-cold', '0', '--write-profile', profile, '--json'], { env: headless(home), echo: false });
await cloud.line('the cloud', (text) => objects([text])[0]?.endpoint);
const P = `--profile '${profile}'`;

const held = start(binary, ['run', '--profile', profile, '--user', 'demo', '--for', '60s', '--json'], { env: headless(home), echo: false });
await held.line('ready', (text) => objects([text]).find((o) => o.type === 'ready'));

const kept = await session(UNLOCKED, `"$0" sign-in ${P} --user demo && "$0" status ${P} --json && timeout --preserve-status -s INT 3 "$0" logs -f ${P} --json; echo code $?`);
claim('a sign-in is kept by an unlocked keyring', /signed in as demo/.test(kept.text), kept.text);
const status = objects(kept.lines).find((o) => o.user);
claim('status sees the instance by it', status?.user.username === 'demo' && /^i-/.test(status.session?.instanceId) && status.machine?.state === 'running', kept.text);
claim('logs -f shows its log', objects(kept.lines).some((o) => o.type === 'log'), kept.text);
claim('and ends well on a signal', /code 0$/.test(kept.text), kept.text);

const locked = await session(LOCKED, `"$0" status ${P}; echo code $?; "$0" sign-in ${P} --user demo; echo code $?; "$0" sign-out ${P}; echo code $?`);
claim('a locked keyring is said, with a next step', locked.text.match(/The keyring is locked\. Unlock it/g)?.length === 3, locked.text);
claim('and ends with 3', locked.text.match(/^code 3$/gm)?.length === 3, locked.text);

const out = await session(UNLOCKED, `"$0" sign-out ${P} --json; "$0" status ${P}; echo code $?; "$0" sign-out ${P}; echo code $?`);
claim('sign-out signs out in a later session', objects(out.lines)[0]?.done === 'signed out', out.text);
claim('after it nobody is signed in', /You’re not signed in/.test(out.text) && /^code 3$/m.test(out.text), out.text);
claim('a second sign-out has nothing to do', /nobody is signed in\ncode 0$/.test(out.text), out.text);

// No address of a bus, as in a cron job or over ssh: dbus-launch would start one that outlives the verb.
const alone = { env: { ...env, DBUS_SESSION_BUS_ADDRESS: '' } };
const refused = await run(binary, ['sign-in', '--profile', profile, '--user', 'demo'], alone);
claim('without a keyring a sign-in is refused in words', refused.code === 3 && /no keyring.*--user/i.test(refused.text), refused.text);
const without = await run(binary, ['status', '--profile', profile, '--user', 'demo', '--json'], alone);
const seen = objects(without.lines)[0];
claim('--user needs none', without.code === 0 && seen?.user.username === 'demo', without.text);
claim('and sees that sign-out stopped the instance', seen.session === null, without.text);

// A keyring that is started on demand and never answers: it is said while the verbs wait, and a signal ends them.
const mute = folder();
mkdirSync(join(mute, 'dbus-1', 'services'), { recursive: true });
writeFileSync(join(mute, 'dbus-1', 'services', 'org.freedesktop.secrets.service'), '[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sleep 30\n');
const wordless = { env: { ...env, XDG_DATA_HOME: mute } };
for (const verb of ['status', 'stop', 'logs', 'sign-in --user demo', 'sign-out', 'doctor']) {
  const asked = await run('dbus-run-session', script('', `timeout --preserve-status -s INT 3 "$0" ${verb} ${P}; echo code $?`), wordless);
  claim(`${verb}: a silent keyring is said within 3 s`, /The keyring doesn.t answer/.test(asked.text), asked.text);
  claim(`${verb}: and a signal ends it with 6`, /^code 6$/m.test(asked.text), asked.text);
}
const named = await run('dbus-run-session', script('', `timeout 20 "$0" status ${P} --user demo --json && timeout 20 "$0" doctor ${P} --user demo; echo code $?`), wordless);
claim('--user needs no keyring, doctor included', /^code 0$/m.test(named.text) && !/keyring/.test(named.text), named.text);

const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== cloud.child.pid).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home) && /dbus|keyring/.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
  } catch { return false; }
});
claim('no bus and no keyring is left running', left.length === 0, left.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).join('\n'));

process.exit(0); // with all that was started
