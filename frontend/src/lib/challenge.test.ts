import { expect, test } from 'vitest';
import { fault } from './challenge';
import { words } from './words';

test('a code has six to eight digits', () => {
  for (const good of ['123456', '1234567', '00000000']) expect(fault('code', good)).toBe('');
  for (const bad of ['12345', '123456789', '12345a', '12 456', '１２３４５６']) expect(fault('code', bad)).toBe(words.challenge.badCode);
  expect(fault('code', '')).toBe(words.challenge.needCode);
});

test('what looks at a code keeps nothing of it', () => {
  /x/.test('x');
  fault('code', '248746');
  expect((RegExp as unknown as { input: string }).input).toBe('x');
});
