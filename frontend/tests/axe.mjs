// Runs axe-core over every scene, and over the open dialog: all rules in the light theme, and in the dark one those of
// colour, as nothing else differs; then both with more contrast. In German all rules once more, whose words are longer.
// Any violation fails.
import axe from 'axe-core';
import { start } from './browser.mjs';
import { sceneOf, scenes } from './scenes.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const { open, close, complaints } = await start();
const found = [...complaints];

const COLOURS = ['color-contrast', 'link-in-text-block'];
/** WCAG's AAA, 7:1: what those get who ask for more contrast. */
const ENHANCED = ['color-contrast-enhanced'];

async function judge(page, name) {
  await page.evaluate(axe.source);
  await run(page, `${name} light`, { type: 'tag', values: TAGS });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor();
  await run(page, `${name} dark`, { type: 'rule', values: COLOURS });
  await page.emulateMedia({ colorScheme: 'dark', contrast: 'more' });
  await run(page, `${name} dark, more contrast`, { type: 'rule', values: ENHANCED });
  await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
  await page.locator('html[data-theme=light]').waitFor();
  await run(page, `${name} light, more contrast`, { type: 'rule', values: ENHANCED });
}

async function run(page, name, runOnly) {
  const violations = await page.evaluate(async (rules) => (await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations, runOnly);
  for (const v of violations) {
    found.push(`${name}: ${v.impact} ${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.target.join(' ')}  ${n.any[0]?.message ?? ''}`).join('\n')}`);
  }
}

let count = 0;
for (const scene of scenes) {
  const page = await open(scene, { colorScheme: 'light' });
  await judge(page, scene.name);
  await page.context().close();
  const german = await open(scene, { colorScheme: 'light', locale: 'de' });
  await german.evaluate(axe.source);
  await run(german, `${scene.name} in German`, { type: 'tag', values: TAGS });
  await german.context().close();
  count++;
}
const page = await open(sceneOf('ready-details'), { colorScheme: 'light' });
await page.getByRole('button', { name: 'Delete…', exact: true }).click();
await page.getByRole('alertdialog').waitFor();
await judge(page, 'terminate');
count++;
await close();
found.push(...complaints);
console.log(`axe-core: ${count} pages in two themes, two contrasts and two languages, ${found.length} findings`);
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
