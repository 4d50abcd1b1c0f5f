import { expect, test } from 'vitest';
import { mend } from './locale';

test.each([['C', 'en'], ['de-AT', 'de-AT'], ['en', 'en']])('%s becomes %s', (given, want) => {
  const of = { language: given };
  mend(of);
  expect(of.language).toBe(want);
  expect(() => new Intl.NumberFormat(of.language)).not.toThrow();
});
