/** `npm run catalog [-- --check]`: writes the generated parts of the READMEs, or ends with 1 when they are stale. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultLines } from '../lib/fault.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { catalogFaults, generatedFiles } from './catalog.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const workspace = readWorkspace(repositoryRoot);

if (values.check) {
  const faults = await catalogFaults(workspace);
  for (const line of faultLines(faults)) process.stderr.write(`${line}\n`);
  if (faults.length > 0) process.exitCode = 1;
} else {
  for (const { file, before, after } of await generatedFiles(workspace)) {
    if (before === after) continue;
    writeFileSync(join(workspace.root, file), after);
    process.stdout.write(`wrote ${file}\n`);
  }
}
