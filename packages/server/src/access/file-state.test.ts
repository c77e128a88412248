import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHubAccess } from './access.ts';
import { fileState } from './file-state.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'im-file-state-'));
});
afterAll(() => rm(folder, { recursive: true }));
const newFile = () => {
  files += 1;
  return join(folder, `${files}.jsonl`);
};

describe('state in a file', () => {
  it('is there when it is opened again, and shows what another wrote meanwhile', async () => {
    const file = newFile();
    await using one = await fileState(file);
    await one.set('a', '1');
    await using other = await fileState(file);
    expect((await other.get('a'))?.value).toBe('1');
    await one.set('b', 'ü\n');
    expect((await other.get('b'))?.value).toBe('ü\n');
    await one.delete('a');
    expect(await other.get('a')).toBeUndefined();
    expect([await one.increment('n'), await other.increment('n', 4), await one.increment('n')]).toEqual([
      1, 5, 6,
    ]);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('is written on the condition that nobody was first', async () => {
    await using state = await fileState(newFile());
    const first = await state.compareAndSet('a', undefined, '1');
    expect(await state.compareAndSet('a', undefined, '2')).toBeUndefined();
    expect(await state.compareAndSet('a', first, '3')).toBeDefined();
    expect([await state.delete('a', first), await state.delete('a'), await state.delete('a')]).toEqual([
      false,
      true,
      false,
    ]);
    await Promise.all(Array.from({ length: 20 }, () => state.increment('n')));
    expect((await state.get('n'))?.value).toBe('20');
  });

  it('waits for the rest of a line that is half written, and refuses one that is none of its own', async () => {
    const file = newFile();
    await using state = await fileState(file);
    await appendFile(file, '{"key":"a","val');
    expect(await state.get('a')).toBeUndefined();
    await appendFile(file, 'ue":"1"}\n');
    expect((await state.get('a'))?.value).toBe('1');
    await appendFile(file, 'nonsense\n');
    await expect(state.get('a')).rejects.toThrow(file);
  });

  it('keeps keys as digests, which another process knows at once', async () => {
    const file = newFile();
    await using one = await fileState(file);
    await using other = await fileState(file);
    const { key, id } = await createHubAccess({ state: one }).createKey({ name: 'ops', roles: ['viewer'] });
    const hub = createHubAccess({ state: other });
    const headers = new Headers({ authorization: `Bearer ${key.reveal()}` });
    expect(await hub.identify(headers)).toMatchObject({ subject: `key:${id}`, tenant: undefined });
    expect(await readFile(file, 'utf8')).not.toContain(key.reveal().slice(-40));
    await createHubAccess({ state: one }).revokeKey(id);
    await expect(hub.identify(headers)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
