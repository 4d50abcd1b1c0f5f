// Fails where the page's script is above 150 KB compressed.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const FOLDER = new URL('../dist/assets/', import.meta.url);
const MOST = 150 * 1024;
let sum = 0;
for (const name of (await readdir(FOLDER)).filter((n) => n.endsWith('.js'))) {
  sum += gzipSync(await readFile(new URL(name, FOLDER))).length;
}
console.log(`script: ${(sum / 1024).toFixed(1)} KB compressed, at most ${MOST / 1024} KB`);
if (sum === 0 || sum > MOST) process.exit(1);
