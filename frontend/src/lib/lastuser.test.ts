import { beforeEach, expect, test, vi } from 'vitest';
import { lastUser, signedIn, trying } from './lastuser';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) });
});

test('only a name that was let in is kept, and no demo user’s', () => {
  trying('alcie');
  signedIn('demo');
  expect(lastUser()).toBe('');
  trying('alice');
  signedIn('alice');
  expect(lastUser()).toBe('alice');
  trying('');
  signedIn('demo');
  expect(lastUser()).toBe('alice');
});

test('without storage nothing breaks', () => {
  vi.stubGlobal('localStorage', undefined);
  trying('alice');
  signedIn('alice');
  expect(lastUser()).toBe('');
});
