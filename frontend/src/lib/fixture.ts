import type { Snapshot } from './model';

/** A signed-in snapshot with no instance; tests name what differs. */
export function snapshotOf(more: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1, phase: 'idle', since: null, profile: 'local', user: { id: 'u-1', username: 'demo', role: 'user' }, challenge: null, busy: false,
    session: null, machine: null, pool: { target: 5, members: [], leader: false, asOf: null }, steps: [], cold: false, url: '',
    warning: false, problem: null, notices: [], adopting: false, ...more,
  };
}
