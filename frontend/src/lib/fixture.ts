import { backend } from '../../wailsjs/go/models';
import type { Phase, PoolState, Session, Snapshot } from './types';

/** The words of Go's enums. */
export const PHASES: readonly Phase[] = Object.values(backend.Phase);
export const POOL_STATES: readonly PoolState[] = Object.values(backend.PoolState);

/** A signed-in snapshot with no instance; tests name what differs. */
export function snapshotOf(more: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1, phase: 'idle', since: null, profile: 'local', user: { id: 'u-1', username: 'demo', role: 'user' }, challenge: null, busy: false,
    session: null, machine: null, pool: { target: 5, members: [], leader: false, asOf: null, backoff: null }, steps: [], cold: false, url: '',
    warning: false, problem: null, notices: [], adopting: false, queue: null, timers: [], estimate: null, skew: 0, announced: false, viewers: 0, lastUse: null, lastUseBy: '', kept: null, ended: null,
    cost: { currency: 'USD', hourly: 0, since: null, month: 0, poolMonth: 0, alwaysOn: 0 }, ...more,
  };
}

/** A session of that snapshot's user. */
export function sessionOf(more: Partial<Session> = {}): Session {
  return {
    userId: 'u-1', username: 'demo', instanceId: 'i-1', creationTime: 0, expireAt: 0, lastActivity: null, lastUseBy: '', publicIp: '', subnetId: '', phase: 'ready', epoch: 1, domain: '', ...more,
  };
}
