import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ticking } from './clock.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page that is shown and hidden. */
class Page extends EventTarget {
  hidden = false;
  turn(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

test('a clock stands still while nobody can see the page, and is right as soon as somebody does', () => {
  const page = new Page();
  let ticks = 0;
  const stop = ticking(1000, () => ticks++, page);
  vi.advanceTimersByTime(3000);
  expect(ticks).toBe(3);
  page.turn(true);
  vi.advanceTimersByTime(60_000);
  expect([ticks, vi.getTimerCount()]).toEqual([3, 0]);
  page.turn(false);
  expect(ticks).toBe(4);
  vi.advanceTimersByTime(1000);
  expect(ticks).toBe(5);
  stop();
  page.turn(false);
  vi.advanceTimersByTime(5000);
  expect([ticks, vi.getTimerCount()]).toEqual([5, 0]);
});
