import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=@im/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const done = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => {
      children.delete(child);
      return { code: code as number | null, stdout, stderr };
    },
  );
  return { child, done };
}

const run = (...args: readonly string[]) => start(...args).done;

describe('the example', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'catalog-sync-test-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const results = async (folder: string) =>
    Promise.all(
      ['acme.ndjson', 'zest.ndjson', 'rejects.ndjson'].map((file) => readFile(join(folder, file), 'utf8')),
    );

  it('gets every row through, tells what happened, and comes out the same when it is killed again and again', async () => {
    const whole = join(root, 'whole');
    const { code, stdout, stderr } = await run('--out', whole);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^tenant +calls +retries +waits +waited +breaker +rows read +rows written/m);
    expect(stdout).toContain('rows out = rows in = 461');
    for (const fault of ['status 429', 'status 503', 'cut', 'expired-token'])
      expect(stdout).toContain(`${fault} ×`);
    const expected = await results(whole);
    const lines = expected.map((content) => content.split('\n').length - 1);
    expect([(lines[0] ?? 0) + (lines[1] ?? 0), lines[2]]).toEqual([461, 6]);

    // Each round is killed some checkpoints further on than it began; the last one may end.
    const killed = join(root, 'killed');
    await mkdir(killed);
    let kills = 0;
    let resumed = 0;
    for (const checkpoints of [1, 2, 2, 3, 2, 1_000]) {
      const { child, done } = start('--out', killed);
      let seen = 0;
      const watcher = watch(killed, (_, name) => {
        if (!name?.endsWith('.checkpoint.json')) return;
        seen += 1;
        if (seen === checkpoints) child.kill('SIGKILL');
      });
      const outcome = await done;
      watcher.close();
      if (outcome.code === null) kills += 1;
      else expect([outcome.code, outcome.stderr]).toEqual([0, '']);
      if (outcome.stdout.includes('an interrupted run is taken up')) resumed += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(resumed).toBeGreaterThanOrEqual(2);
    expect(await results(killed)).toEqual(expected);
    expect((await readdir(killed)).sort()).toEqual(
      ['acme', 'zest']
        .flatMap((tenant) => [`${tenant}.checkpoint.json`, `${tenant}.ndjson`])
        .concat('rejects.ndjson')
        .sort(),
    );
  }, 120_000);

  it('verifies itself unattended and leaves nothing behind', async () => {
    const { code, stdout } = await run('--check');
    expect(code).toBe(0);
    expect(stdout).not.toContain('█');
    const out = /^(\/.*)acme\.ndjson$/m.exec(stdout)?.[1] ?? '';
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  }, 30_000);

  it.each([
    [['--catalog', 'nowhere.csv'], 'cannot read the catalogue nowhere.csv: there is no such file'],
    [['--encoding', 'klingon'], 'unknown encoding "klingon"'],
    [['--colour'], "Unknown option '--colour'"],
    [['--out'], "Option '--out <value>' argument missing"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j with one clear message and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('refuses a folder that cannot be written to', async () => {
    const file = join(root, 'a-file');
    await writeFile(file, '');
    await chmod(file, 0o400);
    const { code, stderr } = await run('--out', join(file, 'below'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot write to the folder')]);
  });

  it('says that nothing can be done with a file without rows of the kind', async () => {
    const file = join(root, 'other.csv');
    await writeFile(file, 'a,b\n1,2\n');
    const { code, stderr } = await run('--catalog', file);
    expect([code, stderr]).toEqual([2, expect.stringContaining('lacks playlist_name')]);
  });

  it('ends well with a catalogue that holds nothing but a header', async () => {
    const file = join(root, 'empty.csv');
    await writeFile(file, 'playlist,track,artist,album,durationMs\n');
    const { code, stdout } = await run('--catalog', file, '--out', join(root, 'empty'));
    expect([code, stdout]).toEqual([0, expect.stringContaining('rows out = rows in = 0')]);
  });

  const data = process.env.IM_DATA;
  if (data === undefined) process.stdout.write('IM_DATA is not set: the run on the real file is skipped\n');

  it.skipIf(data === undefined && process.env.CI !== 'true')(
    'gets the real file through, killed once on the way',
    async () => {
      const args = ['--catalog', join(data ?? 'IM_DATA', 'spotify_songs.csv'), '--encoding', 'windows-1252'];
      const out = join(root, 'real');
      await mkdir(out);
      const { child, done } = start(...args, '--out', out);
      let seen = 0;
      const watcher = watch(out, (_, name) => {
        if (name?.endsWith('.ndjson')) seen += 1;
        if (seen === 100) child.kill('SIGKILL');
      });
      const killed = await done;
      watcher.close();
      expect(killed.code).toBeNull();
      const { code, stdout, stderr } = await run(...args, '--out', out);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('an interrupted run is taken up');
      expect(stdout).toContain('rows out = rows in = 5,130');
      expect((await results(out))[2]).toBe('');
    },
    120_000,
  );
});
