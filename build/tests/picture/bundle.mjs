// Makes the check's programs and pages out of this folder, by the bundler that the launcher's page is built with.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from '../../../frontend/node_modules/rolldown/dist/index.mjs';

const here = new URL('.', import.meta.url).pathname;

/** Writes signalling.js, player.js, streamer.js and their pages into a folder. */
export async function bundle(into) {
  mkdirSync(into, { recursive: true });
  for (const [name, platform, format] of [['signalling', 'node', 'cjs'], ['player', 'browser', 'iife'], ['streamer', 'browser', 'iife']]) {
    const made = await rolldown({ input: join(here, `${name}.js`), platform, cwd: here, logLevel: 'warn' });
    await made.write({ file: join(into, `${name}.js`), format });
    await made.close();
    if (platform === 'browser') copyFileSync(join(here, `${name}.html`), join(into, `${name}.html`));
  }
}
