import { tick } from 'svelte';
import { EVERYTHING, type Filter } from './filter';
import type { Histogram, LogPage, Query } from '../lib/types';
import { Reel } from './reel.svelte';
import { when } from './when';

/** How near to the end of what is held more is fetched, in lines. */
const NEAR = 60;

/** Into how many stretches of time the histogram cuts the log. */
const STRETCHES = 160;

/** The least time between two histograms while the log grows or is searched, in milliseconds; a new filter does not wait. */
export const CALM = { growing: 5000, searching: 1000, filtered: 0 };

/** What the log page asks for; api.logBook is one. */
export interface Book {
  view(q: Query): Promise<LogPage>;
  histogram(q: Query, most: number): Promise<Histogram>;
  at(q: Query, ms: number): Promise<number>;
}

/** The list that shows the lines; virtua's is one. */
export interface List {
  scrollToIndex(index: number, options?: { align: 'center' | 'end' }): void;
  findItemIndex(offset: number): number;
  getViewportSize(): number;
  getScrollSize(): number;
}

/** What the log page does: which lines are held, followed, fetched, stepped to and counted. The component only shows it. */
export class LogController {
  readonly reel: Reel;
  filter = $state.raw<Filter>(EVERYTHING);
  histogram = $state.raw<Histogram>({ from: null, step: 1, levels: [] });
  /** The indexes of the first and the last line in view. */
  seen = $state.raw<readonly [number, number]>([0, -1]);
  list: List | undefined;

  readonly #book: Book;
  /** Somebody holds the pointer down, on a scrollbar perhaps. */
  #held = false;
  #offset = 0;
  #fetching = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #counted = 0;
  #counts = 0;

  /** settled resolves when the list has taken a change of the lines in. */
  constructor(book: Book, settled: () => Promise<void>) {
    this.#book = book;
    this.reel = new Reel(book.view, settled);
  }

  get filtered(): boolean {
    return this.filter.level !== '' || this.filter.source !== '' || this.filter.text !== '';
  }

  /** Counts the lines anew, once so many milliseconds have gone by since the last time. An older answer that comes late is dropped. */
  count(calm: number): void {
    const due = Math.max(Date.now() + 30, this.#counted + calm);
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      this.#counted = Date.now();
      const mine = ++this.#counts;
      const histogram = await this.#book.histogram(this.reel.query(), STRETCHES);
      if (mine === this.#counts) this.histogram = histogram;
    }, due - Date.now());
  }

  /** Ends what is still to come. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#counts++;
  }

  scrollToEnd(): void {
    if (this.reel.lines.length > 0) this.list?.scrollToIndex(this.reel.lines.length - 1, { align: 'end' });
  }

  async toStart(): Promise<void> {
    await this.reel.toStart();
    await tick();
    this.list?.scrollToIndex(0);
  }

  /** Shows the line of that number in its surroundings; 0 shows none. */
  async show(seq: number): Promise<void> {
    if (seq === 0) return;
    const at = await this.reel.around(seq);
    await tick();
    this.list?.scrollToIndex(at, { align: 'center' });
  }

  /** Goes to the next or the previous match, seen from the lines in view. */
  async step(forward: boolean): Promise<void> {
    const { reel } = this;
    if (this.filter.text === '') return;
    await reel.answered();
    const end = reel.lines.length - 1;
    const [first, bottom] = reel.following ? [end, end] : [this.seen[0], Math.min(this.seen[1], end)];
    const edge = reel.lines[forward ? first : bottom]?.seq ?? 0;
    // What is at the edge of what is seen counts as the next match.
    const from = reel.current || (forward && !reel.following ? Math.max(edge - 1, 0) : forward ? edge : edge + 1);
    await this.show(await reel.step(forward, from));
  }

  /** Shows what was said at a time, in milliseconds since 1970, or after it. */
  async go(ms: number): Promise<void> {
    await this.show(await this.#book.at(this.reel.query(), ms));
  }

  /** Goes to a time as typed, which may be counted from a start. It reports whether it is one. */
  async jump(typed: string, start: number | null): Promise<boolean> {
    const ms = when(typed, start, this.reel.lines.at(-1)?.at ?? Date.now());
    if (ms !== null) await this.go(ms);
    return ms !== null;
  }

  /** Only what a person does ends the following; measuring new lines scrolls too. */
  scrolled(offset: number): void {
    const { list, reel } = this;
    if (!list) return;
    const down = offset > this.#offset;
    this.#offset = offset;
    const end = offset + list.getViewportSize();
    this.seen = [list.findItemIndex(offset), list.findItemIndex(end)];
    // The first pixels of a scroll upwards are still at the end: only coming down to it follows again.
    if (end < list.getScrollSize() - 4) reel.following &&= !this.#held;
    else if (down && !reel.behind) reel.following = true;
    void this.#fetch();
  }

  wheeled(deltaY: number): void {
    if (deltaY < 0) this.reel.following = false;
  }

  hold(on: boolean): void {
    this.#held = on;
  }

  /** It reports whether the key was one of the list's own. */
  pressed(key: string): boolean {
    if (['ArrowUp', 'PageUp'].includes(key)) this.reel.following = false;
    if (key !== 'Home' && key !== 'End') return false;
    void (key === 'End' ? this.reel.toEnd() : this.toStart());
    return true;
  }

  /** Fetches what is about to be seen, one stretch at a time. */
  async #fetch(): Promise<void> {
    const { reel } = this;
    if (this.#fetching) return;
    const [first, bottom] = this.seen;
    const early = !reel.following && first < NEAR && (reel.lines[0]?.seq ?? 0) > reel.first && (reel.before > 0 || reel.query().context || !this.filtered);
    const late = reel.behind && bottom > reel.lines.length - NEAR;
    if (!early && !late) return;
    this.#fetching = true;
    await (early ? reel.earlier() : reel.later()).finally(() => (this.#fetching = false));
  }
}
