import { expect, test } from 'vitest';
import { ceiling, reading, tracks } from './metrics';

test('metrics that never came have no chart, and one that stays away has no present value', () => {
  const at = [100, 101, 102, 130];
  const found = tracks({ at, columns: { cpu: [1, 2, 3, null], fps: [0, 0, 0, 0], gpu: [null, null, null, 90] } });
  expect(found.map((t) => [t.metric, t.now])).toEqual([['fps', 0], ['gpu', 90], ['cpu', null]]);
  expect(tracks({ at: [], columns: {} })).toEqual([]);
});

test('readings', () => {
  expect([reading('cpu', 41.6), reading('fps', 0), reading('netOut', 0), reading('netOut', 12_345_678), reading('netOut', 250_000), reading('players', 2), reading('gpu', null)])
    .toEqual(['42 %', '0 fps', '0 B/s', '12.3 MB/s', '250 kB/s', '2', '–']);
  expect([ceiling('mem', [1]), ceiling('fps', [null, 60]), ceiling('players', [null, 0])]).toEqual([100, 66, 4]);
});
