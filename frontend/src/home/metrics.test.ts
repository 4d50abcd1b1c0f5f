import { expect, test } from 'vitest';
import { ceiling, reading, tracks } from './metrics';

test('metrics that never came have no chart, and one that stays away has no present value', () => {
  const none = { at: [], cpu: [], gpu: [], mem: [], netOut: [], fps: [], players: [] };
  const at = [100_000, 101_000, 102_000, 130_000];
  const found = tracks({ ...none, at, cpu: [1, 2, 3, null], fps: [0, 0, 0, 0], gpu: [null, null, null, 90] });
  expect(found[0]?.at).toEqual([100, 101, 102, 130]);
  expect(found.map((t) => [t.metric, t.now])).toEqual([['fps', 0], ['gpu', 90], ['cpu', null]]);
  expect(tracks(none)).toEqual([]);
});

test('readings', () => {
  expect([reading('cpu', 41.6), reading('fps', 0), reading('netOut', 0), reading('netOut', 12_345_678), reading('netOut', 250_000), reading('players', 2), reading('gpu', null)])
    .toEqual(['42 %', '0 fps', '0 B/s', '12.3 MB/s', '250 kB/s', '2', '–']);
  expect([ceiling('mem', [1]), ceiling('fps', [null, 60]), ceiling('players', [null, 0])]).toEqual([100, 66, 4]);
});
