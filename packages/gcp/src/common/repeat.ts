/** What a second attempt meets when the first one worked and only its answer was lost. */
import { type Call, errorCode, VendorError } from '@im/core';

/** Statuses by which Google says that the thing is not there. */
const gone = 404;

/**
 * A removal. On a repeated attempt "not found" means that it is done, since the attempt before may have done it.
 *
 * @throws what `work` throws
 */
export async function removed(call: Call, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (call.attempt > 1 && statusOf(error) === gone) return;
    throw error;
  }
}

/**
 * A change under a condition, such as an etag. When a repeated attempt meets the condition broken, `read` tells whether
 * the thing is as it was wanted: then the attempt before had done it.
 *
 * @param isAsWanted judges what `read` gave
 * @throws what `work` throws, when the thing is not as it was wanted
 */
export async function changed<Thing>(
  call: Call,
  work: Promise<Thing>,
  read: () => Promise<Thing>,
  isAsWanted: (thing: Thing) => boolean,
): Promise<Thing> {
  try {
    return await work;
  } catch (error) {
    const isRefused = reasonOf(error) === 'FAILED_PRECONDITION' || statusOf(error) === 412;
    if (call.attempt === 1 || !isRefused) throw error;
    const thing = await read();
    if (isAsWanted(thing)) return thing;
    throw error;
  }
}

/**
 * For `check`: an account that may do its work but not list what there is has been recognised, and the service has answered.
 *
 * @throws whatever else `work` throws
 */
export async function answered(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (errorCode(error) !== 'permission_denied') throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof VendorError ? error.failure.status : undefined;
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof VendorError ? error.failure.reason : undefined;
}
