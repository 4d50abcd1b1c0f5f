import { EVERYTHING, queryOf, type Filter } from './filter';
import type { Line, LogPage, Query } from '../lib/types';

/** Lines that are fetched at once, and the most that the page holds: it stays the same however long the log is. */
export const CHUNK = 300;
export const HELD = 3 * CHUNK;

/** About as many lines as a window shows. Where so many come at once, none that was seen is seen afterwards. */
const SCREEN = 60;

/** The bound of one answer, logs.Query's own. */
const MOST = 5000;

/**
 * The stretch of the log that the page holds. The log and the search stay in Go: the reel fetches what is about to be
 * seen and lets go of what is far from it. It follows the newest lines, or stays where somebody reads.
 */
export class Reel {
  lines = $state.raw<readonly Line[]>([]);
  /** The row of the first of the lines. A line keeps its row; lines that replace all that are seen take over theirs. */
  row = $state(0);
  /** True while lines are put before those shown: the list then keeps what is seen in its place. */
  shift = $state(false);
  following = $state(true);
  paused = $state(false);
  /** Lines that came while it was paused. */
  waiting = $state(0);
  /** The match that was stepped to, 0 for none. */
  current = $state(0);
  matches = $state(0);
  searching = $state(false);
  /** Matches before the first of the lines. */
  before = $state(0);
  sources = $state.raw<readonly string[]>([]);
  dropped = $state(0);
  older = $state(0);
  first = $state(0);
  last = $state(0);
  /** Why the regular expression was not taken, else empty. */
  problem = $state('');
  /** False until the first answer to the present filter. */
  loaded = $state(false);
  /** The lines end before the newest. */
  behind = $state(false);

  #filter: Filter = EVERYTHING;
  #chain: Promise<unknown> = Promise.resolve();
  #generation = 0;
  #asked = false;
  #ceiling = 0;
  readonly #fetch: (q: Query) => Promise<LogPage>;
  readonly #settled: () => Promise<void>;

  /** settled resolves when the list has taken a change of the lines in. */
  constructor(fetch: (q: Query) => Promise<LogPage>, settled: () => Promise<void>) {
    this.#fetch = fetch;
    this.#settled = settled;
  }

  /** The query of the filter, without bounds. */
  query(): Query {
    return queryOf(this.#filter);
  }

  /** The query of what the page shows: with context, the lines around the matches too. It ends where a pause began. */
  shown(): Query {
    const q = this.query();
    const before = this.paused && this.#ceiling > 0 ? this.#ceiling + 1 : 0;
    return q.context ? { ...q, context: false, text: '', pattern: '', before } : { ...q, before };
  }

  /** Shows another filter's lines. Those shown stay until the first answer, so that nothing flickers. */
  pick(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.#generation++;
    this.loaded = false;
    this.current = 0;
    return this.toEnd();
  }

  /** Takes in what is new. Calls while one is under way become one more afterwards. */
  grown(): Promise<void> {
    if (this.#asked) return this.#chain as Promise<void>;
    this.#asked = true;
    return this.#turn(async (current) => {
      this.#asked = false;
      const tail = this.lines.at(-1)?.seq ?? 0;
      const follow = this.following && !this.paused;
      const room = !this.behind && !this.paused && this.lines.length < HELD;
      if (!follow && !room) {
        const page = await this.#ask({ limit: 1, newest: true });
        if (!current()) return;
        this.#count(page, false);
        if (page.first === 0) this.#hold([]); // cleared
        return;
      }
      const page = await this.#ask(tail === 0 || !this.loaded ? { limit: CHUNK } : { after: tail, limit: CHUNK, newest: true });
      if (!current()) return;
      this.#count(page, false);
      if (page.first === 0 || page.last < tail || page.first > tail || tail === 0) this.#hold(page.lines);
      else if (follow) this.#hold([...this.lines, ...page.lines].slice(-CHUNK), page.lines.length >= SCREEN && this.lines.length === CHUNK);
      else if (page.lines.length < CHUNK) this.#hold([...this.lines, ...page.lines]);
      else this.behind = true;
      if (follow) this.behind = false;
      this.#measure(page, tail);
    });
  }

  /** Takes in what a search has found since. */
  found(): Promise<void> {
    return this.#turn(async (current) => {
      const head = this.lines[0]?.seq ?? 0;
      const few = this.following && this.lines.length < CHUNK;
      const page = await this.#ask(few ? { limit: CHUNK } : { after: Math.max(head - 1, 0), oldest: true, limit: 1 });
      if (!current()) return;
      this.#count(page, few || page.lines[0]?.seq === head);
      if (few) this.#hold(page.lines);
    });
  }

  /** Fetches the lines before those held. */
  earlier(): Promise<void> {
    return this.#turn(async (current) => {
      const head = this.lines[0]?.seq ?? 0;
      if (head === 0) return;
      const page = await this.#ask({ before: head, limit: CHUNK });
      if (!current() || page.lines.length === 0) return;
      this.#count(page, true);
      this.shift = true;
      this.#hold([...page.lines, ...this.lines]);
      await this.#settled();
      this.shift = false;
      if (this.lines.length > HELD && current()) {
        this.#hold(this.lines.slice(0, HELD));
        this.behind = true;
        await this.#settled();
      }
    });
  }

  /** Fetches the lines behind those held. */
  later(): Promise<void> {
    return this.#turn(async (current) => {
      const tail = this.lines.at(-1)?.seq ?? 0;
      if (!this.behind || tail === 0) return;
      const page = await this.#ask({ after: tail, limit: CHUNK });
      if (!current()) return;
      this.behind = page.lines.length === CHUNK;
      this.#hold([...this.lines, ...page.lines]);
      await this.#settled();
      const over = this.lines.length - HELD;
      if (over > 0 && current()) {
        this.before += this.lines.slice(0, over).filter((l) => this.#isMatch(l)).length;
        this.shift = true;
        this.#hold(this.lines.slice(over));
        await this.#settled();
        this.shift = false;
      }
    });
  }

  /** Goes to the newest lines and follows them. */
  toEnd(): Promise<void> {
    this.following = true;
    return this.#turn(async (current) => {
      const page = await this.#ask({ limit: CHUNK });
      if (!current()) return;
      this.#count(page, true);
      this.#hold(page.lines);
      this.behind = false;
      this.loaded = true;
    });
  }

  /** Goes to the oldest lines. */
  toStart(): Promise<void> {
    this.following = false;
    return this.#turn(async (current) => {
      const page = await this.#ask({ oldest: true, limit: CHUNK });
      if (!current()) return;
      this.#count(page, true);
      this.#hold(page.lines);
      this.behind = page.lines.length === CHUNK;
    });
  }

  /** Holds the lines about a number; what becomes of them is the index of that line, or of the one after it. */
  around(seq: number): Promise<number> {
    this.following = false;
    return this.#turn(async (current) => {
      const held = this.lines.findIndex((l) => l.seq >= seq);
      if (held >= 0 && (held > 0 || this.lines[0]?.seq === seq)) return held;
      const head = await this.#ask({ before: seq, limit: CHUNK / 2 });
      const rest = await this.#ask({ after: Math.max(seq - 1, 0), oldest: true, limit: CHUNK / 2 });
      if (!current()) return 0;
      this.#count(head.lines.length > 0 ? head : rest, true);
      this.#hold([...head.lines, ...rest.lines]);
      this.behind = rest.lines.length === CHUNK / 2;
      await this.#settled();
      return Math.min(head.lines.length, Math.max(0, this.lines.length - 1));
    });
  }

  /** The match after (or before) a line, from the other end on where there is none; 0 if nothing matches. */
  async step(forward: boolean, from: number): Promise<number> {
    const whole = { ...this.query(), context: false };
    const ask = async (bounds: Partial<Query>): Promise<number> => (await this.#fetch({ ...whole, ...bounds, limit: 1 })).lines[0]?.seq ?? 0;
    const next = forward ? await ask({ after: from, oldest: true }) : await ask({ before: from });
    this.current = next || (await ask(forward ? { oldest: true } : {}));
    return this.current;
  }

  /** Resolves when everything asked for so far has been answered. */
  async answered(): Promise<void> {
    await this.#chain;
  }

  /** Which of the matches the current one is, from 1 on; 0 if that is not known. */
  place(): number {
    const at = this.lines.findIndex((l) => l.seq === this.current);
    return at < 0 ? 0 : this.before + this.lines.slice(0, at + 1).filter((l) => this.#isMatch(l)).length;
  }

  /** Stops the lines, or goes on. What comes meanwhile is kept in Go. */
  pause(on: boolean): void {
    this.paused = on;
    this.#ceiling = this.last;
    this.waiting = 0;
    if (!on) void (this.following ? this.toEnd() : this.grown());
  }

  /** The newest lines that the page shows, as many as one answer holds, and whether there are more: for the clipboard. */
  async newest(): Promise<{ lines: readonly Line[]; more: boolean }> {
    const { lines } = await this.#fetch({ ...this.shown(), limit: MOST });
    return { lines, more: lines.length === MOST };
  }

  /** Holds other lines: in the rows of those before where anew says so, so that text changes in them and none is made. */
  #hold(lines: readonly Line[], anew = false): void {
    const at = (some: readonly Line[], l: Line | undefined): number => some.findIndex((o) => o.seq === l?.seq);
    if (!anew) this.row += Math.max(0, at(this.lines, lines[0])) - Math.max(0, at(lines, this.lines[0]));
    this.lines = lines;
  }

  #isMatch(l: Line): boolean {
    return !this.query().context || l.marks.length > 0;
  }

  #ask(bounds: Partial<Query>): Promise<LogPage> {
    const ceiling = this.paused && this.#ceiling > 0 ? this.#ceiling + 1 : 0;
    const before = bounds.before && ceiling ? Math.min(bounds.before, ceiling) : bounds.before || ceiling;
    return this.#fetch({ ...this.query(), ...bounds, before });
  }

  /** Takes over what an answer says of the whole log; head says that its lines will be the first held. */
  #count(page: LogPage, head: boolean): void {
    this.matches = page.matches;
    this.searching = page.searching;
    this.sources = page.sources;
    this.dropped = page.dropped;
    this.older = page.older;
    this.first = page.first;
    this.last = page.last;
    this.problem = page.problem;
    if (this.paused) this.waiting = Math.max(0, page.last - this.#ceiling);
    if (head) this.before = page.before;
  }

  /** Keeps before right after lines were added at the end and let go at the beginning. */
  #measure(page: LogPage, tail: number): void {
    this.loaded = true;
    const head = this.lines[0]?.seq ?? 0;
    if (page.lines.length > 0 && head > tail) this.before = page.before;
    else if (page.lines.length > 0) this.before = page.before - this.lines.filter((l) => l.seq <= tail && this.#isMatch(l)).length;
  }

  /** Runs one change after another; current turns false where another filter was picked meanwhile. */
  #turn<T>(change: (current: () => boolean) => Promise<T>): Promise<T> {
    const result = this.#chain.then(() => {
      const generation = this.#generation;
      return change(() => generation === this.#generation);
    });
    this.#chain = result.catch(() => undefined);
    return result;
  }
}
