import { createSubscriber } from 'svelte/reactivity';

/** What a clock needs to know of the page: whether somebody can see it. */
interface Sight {
  readonly hidden: boolean;
  addEventListener(kind: 'visibilitychange', fn: () => void): void;
  removeEventListener(kind: 'visibilitychange', fn: () => void): void;
}

/** Calls back every period while the page is in sight, and at once when it comes into sight again. It returns how to stop. */
export function ticking(periodMs: number, update: () => void, sight: Sight): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const follow = (): void => {
    clearInterval(timer);
    timer = sight.hidden ? undefined : setInterval(update, periodMs);
  };
  const turned = (): void => {
    follow();
    if (!sight.hidden) update();
  };
  follow();
  sight.addEventListener('visibilitychange', turned);
  return () => {
    clearInterval(timer);
    sight.removeEventListener('visibilitychange', turned);
  };
}

/** A clock that ticks only while something on the page reads it, and somebody can see the page. */
class Clock {
  readonly #subscribe: () => void;

  constructor(periodMs: number) {
    this.#subscribe = createSubscriber((update) => ticking(periodMs, update, document));
  }

  /** Milliseconds since 1970. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

/** For whatever shows a second: nothing on the page changes more often by itself. */
export const seconds = new Clock(1000);

/** For whatever shows minutes or cents. */
export const coarse = new Clock(10_000);

/** How long before an end its countdown shows seconds, and a tick of the coarse clock more. */
const CLOSE = 10 * 60_000 + 10_000;

/** The time for a countdown to an end: by the second only where seconds are shown. */
export function nowBefore(end: number | null): number {
  const now = coarse.now;
  return end !== null && end - now < CLOSE ? seconds.now : now;
}
