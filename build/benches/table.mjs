// Prints the rows of build/bench: each figure's median and spread, beside its reference and its target.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, version } from 'node:os';

const rows = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const figure = (n) => n.toLocaleString('en', { maximumSignificantDigits: n >= 1000 ? 5 : 3 });
const median = (runs) => [...runs].sort((a, b) => a - b)[Math.floor(runs.length / 2)];
const said = (runs) => (runs.length === 1 ? figure(runs[0]) : `${figure(median(runs))} (${figure(Math.min(...runs))}–${figure(Math.max(...runs))}, ${runs.length} runs)`);

console.log(`On ${cpus().length} × ${cpus()[0].model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${version()} ${release()}, load ${loadavg().map((l) => l.toFixed(1)).join(' ')}, ${new Date().toISOString()}`);
console.log('Figures are medians.');
let broken = 0;
for (const r of rows) {
  if (!r.row || !r.unit || !Array.isArray(r.runs) || r.runs.length === 0 || r.runs.some((n) => !Number.isFinite(n))) {
    console.log(`\n${r.row ?? JSON.stringify(r)}: no figure`);
    broken++;
    continue;
  }
  console.log(`\n${r.row}\n    ${said(r.runs)} ${r.unit}${r.note ? `; ${r.note}` : ''}`);
  if (r.beside) console.log(`    beside ${said(r.beside)} ${r.unit} of ${r.reference}: ${figure(median(r.runs) / median(r.beside))} times it`);
  else if (r.reference) console.log(`    beside ${r.reference}`);
  if (r.target) console.log(`    target: ${r.target}; ${r.met === undefined || process.env.QUICK ? 'not judged' : r.met ? 'met' : 'missed'}`);
}
const missed = process.env.QUICK ? 0 : rows.filter((r) => r.met === false).length;
console.log(`\n${rows.length} rows, ${process.env.QUICK ? 'targets not judged' : `${missed} targets missed`}${broken ? `, ${broken} without a figure` : ''}`);
if (rows.length === 0 || broken > 0 || missed > 0) process.exit(1);
