import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createObjectStore, memoryDriver } from '@im/storage';
import { describePeer } from '@im/testing/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareStore, digestsOf } from './compare.ts';
import { listFiles } from './files.ts';

const main = join(import.meta.dirname, 'main.ts');

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=@im/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code as number | null, stdout, stderr };
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'multi-cloud-test-'));
  await mkdir(join(root, 'in/deep/node_modules'), { recursive: true });
  await mkdir(join(root, 'empty'));
  for (let index = 0; index < 20; index += 1)
    await writeFile(join(root, `in/File ${index}.txt`), `contents of ${index}`);
  await writeFile(join(root, 'in/deep/ünïcode & more.bin'), Buffer.alloc(300_000, 7));
  await writeFile(join(root, 'in/deep/empty'), '');
  await writeFile(join(root, 'in/deep/node_modules/skipped'), 'x');
});
afterAll(() => rm(root, { recursive: true }));

describe('the example', () => {
  it.each([
    ['a flag that there is not', ['--nothing'], "Unknown option '--nothing'"],
    ['a folder that is not there', ['--in', '/not/there'], 'cannot read the folder /not/there: ENOENT'],
    ['a file in place of a folder', ['--in', main], 'is no folder'],
  ])('refuses %s with exit code 2', async (_what, args, says) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  it('refuses a folder without files with exit code 2', async () => {
    const { code, stderr } = await run('--in', join(root, 'empty'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('there are no files in')]);
  });

  it('finds every difference between a store and the folder', async () => {
    const files = await listFiles(join(root, 'in'));
    expect(files).toHaveLength(22);
    const digests = await digestsOf(files);
    const store = createObjectStore(memoryDriver());
    for (const { key } of files.slice(1)) await store.put(key, 'other bytes');
    await store.put('surplus', 'x');
    const problems = await compareStore('one', store, files, digests);
    expect(problems).toHaveLength(23);
    expect(problems).toContain(`one: ${files[0]?.key} is missing`);
    expect(problems).toContain('one: File 1.txt has other bytes');
    expect(problems).toContain('one: surplus does not belong there');
  });
});

describePeer('the example on its emulators', 'azurite', () => {
  describePeer('both of them', 'fauxqs', () => {
    it('loses nothing while a cloud is away', { timeout: 120_000 }, async () => {
      const { code, stdout, stderr } = await run('--check', '--in', join(root, 'in'));
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/azure went away after 8 files \([1-9]\d* connections refused or broken\)/);
      expect(stdout).toMatch(/[1-9]\d* stand in the journal/);
      expect(stdout).toContain('aws and azure: 22 compared, 0 missing, 0 extra, 0 different');
      expect(stdout).toMatch(/✓ 22 files, .*: every byte is in all three clouds/);
    });
  });
});
