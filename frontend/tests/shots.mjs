// Renders every scene in both themes and three sizes into build/artifacts/page, to be looked at.
// With a name or more it renders only those scenes.
import { mkdir } from 'node:fs/promises';
import { start } from './browser.mjs';
import { scenes } from './scenes.mjs';

const FOLDER = new URL('../../build/artifacts/page/', import.meta.url).pathname;
const SIZES = [[800, 560], [1400, 900]];
const only = process.argv.slice(2);

await mkdir(FOLDER, { recursive: true });
const { open, close, complaints } = await start();
let count = 0;
for (const scene of scenes.filter((s) => only.length === 0 || only.includes(s.name))) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(scene, { colorScheme });
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${FOLDER}${scene.name}-${colorScheme}-${width}.png` });
      count++;
    }
    await page.context().close();
  }
}
await close();
console.log(`${count} screenshots in build/artifacts/page`);
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
