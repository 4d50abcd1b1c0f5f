import type { Snapshot } from './types';

/** What the store needs of the other side; api.page is one. */
export interface Source {
  snapshot(): Promise<Snapshot>;
  onSnapshot(fn: (s: Snapshot) => void): () => void;
}

/** The page's one store: the newest snapshot, replaced whole. */
export class Store {
  /** Null until the first snapshot came. */
  current = $state.raw<Snapshot | null>(null);

  /** Takes a snapshot unless a newer one is here: the first answer and the first event may arrive in either order. */
  replace(next: Snapshot): void {
    if (this.current && next.revision <= this.current.revision) return;
    this.current = next;
  }

  /** Listens first and asks second, so that no change falls between. It returns how to stop listening. */
  watch(source: Source): () => void {
    const stop = source.onSnapshot((s) => this.replace(s));
    source.snapshot().then((s) => this.replace(s), (reason: unknown) => console.error(reason));
    return stop;
  }
}

export const store = new Store();
