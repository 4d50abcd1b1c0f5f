/**
 * Makes navigator.language one that Intl takes. WebKitGTK hands the C library's locale on, whose name "C" is no
 * language tag, and uPlot asks Intl for it as soon as it is loaded: import this before anything else.
 */
export function mend(of: { readonly language: string }): void {
  try {
    Intl.getCanonicalLocales(of.language);
  } catch {
    Object.defineProperty(of, 'language', { value: 'en', configurable: true });
  }
}

if (typeof navigator !== 'undefined') mend(navigator);
