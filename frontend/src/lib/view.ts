/** What the page shows of a snapshot: pure functions, so that the whole face of the launcher can be tested by tables. */
import { assertNever } from './assert';
import { clock, day, duration, money, roughly } from './format';
import type { Phase, Pool, PoolState, Problem, Session, Snapshot, Step, Timer } from './types';
import type { Route } from './route.svelte';
import { words } from './words';

/** The phases of a start, in order: the timeline's columns. */
export const START_PHASES = ['claiming', 'arming', 'booting', 'probing'] as const satisfies readonly Phase[];
export type StartPhase = (typeof START_PHASES)[number];

/** The phases of one start, from its claim to its answer. */
export function starting(phase: Phase): phase is StartPhase {
  return START_PHASES.some((p) => p === phase);
}

/** How a phase is coloured; the word always stands beside the colour. */
export type Tone = 'quiet' | 'busy' | 'good' | 'bad';

export function tone(phase: Phase): Tone {
  switch (phase) {
    case 'signed-out':
    case 'idle':
      return 'quiet';
    case 'signing-in':
    case 'claiming':
    case 'arming':
    case 'booting':
    case 'probing':
    case 'ending':
      return 'busy';
    case 'ready':
      return 'good';
    case 'failed':
      return 'bad';
    default:
      return assertNever(phase);
  }
}

/** Which face the page has while nobody is in, and once somebody is. */
export type Screen = 'sign-in' | 'waiting' | 'challenge' | 'inside';

export function screenOf(s: Snapshot): Screen {
  if (s.phase === 'signing-in') return s.challenge ? 'challenge' : 'waiting';
  // A failed sign-in may be told as Failed without a user: then the form is what helps.
  return s.phase === 'signed-out' || !s.user ? 'sign-in' : 'inside';
}

/** The one large button: it always says what it will do. */
export interface Action {
  verb: 'start' | 'stop' | 'cancel' | 'connect' | 'wait';
  label: string;
}

export function action(s: Snapshot): Action {
  const a = words.action;
  switch (s.phase) {
    case 'signed-out':
    case 'signing-in':
    case 'idle':
      return s.adopting ? { verb: 'wait', label: a.looking } : { verb: 'start', label: a.start };
    case 'claiming':
      return { verb: 'cancel', label: s.queue ? a.leaveQueue : a.cancel };
    case 'arming':
    case 'booting':
    case 'probing':
      return { verb: 'cancel', label: a.cancel };
    case 'ready':
      return { verb: 'connect', label: a.connect };
    case 'ending':
      return { verb: 'wait', label: a.stopping };
    case 'failed':
      if (s.session) return s.adopting ? { verb: 'wait', label: a.looking } : { verb: 'stop', label: a.stopAgain };
      return { verb: 'start', label: a.again };
    default:
      return assertNever(s.phase);
  }
}

/** The sentence at the top of the home page: what is so, and what that means. */
export function headline(s: Snapshot): { title: string; lead: string } {
  const h = words.home;
  switch (s.phase) {
    case 'signed-out':
    case 'signing-in':
    case 'idle':
      if (s.ended && !s.adopting) return { title: s.ended.why === 'idle' ? h.endedIdle : h.endedMaximum, lead: endedLead(s.ended, s.cost.currency) };
      return s.adopting ? h.adopting : { ...h.idle, lead: idleLead(s) };
    case 'claiming':
      if (s.tries.length && !s.queue) return { ...h.claiming, lead: s.tries.at(-1)! };
      return s.queue ? { title: h.queueTitle(s.queue.position, s.queue.length), lead: s.queue.why ? h.queueWhy(s.queue.why) : h.queueLead } : h.claiming;
    case 'arming':
      return s.tries.length ? { ...h.arming, lead: s.tries.at(-1)! } : h.arming;
    case 'ready':
    case 'ending':
      return h[s.phase];
    case 'probing':
      return s.announced ? { ...h.probing, lead: h.announced } : h.probing;
    case 'booting':
      if (s.announced) return { ...h.booting, lead: h.announced };
      if (s.tries.length) return { ...h.booting, lead: s.tries.at(-1)! };
      return s.cold ? { ...h.booting, lead: h.bootingCold } : h.booting;
    case 'failed':
      return s.problem ? { title: s.problem.what, lead: s.problem.why } : h.failed;
    default:
      return assertNever(s.phase);
  }
}

/** How long a session that ended by itself was used, and what it cost if that is known. */
function endedLead(ended: NonNullable<Snapshot['ended']>, currency: string): string {
  const used = duration(ended.used);
  return ended.cost > 0 ? words.home.endedUsedCost(used, money(ended.cost, currency)) : words.home.endedUsed(used);
}

/** What Start would do now. */
function idleLead(s: Snapshot): string {
  if (s.pool.asOf !== null && countOf(s.pool, 'warm') + countOf(s.pool, 'hot') === 0) return words.home.idleCold;
  return s.estimate === null ? words.home.idle.lead : words.timers.usual(roughly(s.estimate));
}

/** The row below the action: how long a start takes, or which clock ends the session and when. */
export interface Pace {
  what: string;
  more: string;
  /** Whether "keep going" would add anything. */
  extendable: boolean;
}

export function pace(s: Snapshot, left: number | null): Pace {
  const w = words.timers;
  switch (s.phase) {
    case 'signed-out':
    case 'signing-in':
    case 'idle':
      return { what: w.byItself, more: w.byItselfMore, extendable: false };
    case 'claiming':
    case 'arming':
    case 'booting':
    case 'probing':
      return startPace(s);
    case 'ready':
      return readyPace(s, left);
    case 'ending':
      return { what: w.ending, more: w.endingMore, extendable: false };
    case 'failed':
      if (s.session) return { what: w.held, more: s.adopting ? w.reattach : w.heldMore, extendable: false };
      return { what: w.byItself, more: w.byItselfMore, extendable: false };
    default:
      return assertNever(s.phase);
  }
}

function startPace(s: Snapshot): Pace {
  const w = words.timers;
  const safe = s.queue ? w.queued : w.armed;
  if (s.estimate === null || s.queue) return { what: safe, more: '', extendable: false };
  return { what: w.usual(roughly(s.estimate)), more: safe, extendable: false };
}

/** Whether viewers keep the avatar running: its end moves on for as long as they are connected. */
export function inUse(s: Snapshot): boolean {
  return s.phase === 'ready' && s.viewers !== 0 && !s.warning && s.timers[0]?.kind === 'idle';
}

/** How long a session must have been unused before the page says so. */
const SAID_IDLE = 10 * 60_000;

/** How long the session has not been used, where `left` is left of it: by whole minutes, so that its text seldom changes. */
function unusedFor(s: Snapshot, left: number): number {
  const used = s.lastUse ?? s.session?.lastActivity;
  if (!s.session?.expireAt || !used) return 0;
  return Math.floor((s.session.expireAt - left - used) / 60_000) * 60_000;
}

/** How long a session lasts without use. */
function windowOf(session: Session | null): number {
  return session?.expireAt && session.lastActivity ? session.expireAt - session.lastActivity : 0;
}

/** A time of day, with its day unless that is `today`. */
function dated(at: number, today: string): string {
  return day(at) === today ? clock(at) : words.timers.dated(day(at), clock(at));
}

/** A time by the cloud's clock, as this computer shows it. */
export function endTime(s: Snapshot, at: number): string {
  return dated(at - s.skew, day(Date.now()));
}

/** When the session was last used, and by what; empty if nothing has used it since it started. */
function lastUse(s: Snapshot, today: string): string {
  const at = s.lastUse ?? s.session?.lastActivity ?? null;
  if (at === null || at - (s.session?.creationTime ?? 0) < 1000) return '';
  const w = words.timers.lastUse;
  const by = s.lastUse === null ? (s.session?.lastUseBy ?? '') : s.lastUseBy;
  const say = by === '' ? w.some : w[by];
  return say(dated(at - s.skew, today));
}

function readyPace(s: Snapshot, left: number | null): Pace {
  const w = words.timers;
  const [next, after] = s.timers;
  const today = day((s.session?.expireAt ?? 0) - (left ?? 0) - s.skew);
  const at = (t: Timer): string => (left === null ? clock(t.at - s.skew) : dated(t.at - s.skew, today));
  if (inUse(s)) {
    const window = windowOf(s.session);
    const more = [window > 0 ? w.afterUse(duration(window)) : '', after ? w.atMost(at(after)) : ''].filter((t) => t !== '').join(' · ');
    return { what: s.viewers < 0 ? w.inUseBySome : w.inUse(s.viewers), more, extendable: false };
  }
  const idle = left === null ? 0 : unusedFor(s, left);
  const ends = (t: Timer): string => (t.kind === 'idle' && idle >= SAID_IDLE ? w.unused(duration(idle), at(t)) : w[t.kind](at(t)));
  if (next?.kind === 'maximum') return { what: ends(next), more: w.last, extendable: false };
  const what = !next ? '' : s.warning ? w.soon(at(next)) : ends(next);
  const more = [left === null ? '' : lastUse(s, today), after?.kind === 'maximum' ? w.atMost(at(after)) : ''].filter((t) => t !== '').join(' · ');
  return { what, more, extendable: true };
}

/** What the avatar costs: what it has cost where one runs, else what it would, or that nothing does. */
export function price(s: Snapshot, now: number): { what: string; more: string } {
  const w = words.cost;
  const { currency, hourly, month, since } = s.cost;
  if (since !== null) return runningPrice(s, now);
  const more = month > 0 ? w.monthSoFar(money(month, currency)) : '';
  const off = !starting(s.phase) && s.phase !== 'ready' && s.phase !== 'ending';
  if (s.adopting) return { what: w.looking, more };
  if (offline(s)) return { what: w.unseen, more };
  if (hourly > 0) return { what: w.perHour(money(hourly, currency)), more: [off ? w.nothing : '', more].filter((t) => t !== '').join(' · ') };
  return off ? { what: w.free, more } : { what: w.started, more };
}

function runningPrice(s: Snapshot, now: number): { what: string; more: string } {
  const w = words.cost;
  const { currency, hourly, month } = s.cost;
  const so = spent(s, now);
  if (so === null) return { what: w.unpriced, more: '' };
  const [next] = s.timers;
  const until = next && next.cost > 0 && !inUse(s) ? words.timers.costs(money(next.cost, currency), dated(next.at - s.skew, day(now))) : '';
  const more = [until, w.monthSoFar(money(month + so, currency))].filter((t) => t !== '').join(' · ');
  return { what: w.soFar(money(so, currency), money(hourly, currency)), more };
}

/** One column of the start's timeline. Times are milliseconds. */
export interface Stage {
  phase: StartPhase;
  state: 'pending' | 'running' | 'done' | 'past' | 'failed';
  elapsed: number | null;
  usual: number | null;
  /** 0 to 1: how far, measured by the usual time. It stays below 1 until the phase is over. */
  progress: number;
}

export function timeline(s: Snapshot, now: number): Stage[] {
  return START_PHASES.map((phase) => stage(phase, s, now));
}

function stage(phase: StartPhase, s: Snapshot, now: number): Stage {
  const step = s.steps.find((one) => one.phase === phase);
  const usual = step?.usual ?? null;
  if (!step?.started) return { phase, state: 'pending', elapsed: null, usual, progress: 0 };
  if (step.took !== null) {
    const over = s.phase === 'idle' || s.phase === 'ending' ? 'past' : 'done';
    return { phase, state: over, elapsed: step.took, usual, progress: over === 'done' ? 1 : 0 };
  }
  if (s.phase === phase) {
    const elapsed = Math.max(0, now - step.started);
    return { phase, state: 'running', elapsed, usual, progress: creep(elapsed, usual) };
  }
  return { phase, state: s.phase === 'failed' ? 'failed' : 'pending', elapsed: null, usual, progress: 0 };
}

/** Nears 1 and never reaches it: four fifths at the usual time, slower after it. */
function creep(elapsed: number, usual: number | null): number {
  const t = elapsed / (usual ?? 4000);
  return t <= 1 ? 0.8 * t : 1 - 0.2 / t;
}

/** How far a start is as a whole, 0 to 1, each phase weighted by its usual time. */
export function startProgress(stages: readonly Stage[]): number {
  const weight = (one: Stage): number => one.usual ?? 1000;
  const whole = stages.reduce((sum, one) => sum + weight(one), 0);
  return stages.reduce((sum, one) => sum + one.progress * weight(one), 0) / whole;
}

/** How long the start took, null while it is not complete. */
export function startTotal(steps: readonly Step[]): number | null {
  const took = START_PHASES.map((phase) => steps.find((one) => one.phase === phase)?.took ?? null);
  const known = took.filter((t) => t !== null);
  return known.length === took.length ? known.reduce((sum, t) => sum + t, 0) : null;
}

/** What is left of a session: milliseconds, and the part of its window, 0 to 1. */
export function remaining(session: Session | null, now: number): { ms: number; part: number } | null {
  if (!session?.expireAt) return null;
  const ms = Math.max(0, session.expireAt - now);
  const began = session.lastActivity ?? session.creationTime ?? now;
  const window = session.expireAt - began;
  return { ms, part: window > 0 ? Math.min(1, ms / window) : 0 };
}

/** The time by the cloud's clock, which the session's end and the timers are in. */
export function cloudTime(s: Snapshot, now: number): number {
  return now + s.skew;
}

/** The least that EC2 bills for a start, in milliseconds, as shortestBilled of backend/cost.go. */
const SHORTEST_BILLED = 60_000;

/** What the running session has cost so far, null where none runs or its price is not known. */
export function spent(s: Snapshot, now: number): number | null {
  const { hourly, since, traffic } = s.cost;
  return since === null || hourly === 0 ? null : (hourly * Math.max(SHORTEST_BILLED, cloudTime(s, now) - since)) / 3_600_000 + traffic;
}

/** Why the cloud cannot be reached, null while it can: a standing condition, not one refused wish. */
export function offline(s: Snapshot): Problem | null {
  return s.notices.find((n) => n.problem.kind === 'unreachable')?.problem ?? null;
}

/** The pages that a user has, in the order of the navigation. */
export function pagesOf(s: Snapshot): readonly Route[] {
  const all: readonly Route[] = ['home', 'log', 'history', 'fleet', 'settings', 'about'];
  return all.filter((r) => r !== 'fleet' || s.user?.role === 'operator');
}

export function countOf(pool: Pool, state: PoolState): number {
  return pool.members.filter((m) => m.state === state).length;
}

/** The problem to show apart from the headline: a failed phase says its own. */
export function asideProblem(s: Snapshot): Snapshot['problem'] {
  return s.phase === 'failed' && s.user ? null : s.problem;
}
