import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asked, factor, fault, options } from './challenge';
import { PHASES, POOL_STATES } from './fixture';
import en from '../../../backend/messages/en.json';
import { START_PHASES } from './view';
import { languages, pick, regionOf, speak } from './words';
import { mark, pseudo } from './words.pseudo';

test('every phase and pool state has a word', () => {
  for (const phase of PHASES) expect(en.phase[phase]).toBeTruthy();
  for (const phase of START_PHASES) expect(en.timeline[phase]).toBeTruthy();
  for (const state of POOL_STATES) expect(en.pool.states[state]).toBeTruthy();
});

test.each([
  [['en-GB'], 'en'], [['de-AT', 'en'], 'de'], [['fr', 'es-MX'], 'es'], [['en-XA', 'en'], 'en-XA'], [['tlh', 'en'], 'en'], [[], 'en'],
])('language of %j', (wanted, want) => expect(pick(wanted)).toBe(want));

test('the languages are those of the catalogues', () => expect(languages).toEqual(['de', 'en', 'es']));

test('the pseudo-language marks every text', () => {
  const w = speak(pseudo(en));
  expect(w.action.start).toBe('⟦Stárt mý ávátár~~~~~⟧');
  expect(w.pool.count(4, 5)).toMatch(/^⟦4 óf 5/);
  expect(w.log.shown(1)).toMatch(/^⟦1 líñé~/);
  expect(mark('')).toBe('');
});

test('a text takes its values, and its form by the first of them', () => {
  const w = speak({ plain: 'as it is', of: { other: '{0} of {1}' }, lines: { one: '1 line', other: '{0} lines' }, to: { none: 'nobody', other: 'to {0}' } });
  expect([w.plain, w.of(2, '{0}'), w.lines(1), w.lines(0), w.to(''), w.to('a')]).toEqual(['as it is', '2 of {0}', '1 line', '0 lines', 'nobody', 'to a']);
});

test('plurals are those of the language', () => {
  const w = speak({ lines: { one: '{0} строка', few: '{0} строки', many: '{0} строк', other: '{0} строки' } }, new Intl.PluralRules('ru'));
  expect([1, 3, 5, 11, 21, '22', 1.5].map((n) => w.lines(n))).toEqual(
    ['1 строка', '3 строки', '5 строк', '11 строк', '21 строка', '22 строки', '1.5 строки']);
});

test('numbers are written as the language writes them, and text as it is', () => {
  const w = speak({ lines: { one: '1 line', other: '{0} lines' } });
  expect([w.lines(1200), w.lines(999), w.lines('1200'), w.lines(1_000_000)]).toEqual(['1,200 lines', '999 lines', '1200 lines', '1,000,000 lines']);
});

test('no component has words of its own', () => {
  const offenders: string[] = [];
  const root = new URL('../', import.meta.url);
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.svelte'))) {
    const markup = readFileSync(new URL(file, root), 'utf8').replace(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, '');
    const attributes = markup.match(/(?:aria-label|title|placeholder|alt)="[^"{]+"/g) ?? [];
    const text = markup.replace(/\{[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}/g, ' ').replace(/<[^>]*>/g, ' ').match(/[A-Za-z]{2,}/g) ?? [];
    offenders.push(...[...attributes, ...text].map((t) => `${file}: ${t}`));
  }
  expect(offenders).toEqual([]);
});

test('challenges are asked for in words, unknown ones by name', () => {
  const of = (name: string, destination = ''): ReturnType<typeof asked> => asked({ name, destination, username: 'demo', choices: [], secret: '', qr: '', url: '', resend: false, attribute: '' });
  expect(of('NEW_PASSWORD_REQUIRED').kind).toBe('password');
  for (const name of ['SOFTWARE_TOKEN_MFA', 'SMS_MFA', 'EMAIL_OTP', 'MFA_SETUP']) expect(of(name).kind).toBe('code');
  expect(of('SMS_MFA', '+*99').lead).toContain('+*99');
  expect([of('SELECT_MFA_TYPE').kind, factor('EMAIL_OTP'), factor('PIGEON')]).toEqual(['choice', 'Email', 'PIGEON']);
  for (const name of ['CONFIRM_ACCOUNT', 'RESET_CODE']) {
    expect(of(name).kind).toBe('code');
    expect(of(name, 'd***@e***').lead).toContain('d***@e***');
    expect(of(name).lead).not.toBe(of(name, 'd***@e***').lead);
  }
  expect([of('RESET_PASSWORD').kind, of('BROWSER').kind, of('REMEMBER_DEVICE').kind]).toEqual(['password', 'browser', 'choice']);
  expect(options({ name: 'REMEMBER_DEVICE', username: '', destination: '', choices: [], secret: '', qr: '', url: '', resend: false, attribute: '' }).map((o) => o.answer)).toEqual(['yes', 'no']);
  expect(of('CUSTOM_CHALLENGE')).toMatchObject({ kind: 'answer', lead: expect.stringContaining('CUSTOM_CHALLENGE') });
});

test.each([
  ['code', '', false], ['code', '12345', false], ['code', '12a456', false], ['code', '123456', true], ['code', '12345678', true],
  ['password', 'short', false], ['password', 'long enough', true], ['answer', '', false], ['answer', 'x', true],
] as const)('%s %j', (kind, answer, good) => expect(fault(kind, answer) === '').toBe(good));

test.each([
  ['en', ['de-DE', 'en-US'], 'en-US'], ['en', ['de-DE'], 'en'], ['en', ['en-GB', 'en-US'], 'en-GB'], ['de', ['de-AT', 'en'], 'de-AT'], ['en-XA', ['en-XA'], 'en'], ['de', [], 'de'],
] as const)('numbers and dates of a page in %s for %j are written as in %s', (spoken, preferred, want) => expect(regionOf(spoken, preferred)).toBe(want));
