import { expect, test } from 'vitest';
import { EVERYTHING } from './filter';
import { Log } from '../lib/log.fixture';
import { CHUNK, HELD, Reel } from './reel.svelte';

const settled = (): Promise<void> => Promise.resolve();
const make = (lines: number): [Log, Reel] => {
  const log = new Log();
  log.grow(lines);
  return [log, new Reel(log.answer, settled)];
};
const span = (reel: Reel): [number, number] => [reel.lines[0]?.seq ?? 0, reel.lines.at(-1)?.seq ?? 0];
/** Nothing is held twice, and nothing is left out between. */
const whole = (log: Log, reel: Reel): void => {
  const [from, to] = span(reel);
  expect(reel.lines.map((l) => l.seq)).toEqual(log.lines.filter((l) => l.seq >= from && l.seq <= to && (!reel.query().source || l.source === reel.query().source)).map((l) => l.seq));
};

test('follows the newest lines and holds a bounded number of them', async () => {
  const [log, reel] = make(10);
  await reel.pick(EVERYTHING);
  expect(span(reel)).toEqual([1, 10]);
  for (const to of [11, 100, 5000, 5001, 90_000]) {
    log.grow(to);
    await Promise.all([reel.grown(), reel.grown()]);
    whole(log, reel);
    expect(span(reel)[1]).toBe(to);
    expect(reel.lines.length).toBeLessThanOrEqual(CHUNK);
    expect(reel.before).toBe((reel.lines[0]?.seq ?? 0) - 1);
  }
});

test('reads up and down through a long log without a gap, and no more than it must', async () => {
  const [log, reel] = make(100_000);
  await reel.pick(EVERYTHING);
  reel.following = false;
  for (let n = 0; n < 6; n++) await reel.earlier();
  expect(span(reel)).toEqual([100_000 - 7 * CHUNK + 1, 100_000 - 4 * CHUNK]);
  expect(reel.behind).toBe(true);
  whole(log, reel);
  log.grow(100_200);
  await reel.grown();
  expect(span(reel)[1]).toBe(100_000 - 4 * CHUNK);
  while (reel.behind) {
    await reel.later();
    whole(log, reel);
    expect(reel.lines.length).toBeLessThanOrEqual(HELD);
    expect(reel.before).toBe((reel.lines[0]?.seq ?? 0) - 1);
  }
  expect(span(reel)[1]).toBe(100_200);
  expect(log.given).toBeLessThan(15 * CHUNK);
});

test('a line keeps its row, and lines that replace all that are seen take over theirs', async () => {
  const [log, reel] = make(100_000);
  await reel.pick(EVERYTHING);
  const row = (seq: number): number => reel.row + reel.lines.findIndex((l) => l.seq === seq);
  const newest = row(100_000);
  log.grow(100_010);
  await reel.grown();
  expect([row(100_000), reel.lines.length]).toEqual([newest, CHUNK]); // some at the beginning went
  reel.following = false;
  for (let n = 0; n < 2; n++) await reel.earlier();
  expect(row(100_000)).toBe(newest);
  await reel.earlier(); // the newest went
  expect(row(99_700)).toBe(newest - 300);
  while (reel.behind) await reel.later();
  expect(row(100_000)).toBe(newest);
  const first = reel.row;
  log.grow(200_000);
  await reel.toEnd();
  expect(reel.row).toBe(first);
  log.grow(200_100); // more than a window shows
  await reel.grown();
  expect([reel.row, ...span(reel)]).toEqual([first, 200_101 - CHUNK, 200_100]);
});

test('goes to the beginning, to the end, and to a line between', async () => {
  const [log, reel] = make(10_000);
  await reel.pick({ ...EVERYTHING, source: 'boot' });
  await reel.toStart();
  expect(span(reel)[0]).toBe(1);
  const at = await reel.around(5000);
  expect(reel.lines[at]?.seq).toBe(5001); // the next one of the source
  expect(reel.before).toBe(reel.lines.length > 0 ? ((reel.lines[0]?.seq ?? 1) - 1) / 2 : 0);
  whole(log, reel);
  expect(reel.lines[await reel.around(5003)]?.seq).toBe(5003);
  await reel.toEnd();
  expect(span(reel)[1]).toBe(9999);
});

test('steps through the matches, in their context too, and round at the ends', async () => {
  const [, reel] = make(1000);
  for (const context of [false, true]) {
    await reel.pick({ ...EVERYTHING, text: 'line 99', context });
    expect(reel.matches).toBe(11);
    expect(await reel.step(false, 1001)).toBe(999);
    await reel.around(999);
    expect(reel.place()).toBe(11);
    expect(await reel.step(true, 999)).toBe(99);
    await reel.around(99);
    expect(reel.place()).toBe(1);
    expect(await reel.step(true, 99)).toBe(990);
    expect(await reel.step(false, 99)).toBe(999);
  }
  await reel.pick({ ...EVERYTHING, text: 'nothing' });
  expect(await reel.step(true, 0)).toBe(0);
});

test('a pause holds the lines still and counts what comes', async () => {
  const [log, reel] = make(50);
  await reel.pick(EVERYTHING);
  reel.pause(true);
  log.grow(80);
  await reel.grown();
  expect([span(reel)[1], reel.waiting]).toEqual([50, 30]);
  reel.pause(false);
  await reel.grown();
  expect([span(reel)[1], reel.waiting]).toEqual([80, 0]);
});

test('another filter starts over, and a late answer to the old one is dropped', async () => {
  const [, reel] = make(6);
  const first = reel.pick(EVERYTHING);
  await Promise.all([first, reel.pick({ ...EVERYTHING, source: 'boot' })]);
  expect(reel.lines.map((l) => l.seq)).toEqual([1, 3, 5]);
  expect(reel.loaded).toBe(true);
});

test('a log that was cleared is empty', async () => {
  const [log, reel] = make(500);
  await reel.pick(EVERYTHING);
  log.clear();
  await reel.grown();
  expect(reel.lines).toEqual([]);
  log.grow(501);
  await reel.grown();
  expect(span(reel)).toEqual([501, 501]);
});
