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

/** For countdowns, in seconds. */
export const seconds = new Clock(1000);

/** For a start that is being watched, in tenths of a second. */
export const tenths = new Clock(100);
