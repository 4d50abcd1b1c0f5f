import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVERYTHING } from './filter';
import { Log } from '../lib/log.fixture';
import { CALM, LogController, type List } from './logcontroller.svelte';
import { CHUNK } from './reel.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A list whose lines are 10 high, in a window of 100, that notes where it was scrolled to. */
class Rows implements List {
  readonly went: number[] = [];
  readonly #controller: LogController;
  constructor(controller: LogController) {
    this.#controller = controller;
  }
  scrollToIndex(index: number): void {
    this.went.push(index);
  }
  findItemIndex(offset: number): number {
    return Math.floor(offset / 10);
  }
  getViewportSize(): number {
    return 100;
  }
  getScrollSize(): number {
    return this.#controller.reel.lines.length * 10;
  }
}

async function open(lines: number): Promise<{ log: Log; controller: LogController; rows: Rows; histograms: () => number }> {
  const log = new Log();
  log.grow(lines);
  let asked = 0;
  const histogram = () => Promise.resolve({ from: ++asked, step: 1, levels: [] });
  const controller = new LogController({ view: log.answer, histogram, at: () => Promise.resolve(7) }, () => Promise.resolve());
  const rows = new Rows(controller);
  controller.list = rows;
  await controller.reel.pick(EVERYTHING);
  return { log, controller, rows, histograms: () => asked };
}

test('a scroll by nobody follows on; one by hand stops, and coming down to the end follows again', async () => {
  const { controller } = await open(100);
  controller.scrolled(300); // new lines were measured
  expect(controller.reel.following).toBe(true);
  controller.hold(true);
  controller.scrolled(200);
  expect(controller.reel.following).toBe(false);
  expect(controller.seen).toEqual([20, 30]);
  controller.scrolled(900);
  expect(controller.reel.following).toBe(true);
  controller.wheeled(5);
  expect(controller.reel.following).toBe(true);
  controller.wheeled(-5);
  expect(controller.reel.following).toBe(false);
});

test('near the beginning of what is held the lines before it are fetched, once', async () => {
  const { controller } = await open(2000);
  controller.wheeled(-1);
  controller.scrolled(2000);
  controller.scrolled(100);
  controller.scrolled(90);
  await controller.reel.answered();
  await Promise.resolve();
  expect(controller.reel.lines.length).toBe(2 * CHUNK);
  expect(controller.reel.lines[0]?.seq).toBe(2000 - 2 * CHUNK + 1);
});

test('a time that is typed is gone to; what is none is said to be none', async () => {
  const { controller, rows } = await open(100);
  expect(await controller.jump('soon', null)).toBe(false);
  expect(rows.went).toEqual([]);
  expect(await controller.jump('+1:30', 0)).toBe(true);
  expect(rows.went).toEqual([6]); // the line of number 7
  expect(controller.reel.following).toBe(false);
});

test('Home and End are the list’s own keys', async () => {
  const { controller } = await open(10);
  expect(['Home', 'End', 'x', 'PageUp'].map((key) => controller.pressed(key))).toEqual([true, true, false, false]);
  await controller.reel.answered();
  expect(controller.pressed('ArrowUp')).toBe(false);
  expect(controller.reel.following).toBe(false);
});

test('a growing log is counted now and then, a new filter at once, a closed page never', async () => {
  const { controller, histograms } = await open(10);
  controller.count(CALM.filtered);
  await vi.advanceTimersByTimeAsync(30);
  expect(histograms()).toBe(1);
  for (let n = 0; n < 40; n++) {
    controller.count(CALM.growing);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(histograms()).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(histograms()).toBe(2);
  controller.count(CALM.growing);
  controller.count(CALM.filtered); // does not wait for the one before
  await vi.advanceTimersByTimeAsync(30);
  expect(histograms()).toBe(3);
  expect(controller.histogram.from).toBe(3);
  controller.count(CALM.filtered);
  controller.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(histograms()).toBe(3);
});
