/**
 * Output that survives a kill at any moment: nothing lost, nothing twice.
 *
 * Beside `<tenant>.ndjson` stands `<tenant>.checkpoint.json`, which says how many bytes of it count and where to go on.
 * After each page: 1. the page's lines are appended, 2. the file is flushed to the disk, 3. the new checkpoint is
 * written under another name, flushed, and renamed over the old one, which is one step for whoever looks. A kill
 * between 1 and 3 leaves bytes that no checkpoint counts; they are cut off when the work is taken up again, and their
 * page is fetched again.
 */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.strictObject({
  /** What the work is about; another input starts anew. */
  fingerprint: z.string(),
  /** Bytes of the output that count. */
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  /** Playlists that are written to their end, in the order of the account. */
  playlistsDone: z.number().int().nonnegative(),
  /** The playlist in work, and where its next page begins. */
  playlist: z.string().optional(),
  cursor: z.string().optional(),
  /** Everything is written. */
  done: z.boolean(),
});

/** How far the work of one tenant is. */
export type Checkpoint = z.infer<typeof schema>;

/** The output of one tenant. */
export interface Output extends AsyncDisposable {
  /** How far it is; where to go on after a restart. */
  readonly checkpoint: Checkpoint;
  /** Whether an earlier run is being taken up. */
  readonly resumed: boolean;
  /** Throws everything away and begins anew. */
  restart(): Promise<void>;
  /** Appends lines and moves the checkpoint, as one step that happens wholly or not at all. */
  commit(
    lines: readonly string[],
    place: Pick<Checkpoint, 'playlistsDone' | 'playlist' | 'cursor' | 'done'>,
  ): Promise<void>;
}

/** Opens the output of `tenant` in `folder`, where an earlier run of the same fingerprint left off. */
export async function openOutput(folder: string, tenant: string, fingerprint: string): Promise<Output> {
  const path = join(folder, `${tenant}.ndjson`);
  const checkpointPath = join(folder, `${tenant}.checkpoint.json`);
  const earlier = await readCheckpoint(checkpointPath);
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const resumed = earlier?.fingerprint === fingerprint && earlier.bytes <= size;
    const empty: Checkpoint = { fingerprint, bytes: 0, rows: 0, playlistsDone: 0, done: false };
    let checkpoint = resumed ? earlier : empty;

    const cutTo = async (next: Checkpoint) => {
      // The old checkpoint goes first: were it left, a kill here would pair it with an empty file.
      if (next === empty) await rm(checkpointPath, { force: true });
      await file.truncate(next.bytes);
      await file.datasync();
      checkpoint = next;
    };
    await cutTo(checkpoint);

    return {
      get checkpoint() {
        return checkpoint;
      },
      resumed,
      restart: () => cutTo(empty),
      commit: async (lines, place) => {
        const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        if (text.length > 0) {
          await file.appendFile(text);
          await file.datasync();
        }
        const next = {
          fingerprint,
          bytes: checkpoint.bytes + text.length,
          rows: checkpoint.rows + lines.length,
          ...place,
        };
        await replace(folder, checkpointPath, `${JSON.stringify(next)}\n`);
        checkpoint = next;
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The checkpoint; `undefined` when there is none, or when what stands there is not one of ours. */
async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Writes a file so that a reader finds the old content or the new, never a part. */
async function replace(folder: string, path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await withFile(await open(draft, 'w'), async (file) => {
    await file.writeFile(text);
    await file.datasync();
  });
  await rename(draft, path);
  // The rename itself reaches the disk with the folder.
  await withFile(await open(folder, 'r'), (file) => file.sync());
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
