import { expect, test } from 'vitest';
import { snapshotOf } from './fixture';
import type { Snapshot } from './types';
import { Store } from './store.svelte';

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
