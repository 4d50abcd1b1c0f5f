/** What the window remembers of how somebody likes a page, on this computer; never anything of theirs. */
export class Kept {
  readonly #key: string;
  #value = $state<boolean | null>(null);

  constructor(key: string) {
    this.#key = key;
    const stored = read(key);
    if (stored !== null) this.#value = stored === 'yes';
  }

  /** What was chosen, or `fallback` if nothing was yet. */
  or(fallback: boolean): boolean {
    return this.#value ?? fallback;
  }

  set(value: boolean): void {
    this.#value = value;
    try {
      localStorage.setItem(this.#key, value ? 'yes' : 'no');
    } catch {
      // A window without storage remembers it until it closes.
    }
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Whether Home shows its details. */
export const details = new Kept('home.details');
