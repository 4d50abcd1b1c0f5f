import type { Line, LogPage, Query } from './model';

/** What a user picked on the log page; "" is everything. */
export interface Filter {
  level: string;
  source: string;
  text: string;
  /** The text is a regular expression. */
  regex: boolean;
}

export const EVERYTHING: Filter = { level: '', source: '', text: '', regex: false };

/** The bound of one answer, logs.Query's own. */
const MOST = 5000;

/**
 * The part of the log that the page holds: it asks Go for what is new, keeps the newest lines, and starts over when the
 * filter changes. The log itself stays in Go.
 */
export class Feed {
  lines = $state.raw<readonly Line[]>([]);
  /** Lines that Go no longer keeps. */
  dropped = $state(0);
  /** Why the regular expression was not taken, else empty. */
  problem = $state('');
  /** False until the first answer to the present filter. */
  loaded = $state(false);

  #after = 0;
  #filter: Filter = EVERYTHING;
  #generation = 0;
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

  /** Starts over with another filter. The lines shown stay until the first answer, so that nothing flickers. */
  async pick(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.#restart();
    await this.refresh();
  }

  query(): Query {
    const { level, source, text, regex } = this.#filter;
    return { after: 0, before: 0, limit: 0, level, source, text: regex ? '' : text, pattern: regex ? text : '' };
  }

  #restart(): void {
    this.#after = 0;
    this.#generation++;
    this.loaded = false;
  }

  async #read(): Promise<void> {
    const generation = this.#generation;
    const limit = this.#after === 0 ? Math.min(this.#keep, MOST) : MOST;
    const page = await this.#fetch({ ...this.query(), after: this.#after, limit });
    if (generation !== this.#generation) {
      this.#again = true;
      return;
    }
    if (page.last < this.#after) {
      // The log has begun anew behind us.
      this.#restart();
      this.#again = true;
      return;
    }
    this.#take(page, limit);
  }

  #take(page: LogPage, limit: number): void {
    const fresh = this.#after === 0;
    if (fresh || page.lines.length > 0) {
      this.lines = (fresh ? page.lines : [...this.lines, ...page.lines]).slice(-this.#keep);
    }
    const full = !fresh && page.lines.length >= limit;
    this.#after = full ? (page.lines.at(-1)?.seq ?? page.last) : page.last;
    if (full) this.#again = true;
    this.dropped = page.dropped;
    this.problem = page.problem;
    this.loaded = true;
  }
}
