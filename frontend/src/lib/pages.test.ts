import { expect, test } from 'vitest';
import type { Machine, Occupancy, Overview, PastSession } from './types';
import { sessionOf } from './fixture';
import { bands, bars, figure, median, summary, units } from './pages';

const HOUR = 3_600_000;
const past = (started: number, more: Partial<PastSession> = {}): PastSession => ({
  instanceId: 'i-1', type: 't', started, ended: started + HOUR, startTook: 4000, cold: false, cost: 0.5, why: '', ...more,
});

test.each([[[], null], [[3], 3], [[9, 1, 5], 5], [[4, 2], 4]])('median of %j', (all, want) => expect(median(all)).toBe(want));

test('sums and medians, warm and cold apart, starts that were never ready left out', () => {
  const all = [past(0), past(1, { startTook: 6000 }), past(2, { startTook: null }), past(3, { cold: true, startTook: 90_000, cost: 1 })];
  expect(summary(all)).toEqual({ count: 4, used: 4 * HOUR, cost: 2.5, warm: 6000, cold: 90_000 });
  expect(summary([])).toEqual({ count: 0, used: 0, cost: 0, warm: null, cold: null });
});

test('a cost that is not known is no zero', () => {
  expect(summary([past(0, { cost: 0 })]).cost).toBe(null);
  expect(figure(past(0, { cost: 0 }), 'cost')).toBe(null);
});

test('figures by measure, and a clock that went back', () => {
  expect([figure(past(0), 'length'), figure(past(0), 'start'), figure(past(0), 'cost')]).toEqual([60, 4, 0.5]);
  expect(figure(past(0, { ended: -5 }), 'length')).toBe(0);
  expect(figure(past(0, { startTook: null }), 'start')).toBeNull();
});

test('bars are oldest first, each in the column of its kind, sixty at most', () => {
  expect(bars([past(2, { cold: true }), past(1)], 'length')).toEqual({ at: [1, 2], warm: [60, null], cold: [null, 60] });
  const many = bars(Array.from({ length: 90 }, (_, n) => past(90 - n)), 'cost');
  expect([many.at.length, many.at[0], many.at.at(-1)]).toEqual([60, 31, 90]);
});

test('bands lie upon one another, and the last sample holds until now', () => {
  const o: Occupancy = { at: 1000, target: 5, warm: 3, warming: 1, claimed: 2, recycling: 1, waiting: 0 };
  expect(bands([o], 3000)).toEqual({ at: [1, 3], claimed: [2, 2], free: [5, 5], all: [7, 7], target: [5, 5] });
  expect(bands([], 3000).at).toEqual([]);
});

test('the fleet joins what EC2 and the records say, and keeps what only one of them knows', () => {
  const machine = { instanceId: 'i-a', name: 'avatar-demo', state: 'running', type: 'g', zone: 'z' } as Machine;
  const overview: Overview = {
    asOf: 0, resized: null, machines: [machine], leases: [], queue: [], audit: [],
    pool: { target: 1, hot: 0, wanted: 1, tiers: { currency: 'USD', hotHour: 1.228, stoppedMonth: 8 }, leader: false, asOf: 0, recycle: 'reuse', backoff: null, rollout: null, members: [{ instanceId: 'i-b', state: 'warm', owner: '', zone: 'y', type: 'h', template: '3', draining: true }] },
    sessions: [sessionOf({ instanceId: 'i-a' })],
    schedules: [{ instanceId: 'i-a', at: 7 }],
  };
  expect(units(overview)).toEqual([
    { instanceId: 'i-a', name: 'avatar-demo', state: 'running', pool: '', owner: 'demo', type: 'g', zone: 'z', template: '', draining: false, stopAt: 7 },
    { instanceId: 'i-b', name: '', state: '', pool: 'warm', owner: '', type: 'h', zone: 'y', template: '3', draining: true, stopAt: null },
  ]);
});
