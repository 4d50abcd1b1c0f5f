import type { Problem } from './types';
import { words } from './words';

/** The problem of a question to Go that came to nothing: no answer says why. */
export function unread(): Problem {
  return { kind: 'unexpected', ...words.unread };
}
