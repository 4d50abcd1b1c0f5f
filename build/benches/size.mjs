// Makes rows of the output of go tool nm -size: the megabytes of code and data of each module, the largest first.
import { createInterface } from 'node:readline';

const MB = 1e6;
const total = Number(process.argv[2]) / MB;
const sizes = new Map();
const ours = /^avatar-launcher\/((?:backend|app)(?:\/\w+)?)/;
const foreign = /^((?:github\.com|golang\.org|gopkg\.in|google\.golang\.org|fyne\.io|honnef\.co)\/[^/.]+(?:\.[^/.]+)*\/?[^/.]*(?:\/service\/\w+)?)/;
for await (const line of createInterface({ input: process.stdin })) {
  const [, size, kind, name] = /^\s*\w*\s+(\d+)\s+(\w)\s+(\S.*)$/.exec(line) ?? [];
  // What is zero at the start takes no room in the file.
  if (!name || kind === 'B' || kind === 'b' || name === 'crypto/internal/fips140/drbg.memory') continue;
  const part = /^runtime\.(pclntab|gcbits|gcdata|types|etypes|rodata|erodata|itablink|findfunctab|text|etext|epclntab|typelink)\b/.exec(name)?.[1];
  const symbol = name.replace(/^(?:type:\.?(?:eq|hash)?\.?|go:itab\.|\*|\(\*?)+/, '').replace(/^\*/, '');
  const module = part ? (part.includes('pcln') ? 'line tables of the runtime' : 'types, strings and tables') : ours.exec(symbol)?.[1] ?? foreign.exec(symbol)?.[1] ?? (/^(?:main|[a-z]+(?:\/[a-z0-9]+)*\.)/.test(symbol) ? 'the standard library' : 'types, strings and tables');
  sizes.set(module, (sizes.get(module) ?? 0) + Number(size) / MB);
}
console.log(JSON.stringify({ row: 'size: the program', unit: 'MB', runs: [total], target: 'at most 30', met: total <= 30 }));
for (const [module, size] of [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 20)) {
  console.log(JSON.stringify({ row: `size: ${module}`, unit: 'MB', runs: [Number(size.toFixed(3))] }));
}
