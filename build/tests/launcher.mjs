// Runs the built launcher in a home of its own, and ends all that it started.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const running = new Set();
const folders = [];

function endAll() {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** A new folder, gone when this process ends. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'avatar-launcher-'));
  folders.push(made);
  return made;
}

/** An environment whose configuration, state and cache are in `home`; nothing of AWS is taken from the caller. */
export function environment(home, extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(kept), HOME: home, AWS_EC2_METADATA_DISABLED: 'true',
    XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state'), XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home, ...extra,
  };
}

/** The same, for a machine with no display and no keyring. */
export function headless(home, extra = {}) {
  const env = environment(home, extra);
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) delete env[name];
  // Without an address, a client starts a bus of its own, which outlives it.
  return { ...env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' };
}

/** Starts a program. `lines` grows as it prints; `line` waits for one; `ended` resolves to its exit code. */
export function start(program, args, { env, input = '', echo = true } = {}) {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const lines = [];
  const waiting = new Set();
  const heed = (stream, mark) => createInterface({ input: stream }).on('line', (text) => {
    if (echo) console.log(`${mark} ${text}`);
    lines.push(text);
    for (const look of waiting) look();
  });
  heed(child.stdout, ' ');
  heed(child.stderr, '!');
  const ended = new Promise((resolve) => child.on('close', (code, signal) => {
    running.delete(child);
    resolve(code ?? signal);
    for (const look of waiting) look();
  }));

  /** The first line for which `test` gives something, and what it gives. */
  function line(what, test, limit = 180_000) {
    return new Promise((resolve, reject) => {
      const done = (settle, value) => { clearTimeout(timer); waiting.delete(look); settle(value); };
      const look = () => {
        for (const text of lines) {
          const found = test(text);
          if (found) return done(resolve, found);
        }
        if (child.exitCode !== null) done(reject, new Error(`${what}: the program ended with ${child.exitCode} first`));
      };
      const timer = setTimeout(() => done(reject, new Error(`${what}: not within ${limit / 1000} s`)), limit);
      waiting.add(look);
      look();
    });
  }
  return { child, lines, line, ended };
}

/** Runs a program to its end, at most `limit` milliseconds; gives its code, its lines and how long it took. */
export async function run(program, args, options = {}) {
  const from = performance.now();
  const one = start(program, args, options);
  const timer = setTimeout(() => one.child.kill('SIGKILL'), options.limit ?? 300_000);
  const code = await one.ended;
  clearTimeout(timer);
  return { code, lines: one.lines, text: one.lines.join('\n'), took: performance.now() - from };
}

/** The objects among lines of JSON. */
export function objects(lines) {
  return lines.flatMap((text) => {
    try { return [JSON.parse(text)]; } catch { return []; }
  });
}

/** Says what holds, or throws. */
export function claim(what, holds, detail = '') {
  if (!holds) throw new Error(`not so: ${what}${detail && `\n${detail}`}`);
  console.log(`✓ ${what}`);
}

/** Looks again and again until something holds, at most `limit` milliseconds. */
export async function until(what, holds, limit = 180_000) {
  for (const end = Date.now() + limit; !(await holds());) {
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(`✓ ${what}`);
}
