import { expect, test } from 'vitest';
import { FULL, PHASES, snapshotOf } from './fixture';
import type { Snapshot } from './types';
import { Store } from './store.svelte';
import { action, headline, pace, price, timeline } from './view';

test('a newer snapshot replaces the whole, an older or equal one nothing', () => {
  const store = new Store();
  const two = snapshotOf({ revision: 2 });
  store.replace(two);
  store.replace(snapshotOf({ revision: 1 }));
  store.replace(snapshotOf({ revision: 2 }));
  expect(store.current).toBe(two);
  const three = snapshotOf({ revision: 3 });
  store.replace(three);
  expect(store.current).toBe(three);
});

test('an event that overtakes the first answer wins', async () => {
  const store = new Store();
  let send: (s: Snapshot) => void = () => {};
  let answer: (s: Snapshot) => void = () => {};
  const stop = store.watch({
    onSnapshot: (fn) => { send = fn; return () => { send = () => {}; }; },
    snapshot: () => new Promise((resolve) => { answer = resolve; }),
  });
  send(snapshotOf({ revision: 5 }));
  answer(snapshotOf({ revision: 4 }));
  await Promise.resolve();
  expect(store.current?.revision).toBe(5);
  stop();
  send(snapshotOf({ revision: 6 }));
  expect(store.current?.revision).toBe(5);
});

test('what Go has written goes through the store, and is shown in every phase', () => {
  const store = new Store();
  store.replace(FULL);
  expect(store.current).toBe(FULL);
  for (const phase of PHASES) {
    const s = { ...FULL, phase };
    for (const text of [headline(s).title, action(s).label, pace(s, 60_000).what, price(s, 60_000).what]) expect(text).toMatch(/[a-z]/i);
    expect(timeline(s, 60_000)).toHaveLength(4);
  }
});
