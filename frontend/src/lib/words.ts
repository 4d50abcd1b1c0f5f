/**
 * The catalogue of everything that the page says. A second language is one file of the shape of words.en.ts and one
 * entry below.
 */
import { pseudo } from './words.pseudo';
import { en, type Words } from './words.en';

export type { Words } from './words.en';

/** Languages by BCP 47 tag. en-XA is the pseudo-locale: a word on the page without its marks is not from here. */
const languages: Record<string, () => Words> = {
  en: () => en,
  'en-XA': () => pseudo(en),
};

/** Picks the best language: the exact tag, then the bare language, then English. */
export function pick(wanted: readonly string[]): string {
  for (const tag of wanted) {
    if (tag in languages) return tag;
    const bare = tag.split('-')[0] ?? '';
    if (bare in languages) return bare;
  }
  return 'en';
}

/** The tag of the language in use. */
export const language = pick(typeof navigator === 'undefined' ? [] : navigator.languages);

/** The words in use. */
export const words: Words = (languages[language] ?? (() => en))();
