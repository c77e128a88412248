/** What a migration has done: counts, and the place up to which nothing is left to do. */
import type { UploadState } from '../upload.types.ts';
import type { Checkpoint, MigrationState } from './checkpoint.ts';
import { createCommit } from './commit.ts';
import { refusal } from './member.ts';
import type { Outcome } from './migrator.ts';
import type { ObjectPair, WalkStart } from './walk-pairs.ts';

type Counts = MigrationState['counts'];

/** Of one run. */
export interface MigrationLog {
  readonly isResumed: boolean;
  readonly earlier: Counts;
  readonly counts: Counts;
  readonly start: WalkStart;
  readonly failedBefore: readonly string[];
  /** Whether an earlier run did it. */
  isDone(key: string): boolean;
  /** Called in the order of the walk. @returns the pair */
  begin(pair: ObjectPair): ObjectPair;
  /** Called in any order. No outcome: it was done before. */
  end(pair: ObjectPair, outcome: Outcome | undefined): void;
  uploadOf(key: string, etag: string): UploadState | undefined;
  /** Resolves when it is written down. Absent without a checkpoint. */
  readonly noteUpload: ((key: string, etag: string, state: UploadState) => Promise<void>) | undefined;
  /** Writes everything down, or clears it when nothing is left to do. @throws what kept it from being written */
  close(isComplete: boolean): Promise<void>;
}

const none: Counts = { copied: 0, skipped: 0, deleted: 0, extra: 0, bytes: 0 };

/** Opens it. @throws `invalid_argument` when the checkpoint is of another migration */
export async function createMigrationLog(
  checkpoint: Checkpoint | undefined,
  which: Pick<MigrationState, 'from' | 'to' | 'prefix'>,
): Promise<MigrationLog> {
  const loaded = await checkpoint?.load();
  const isOther = loaded && (['from', 'to', 'prefix'] as const).some((name) => loaded[name] !== which[name]);
  if (isOther)
    throw refusal(
      `the checkpoint is of a migration from ${loaded.from} to ${loaded.to} of ${JSON.stringify(loaded.prefix)}`,
      'migrate',
      'give each migration a checkpoint of its own',
    );
  const earlier = loaded?.counts ?? none;
  const counts = { ...none };
  const doneBefore = new Set(loaded?.ahead);
  const failed = new Set(loaded?.failed);
  const uploads = new Map(loaded?.uploads.map((upload) => [upload.state.key, upload]));
  const open: { readonly pair: ObjectPair; isDone: boolean }[] = [];
  const lines = new Map<ObjectPair, { isDone: boolean }>();
  let place: WalkStart = loaded?.place ?? {};
  let failure: { readonly error: unknown } | undefined;

  const state = (): MigrationState => ({
    version: 1,
    ...which,
    place,
    ahead: open.flatMap(({ pair, isDone }) => (isDone ? [pair.key] : [])),
    uploads: [...uploads.values()],
    failed: [...failed],
    counts: {
      copied: earlier.copied + counts.copied,
      skipped: earlier.skipped + counts.skipped,
      deleted: earlier.deleted + counts.deleted,
      extra: earlier.extra + counts.extra,
      bytes: earlier.bytes + counts.bytes,
    },
  });
  const commit = createCommit(async () => checkpoint?.save(state()));
  const save = () => {
    if (checkpoint === undefined) return;
    commit().catch((error: unknown) => {
      failure ??= { error };
    });
  };

  return {
    isResumed: loaded !== undefined,
    earlier,
    counts,
    start: place,
    failedBefore: [...failed],
    isDone: (key) => doneBefore.has(key) && !failed.has(key),
    begin(pair) {
      if (failure !== undefined) throw failure.error;
      const line = { pair, isDone: false };
      open.push(line);
      lines.set(pair, line);
      return pair;
    },
    end(pair, outcome) {
      const line = lines.get(pair);
      if (line !== undefined) line.isDone = true;
      lines.delete(pair);
      for (let first = open[0]; first?.isDone; first = open[0]) {
        place = first.pair.place;
        open.shift();
      }
      if (outcome?.kind === 'failed') failed.add(pair.key);
      else {
        failed.delete(pair.key);
        uploads.delete(pair.key);
      }
      if (outcome !== undefined && outcome.kind !== 'failed') counts[outcome.kind] += 1;
      if (outcome?.kind === 'copied') counts.bytes += outcome.bytes;
      save();
    },
    uploadOf(key, etag) {
      const upload = uploads.get(key);
      return upload?.etag === etag ? upload.state : undefined;
    },
    noteUpload:
      checkpoint &&
      (async (key, etag, upload) => {
        uploads.set(key, { etag, state: upload });
        await commit();
      }),
    async close(isComplete) {
      if (checkpoint === undefined) return;
      await commit();
      if (isComplete) await checkpoint.clear();
    },
  };
}
