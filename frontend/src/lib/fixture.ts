import sent from '../../../app/bridge/testdata/sent.json';
import { bridge } from '../../wailsjs/go/models';
import type { Phase, PoolState, Session, Snapshot } from './types';

/** The words of Go's enums. */
export const PHASES: readonly Phase[] = Object.values(bridge.Phase);
export const POOL_STATES: readonly PoolState[] = Object.values(bridge.PoolState);

/** A snapshot of which every field is set, as Go has written it. */
export const FULL = sent.snapshot as Snapshot;

/** A signed-in snapshot with no instance, as Go has written it; tests name what differs. */
export function snapshotOf(more: Partial<Snapshot> = {}): Snapshot {
  return { ...(sent.idle as Snapshot), ...more };
}

/** A session of that snapshot's user, which nothing has used yet. */
export function sessionOf(more: Partial<Session> = {}): Session {
  return { ...(sent.snapshot.session as Session), lastActivity: null, lastUseBy: '', ...more };
}
