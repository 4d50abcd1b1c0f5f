import type { Problem } from './types';
import { unread } from './unread';

/** Something that a page has asked for: what came, why it did not, and whether it is still on its way. */
export class Reading<T> {
  /** What came last; kept while a newer answer is on its way, so that nothing flickers. */
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #ask: (() => Promise<T>) | null = null;
  #generation = 0;

  /** Asks. An answer to an earlier question that comes late is dropped. */
  async read(ask: () => Promise<T>): Promise<void> {
    this.#ask = ask;
    const generation = ++this.#generation;
    this.busy = true;
    try {
      const value = await ask();
      if (generation !== this.#generation) return;
      this.value = value;
      this.problem = null;
    } catch (reason) {
      if (generation !== this.#generation) return;
      console.warn(reason);
      this.problem = unread();
    } finally {
      if (generation === this.#generation) this.busy = false;
    }
  }

  /** Asks the same again. */
  async again(): Promise<void> {
    if (this.#ask) await this.read(this.#ask);
  }
}
