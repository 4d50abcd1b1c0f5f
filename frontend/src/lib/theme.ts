/** The colours' choice: that of the settings, which Go writes into the page, or the desktop's. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const dark = '(prefers-color-scheme: dark)';

/** Puts a theme on the page, and follows the desktop while the choice is left to it. */
export function theme(choice: Theme): void {
  const root = document.documentElement;
  root.dataset['appearance'] = choice;
  const own = choice === 'system' ? (matchMedia(dark).matches ? 'dark' : 'light') : choice;
  root.dataset['theme'] = own;
}

/** Reads what Go wrote into the page; the desktop's where there is nothing. */
export function begin(): void {
  const chosen = (): Theme => THEMES.find((t) => t === document.documentElement.dataset['appearance']) ?? 'system';
  theme(chosen());
  matchMedia(dark).addEventListener('change', () => theme(chosen()));
}
