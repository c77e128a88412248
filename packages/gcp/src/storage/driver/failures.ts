/** Failures of Cloud Storage as the port words them. */
import { IntegrationError, isIntegrationError, type VendorError } from '@im/core';
import { driverError } from '@im/storage';
import { locked } from '../errors.ts';
import type { GcsObject } from '../model.ts';

type Reason = Parameters<typeof driverError>[0];

const byStatus: Readonly<Record<number, Reason>> = {
  304: 'not_modified',
  412: 'condition',
  416: 'range',
};

/**
 * The port's own error for what the service said; all others as they are.
 *
 * @param absent what it is that is not there
 */
export function worded(error: unknown, absent: Reason = 'not_found'): unknown {
  if (!isIntegrationError(error)) return error;
  const { reason = '', status = 0 } = error;
  const found = locked.test(reason)
    ? 'locked'
    : (byStatus[status] ?? (reason === 'notFound' ? absent : undefined));
  return found === undefined ? error : driverError(found, { cause: error });
}

/** The same as a rejection: `.catch(rethrow('no_version'))`. */
export function rethrow(absent?: Reason): (error: unknown) => never {
  return (error) => {
    throw worded(error, absent);
  };
}

/** Whether the object is not in the state that a condition names, or is gone. */
export function isMismatch(error: unknown): boolean {
  return isIntegrationError(error) && (error.status === 412 || error.reason === 'notFound');
}

/** Whether a call was made more than once, so that its own effect may be what refuses it. */
export function isRepeated(error: unknown): boolean {
  return isIntegrationError(error) && (error.attempts ?? 1) > 1;
}

/**
 * A write under a condition whose answer was lost is sent again, and then its own effect refuses it. The object tells who wrote it.
 *
 * @param error what the write failed with
 * @param look asks for the object
 * @param isOurs whether it is what this write wrote
 * @returns the object, when it is
 */
export async function lostAnswer(
  error: unknown,
  look: () => Promise<GcsObject>,
  isOurs: (object: GcsObject) => boolean,
): Promise<GcsObject | undefined> {
  if (!isMismatch(error)) return undefined;
  try {
    const object = await look();
    return isOurs(object) ? object : undefined;
  } catch (absent) {
    if (isIntegrationError(absent) && absent.code === 'not_found') return undefined;
    throw absent;
  }
}

/** What a body that broke on its way ended with, as an error that callers know. */
export function brokenBody({ failure }: VendorError, cause: unknown): IntegrationError {
  return new IntegrationError(
    failure.says ?? 'the object was cut on its way',
    {
      code: failure.code ?? 'unavailable',
      reason: failure.reason,
      remedy: 'get it again',
      effect: 'none',
    },
    { cause },
  );
}
