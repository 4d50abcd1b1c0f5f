/**
 * The catalogue of everything that the page says, one with the tray's and the notifications'. A second language is one
 * file beside backend/messages/en.json.
 */
import type en from '../../../backend/messages/en.json';
import { pseudo } from './words.pseudo';

/**
 * A leaf that takes values: {0}, {1} and so on stand for them in each of its forms. The forms are the plural categories of CLDR
 * that the language has, by the first value, and `none` for a first value that is empty.
 */
export type Forms = Partial<Record<Intl.LDMLPluralRule | 'none', string>> & { other: string };

/** The shape of the catalogue once it speaks: a leaf with forms is a function of its values. */
export type Spoken<T> = T extends string ? string : T extends { other: string } ? (...values: readonly (string | number)[]) => string : { readonly [K in keyof T]: Spoken<T[K]> };
export type Catalogue = typeof en;
export type Words = Spoken<Catalogue>;

/** How to load each catalogue, by its BCP 47 tag: only the one that is used is loaded. */
const files = import.meta.glob<Catalogue>('../../../backend/messages/*.json', { import: 'default' });
const load = Object.fromEntries(Object.entries(files).map(([path, file]) => [path.replace(/^.*\/|\.json$/g, ''), file]));

/** The languages there are. */
export const languages: readonly string[] = Object.keys(load).sort();

/** The pseudo-locale: a word on the page without its marks is not from here. */
const PSEUDO = 'en-XA';

/** Picks the best language: the exact tag, then the bare language, then English. */
export function pick(wanted: readonly string[]): string {
  for (const tag of wanted) {
    if (tag === PSEUDO || languages.includes(tag)) return tag;
    const bare = tag.split('-')[0] ?? '';
    if (languages.includes(bare)) return bare;
  }
  return 'en';
}

/** Makes a catalogue speak, by the plural rules of its language. */
export function speak<T>(value: T, rules = new Intl.PluralRules('en')): Spoken<T> {
  if (typeof value === 'string') return value as Spoken<T>;
  const forms = value as unknown as Forms;
  if (typeof forms.other === 'string') {
    return ((...values: readonly (string | number)[]) => fill(form(forms, values[0], rules), values)) as Spoken<T>;
  }
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, inner]) => [key, speak(inner, rules)])) as Spoken<T>;
}

function form(forms: Forms, first: string | number | undefined, rules: Intl.PluralRules): string {
  if (first === '') return forms.none ?? forms.other;
  const count = Number(first);
  return (Number.isFinite(count) ? forms[rules.select(count)] : undefined) ?? forms.other;
}

/** A number is written as the language writes it: 12,345. */
function fill(text: string, values: readonly (string | number)[]): string {
  return text.replace(/\{(\d)\}/g, (_, n: string) => {
    const value = values[Number(n)] ?? '';
    return typeof value === 'number' && value >= 1000 ? value.toLocaleString(region) : String(value);
  });
}

/** The tags that the user wants: that of the settings, which Go writes into the page, else the browser's. */
function wanted(): readonly string[] {
  if (typeof document === 'undefined') return [];
  const chosen = document.documentElement.dataset['language'];
  return chosen ? [chosen, ...navigator.languages] : navigator.languages;
}

/** The tag of the language in use. */
export const language = pick(wanted());

/** The tag by which numbers and dates are written: the user's own of the language in use, so that a page has one way of writing. */
export function regionOf(spoken: string, preferred: readonly string[]): string {
  const base = spoken === PSEUDO ? 'en' : (spoken.split('-')[0] ?? 'en');
  return preferred.find((tag) => tag !== PSEUDO && tag.split('-')[0] === base) ?? base;
}

export const region = regionOf(language, typeof navigator === 'undefined' ? [] : (navigator.languages ?? []));

/** The words in use. */
export const words: Words = await use(language);

async function use(of: string): Promise<Words> {
  const catalogue = await load[of === PSEUDO ? 'en' : of]?.();
  if (!catalogue) throw new Error(`there is no catalogue ${of}`);
  return speak(of === PSEUDO ? pseudo(catalogue) : catalogue, new Intl.PluralRules(of === PSEUDO ? 'en' : of));
}
