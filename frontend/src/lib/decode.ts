import type { backend, logs } from '../../wailsjs/go/models';
import {
  METRICS, PHASES, POOL_STATES,
  type Backoff, type Cost, type Histogram, type Line, type LogPage, type Machine, type Notice, type Phase, type Pool, type PoolState, type Series, type Session, type Snapshot, type Step, type Timer,
} from './model';

/** Reads an RFC 3339 time; null for Go's zero time (year 1) and for anything that is no time. */
export function time(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) || ms <= 0 ? null : ms;
}

/** Reads a Go duration (nanoseconds) as milliseconds; null for zero. */
export function duration(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value / 1e6 : null;
}

function phase(value: string): Phase {
  const known = PHASES.find((p) => p === value);
  if (!known) throw new Error(`unforeseen phase: ${value}`);
  return known;
}

function poolState(value: string): PoolState {
  return POOL_STATES.find((p) => p === value) ?? 'retired';
}

function session(s: backend.Session): Session {
  return {
    instanceId: s.instanceId,
    creationTime: time(s.creationTime),
    expireAt: time(s.expireAt),
    lastActivity: time(s.lastActivity),
    lastUseBy: s.lastUseBy,
    publicIp: s.publicIp,
    subnetId: s.subnetId,
    epoch: s.epoch,
    domain: s.domain,
  };
}

export function machine(m: backend.Machine): Machine {
  return { ...m, launchTime: time(m.launchTime) };
}

function backoff(b: backend.Backoff): Backoff {
  return { failures: b.failures, instanceId: b.instanceId, why: b.why, lines: list(b.lines), retryAt: b.stopped ? null : time(b.retryAt) };
}

export function pool(p: backend.Pool): Pool {
  const members = list(p.members).map((m) => ({
    instanceId: m.instanceId, state: poolState(m.state), owner: m.owner, zone: m.zone, type: m.type,
  }));
  return { target: p.target, members, leader: p.leader, asOf: time(p.asOf), backoff: p.backoff ? backoff(p.backoff) : null };
}

function step(s: backend.Step): Step {
  return { phase: phase(s.phase), started: time(s.started), took: duration(s.took), usual: duration(s.usual) };
}

/** Timers without a time, or of a kind that this page has no words for, are left out. */
function timers(all: readonly backend.Timer[]): Timer[] {
  return all.flatMap((t) => {
    const at = time(t.at);
    return at !== null && (t.kind === 'idle' || t.kind === 'maximum') ? [{ kind: t.kind, at, cost: t.cost }] : [];
  });
}

function cost(c: backend.Cost): Cost {
  return { ...c, currency: c.currency || 'USD', since: time(c.since) };
}

function notices(all: readonly backend.Notice[]): Notice[] {
  return all.flatMap((n) => (n.problem ? [{ key: n.key, problem: n.problem }] : []));
}

/** Go sends a nil slice as null. */
export function list<T>(value: readonly T[] | null | undefined): readonly T[] {
  return value ?? [];
}

/** Turns what Go sent into what the page shows. It throws where Go names a phase that this page does not know. */
export function snapshot(s: backend.Snapshot): Snapshot {
  return {
    revision: s.revision,
    phase: phase(s.phase),
    since: time(s.since),
    profile: s.profile,
    user: s.user ?? null,
    challenge: s.challenge ? { ...s.challenge, choices: list(s.challenge.choices) } : null,
    busy: s.busy,
    session: s.session ? session(s.session) : null,
    machine: s.machine ? machine(s.machine) : null,
    pool: pool(s.pool),
    steps: list(s.steps).map(step),
    cold: s.cold,
    url: s.url,
    warning: s.warning,
    problem: s.problem ?? null,
    notices: notices(list(s.notices)),
    adopting: s.adopting,
    queue: s.queue ? { position: s.queue.position, length: s.queue.length, why: s.queue.why } : null,
    timers: timers(list(s.timers)),
    cost: cost(s.cost),
    estimate: duration(s.estimate),
    skew: s.skew / 1e6,
    announced: s.announced,
    viewers: s.viewers,
    lastUse: time(s.lastUse),
    lastUseBy: s.lastUseBy,
    ended: s.ended ? { why: s.ended.why, used: s.ended.used / 1e6, cost: s.ended.cost } : null,
    kept: s.kept ? { username: s.kept.username, until: time(s.kept.until) } : null,
  };
}

export function line(l: logs.Line): Line {
  return { ...l, at: time(l.at) };
}

export function logPage(p: logs.Page): LogPage {
  const lines = list(p.lines).map(line);
  return {
    lines, first: p.first, last: p.last, dropped: p.dropped, older: p.older, problem: p.problem, sources: list(p.sources),
    matches: p.matches, before: p.before, searching: p.searching,
  };
}

export function histogram(h: logs.Histogram): Histogram {
  return { from: time(h.from), step: h.step, levels: h.levels.map((counts) => list(counts)) };
}

export function series(s: logs.Series): Series {
  const columns: Series['columns'] = {};
  for (const metric of METRICS) {
    const column = s[metric] as readonly (number | null)[] | null | undefined;
    if (column) columns[metric] = column;
  }
  return { at: list(s.at).map((ms) => ms / 1000), columns };
}
