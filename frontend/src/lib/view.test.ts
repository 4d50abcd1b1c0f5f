import { describe, expect, test } from 'vitest';
import { clock } from './format';
import { PHASES, sessionOf, snapshotOf } from './fixture';
import type { Notice, Phase, Problem, Snapshot } from './types';
import { action, asideProblem, headline, inUse, offline, pace, pagesOf, price, remaining, screenOf, spent, startProgress, startTotal, timeline, tone, type Action } from './view';

const NOW = 1_000_000;
const problem: Problem = { kind: 'capacity', what: 'No instance could be had', why: 'All are taken.', next: 'Wait.' };
const session = sessionOf({ creationTime: NOW - 60_000, expireAt: NOW + 60_000 });

describe('action', () => {
  const cases: Record<Phase, [Action['verb'], string]> = {
    'signed-out': ['start', 'Start my avatar'], 'signing-in': ['start', 'Start my avatar'], idle: ['start', 'Start my avatar'],
    claiming: ['cancel', 'Cancel'], arming: ['cancel', 'Cancel'], booting: ['cancel', 'Cancel'], probing: ['cancel', 'Cancel'],
    ready: ['connect', 'Open my avatar'], ending: ['wait', 'Stopping…'], failed: ['start', 'Try again'],
  };
  test.each(PHASES)('%s says what its button will do', (phase) => {
    const { verb, label } = action(snapshotOf({ phase }));
    expect([verb, label]).toEqual(cases[phase]);
  });
});

test('an automatic stop is told calmly, with its length and cost', () => {
  const s = snapshotOf({ phase: 'idle', ended: { why: 'idle', used: 72 * 60_000, cost: 1.46 } });
  expect(headline(s)).toEqual({ title: 'Stopped to save money', lead: expect.stringMatching(/^Used 1 h 12 min · .*1\.46$/) });
  expect(headline({ ...s, ended: { why: 'maximum', used: 72 * 60_000, cost: 0 } }).lead).toBe('Used 1 h 12 min');
  expect(tone(s.phase)).toBe('quiet');
  expect(action(s).verb).toBe('start');
});

test('while a running avatar cannot be reached, it is looked for, and not stopped', () => {
  const s = snapshotOf({ phase: 'failed', problem, session, adopting: true });
  expect(action(s).verb).toBe('wait');
  expect(pace(s, null).more).toMatch(/trying again to reach it/);
});

test('after a stop that failed the button stops it again', () => {
  expect(action(snapshotOf({ phase: 'failed', problem, session }))).toEqual({ verb: 'stop', label: 'Stop again' });
});

test.each(PHASES)('%s has a headline and a tone', (phase) => {
  const s = snapshotOf({ phase });
  expect(headline(s).title).not.toBe('');
  expect(['quiet', 'busy', 'good', 'bad']).toContain(tone(phase));
});

test('a failure is told by its problem, once', () => {
  const s = snapshotOf({ phase: 'failed', problem });
  expect(headline(s)).toEqual({ title: problem.what, lead: problem.why });
  expect(asideProblem(s)).toBeNull();
  expect(asideProblem(snapshotOf({ phase: 'ready', problem }))).toBe(problem);
});

test('no warm instance is said before the start, a cold start while it boots', () => {
  const none = snapshotOf({ pool: { target: 5, hot: 0, wanted: 5, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [], leader: false, asOf: 1, recycle: 'reuse', backoff: null, rollout: null } });
  expect(headline(none).lead).toMatch(/No standby machine/);
  expect(headline(snapshotOf()).lead).not.toMatch(/No standby machine/);
  expect(headline(snapshotOf({ phase: 'booting', cold: true })).lead).toMatch(/starting a new one/);
  for (const phase of ['booting', 'probing'] as const) expect(headline(snapshotOf({ phase, announced: true })).lead).toMatch(/Your avatar is up/);
});

test('nothing is started while an earlier instance is looked for', () => {
  expect(action(snapshotOf({ adopting: true })).verb).toBe('wait');
  expect(headline(snapshotOf({ adopting: true })).title).toBe('One moment…');
});

describe('screen', () => {
  const challenge = { name: 'SMS_MFA', username: 'demo', destination: '', choices: [], secret: '', qr: '', url: '', resend: false, attribute: '' };
  test.each([
    ['sign-in', snapshotOf({ phase: 'signed-out', user: null })],
    ['waiting', snapshotOf({ phase: 'signing-in', user: null })],
    ['challenge', snapshotOf({ phase: 'signing-in', user: null, challenge })],
    ['sign-in', snapshotOf({ phase: 'failed', user: null, problem })],
    ['inside', snapshotOf({ phase: 'failed', problem })],
    ['inside', snapshotOf()],
  ] as const)('%s', (want, s) => expect(screenOf(s)).toBe(want));
});

describe('timeline', () => {
  const done = { phase: 'claiming', started: NOW - 5000, took: 200, usual: 250 } as const;
  const running = { phase: 'booting', started: NOW - 2000, took: null, usual: 4000 } as const;

  test('done, running and pending', () => {
    const stages = timeline(snapshotOf({ phase: 'booting', steps: [done, running] }), NOW);
    expect(stages.map((s) => s.state)).toEqual(['done', 'pending', 'running', 'pending']);
    expect(stages[0]).toMatchObject({ elapsed: 200, usual: 250, progress: 1 });
    expect(stages[2]).toMatchObject({ elapsed: 2000, progress: 0.4 });
  });

  test('a phase that takes long nears its end and never reaches it', () => {
    const at = (ms: number): number => timeline(snapshotOf({ phase: 'booting', steps: [{ ...running, started: NOW - ms }] }), NOW)[2]?.progress ?? 0;
    const seen = [0, 2000, 4000, 8000, 60_000, 3_600_000].map(at);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThan(1);
  });

  test('where it failed, and what is past', () => {
    expect(timeline(snapshotOf({ phase: 'failed', steps: [done, running] }), NOW)[2]?.state).toBe('failed');
    expect(timeline(snapshotOf({ phase: 'idle', steps: [done] }), NOW)[0]).toMatchObject({ state: 'past', elapsed: 200, progress: 0 });
  });

  test('a clock that went back shows no negative time', () => {
    expect(timeline(snapshotOf({ phase: 'booting', steps: [{ ...running, started: NOW + 9000 }] }), NOW)[2]?.elapsed).toBe(0);
  });

  test('progress as a whole is weighted by the usual times', () => {
    expect(startProgress(timeline(snapshotOf(), NOW))).toBe(0);
    const all = (['claiming', 'arming', 'booting', 'probing'] as const).map((phase) => ({ ...done, phase }));
    expect(startProgress(timeline(snapshotOf({ phase: 'ready', steps: all }), NOW))).toBe(1);
    expect(startTotal(all)).toBe(800);
    expect(startTotal(all.slice(1))).toBeNull();
  });
});

test('what is left of a session', () => {
  expect(remaining(session, NOW)).toEqual({ ms: 60_000, part: 0.5 });
  expect(remaining(session, NOW + 90_000)).toEqual({ ms: 0, part: 0 });
  expect(remaining({ ...session, lastActivity: NOW }, NOW)).toEqual({ ms: 60_000, part: 1 });
  expect(remaining({ ...session, expireAt: null }, NOW)).toBeNull();
  expect(remaining(null, NOW)).toBeNull();
});

test('the row below the action says which clock fires, and offers more only where there is more', () => {
  const idle = { kind: 'idle', at: NOW + 60_000, cost: 0.5 } as const;
  const maximum = { kind: 'maximum', at: NOW + 90_000, cost: 2 } as const;
  const ready = (timers: readonly (typeof idle | typeof maximum)[], more = {}): ReturnType<typeof pace> => pace(snapshotOf({ phase: 'ready', timers, ...more }), 60_000);
  expect(ready([idle, maximum])).toMatchObject({ what: expect.stringContaining('if nobody uses it'), more: expect.stringMatching(/^Latest stop: /), extendable: true });
  expect(ready([maximum])).toMatchObject({ what: expect.stringContaining('maximum'), extendable: false });
  expect(ready([idle], { warning: true }).what).toMatch(/^Stops at .* unless you keep it running\.$/);
  for (const phase of PHASES) expect(pace(snapshotOf({ phase, timers: [idle] }), 1).what).not.toBe('');
});

test('what is spent counts by the cloud\'s clock', () => {
  const cost = { currency: 'USD', hourly: 1.8, since: NOW - 60_000, traffic: 0, month: 0, poolMonth: 0, alwaysOn: 0 };
  expect(spent(snapshotOf({ cost }), NOW)).toBeCloseTo(0.03);
  expect(spent(snapshotOf({ cost, skew: 60_000 }), NOW)).toBeCloseTo(0.06);
  expect(spent(snapshotOf(), NOW)).toBeNull();
});

test('a start says what it tries since AWS had no capacity', () => {
  for (const phase of ['claiming', 'arming', 'booting'] as const) {
    expect(headline(snapshotOf({ phase, tries: ['The first.', 'The second.'] })).lead).toBe('The second.');
  }
  const queue = { position: 1, length: 1, why: '' };
  expect(headline(snapshotOf({ phase: 'claiming', queue, tries: ['The first.'] })).lead).not.toBe('The first.');
});

test('offline is a standing condition; the queue and the fleet are said where they are', () => {
  const gone: Problem = { ...problem, kind: 'unreachable' };
  expect(offline(snapshotOf({ problem: gone }))).toBeNull();
  expect(offline(snapshotOf({ notices: [{ key: 'cloud', problem: gone }] }))).toBe(gone);
  const queue = { position: 2, length: 3, why: '' };
  expect(headline(snapshotOf({ phase: 'claiming', queue })).title).toBe('You’re number 2 of 3 in line');
  expect(action(snapshotOf({ phase: 'claiming', queue })).label).toBe('Leave the line');
  const lead = (why: string): string => headline(snapshotOf({ phase: 'claiming', queue: { ...queue, why } })).lead;
  expect(lead('')).toContain('All machines are in use.');
  expect(lead('As many instances exist as the operator allows.')).toBe('As many instances exist as the operator allows. Yours starts automatically as soon as one is free.');
  expect(pagesOf(snapshotOf())).not.toContain('fleet');
  expect(pagesOf(snapshotOf({ user: { id: 'u', username: 'o', role: 'operator' } }))).toContain('fleet');
});

describe('use', () => {
  const held = { ...session, expireAt: NOW + 40 * 60_000, lastActivity: NOW - 20 * 60_000 };
  const idle = { kind: 'idle', at: NOW + 40 * 60_000, cost: 1 } as const;
  const last = { kind: 'maximum', at: NOW + 80 * 60_000, cost: 2 } as const;
  const ready = snapshotOf({ phase: 'ready', session: held, timers: [idle, last], lastUse: NOW - 20 * 60_000 });
  const said = (more: Partial<Snapshot>): string => pace({ ...ready, ...more }, 40 * 60_000).what;

  test('a connected viewer keeps it, and the page says so', () => {
    expect(said({ viewers: 1 })).toBe('In use by 1 viewer. It won’t stop.');
    expect(said({ viewers: 3 })).toBe('In use by 3 viewers. It won’t stop.');
    expect(said({ viewers: -1 })).toBe('In use right now. It won’t stop.');
    const more = pace({ ...ready, viewers: 1 }, 40 * 60_000);
    expect(more.extendable).toBe(false);
    expect(more.more).toMatch(/^Stops 1 h after the last viewer has left · Latest stop: /);
  });

  test('nothing keeps it past the longest session, or when it could not be extended', () => {
    expect(inUse({ ...ready, viewers: 1, timers: [last] })).toBe(false);
    expect(inUse({ ...ready, viewers: 1, warning: true })).toBe(false);
    expect(said({ viewers: 1, timers: [last] })).toMatch(/^Stops at/);
  });

  test('how long nobody has used it is said once it is long', () => {
    expect(said({})).toMatch(/^Nobody has used it for 20 min\. Stops automatically at /);
    expect(said({ lastUse: NOW - 9 * 60_000 })).toMatch(/^Stops at 00:56 if nobody/);
  });
});

test('what it costs: before a start, while it runs, and while that is not known', () => {
  const cost = { currency: 'USD', hourly: 1.2, since: null, traffic: 0, month: 3, poolMonth: 0, alwaysOn: 0 };
  const said = (more: Partial<Snapshot>): string[] => Object.values(price(snapshotOf({ cost, ...more }), NOW));
  expect(said({})).toEqual([expect.stringMatching(/^It costs .*1\.20 per hour while it runs\.$/), expect.stringMatching(/^Nothing is running · .*3\.00 this month$/)]);
  expect(said({ cost: { ...cost, hourly: 0, month: 0 } })).toEqual(['Nothing is running, so nothing costs money.', '']);
  expect(said({ phase: 'booting' })[1]).toMatch(/^[^·]*3\.00 this month$/);
  expect(said({ phase: 'booting', cost: { ...cost, hourly: 0 } })[0]).toBe('It costs money from when its machine starts.');
  const running = { ...cost, since: NOW - 30 * 60_000 };
  const timers = [{ kind: 'idle', at: NOW + 30 * 60_000, cost: 1.2 }] as const;
  expect(said({ phase: 'ready', cost: running, timers })).toEqual([expect.stringMatching(/0\.60 so far, .*1\.20 per hour$/), expect.stringMatching(/^About .*1\.20 by 00:46 · .*3\.60 this month$/)]);
  expect(said({ phase: 'ready', cost: running, timers, viewers: 1 })[1]).toMatch(/^[^·]*3\.60 this month$/);
  expect(said({ phase: 'ready', cost: { ...running, hourly: 0 } })).toEqual(['No price set for this machine type.', '']);
});

test('nothing is called free while that is being looked for, or cannot be', () => {
  const gone: Notice = { key: 'cloud', problem: { ...problem, kind: 'unreachable' } };
  expect(price(snapshotOf({ adopting: true }), NOW).what).toBe('Checking whether anything is running.');
  expect(price(snapshotOf({ notices: [gone] }), NOW).what).toBe('Can’t check right now whether anything is running.');
});

test('how long a start takes is said once, in whole seconds', () => {
  const pool = { target: 1, hot: 0, wanted: 1, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, members: [{ instanceId: 'i-1', state: 'warm', owner: '', zone: '', type: '', template: '', draining: false }], leader: false, asOf: 1, recycle: 'reuse', backoff: null, rollout: null } as const;
  expect(headline(snapshotOf({ pool })).lead).toBe('Usually starts within seconds.');
  expect(headline(snapshotOf({ pool, estimate: 4210 })).lead).toBe('Usually ready in 5 s.');
  expect(pace(snapshotOf({ phase: 'booting', estimate: 95_000 }), null).what).toBe('Usually ready in 2 min.');
  expect(pace(snapshotOf({ phase: 'booting' }), null)).toMatchObject({ what: 'It will stop automatically if you forget it.', more: '' });
});

test('a time that is not today carries its day, and a cost names its own time', () => {
  const noon = new Date(2026, 2, 14, 12).getTime();
  const held = { ...session, expireAt: noon + 60 * 60_000, lastActivity: noon };
  const timers = [{ kind: 'idle', at: noon + 60 * 60_000, cost: 1.22 }, { kind: 'maximum', at: noon + 14 * 60 * 60_000, cost: 14.6 }] as const;
  const cost = { currency: 'USD', hourly: 1.22, since: noon, traffic: 0, month: 0, poolMonth: 0, alwaysOn: 0 };
  const s = snapshotOf({ phase: 'ready', session: held, timers, lastUse: noon, cost });
  const { what, more } = pace(s, 60 * 60_000);
  expect(what).toBe('Stops at 13:00 if nobody uses it.');
  expect(more).toMatch(/^Last use: 12:00 · Latest stop: 02:00 on .*15$/);
  expect(price(s, noon).more).toMatch(/^About .*1\.22 by 13:00 · /);
  const late = new Date(2026, 2, 14, 23, 30).getTime();
  expect(price({ ...s, timers: [{ kind: 'idle', at: late + 60 * 60_000, cost: 1.22 }] }, late).more).toMatch(/^About .*1\.22 by 00:30 on .*15 · /);
});

test('why it is still running: the last use and what it was, of this launcher or of another', () => {
  const noon = new Date(2026, 2, 14, 12).getTime();
  const held = sessionOf({ expireAt: noon + 40 * 60_000, lastActivity: noon - 20 * 60_000, lastUseBy: 'viewer', creationTime: noon - 60 * 60_000 });
  const ready = snapshotOf({ phase: 'ready', session: held, timers: [{ kind: 'idle', at: noon + 40 * 60_000, cost: 0 }] });
  const more = (change: Partial<Snapshot>): string => pace({ ...ready, ...change }, 40 * 60_000).more;
  expect(more({})).toBe(`Last viewer: ${clock(noon - 20 * 60_000)}`);
  expect(more({ lastUse: noon - 60_000, lastUseBy: 'window' })).toBe(`Last use: ${clock(noon - 60_000)}, in this launcher`);
  expect(more({ lastUse: noon - 60_000, lastUseBy: '' })).toBe(`Last use: ${clock(noon - 60_000)}`);
  expect(more({ session: { ...held, lastActivity: held.creationTime } })).toBe('');
});
