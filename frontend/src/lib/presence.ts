/** What tells Go that the page lives and that somebody uses it. */
const BEAT_MS = 5_000;
const TOUCH_MS = 30_000;
const INPUT = ['pointerdown', 'keydown', 'wheel'] as const;

export interface Presence {
  beat(): void;
  touch(): void;
}

/** Beats every 5 s and passes on the user's input, at most twice a minute. It returns how to stop. */
export function presence(page: Presence, target: EventTarget): () => void {
  let touched = -Infinity;
  const touch = (): void => {
    const now = Date.now();
    if (now - touched < TOUCH_MS) return;
    touched = now;
    page.touch();
  };
  page.beat();
  const timer = setInterval(() => page.beat(), BEAT_MS);
  for (const kind of INPUT) target.addEventListener(kind, touch, { passive: true, capture: true });
  return () => {
    clearInterval(timer);
    for (const kind of INPUT) target.removeEventListener(kind, touch, { capture: true });
  };
}
