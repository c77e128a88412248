/** What importing costs, in fresh processes, of the code as it is published. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { type Line, line, median } from '../measure.ts';

const root = join(import.meta.dirname, '../..');
const dependencies = ['zod', 'cockatiel', '@opentelemetry/api'];
const rounds = 11;

/** Milliseconds that a fresh process takes to import `specifier`. */
function importMs(specifier: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(specifier)}); console.log(performance.now() - t);`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }),
  );
}

/** The line on `@im/core` against the sum of its dependencies, each imported alone. */
export async function importLines(): Promise<Line[]> {
  // Below the root, so that the built files find their dependencies.
  const outDir = mkdtempSync(join(root, 'node_modules/.im-bench-'));
  try {
    await build({
      entry: [join(root, 'packages/core/src/index.ts')],
      outDir,
      format: 'esm',
      target: 'node22',
      config: false,
      silent: true,
      external: dependencies,
    });
    const specifiers = [pathToFileURL(join(outDir, 'index.js')).href, ...dependencies];
    const taken = specifiers.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      specifiers.forEach((specifier, index) => {
        taken[index]?.push(importMs(specifier));
      });
    }
    const [core = Number.NaN, ...parts] = taken.map(median);
    const sum = parts.reduce((total, part) => total + part, 0);
    return [
      line('import of @im/core, against its three dependencies one by one', 'ms', core, sum, { ratio: 1.2 }),
    ];
  } finally {
    rmSync(outDir, { recursive: true });
  }
}
