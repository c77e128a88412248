/**
 * Samples of READMEs and docs are compiled, so that none can show what does not exist. The samples of one file are one
 * module: a later one may use what an earlier one declares.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { run } from '../lib/run.ts';

/** One block of TypeScript in a Markdown file. */
export interface Sample {
  readonly file: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Every block fenced as `ts`. A block fenced as `ts ignore` is prose. */
export function readSamples(file: string, markdown: string): readonly Sample[] {
  const samples: Sample[] = [];
  let begun: { readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (begun === undefined) {
      if (text.trim() === '```ts') begun = { line: index + 2, lines: [] };
    } else if (text.trim() === '```') {
      samples.push({ file, line: begun.line, code: begun.lines.join('\n') });
      begun = undefined;
    } else {
      begun.lines.push(text);
    }
  }
  return samples;
}

/** Compiles all samples of `files` in one program. The folder it needs is made below `root` and removed again. */
export async function checkSamples(root: string, files: readonly string[]): Promise<readonly Fault[]> {
  const modules = files.map((file) => moduleOf(readSamples(file, readFileSync(join(root, file), 'utf8'))));
  const folder = join(root, '.im', `samples-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    for (const [index, lines] of modules.entries()) {
      const code = lines.map(({ text }) => text).join('\n');
      writeFileSync(join(folder, `module-${index}.ts`), `${code}\nexport {};\n`);
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.base.json',
        compilerOptions: { noEmit: true },
        include: ['*.ts'],
      }),
    );
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    const { ok, output } = await run('node', [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
    const faults = output.split('\n').flatMap((line) => toFault(line, modules));
    return ok || faults.length > 0 ? faults : [{ place: 'samples', says: output }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Line {
  readonly place: string;
  readonly text: string;
}

function moduleOf(samples: readonly Sample[]): readonly Line[] {
  return samples.flatMap(({ file, line, code }) =>
    code.split('\n').map((text, index) => ({ place: `${file}:${line + index}`, text })),
  );
}

function toFault(line: string, modules: readonly (readonly Line[])[]): readonly Fault[] {
  const [, index, row, says] = /^module-(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const place = modules[Number(index)]?.[Number(row) - 1]?.place;
  return place === undefined || says === undefined ? [] : [{ place, says }];
}
