import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const TOP = new URL('../../../', import.meta.url).pathname;
const files = ['app', 'backend', 'build/tests', 'frontend/src', 'frontend/tests'].flatMap((folder) =>
  readdirSync(join(TOP, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(TOP, folder, file)));
const text = (file: string): string => readFileSync(file, 'utf8');
const goTests = files.filter((file) => file.endsWith('_test.go')).map(text).join('\n');
const pageTests = text(join(TOP, 'frontend/tests/page.test.mjs'));
const scenes = text(join(TOP, 'frontend/tests/scenes.mjs'));
const table = [...text(join(TOP, 'frontend/README.md')).matchAll(/^\| (F\d[^|]*) \|[^|]*\| (.*) \|$/gm)].map(([, ids, now]) => ({ ids: ids ?? '', now: now ?? '' }));

/** The numbers of "F16, F17" and "F30–F36". */
function numbers(ids: string): number[] {
  return ids.split(', ').flatMap((part) => {
    const [from = 0, to = from] = part.split('–').map((id) => Number(id.slice(1)));
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
}

test('each finding has one row', () => {
  expect(table.flatMap((row) => numbers(row.ids)).sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, n) => n + 1));
});

test.each(table)('$ids: what its row names is there', ({ now }) => {
  const missing: string[] = [];
  const look = (pattern: RegExp, there: (name: string) => boolean): number => {
    const named = [...now.matchAll(pattern)].map(([, name]) => name ?? '');
    missing.push(...named.filter((name) => !there(name)));
    return named.length;
  };
  const proofs = look(/`(Test\w+)`/g, (name) => goTests.includes(`func ${name}(t `))
    + look(/`([\w./-]+(?:_test\.go|\.test\.ts|\.mjs|\.py|\.txtar|\.css))`/g, (name) => files.some((file) => basename(file) === name))
    + look(/page test "([^"]+)"/g, (name) => pageTests.includes(`'${name}`) || pageTests.includes(`\`${name}`))
    + look(/scene `([\w-]+)`/g, (name) => scenes.includes(`'${name}'`));
  expect(missing).toEqual([]);
  // A row without a test says what was looked at, or why nothing was done.
  expect(proofs > 0 || /^(looked at|not done)[^:]*: /.test(now)).toBe(true);
});
