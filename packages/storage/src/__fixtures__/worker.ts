/** What other processes do in the tests: `node worker.ts <job> <root> …`. Each line it prints is for the test. */
import { writeFileSync } from 'node:fs';
import { filesystemDriver } from '../filesystem/filesystem-driver.ts';
import { createObjectStore } from '../object-store.ts';
import { repeated } from '../conformance/help.ts';

const [job = '', root = '', argument = ''] = process.argv.slice(2);
const store = createObjectStore(filesystemDriver({ root }), { partBytes: 1024 * 1024 });
const say = (line: string) => process.stdout.write(`${line}\n`);

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
  /** Streams a large object up and down, and prints the most memory that it had, in mebibytes. */
  async stream() {
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage.rss());
    };
    await store.put('large', repeated(new Uint8Array(65_536), 512 * 1024 * 1024), { onProgress });
    for await (const _ of (await store.get('large', { onProgress })).stream());
    say(`${Math.round(most / 1024 / 1024)}`);
  },
};

await jobs[job]?.();
