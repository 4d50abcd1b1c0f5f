/** What the pages beside Home show of what they read: pure functions, tested by tables. */
import type { Occupancy, Overview, PastSession } from './types';

/** The middle of some figures, null where there are none. */
export function median(figures: readonly number[]): number | null {
  if (figures.length === 0) return null;
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

export interface Summary {
  count: number;
  used: number;
  /** Null if no session's price is known. */
  cost: number | null;
  /** Medians of the starts that came to be ready; null where there was none of the kind. */
  warm: number | null;
  cold: number | null;
}

export function summary(sessions: readonly PastSession[]): Summary {
  const priced = sessions.some((s) => s.cost > 0);
  const starts = (cold: boolean): number[] => sessions.flatMap((s) => (s.cold === cold && s.startTook !== null ? [s.startTook] : []));
  return {
    count: sessions.length,
    used: sessions.reduce((sum, s) => sum + Math.max(0, s.ended - s.started), 0),
    cost: sessions.length > 0 && !priced ? null : sessions.reduce((sum, s) => sum + s.cost, 0),
    warm: median(starts(false)),
    cold: median(starts(true)),
  };
}

/** What one bar of the sessions' chart stands for. */
export const MEASURES = ['length', 'start', 'cost'] as const;
export type Measure = (typeof MEASURES)[number];

/** A session's figure in a measure: minutes, seconds, money; null where there is none. */
export function figure(s: PastSession, measure: Measure): number | null {
  switch (measure) {
    case 'length':
      return Math.max(0, s.ended - s.started) / 60_000;
    case 'start':
      return s.startTook === null ? null : s.startTook / 1000;
    case 'cost':
      return s.cost > 0 ? s.cost : null; // the price of its type is not known
  }
}

/** As many bars as a chart shows; the table has them all. */
const MOST_BARS = 60;

/** The chart's columns, oldest first: when, the figures of warm starts, those of cold ones. */
export function bars(sessions: readonly PastSession[], measure: Measure): { at: number[]; warm: (number | null)[]; cold: (number | null)[] } {
  const shown = sessions.slice(0, MOST_BARS).reverse();
  const of = (cold: boolean): (number | null)[] => shown.map((s) => (s.cold === cold ? figure(s, measure) : null));
  return { at: shown.map((s) => s.started), warm: of(false), cold: of(true) };
}

/**
 * The pool's chart: at each time how many instances are in use, in use or free, and in any state, each the top of a
 * band. The last sample holds until now.
 */
export function bands(samples: readonly Occupancy[], now: number): { at: number[]; claimed: number[]; free: number[]; all: number[]; target: number[] } {
  const last = samples.at(-1);
  const held = last && last.at < now ? [...samples, { ...last, at: now }] : samples;
  return {
    at: held.map((o) => o.at / 1000),
    claimed: held.map((o) => o.claimed),
    free: held.map((o) => o.claimed + o.warm),
    all: held.map((o) => o.claimed + o.warm + o.warming + o.recycling),
    target: held.map((o) => o.target),
  };
}

/** One row of the fleet's instances: what EC2 says beside what the launcher's own records say. */
export interface Unit {
  instanceId: string;
  name: string;
  state: string;
  pool: string;
  owner: string;
  type: string;
  zone: string;
  /** The launch template version that it was made of, empty if it is not known. */
  template: string;
  /** Nobody gets it any more, and it goes when its session is over. */
  draining: boolean;
  stopAt: number | null;
}

/** Joins the machines with the pool's rows, the sessions and the armed stops; a row without a machine is kept. */
export function units(o: Overview): Unit[] {
  const ids = new Set([...o.machines.map((m) => m.instanceId), ...o.pool.members.map((m) => m.instanceId)]);
  return [...ids].map((instanceId) => {
    const machine = o.machines.find((m) => m.instanceId === instanceId);
    const member = o.pool.members.find((m) => m.instanceId === instanceId);
    const session = o.sessions.find((s) => s.instanceId === instanceId);
    return {
      instanceId,
      name: machine?.name ?? '',
      state: machine?.state ?? '',
      pool: member?.state ?? '',
      owner: session?.username ?? '',
      type: machine?.type || member?.type || '',
      zone: machine?.zone || member?.zone || '',
      template: member?.template ?? '',
      draining: member?.draining ?? false,
      stopAt: o.schedules.find((s) => s.instanceId === instanceId)?.at ?? null,
    };
  });
}
