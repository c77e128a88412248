/** Letting go of uploads: one, or all that nobody will go on with. */
import { errorCode, isIntegrationError, sleep } from '@im/core';
import { checkCount } from './keys.ts';
import type { StoreCall } from './object-store.types.ts';
import { placeOf, run, type StoreContext, signalOf, uploadsOf } from './store-context.ts';
import type { SweepReport } from './upload.types.ts';

/** Waits between tries to abort, milliseconds. */
const abortWaitsMs = [200, 1_000, 5_000];

/** Aborts, and tries again while the service is unavailable: parts that stay behind cost money. */
export async function abortUpload(
  context: StoreContext,
  key: string,
  uploadId: string,
  signal: AbortSignal,
): Promise<void> {
  const uploads = uploadsOf(context, 'upload.abort');
  const place = placeOf(context, 'upload.abort', key);
  for (const waitMs of [...abortWaitsMs, undefined]) {
    try {
      return await run(place, signal, (call) => uploads.abort(key, uploadId, call));
    } catch (error) {
      if (errorCode(error) === 'not_found') return;
      if (waitMs === undefined || !isIntegrationError(error) || !error.retryable) throw error;
      await sleep(context.clock, error.retryAfterMs ?? waitMs, signal);
    }
  }
}

/** Aborts uploads that nobody will go on with. */
export async function sweepOrphans(
  context: StoreContext,
  options: StoreCall & { readonly olderThanMs: number; readonly prefix?: string },
): Promise<SweepReport> {
  const uploads = uploadsOf(context, 'sweepOrphans');
  const place = placeOf(context, 'sweepOrphans');
  checkCount('olderThanMs', options.olderThanMs, 0, Number.MAX_SAFE_INTEGER, place);
  const signal = signalOf(options);
  const before = context.clock.now() - options.olderThanMs;
  const aborted: string[] = [];
  const failed: { key: string; error: unknown }[] = [];
  let cursor: string | undefined;
  do {
    const page = await run(place, signal, (call) =>
      uploads.list({ prefix: options.prefix ?? '', cursor }, call),
    );
    for (const { key, uploadId, startedAt } of page.items) {
      if (startedAt > before) continue;
      try {
        await abortUpload(context, key, uploadId, signal);
        aborted.push(key);
      } catch (error) {
        signal.throwIfAborted();
        failed.push({ key, error });
      }
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return { aborted, failed };
}
