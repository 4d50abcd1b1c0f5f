import type { Route } from './route.svelte';

/** What a shortcut does; the about page lists them. */
export type Shortcut = Route | 'filter' | 'quit';

/** The keys with a name, pressed with Ctrl (⌘ on a Mac). The pages also have 1, 2 and so on, in the order of the navigation. */
export const SHORTCUTS: Readonly<Partial<Record<Shortcut, string>>> = { log: 'L', settings: ',', filter: 'F', quit: 'Q' };

/** The keys of a shortcut where those pages are there: a page's number first, then its name's. */
export function keysOf(s: Shortcut, pages: readonly Route[]): string[] {
  const at = pages.findIndex((p) => p === s);
  return [...(at < 0 ? [] : [String(at + 1)]), ...(SHORTCUTS[s] ? [SHORTCUTS[s]] : [])];
}

/** The parts of a key press that count. */
export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export const mac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Mac');

/** The shortcut that was pressed where those pages are there, null for any other key. */
export function shortcut(e: Press, pages: readonly Route[], onMac = mac): Shortcut | null {
  const held = onMac ? e.metaKey && !e.ctrlKey : e.ctrlKey && !e.metaKey;
  if (!held || e.altKey || e.shiftKey) return null;
  const key = e.key.toUpperCase();
  const named = (Object.keys(SHORTCUTS) as Shortcut[]).find((s) => SHORTCUTS[s] === key);
  return named ?? (/^[1-9]$/.test(key) ? (pages[Number(key) - 1] ?? null) : null);
}
