// Stands in for the desktop's xdg-open, which would start a browser of its own choice: it notes the address.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A PATH whose xdg-open notes addresses in `home`. */
export function pathWithOpener(home) {
  const folder = join(home, 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$1" >> '${join(home, 'opened')}'\n`, { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

/** The next address that the launcher opens. */
export async function opened(home, limit = 180_000) {
  const path = join(home, 'opened');
  for (const until = Date.now() + limit; Date.now() < until;) {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
    if (lines.length > 0) return lines.at(-1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the launcher opened no browser');
}
