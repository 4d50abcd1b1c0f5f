import { expect, test } from 'vitest';
import { bare, fault } from './challenge';
import { words } from './words';

test('a code has six to eight digits', () => {
  for (const good of ['123456', '1234567', '00000000']) expect(fault('code', good)).toBe('');
  for (const bad of ['12345', '123456789', '12345a', '12 456', '１２３４５６']) expect(fault('code', bad)).toBe(words.challenge.badCode);
  expect(fault('code', '')).toBe(words.challenge.needCode);
});

test('a pasted code may have blanks and dashes', () => {
  expect(bare(' 248-7\t46\u00a0')).toBe('248746');
});

test('what looks at a code keeps nothing of it', () => {
  /x/.test('x');
  fault('code', bare('248 746'));
  expect((RegExp as unknown as { input: string }).input).toBe('x');
});
