/** What other processes do in the tests: `node worker.ts <job> <root> …`. Each line it prints is for the test. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryMeter } from '@im/testing';
import { filesystemDriver } from '../filesystem/filesystem-driver.ts';
import { type AnyStore, createJournal, fileCheckpoint, memoryJournal, migrate, objectStorage, replicate, verify } from '../multi.ts';
import { createObjectStore } from '../object-store.ts';
import { repeated } from '../conformance/help.ts';

const [job = '', root = '', argument = ''] = process.argv.slice(2);
const store = createObjectStore(filesystemDriver({ root }), { partBytes: 1024 * 1024 });
const named = (name: string, folder: string) =>
  createObjectStore(filesystemDriver({ root: join(root, folder) }), { name, partBytes: 64 * 1024 });
const say = (line: string) => process.stdout.write(`${line}\n`);

/** So many mebibytes, each piece a new one: one and the same would hide who holds on to them. */
async function* fresh(mebibytes: number) {
  for (let index = 0; index < mebibytes * 16; index += 1) yield new Uint8Array(65_536).fill(index);
}

const jobs: Readonly<Record<string, () => Promise<void>>> = {
  /** Begins an upload, writes its state down, and sends until it is killed. */
  async upload() {
    const upload = await store.createUpload('film', { contentType: 'video/mp4' });
    writeFileSync(argument, JSON.stringify(upload.state));
    const piece = new Uint8Array(700_001).fill(7);
    await upload.send(repeated(piece, 256 * 1024 * 1024), { onState: ({ parts }) => say(`${parts.length}`) });
    say('sent');
  },
  /** Tries to create each of many objects, small ones and such in parts; prints those that it won. */
  async race() {
    for (let index = 0; index < 40; index += 1) {
      const size = index % 4 === 0 ? 2_500_000 : 100;
      const body = repeated(new Uint8Array(100_000).fill(Number(argument)), size);
      await store.put(`race/${index}`, body, { ifNoneMatch: '*' }).then(
        () => say(`${index}`),
        (error: { readonly code?: string }) => {
          if (error.code !== 'failed_precondition') throw error;
        },
      );
    }
  },
  /** Streams a large object up and down, and prints how many mebibytes more it kept at most. */
  async stream() {
    const { look: onProgress, most } = createMemoryMeter();
    await store.put('large', fresh(Number(argument)), { onProgress });
    for await (const _ of (await store.get('large', { onProgress })).stream());
    say(`${most()}`);
  },
  /** Replicates a large stream to three folders, migrates it to a fourth, and prints how many mebibytes more it kept at most. */
  async streams() {
    const { look: onProgress, most } = createMemoryMeter();
    const large = (name: string) => createObjectStore(filesystemDriver({ root: join(root, name) }), { name });
    const replicas = [large('b'), large('c')];
    const replicated = replicate({ primary: large('a'), replicas, journal: memoryJournal() });
    await replicated.put('large', fresh(Number(argument)), { onProgress });
    await migrate(replicated, large('d'), { onProgress });
    await verify(replicas[0] as AnyStore, large('d'), { deep: true, onProgress });
    say(`${most()}`);
  },
  /** Migrates from one folder to another, and prints each object that is done, until it is killed. */
  async migrate() {
    const report = await migrate(named('from', 'a'), named('to', 'b'), {
      concurrency: 4,
      checkpoint: fileCheckpoint(argument),
      onProgress: ({ key }) => key !== undefined && say(key),
    });
    say(JSON.stringify(report));
  },
  /** Writes to a replicated store until it is killed; prints each write that was promised. */
  async replicate() {
    const journal = createJournal(objectStorage(named('journal', 'journal')));
    const primary = named('a', 'a');
    const replicas = [named('b', 'b'), named('c', 'c')];
    const store = replicate({ primary, replicas, wait: Number(argument) % 3, journal });
    for (let index = 0; ; index += 1) {
      const key = `k/${index % 23}`;
      const text = `${argument}-${index}-`.repeat(index % 5 === 0 ? 40_000 : 1);
      if (index % 7 === 6) await store.delete(key);
      else await store.put(key, text);
      say(`${key} ${index % 7 === 6 ? '' : createHash('sha256').update(text).digest('hex')}`);
    }
  },
};

await jobs[job]?.();
