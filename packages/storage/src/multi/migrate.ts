/**
 * Brings a store to hold what another holds: key by key in order, several at once, leaving out what is there already with the
 * same checksum. How far it has come is written down, so that a killed run is gone on with where it stopped.
 */
import { type Clock, systemClock } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { compareKeys } from '../keys.ts';
import type { StoreCall } from '../object-store.types.ts';
import type { Checkpoint, MigrationState } from './checkpoint.ts';
import { type AnyStore, type Member, membersOf } from './member.ts';
import { createMigrationLog } from './migration-log.ts';
import { createMigrator, type Outcome } from './migrator.ts';
import { forEachOf } from './pool.ts';
import { createMeter, type TransferProgress } from './progress.ts';
import { headOf } from './sync-key.ts';
import { listed, type ObjectPair, type WalkOptions, type WalkStart, walkPairs } from './walk-pairs.ts';

/** How to migrate. */
export interface MigrateOptions extends StoreCall, WalkOptions {
  /** Objects at once. Default 8. */
  readonly concurrency?: number | undefined;
  /** Parts of one large object at once. Default 2. */
  readonly partConcurrency?: number | undefined;
  /** Bytes that objects under way may hold in memory together: fewer go at once where they are large. Default 64 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Where to write down how far it has come. Default: nowhere; a new run looks at every object again, and copies none that is there. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Only says what would be done. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Deletes what the target has and the source has not, within prefix and filter. Default false. */
  readonly deleteExtra?: boolean | undefined;
  /** Tries of one object while its failures may pass. Default 3. */
  readonly attempts?: number | undefined;
  /** Whether to count first, so that there are totals and an ETA: one more listing, beside the work. Default true. */
  readonly count?: boolean | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What a run did, or with `dryRun` would have done. */
export interface MigrationReport {
  readonly copied: number;
  /** They were there already. */
  readonly skipped: number;
  readonly deleted: number;
  /** What only the target has, and was left there. */
  readonly extra: number;
  /** In the order of keys. The next run with the same checkpoint tries them again. */
  readonly failed: readonly { readonly key: string; readonly error: unknown }[];
  /** Bytes copied. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly dryRun: boolean;
  /** What earlier runs had done, when this one went on from a checkpoint. */
  readonly earlier?: MigrationState['counts'] | undefined;
}

/** Objects in a row that fail because a store is down, after which the run ends. */
const mostOutages = 10;

/**
 * Migrates.
 *
 * @throws what listing throws; what kept many objects in a row from being copied; the signal's reason. With a checkpoint, the next
 * run goes on from there.
 */
export async function migrate(
  source: AnyStore,
  target: AnyStore,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const { clock = systemClock, concurrency = 8, prefix = '', dryRun = false } = options;
  const signal = options.signal ?? new AbortController().signal;
  const [from, to] = membersOf([source, target], 'migrate') as [Member, Member];
  const call: DriverCall = { signal };
  const begun = clock.now();
  const log = await createMigrationLog(dryRun ? undefined : options.checkpoint, {
    from: from.name,
    to: to.name,
    prefix,
  });
  const { earlier } = log;
  const meter = createMeter(
    clock,
    { objects: earlier.copied + earlier.skipped, bytes: earlier.bytes },
    options.onProgress,
  );
  const migrator = createMigrator({ ...options, from, to, clock, signal, log, meter });
  const failed: { key: string; error: unknown }[] = [];
  let outages = 0;

  async function one(pair: ObjectPair): Promise<void> {
    if (log.isDone(pair.key)) return log.end(pair, undefined);
    const outcome: Outcome = await migrator(pair);
    signal.throwIfAborted();
    if (outcome.kind === 'failed') failed.push({ key: pair.key, error: outcome.error });
    log.end(pair, outcome);
    if (pair.from !== undefined) meter.done(pair.key, pair.from.size);
    outages = outcome.kind === 'failed' && outcome.isOutage ? outages + 1 : 0;
    if (outcome.kind === 'failed' && outages >= mostOutages) throw outcome.error;
  }
  async function* pairs(): AsyncGenerator<ObjectPair, void, undefined> {
    for (const key of log.failedBefore) {
      const [mine, theirs] = await Promise.all([headOf(from, key, call), headOf(to, key, call)]);
      if (mine !== undefined || theirs !== undefined) yield log.begin(toPair(key, mine, theirs, log.start));
    }
    for await (const pair of walkPairs(from, to, options, log.start, call)) yield log.begin(pair);
  }

  const counting = new AbortController();
  const counted = options.count === false ? undefined : countAll(AbortSignal.any([signal, counting.signal]));
  try {
    await forEachOf(pairs(), concurrency, one);
    signal.throwIfAborted();
  } catch (error) {
    await log.close(false);
    throw error;
  } finally {
    counting.abort();
    await counted;
  }
  await log.close(failed.length === 0);
  const { copied, skipped, deleted, extra, bytes } = log.counts;
  return {
    ...{ copied, skipped, deleted, extra, bytes, dryRun },
    failed: failed.sort((a, b) => compareKeys(a.key, b.key)),
    durationMs: clock.now() - begun,
    ...(log.isResumed && { earlier }),
  };

  /** The totals are an extra: a listing that fails here fails in the run itself too, which tells. */
  async function countAll(until: AbortSignal): Promise<void> {
    let objects = 0;
    let bytes = 0;
    try {
      for await (const { object } of listed(from, options, {}, { signal: until })) {
        objects += 1;
        bytes += object.size;
      }
    } catch {
      return;
    }
    meter.totals(objects, bytes);
  }
}

/** A pair of what `head` told, at a place that is behind already. */
function toPair(
  key: string,
  mine: ObjectInfo | undefined,
  theirs: ObjectInfo | undefined,
  place: WalkStart,
): ObjectPair {
  const object = (info: ObjectInfo | undefined) => info && ({ kind: 'object', ...info } as const);
  return { key, from: object(mine), to: object(theirs), place };
}
