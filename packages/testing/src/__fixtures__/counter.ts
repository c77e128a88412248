/** Counts from what a file holds up to a hundred, and writes each number down: `node counter.ts <file> <numbers until it hangs>`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [file = '', patience = '1000'] = process.argv.slice(2);
const start = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
for (let number = start + 1; number <= 100; number += 1) {
  writeFileSync(file, String(number));
  process.stdout.write(`${number}\n`);
  if (number - start === Number(patience)) await new Promise(() => setInterval(() => {}, 1_000));
}
