import { expect, test } from 'vitest';
import { backend } from '../../wailsjs/go/models';
import * as decode from './decode';

/** As encoding/json writes a zero Snapshot that has a phase. */
const bare = (more: object = {}): backend.Snapshot => JSON.parse(JSON.stringify({
  revision: 3, phase: 'idle', since: '0001-01-01T00:00:00Z', profile: 'local', user: null, challenge: null, session: null, machine: null,
  pool: { target: 5, members: null, leader: false, asOf: '0001-01-01T00:00:00Z' }, steps: null, cold: false, url: '', warning: false,
  problem: null, notices: null, adopting: false, queue: null, timers: null, estimate: 0, skew: 0, announced: false, viewers: 0, lastUse: '0001-01-01T00:00:00Z', lastUseBy: '', kept: null, ended: null,
  cost: { currency: 'USD', hourly: 0, since: '0001-01-01T00:00:00Z', month: 0, poolMonth: 0, alwaysOn: 0, saved: 0 }, ...more,
})) as backend.Snapshot;

test('nil slices are empty, zero times are null', () => {
  const s = decode.snapshot(bare());
  expect([s.steps, s.notices, s.pool.members, s.timers]).toEqual([[], [], [], []]);
  expect([s.since, s.pool.asOf]).toEqual([null, null]);
});

test('times with nanoseconds and zones, durations in nanoseconds', () => {
  const steps = [{ phase: 'booting', started: '2026-03-14T10:26:53.123456789+01:00', took: 3_641_000_000, usual: 0 }];
  expect(decode.snapshot(bare({ steps })).steps).toEqual([{ phase: 'booting', started: Date.UTC(2026, 2, 14, 9, 26, 53, 123), took: 3641, usual: null }]);
});

test('a phase that the page does not know is refused, a pool state is retired', () => {
  expect(() => decode.snapshot(bare({ phase: 'dreaming' }))).toThrow('dreaming');
  const members = [{ instanceId: 'i-1', state: 'lost', owner: '', epoch: 1, zone: 'a', type: 't', pooledAt: '' }];
  expect(decode.snapshot(bare({ pool: { target: 5, members, leader: true, asOf: '' } })).pool.members[0]?.state).toBe('retired');
});

test('a notice without a problem says nothing', () => {
  const problem = { kind: 'config', what: 'w', why: '', next: '' };
  expect(decode.snapshot(bare({ notices: [{ key: 'a', problem: null }, { key: 'config', problem }] })).notices).toEqual([{ key: 'config', problem }]);
});

test('why launches are held back, and until when', () => {
  const held = { failures: 3, instanceId: 'i-1', why: 'broke', lines: null, retryAt: '2026-03-14T10:00:00Z', stopped: false };
  const of = (backoff: unknown): unknown => decode.snapshot(bare({ pool: { target: 5, members: null, leader: true, asOf: '', backoff } })).pool.backoff;
  const want = { failures: 3, instanceId: 'i-1', why: 'broke', lines: [], retryAt: Date.UTC(2026, 2, 14, 10) };
  expect([of(null), of(held), of({ ...held, stopped: true })]).toEqual([null, want, { ...want, retryAt: null }]);
});

test('timers, cost and the queue', () => {
  const timers = [{ kind: 'idle', at: '2026-03-14T10:00:00Z', cost: 0.5 }, { kind: 'tea', at: '2026-03-14T10:00:00Z', cost: 0 }, { kind: 'maximum', at: '0001-01-01T00:00:00Z', cost: 0 }];
  const s = decode.snapshot(bare({ timers, queue: { position: 2, length: 5, since: '', why: 'full' }, estimate: 5e9, skew: -2e9 }));
  expect(s.timers).toEqual([{ kind: 'idle', at: Date.UTC(2026, 2, 14, 10), cost: 0.5 }]);
  expect([s.queue, s.estimate, s.skew, s.cost.since]).toEqual([{ position: 2, length: 5, why: 'full' }, 5000, -2000, null]);
});
