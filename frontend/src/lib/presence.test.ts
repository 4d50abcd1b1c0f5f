import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { presence } from './presence';
import { keysOf, shortcut, type Press } from './shortcuts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('beats every 5 s, passes on input at most twice a minute, and stops', () => {
  const page = { beat: vi.fn(), touch: vi.fn() };
  const target = new EventTarget();
  const stop = presence(page, target);
  for (let s = 0; s < 60; s++) {
    target.dispatchEvent(new Event('keydown'));
    target.dispatchEvent(new Event('pointerdown'));
    vi.advanceTimersByTime(1000);
  }
  expect(page.beat).toHaveBeenCalledTimes(13);
  expect(page.touch).toHaveBeenCalledTimes(2);
  stop();
  vi.advanceTimersByTime(60_000);
  target.dispatchEvent(new Event('wheel'));
  expect(page.beat).toHaveBeenCalledTimes(13);
  expect(page.touch).toHaveBeenCalledTimes(2);
});

const press = (more: Partial<Press>): Press => ({ key: 'l', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test.each([
  [press({ ctrlKey: true }), false, 'log'], [press({ metaKey: true }), true, 'log'], [press({ metaKey: true }), false, null],
  [press({ ctrlKey: true }), true, null], [press({}), false, null], [press({ ctrlKey: true, key: ',' }), false, 'settings'], [press({ ctrlKey: true, key: '5' }), false, 'about'], [press({ ctrlKey: true, key: '6' }), false, null], [press({ ctrlKey: true, key: '2' }), false, 'log'],
  [press({ ctrlKey: true, key: 'Q' }), false, 'quit'], [press({ ctrlKey: true, key: 'f' }), false, 'filter'],
  [press({ ctrlKey: true, shiftKey: true }), false, null], [press({ ctrlKey: true, altKey: true }), false, null],
  [press({ ctrlKey: true, key: '1' }), false, 'home'], [press({ ctrlKey: true, key: '9' }), false, null],
] as const)('%j on a Mac: %s', (pressed, mac, want) => expect(shortcut(pressed, ['home', 'log', 'history', 'settings', 'about'], mac)).toBe(want));

test('the pages are numbered without a gap, whatever pages there are', () => {
  const operator = ['home', 'log', 'history', 'fleet', 'settings', 'about'] as const;
  expect(operator.map((p) => keysOf(p, operator)[0])).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(keysOf('settings', ['home', 'settings'])).toEqual(['2', ',']);
  expect(keysOf('quit', operator)).toEqual(['Q']);
  expect(shortcut(press({ ctrlKey: true, key: '4' }), operator, false)).toBe('fleet');
});
