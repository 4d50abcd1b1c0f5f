const ACCENTS: Record<string, string> = {
  a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', y: 'ý', c: 'ç', n: 'ñ', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', C: 'Ç', N: 'Ñ',
};

/** Marks and lengthens a text by about a third, as a translation into a longer language would. */
export function mark(text: string): string {
  if (text === '') return '';
  const accented = text.replace(/[aeiouycnAEIOUCN]/g, (c) => ACCENTS[c] ?? c);
  return `⟦${accented}${'~'.repeat(Math.ceil(text.length / 3))}⟧`;
}

/** Makes a pseudo-language of a catalogue: hard-coded text stands out by having no marks, and tight places overflow. */
export function pseudo<T>(catalogue: T): T {
  if (typeof catalogue === 'string') return mark(catalogue) as T;
  const entries = Object.entries(catalogue as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, inner]) => [key, pseudo(inner)])) as T;
}
