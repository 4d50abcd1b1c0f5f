// Makes rows of the output of go test -bench: one for each figure of each benchmark, its runs together.
import { createInterface } from 'node:readline';

const rows = new Map();
let room = '';
let failed = false;
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('pkg: ')) room = line.slice(5).replace(/^avatar-launcher\//, '').replace(/^backend\//, '');
  if (/^(FAIL|panic:|---\s*FAIL)/.test(line)) failed = true;
  const [, name, rest] = /^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$/.exec(line) ?? [];
  if (!name) continue;
  for (const [, value, unit] of rest.matchAll(/([\d.e+-]+) (\S+)/g)) {
    const row = `${room}: ${name}`;
    const key = `${row} ${unit}`;
    if (!rows.has(key)) rows.set(key, { row, unit, runs: [] });
    rows.get(key).runs.push(Number(value));
  }
}
for (const row of rows.values()) console.log(JSON.stringify(row));
if (failed || rows.size === 0) process.exit(1);
