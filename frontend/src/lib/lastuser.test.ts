import { beforeEach, expect, test, vi } from 'vitest';
import { lastUser, lastWay, signedIn, trying } from './lastuser';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) });
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

test('the way is kept for each profile and name, once it led in', () => {
  trying('alice', 'code', 'studio');
  expect(lastWay('studio', 'alice')).toBe('password');
  signedIn('alice');
  expect(lastWay('studio', 'alice')).toBe('code');
  expect(lastWay('other', 'alice')).toBe('password');
  expect(lastWay('studio', 'bob')).toBe('password');
  trying('alice', 'password', 'studio');
  signedIn('alice');
  expect(lastWay('studio', 'alice')).toBe('password');
});

test('without storage nothing breaks', () => {
  vi.stubGlobal('localStorage', undefined);
  trying('alice');
  signedIn('alice');
  expect(lastUser()).toBe('');
});
