/**
 * An upload over an older object, whose processes are killed again and again, the last one while it completes. Both sides are here: what
 * the test does ({@link uploadInSpiteOfKills}), and what the worker does that it starts ({@link runKilledUpload}).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { errorCode } from '@im/core';
import { runInSpiteOfKills, startWorker } from './worker.ts';

/** As much of an `ObjectStore` of `@im/storage` as this needs. */
export interface UploadStore<State> {
  put(key: string, text: string): Promise<unknown>;
  get(key: string): Promise<{ stream(): AsyncIterable<Uint8Array>; text(): Promise<string> }>;
  list(): { toArray(): Promise<readonly unknown[]> };
  createUpload(key: string): Promise<KilledUpload<State>>;
  resumeUpload(state: State): Promise<KilledUpload<State>>;
  sweepOrphans(options: { readonly olderThanMs: number }): Promise<unknown>;
}

/** An upload in parts. */
export interface KilledUpload<State> {
  readonly state: State & { readonly parts: readonly unknown[] };
  send(
    source: AsyncIterable<Uint8Array>,
    options: { readonly onState: (state: { readonly parts: readonly unknown[] }) => void },
  ): Promise<unknown>;
  complete(): Promise<unknown>;
}

/** What is uploaded, and how often it is killed. */
export interface KilledUploadPlan {
  /** A whole number of parts. */
  readonly bytes: number;
  readonly partBytes: number;
  /** Parts that the store sends at once. */
  readonly concurrency: number;
  readonly kills: number;
}

const key = 'film';
const oldText = 'the old one';

/**
 * Uploads in workers that are killed. Until the upload is completed the old object is visible, and afterwards the new one, whole; what is
 * left of the upload is swept.
 *
 * @param module calls {@link runKilledUpload} with the words that it is started with, behind those of `words`
 * @throws Error when anything else is visible
 */
export async function uploadInSpiteOfKills<State>(
  store: UploadStore<State>,
  module: URL,
  words: readonly string[],
  { bytes, partBytes, concurrency, kills }: KilledUploadPlan,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'im-upload-'));
  // Parts that a worker tells of when it is killed; as many more may be under way as are sent at once.
  const told = Math.floor(bytes / partBytes / kills) - concurrency;
  if (told < 1) throw new RangeError('too few parts for so many kills');
  let runs = 0;
  try {
    await store.put(key, oldText);
    const before = await store.list().toArray();
    const lines = await runInSpiteOfKills({
      start: () => {
        runs += 1;
        const most = runs < kills ? told + concurrency : Number.POSITIVE_INFINITY;
        const own = [join(folder, 'state.json'), bytes, partBytes, most];
        return startWorker(module, [...words, ...own.map(String)]);
      },
      kills,
      isTime: (line, count) => (runs < kills ? count === told : line === 'completing'),
      afterKill: async (count) => {
        // Which of the two is visible after the last one, only the service can say.
        if (count === kills) return;
        if ((await (await store.get(key)).text()) !== oldText) throw new Error('the old object is gone');
        if (!isDeepStrictEqual(await store.list().toArray(), before))
          throw new Error('a part of the upload is visible');
      },
    });
    if (!['complete', 'was complete'].includes(lines.at(-1) ?? '')) throw new Error('the upload did not end');
    const [stored, sent] = [await digestOf((await store.get(key)).stream()), await digestOf(numbered(bytes))];
    if (stored !== sent) throw new Error('the object is not what was uploaded');
    await store.sweepOrphans({ olderThanMs: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * In a worker: begins the upload, or goes on with the one that is written down, and completes it unless it is killed.
 *
 * @param words of {@link uploadInSpiteOfKills}: a file for the state, bytes of the whole and of a part, and how many parts there are for
 * this worker, which then waits
 */
export async function runKilledUpload<State>(
  store: UploadStore<State>,
  [file = '', bytes = '', partBytes = '', most = '']: readonly string[],
): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  // A process that is killed keeps nothing by itself, and the next one starts sooner for it.
  flushCompileCache();
  const isBegun = existsSync(file);
  const upload = isBegun
    ? await store.resumeUpload(JSON.parse(readFileSync(file, 'utf8')) as State).catch(unlessGone)
    : await store.createUpload(key);
  if (upload === undefined) return say('was complete');
  if (!isBegun) writeFileSync(file, JSON.stringify(upload.state));
  const stopAt = (upload.state.parts.length + Number(most)) * Number(partBytes);
  await upload.send(numbered(Number(bytes), stopAt), { onState: ({ parts }) => say(`part ${parts.length}`) });
  say('completing');
  await upload.complete();
  say('complete');
}

function unlessGone(error: unknown): undefined {
  if (errorCode(error) !== 'not_found') throw error;
}

const pieceBytes = 65_536;

/** So many bytes, each piece of them unlike the one before. At `stopAt` they stop for ever. */
async function* numbered(size: number, stopAt = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += pieceBytes) {
    if (at >= stopAt) await new Promise(() => setInterval(() => {}, 1_000));
    yield Buffer.alloc(Math.min(pieceBytes, size - at), (at / pieceBytes) % 251);
  }
}

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}
