import { expect, test } from 'vitest';
import { marks, phaseAt } from './margin';
import { segments } from '../lib/segments';
import { when } from './when';

test('a line is cut where colours and matches begin and end', () => {
  expect(segments('plain')).toEqual([{ text: 'plain', classes: '' }]);
  expect(segments('red 🎈 plain', '0-3 red bold;4-6 green', [1, 5])).toEqual([
    { text: 'r', classes: 'sgr-red sgr-bold' }, { text: 'ed', classes: 'sgr-red sgr-bold match' }, { text: ' ', classes: 'match' },
    { text: '\ud83c', classes: 'sgr-green match' }, { text: '\udf88', classes: 'sgr-green' }, { text: ' plain', classes: '' },
  ]);
  expect(segments('cut', '0-90 red', [2, 80]).map((s) => s.text).join('')).toBe('cut');
});

test('a time to jump to', () => {
  const newest = new Date(2026, 2, 14, 9, 30, 0).getTime();
  const start = newest - 600_000;
  const of = (h: number, m: number, s: number): number => new Date(2026, 2, 14, h, m, s).getTime();
  for (const [said, want] of [
    ['9:05', of(9, 5, 0)], ['09:05:20.5', of(9, 5, 20) + 500], ['23:00', of(23, 0, 0) - 86_400_000],
    ['+90', start + 90_000], ['+1:30', start + 90_000], ['+1:00:01', start + 3_601_000], ['-5m', newest - 300_000], ['-30', newest - 30_000],
    ['', null], ['soon', null], ['25:00', null], ['9:61', null], ['+', null],
  ] as const) expect([said, when(said, start, newest)]).toEqual([said, want]);
  expect(when('+90', null, newest)).toBeNull();
});

test('the phases of a start, and the one of a line', () => {
  const all = marks({ steps: [
    { phase: 'claiming', started: 100, took: 50, usual: null }, { phase: 'booting', started: 150, took: 350, usual: null },
    { phase: 'probing', started: 500, took: 100, usual: null }, { phase: 'arming', started: null, took: null, usual: 3 },
  ] });
  expect([50, 100, 499, 599, 600, null].map((at) => phaseAt(all, at))).toEqual([null, 'claiming', 'booting', 'probing', 'ready', null]);
});
