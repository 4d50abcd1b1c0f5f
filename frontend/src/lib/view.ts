/** What the page shows of a snapshot: pure functions, so that the whole face of the launcher can be tested by tables. */
import { assertNever } from './assert';
import { START_PHASES, type Phase, type Pool, type PoolState, type Session, type Snapshot, type StartPhase, type Step } from './model';
import { words } from './words';

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

export function screen(s: Snapshot): Screen {
  if (s.phase === 'signing-in') return s.challenge ? 'challenge' : 'waiting';
  // A failed sign-in may be told as Failed without a user: then the form is what helps.
  return s.phase === 'signed-out' || !s.user ? 'sign-in' : 'inside';
}

/** The one large button: it always says what it will do. */
export interface Action {
  verb: 'start' | 'cancel' | 'connect' | 'wait';
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
    case 'arming':
    case 'booting':
    case 'probing':
      return { verb: 'cancel', label: a.cancel };
    case 'ready':
      return { verb: 'connect', label: a.connect };
    case 'ending':
      return { verb: 'wait', label: a.stopping };
    case 'failed':
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
      if (s.adopting) return h.adopting;
      return s.pool.asOf !== null && countOf(s.pool, 'warm') === 0 ? { ...h.idle, lead: h.idleCold } : h.idle;
    case 'claiming':
    case 'arming':
    case 'probing':
    case 'ready':
    case 'ending':
      return h[s.phase];
    case 'booting':
      return s.cold ? { ...h.booting, lead: h.bootingCold } : h.booting;
    case 'failed':
      return s.problem ? { title: s.problem.what, lead: s.problem.why } : h.failed;
    default:
      return assertNever(s.phase);
  }
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

export function countOf(pool: Pool, state: PoolState): number {
  return pool.members.filter((m) => m.state === state).length;
}

/** The problem to show apart from the headline: a failed phase says its own. */
export function asideProblem(s: Snapshot): Snapshot['problem'] {
  return s.phase === 'failed' && s.user ? null : s.problem;
}
