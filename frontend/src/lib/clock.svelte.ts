import { createSubscriber } from 'svelte/reactivity';

/** A clock that ticks only while something on the page reads it. */
class Clock {
  readonly #subscribe: () => void;

  constructor(periodMs: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, periodMs);
      return () => clearInterval(timer);
    });
  }

  /** Milliseconds since 1970. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

/** For whatever shows a second: nothing on the page changes more often by itself. */
export const seconds = new Clock(1000);
