// Renders every scene in both themes and three sizes, and a few in other guises, into build/artifacts/page, to be looked at.
// With a name or more it renders only those scenes, with --locale=de in German.
import { mkdir } from 'node:fs/promises';
import { start } from './browser.mjs';
import { sceneOf, scenes } from './scenes.mjs';

const FOLDER = new URL('../../build/artifacts/page/', import.meta.url).pathname;
const SIZES = [[800, 560], [1100, 760], [1920, 1080]];
const only = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const locale = process.argv.find((a) => a.startsWith('--locale='))?.slice('--locale='.length);
const tagged = locale ? `-${locale}` : '';

await mkdir(FOLDER, { recursive: true });
const { open, close, complaints } = await start();
let count = 0;
for (const scene of scenes.filter((s) => only.length === 0 || only.includes(s.name))) {
  const page = await open(scene, { colorScheme: 'light', ...(locale ? { locale } : {}) });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${FOLDER}${scene.name}${tagged}-${colorScheme}-${width}.png` });
      count++;
    }
  }
  await page.context().close();
}
// Other guises of the fullest pages.
const GUISES = {
  contrast: { forcedColors: 'active', viewport: { width: 1100, height: 760 } },
  'contrast-dark': { forcedColors: 'active', colorScheme: 'dark', viewport: { width: 1100, height: 760 } },
  pseudo: { locale: 'en-XA', viewport: { width: 800, height: 560 } },
  '4k': { viewport: { width: 3840, height: 2160 } },
};
for (const [guise, options] of Object.entries(only.length === 0 && !locale ? GUISES : {})) {
  for (const name of ['ready-warning', 'booting', 'sign-in-demo', 'log', 'history', 'fleet', 'settings', 'about']) {
    const page = await open(sceneOf(name), options);
    await page.screenshot({ path: `${FOLDER}${name}-${guise}.png` });
    await page.context().close();
    count++;
  }
}
// Pages that are longer than the window, in full.
for (const name of only.length === 0 ? ['idle-details', 'ready-details', 'operator', 'history', 'fleet', 'settings', 'about'] : []) {
  const page = await open(sceneOf(name), { viewport: { width: 800, height: 2000 }, ...(locale ? { locale } : {}) });
  await page.screenshot({ path: `${FOLDER}${name}${tagged}-long.png` });
  await page.context().close();
  count++;
}
for (const colorScheme of only.length === 0 && !locale ? ['light', 'dark'] : []) {
  const page = await open(sceneOf('ready-details'), { colorScheme, viewport: { width: 1100, height: 760 } });
  await page.getByRole('button', { name: 'Delete…', exact: true }).click();
  await page.getByRole('alertdialog').waitFor();
  await page.screenshot({ path: `${FOLDER}terminate-${colorScheme}.png` });
  await page.context().close();
  count++;
}
await close();
console.log(`${count} screenshots in build/artifacts/page`);
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
