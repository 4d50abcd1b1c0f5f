import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../', import.meta.url).pathname;
const FEATURES = ['signin', 'home', 'log', 'history', 'fleet', 'settings', 'about'];
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(ts|svelte)$/.test(f) && !/\.(test|fixture)\.ts$/.test(f));
const script = (file: string): string => {
  const text = readFileSync(join(SRC, file), 'utf8');
  return file.endsWith('.svelte') ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((m) => m[1]).join('\n') : text;
};
const imports = (file: string): string[] =>
  [...script(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((m) => normalize(join(dirname(file), m[1] ?? '')));
const room = (path: string): string => (path.startsWith('..') ? 'outside' : path.includes('/') ? (path.split('/')[0] ?? '') : 'top');

test('a feature uses itself, ui and lib; ui uses lib; lib uses nothing of the page', () => {
  const allowed: Record<string, readonly string[]> = { lib: ['lib'], ui: ['ui', 'lib'] };
  for (const feature of FEATURES) allowed[feature] = [feature, 'ui', 'lib'];
  const wrong = files.flatMap((file) => {
    const may = allowed[room(file)];
    return may ? imports(file).filter((to) => room(to) !== 'outside' && !may.includes(room(to))).map((to) => `${file} → ${to}`) : [];
  });
  expect(wrong).toEqual([]);
  expect([...new Set(files.map(room))].sort()).toEqual(['lib', 'top', 'ui', ...FEATURES].sort());
});

test('only lib knows what Go has generated, and the catalogue', () => {
  expect(files.filter((file) => room(file) !== 'lib' && imports(file).some((to) => to.startsWith('..')))).toEqual([]);
  expect(files.filter((file) => imports(file).some((to) => to.includes('wailsjs')) && !/^lib\/(api|types|fixture)\.ts$/.test(file))).toEqual([]);
});

test('no name of a module hides one of the browser’s', () => {
  const GLOBALS = ['top', 'open', 'close', 'confirm', 'name', 'screen', 'status', 'parent', 'event', 'stop', 'print', 'focus', 'origin', 'length', 'find', 'self', 'fetch', 'history', 'History', 'location', 'Lock', 'Text'];
  const hidden = files.flatMap((file) => {
    const indent = file.endsWith('.svelte') ? '  ' : '';
    const declared = [...script(file).matchAll(new RegExp(`^${indent}(?:export )?(?:async )?(?:function|const|let|class) (\\w+)`, 'gm'))];
    const taken = [...script(file).matchAll(/^\s*import (\w+) from/gm)];
    return [...declared, ...taken].map((m) => m[1] ?? '').filter((n) => GLOBALS.includes(n)).map((n) => `${file}: ${n}`);
  });
  expect(hidden).toEqual([]);
});
