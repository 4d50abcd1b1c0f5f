import type { Line, LogPage, Query } from '../lib/types';

/** The newest lines of the log, for a panel that shows no others. The log itself stays in Go. */
export class Feed {
  lines = $state.raw<readonly Line[]>([]);

  #after = 0;
  #running = false;
  #again = false;
  readonly #fetch: (q: Query) => Promise<LogPage>;
  readonly #keep: number;

  /** Keeps at most `keep` lines of what `fetch` answers. */
  constructor(fetch: (q: Query) => Promise<LogPage>, keep: number) {
    this.#fetch = fetch;
    this.#keep = keep;
  }

  /** Asks for what is new. Calls while one is under way become one more afterwards. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#again);
    } finally {
      this.#running = false;
    }
  }

  async #read(): Promise<void> {
    const limit = this.#keep;
    const page = await this.#fetch({ after: this.#after, before: 0, limit, newest: true, level: '', source: '', text: '', pattern: '' });
    const shown = this.lines[0];
    if (shown && page.first > shown.seq && page.lines.length === 0) {
      this.lines = this.lines.filter((l) => l.seq >= page.first); // pushed out
    } else if (page.last < this.#after || (page.first === 0 && shown)) {
      // The log was cleared, or has begun anew behind us.
      this.lines = [];
      this.#again = page.last < this.#after;
    } else if (page.lines.length > 0) {
      this.lines = [...this.lines, ...page.lines].slice(-limit);
    }
    this.#after = page.last < this.#after ? 0 : page.last;
  }
}
