import { expect, test } from 'vitest';
import { asText, brief, column, countdown, grouped, lineTime, sinceTime, span, moment, clock, day, dayLabels } from './format';

test.each([
  [0, '0.0 s'], [-5, '0.0 s'], [412, '0.4 s'], [9949, '9.9 s'], [9950, '10 s'], [12_400, '12 s'], [59_499, '59 s'], [59_500, '1 min 00 s'], [125_000, '2 min 05 s'],
])('span(%i)', (ms, want) => expect(span(ms)).toBe(want));

test.each([
  [-5, '0:00'], [0, '0:00'], [1, '0:01'], [245_000, '4:05'], [599_001, '10 min'], [599_000, '9:59'], [600_000, '10 min'], [600_001, '11 min'],
  [52 * 60_000 - 1, '52 min'], [3_600_000, '1 h'], [3_900_000, '1 h 05 min'], [12 * 3_600_000 - 1, '12 h'],
])('countdown(%i)', (ms, want) => expect(countdown(ms)).toBe(want));

test('times, secrets, identifiers and lines', () => {
  expect(lineTime(null)).toBe('--:--:--.---');
  expect(lineTime(Date.UTC(2026, 0, 1, 0, 0, 7, 5))).toMatch(/:07\.005$/);
  expect(grouped('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
  const line = { seq: 1, at: 0, level: 'info', source: 'boot', text: 'up', instanceId: 'i-1', gap: 0, style: '', marks: [] };
  expect(asText([line, { ...line, at: null }])).toBe('1970-01-01T00:00:00.000Z\tinfo\tboot\tup\n\tinfo\tboot\tup');
});

test.each([
  [1000, '+0:00.000'], [13_345, '+0:12.345'], [3_723_004 + 1000, '+1:02:03.004'], [500, '-0:00.500'], [null, '--:--.---'],
])('sinceTime(%s)', (ms, want) => expect(sinceTime(ms, 1000)).toBe(want));

test('columns', () => {
  expect([column('info', 6), column('longer', 6), column('longest', 6)]).toEqual(['info   ', 'longer ', 'longest ']);
  expect([brief('signalling', 12), brief('twelve signs', 12), brief('thirteen here', 12)]).toEqual(['signalling', 'twelve signs', 'thirteen he…']);
});

test('a date has its time of day as all other times are written', () => {
  const at = new Date(2026, 10, 28, 14, 5, 9).getTime();
  expect(moment(at)).toContain(clock(at));
  expect(moment(at)).not.toMatch(/[AP]M|:09/);
});

test('an axis says the day once, and then the time of day', () => {
  const at = (d: number, h: number): number => new Date(2026, 10, d, h).getTime();
  expect(dayLabels([at(28, 9), at(28, 14), undefined, at(29, 8)])).toEqual([day(at(28, 9)), '14:00', '', day(at(29, 8))]);
});
