import type { Phase, Snapshot } from '../lib/types';

/** When a phase of the start began, in milliseconds since 1970. */
export interface Mark {
  phase: Phase;
  at: number;
}

/** The phases of the start that is under way or was the last, for the log's margin. */
export function marks(s: Pick<Snapshot, 'steps'>): readonly Mark[] {
  const out: Mark[] = [];
  for (const { phase, started, took } of s.steps) {
    if (started === null) continue;
    out.push({ phase, at: started });
    if (phase === 'probing' && took !== null) out.push({ phase: 'ready', at: started + took });
  }
  return out;
}

/** The phase in which a line was written; null before the first. */
export function phaseAt(all: readonly Mark[], at: number | null): Phase | null {
  if (at === null) return null;
  return all.filter((m) => m.at <= at).at(-1)?.phase ?? null;
}
