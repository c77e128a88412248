/** Guides run: the samples of each are one program, from top to bottom, against fakes and without any service. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSamples } from '../check/samples.ts';
import { run } from '../lib/run.ts';
import { repositoryRoot } from '../lib/workspace.ts';

const guides = globSync('docs/guides/*.md', { cwd: repositoryRoot }).sort();

it('there are guides', () => {
  expect(guides.length).toBeGreaterThan(0);
});

describe('the samples run', () => {
  it.each(guides)('%s', { timeout: 60_000 }, async (guide) => {
    // Within the repository, where its packages are found.
    const folder = join(repositoryRoot, '.im', `guides-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const samples = readSamples(guide, readFileSync(join(repositoryRoot, guide), 'utf8'));
    const file = join(folder, `${basename(guide, '.md')}.ts`);
    writeFileSync(file, `${samples.map(({ code }) => code).join('\n')}\nexport {};\n`);
    const { ok, output } = await run(process.execPath, ['--conditions=@im/source', file], { cwd: folder });
    expect(ok, output).toBe(true);
  });
});
