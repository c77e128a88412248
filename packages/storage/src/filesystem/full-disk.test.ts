/** A full disk: by a write function that fails as the system does, and by a real one where the system lets us mount it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sample } from '../conformance/help.ts';
import { createObjectStore } from '../object-store.ts';
import { writeBytes } from './container.ts';
import { filesystemDriver } from './filesystem-driver.ts';

const mebibyte = 1024 * 1024;

function mountSmall(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'im-full-'));
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    // Only root may mount, and only on Linux: the test on a real full disk is skipped.
    rmSync(folder, { recursive: true });
    return undefined;
  }
}
const small = mountSmall();
const other = mkdtempSync(join(tmpdir(), 'im-full-'));
afterAll(() => {
  if (small !== undefined) {
    execFileSync('/bin/umount', [small]);
    rmSync(small, { recursive: true });
  }
  rmSync(other, { recursive: true });
});

async function staysWhole(root: string, driver = filesystemDriver({ root })): Promise<void> {
  const store = createObjectStore(driver, { partBytes: mebibyte });
  await store.put('k', 'old');
  const full = { code: 'resource_exhausted', reason: 'ENOSPC', operation: expect.any(String) };
  const large = new Blob([Buffer.from(sample(8 * mebibyte))]);
  await expect(store.put('k', large)).rejects.toMatchObject(full);
  await expect(store.put('new', large.stream())).rejects.toMatchObject(full);
  const whole = createObjectStore(driver, { partBytes: 16 * mebibyte });
  await expect(whole.put('new', large)).rejects.toMatchObject(full);
  expect((await store.list().toArray()).map(({ key }) => key)).toEqual(['k']);
  expect(await (await store.get('k')).text()).toBe('old');
  for (const folder of ['temporary', 'uploads', 'locks']) expect(readdirSync(join(root, folder))).toEqual([]);
  await store.put('small', sample(1000));
}

describe('the filesystem driver on a full disk', () => {
  it('says resource_exhausted and leaves nothing behind, when writing fails', async () => {
    let left = 4 * mebibyte;
    await staysWhole(
      other,
      filesystemDriver({
        root: other,
        write(file, bytes) {
          if (bytes.byteLength > 100_000) left -= bytes.byteLength;
          if (left < 0 && bytes.byteLength > 100_000)
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          return writeBytes(file, bytes);
        },
      }),
    );
  });

  it.skipIf(small === undefined)(
    'says resource_exhausted and leaves nothing behind, on a real one',
    async () => {
      await staysWhole(small ?? '');
    },
  );
});
