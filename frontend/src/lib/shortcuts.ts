/** What a shortcut does; the about page lists them. */
export type Shortcut = 'home' | 'log' | 'history' | 'fleet' | 'settings' | 'about' | 'filter' | 'quit';

/** The key of each, pressed with Ctrl (⌘ on a Mac). */
export const SHORTCUTS: Readonly<Record<Shortcut, string>> = {
  home: '1', log: 'L', history: '3', fleet: '4', settings: ',', about: '6', filter: 'F', quit: 'Q',
};

const ALSO: Readonly<Record<string, Shortcut>> = { '2': 'log', '5': 'settings' };

/** The parts of a key press that count. */
export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export const mac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Mac');

/** The shortcut that was pressed, null for any other key. */
export function shortcut(e: Press, onMac = mac): Shortcut | null {
  const held = onMac ? e.metaKey && !e.ctrlKey : e.ctrlKey && !e.metaKey;
  if (!held || e.altKey || e.shiftKey) return null;
  const key = e.key.toUpperCase();
  const named = (Object.keys(SHORTCUTS) as Shortcut[]).find((s) => SHORTCUTS[s] === key);
  return named ?? ALSO[key] ?? null;
}
