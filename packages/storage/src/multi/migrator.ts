/** One object of a migration: looked at, copied, deleted or left as it is; tried again while that may help. */
import { type Clock, isIntegrationError, sleep } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { createBudget } from './budget.ts';
import { differentAttributes } from './compare.ts';
import { compareContent, isGone } from './content.ts';
import { bytesHeld, copyObject } from './copy-object.ts';
import { isOutage } from './health.ts';
import { keepable, type Member } from './member.ts';
import type { MigrateOptions } from './migrate.ts';
import type { MigrationLog } from './migration-log.ts';
import type { ProgressMeter } from './progress.ts';
import { deleteKey, headOf } from './sync-key.ts';
import type { ObjectPair } from './walk-pairs.ts';

/** What became of one object. */
export type Outcome =
  | { readonly kind: 'copied'; readonly bytes: number }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'deleted' }
  /** Only the target has it, and may keep it. */
  | { readonly kind: 'extra' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly isOutage: boolean };

/** What it needs. */
export interface MigratorSetup extends MigrateOptions {
  readonly from: Member;
  readonly to: Member;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: MigrationLog;
  readonly meter: ProgressMeter;
}

/** Milliseconds before the second try; doubled for each after it. */
const firstWaitMs = 500;

/** Makes what handles each pair. It does not reject, except that what it does after an abort has no meaning. */
export function createMigrator(setup: MigratorSetup): (pair: ObjectPair) => Promise<Outcome> {
  const { from, to, clock, signal, log, meter, dryRun = false, attempts = 3 } = setup;
  const { partConcurrency = 2, memoryBytes = 64 * 1024 * 1024 } = setup;
  const call: DriverCall = { signal };
  const withBytes = createBudget(memoryBytes);

  async function isThere(info: ObjectInfo): Promise<boolean> {
    const there = await headOf(to, info.key, call);
    if (there === undefined || there.size !== info.size) return false;
    const wanted = { ...there, ...keepable(to.driver, info) };
    if (differentAttributes(wanted, there).length > 0) return false;
    return (await compareContent({ member: from, info }, { member: to, info: there }, call)).isSame;
  }

  async function once({ key, from: mine, to: theirs }: ObjectPair): Promise<Outcome> {
    if (mine === undefined) {
      if (setup.deleteExtra !== true) return { kind: 'extra' };
      if (!dryRun) await deleteKey(to, key, call);
      return { kind: 'deleted' };
    }
    const info = await headOf(from, key, call);
    // Deleted since it was listed.
    if (info === undefined) return { kind: 'skipped' };
    if (theirs !== undefined && (await isThere(info))) return { kind: 'skipped' };
    if (dryRun) return { kind: 'copied', bytes: info.size };
    const { noteUpload } = log;
    await withBytes(bytesHeld(to, info, partConcurrency), () =>
      copyObject({
        ...{ from, to, info, signal },
        concurrency: partConcurrency,
        onBytes: (bytes) => meter.moving(key, bytes),
        resume: log.uploadOf(key, info.etag),
        onUpload: noteUpload && ((state) => noteUpload(key, info.etag, state)),
      }),
    );
    return { kind: 'copied', bytes: info.size };
  }

  return async (pair) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(pair);
      } catch (error) {
        signal.throwIfAborted();
        const mayPass = isOutage(error) || isGone(error);
        if (!mayPass || attempt >= attempts) return { kind: 'failed', error, isOutage: isOutage(error) };
        const asked = isIntegrationError(error) ? (error.retryAfterMs ?? 0) : 0;
        await sleep(clock, Math.max(asked, firstWaitMs * 2 ** (attempt - 1)), signal);
      }
    }
  };
}
