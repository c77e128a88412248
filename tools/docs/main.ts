/**
 * `npm run docs`: writes the API reference to `out/api`.
 * `npm run docs -- --stamp`: writes into each translation that it renders the English text as it is now.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { writeApiReference } from './api.ts';
import { stamped, translations } from './translations.ts';

const reference = 'out/api';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { stamp: { type: 'boolean' } } });
  if (values.stamp) stamp();
  else {
    const entries = await writeApiReference(readWorkspace(repositoryRoot), join(repositoryRoot, reference));
    process.stdout.write(`${entries} entry points, in ${reference}/README.md\n`);
  }
}

function stamp(): void {
  for (const [original, files] of Object.entries(translations)) {
    const text = readFileSync(join(repositoryRoot, original), 'utf8');
    for (const file of files) {
      const path = join(repositoryRoot, file);
      writeFileSync(path, stamped(text, readFileSync(path, 'utf8')));
      process.stdout.write(`${file}\n`);
    }
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`docs: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
