// Fails where the page's script is above 150 KB compressed, with the largest of the languages that it loads one of.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const FOLDER = new URL('../dist/assets/', import.meta.url);
const MESSAGES = new URL('../../backend/messages/', import.meta.url);
const MOST = 150 * 1024;
const languages = (await readdir(MESSAGES)).filter((n) => n.endsWith('.json')).map((n) => n.replace(/json$/, ''));
let sum = 0, largest = 0;
for (const name of (await readdir(FOLDER)).filter((n) => n.endsWith('.js'))) {
  const size = gzipSync(await readFile(new URL(name, FOLDER))).length;
  if (languages.some((of) => name.startsWith(of.replace('.', '-')))) largest = Math.max(largest, size);
  else sum += size;
}
sum += largest;
console.log(`script: ${(sum / 1024).toFixed(1)} KB compressed, at most ${MOST / 1024} KB`);
if (sum === 0 || largest === 0 || sum > MOST) process.exit(1);
