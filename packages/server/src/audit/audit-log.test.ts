import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@im/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditLog, openAuditLog } from './audit-log.ts';
import { fileAuditStore, type OpenFile } from './file-store.ts';
import { memoryAuditStore } from './store.ts';

const event = {
  subject: 'key:1',
  action: 'integration.disable',
  phase: 'intent',
  tenant: 'acme',
  target: 'crm',
} as const;
const fill = (log: AuditLog, entries: number) =>
  Promise.all(
    Array.from({ length: entries }, (_, index) => log.append({ ...event, target: `crm_${index}` })),
  );

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'im-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));
const newFile = () => {
  files += 1;
  return join(folder, `${files}.log`);
};

/** A record of `entries` in a file, closed again, as the lines of it. */
async function written(entries: number) {
  const file = newFile();
  {
    await using log = await openAuditLog({ store: await fileAuditStore(file) });
    await fill(log, entries);
  }
  return { file, lines: (await readFile(file, 'utf8')).trimEnd().split('\n') };
}

const reopen = async (file: string) => openAuditLog({ store: await fileAuditStore(file) });

describe.each([
  ['memory', async () => memoryAuditStore()],
  ['a file', async () => fileAuditStore(newFile())],
])('the audit log in %s', (_, openStore) => {
  it('keeps entries in order, by its clock, and gives them a piece at a time', async () => {
    const clock = createVirtualClock();
    await using log = await openAuditLog({ store: await openStore(), clock });
    expect(await fill(log, 25)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const piece = await log.list(11, 10);
    expect(piece.map(({ seq, target }) => [seq, target])).toEqual(
      Array.from({ length: 10 }, (_, index) => [index + 11, `crm_${index + 10}`]),
    );
    expect(piece[0]).toMatchObject({ ...event, target: 'crm_10', at: clock.now() });
    expect(await log.list(26, 10)).toEqual([]);
    expect(await log.verify()).toMatchObject({ ok: true, entries: 25 });
  });

  it('is whole while it is written to', async () => {
    await using log = await openAuditLog({ store: await openStore() });
    const verdicts = [];
    for (let round = 0; round < 20; round += 1) {
      const writing = fill(log, 5);
      verdicts.push(await log.verify());
      await writing;
    }
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    expect(log.size).toBe(100);
  });
});

describe('the audit log in a file', () => {
  it('goes on after it was closed, and when its process was killed while writing', async () => {
    const { file } = await written(3);
    await writeFile(file, '{"hash":"torn', { flag: 'a' });
    await using log = await reopen(file);
    expect(log.size).toBe(3);
    expect(await log.append(event)).toBe(4);
    expect(await log.verify()).toMatchObject({ ok: true, entries: 4 });
  });

  it('finds an entry put behind the last one, also by who knows how entries are linked', async () => {
    const { file, lines } = await written(5);
    const longer = await written(6);
    await writeFile(file, `${[...lines, longer.lines[5]].join('\n')}\n`);
    await expect(reopen(file)).rejects.toThrow('tampered with: entry 6');
    await writeFile(file, `${lines.join('\n')}\n`);
    await writeFile(`${file}.head`, '');
    await expect(reopen(file)).rejects.toThrow('tampered with: entry 1');
  });

  it('finds what was changed while it is open', async () => {
    const file = newFile();
    await using log = await openAuditLog({ store: await fileAuditStore(file) });
    await fill(log, 10);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('crm_6', 'crm_x'));
    expect(await log.verify()).toMatchObject({ ok: false, position: 7 });
    await writeFile(file, `${text}${text.split('\n')[0]}\n`);
    expect(await log.verify()).toMatchObject({ ok: false, position: 11 });
    await truncate(file, text.indexOf('\n') + 1);
    expect(await log.verify()).toMatchObject({ ok: false, position: 2 });
  });

  it('tells nobody that something is kept which is not, and is whole when there is room again', async () => {
    let room = Number.POSITIVE_INFINITY;
    /** A disk that takes so many bytes, the last ones of a write in part. */
    const openFile: OpenFile = async (path) => {
      const file = await open(path, 'a+').then((made) => made.close().then(() => open(path, 'r+')));
      const write = async (bytes: Buffer, from: number, length: number, at: number) => {
        const taken = Math.min(length, room);
        if (taken <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        room -= taken;
        return file.write(bytes, from, taken, at);
      };
      return Object.assign(Object.create(file), {
        write,
        datasync: () => file.datasync(),
        truncate: (size: number) => file.truncate(size),
        readFile: (encoding: 'utf8') => file.readFile(encoding),
        read: (...given: Parameters<typeof file.read>) => file.read(...given),
        stat: () => file.stat(),
        close: () => file.close(),
      });
    };
    const file = newFile();
    let kept = 0;
    {
      await using log = await openAuditLog({ store: await fileAuditStore(file, openFile) });
      for (let bytes = 0; bytes < 900; bytes += 31) {
        room = bytes;
        const outcome = await log.append(event).then(
          () => 'kept',
          (error: { code?: string }) => error.code,
        );
        if (outcome === 'kept') kept += 1;
        else expect(outcome).toBe('unavailable');
        room = Number.POSITIVE_INFINITY;
        expect(await log.append(event).catch(() => undefined)).toBeTypeOf('number');
        kept += 1;
      }
      expect(log.size).toBe(kept);
      expect(await log.verify()).toMatchObject({ ok: true, entries: kept });
    }
    await using again = await reopen(file);
    expect(again.size).toBe(kept);
  });

  it('is as whole on a file that the system lets grow no further', async () => {
    const file = newFile();
    const script = `
      const { openAuditLog } = await import(${JSON.stringify(import.meta.resolve('./audit-log.ts'))});
      const { fileAuditStore } = await import(${JSON.stringify(import.meta.resolve('./file-store.ts'))});
      await using log = await openAuditLog({ store: await fileAuditStore(${JSON.stringify(file)}) });
      let kept = 0, refused = 0;
      for (let round = 0; round < 60; round += 1)
        await log.append(${JSON.stringify(event)}).then(() => (kept += 1), () => (refused += 1));
      console.log(JSON.stringify({ kept, refused, ...(await log.verify()) }));`;
    const { stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        'ulimit -f 8 && exec "$0" "$@"',
        process.execPath,
        '--conditions=@im/source',
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8' },
    );
    const outcome = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.refused).toBeGreaterThan(0);
    expect(outcome.entries).toBe(outcome.kept);
    await using log = await reopen(file);
    expect(log.size).toBe(outcome.kept);
  });
});
