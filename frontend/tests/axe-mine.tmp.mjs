// Runs axe-core over every scene in both themes, and over the open dialog. Any violation fails.
import axe from 'axe-core';
import { start } from './browser.mjs';
import { sceneOf, scenes } from './scenes.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const { open, close, complaints } = await start();
const found = [...complaints];

async function judge(page, name) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), TAGS);
  for (const v of violations) {
    found.push(`${name}: ${v.impact} ${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.target.join(' ')}  ${n.any[0]?.message ?? ''}`).join('\n')}`);
  }
}

let count = 0;
for (const colorScheme of ['light', 'dark']) {
  for (const scene of scenes.filter((s) => /challenge|sign-in|notices/.test(s.name))) {
    const page = await open(scene, { colorScheme });
    await judge(page, `${scene.name} ${colorScheme}`);
    await page.context().close();
    count++;
  }
  const page = await open(sceneOf('ready'), { colorScheme });
  await page.getByRole('button', { name: 'Terminate', exact: true }).click();
  await page.getByRole('alertdialog').waitFor();
  await judge(page, `terminate ${colorScheme}`);
  await page.context().close();
  count++;
}
await close();
found.push(...complaints);
console.log(`axe-core: ${count} pages, ${found.length} findings`);
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
