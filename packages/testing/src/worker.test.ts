import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runInSpiteOfKills, startWorker } from './worker.ts';

const counter = new URL('./__fixtures__/counter.ts', import.meta.url);

test('a job is begun, killed, looked at and gone on with until it is done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'im-worker-'));
  const file = join(folder, 'count');
  const seen: number[] = [];
  try {
    const lines = await runInSpiteOfKills({
      start: () => startWorker(counter, [file, seen.length < 2 ? '10' : '1000']),
      kills: 2,
      isTime: (_line, count) => count === 10,
      afterKill: async () => void seen.push(Number(await readFile(file, 'utf8'))),
    });
    expect(seen).toEqual([10, 20]);
    expect([Number(lines[0]), lines.at(-1)]).toEqual([21, '100']);

    const early = { start: () => startWorker(counter, [file]), kills: 1, isTime: () => false };
    const done = runInSpiteOfKills({ ...early, afterKill: async () => {} });
    await expect(done).rejects.toThrow('worker 1 ended by itself (0)');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a worker that is disposed is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'im-worker-'));
  const worker = startWorker(counter, [join(folder, 'count')]);
  await worker[Symbol.asyncDispose]();
  expect(await worker.ended).toBe('SIGKILL');
  await rm(folder, { recursive: true });
});
