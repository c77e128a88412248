import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { repositoryRoot } from '../lib/workspace.ts';
import { checkSamples, readSamples } from './samples.ts';

it('finds the blocks fenced as ts, with the line of their first line of code', () => {
  const markdown = 'a\n\n```ts\nconst one = 1;\n```\n\n```sh\nls\n```\n```ts\ntwo();\nthree();\n```\n';
  expect(readSamples('README.md', markdown)).toEqual([
    { file: 'README.md', line: 4, code: 'const one = 1;' },
    { file: 'README.md', line: 11, code: 'two();\nthree();' },
  ]);
});

it('names the file and the line of a sample that does not compile', async () => {
  const file = join('.im', `samples-test-${process.pid}`, 'README.md');
  const folder = join(repositoryRoot, dirname(file));
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(repositoryRoot, file),
    "# Sample\n\n```ts\nimport { createRegistry } from '@im/core';\n\nawait using registry = createRegistry();\nregistry.regster();\n```\n",
  );
  const faults = await checkSamples(repositoryRoot, [file]);
  expect(faults).toEqual([{ place: `${file}:7`, says: expect.stringContaining("'regster' does not exist") }]);
});
