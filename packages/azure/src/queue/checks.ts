/** Arguments that the service would refuse, refused before anything is sent. */
import { VendorError } from '@im/core';

export function invalid(says: string): VendorError {
  return new VendorError({ sent: false, code: 'invalid_argument', says });
}

/** @see {@link https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata#queue-names | Azure: Queue names} */
const queuePattern = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** @throws `VendorError` `invalid_argument` */
export function checkQueue(queue: string): string {
  if (queuePattern.test(queue)) return queue;
  throw invalid(
    `${JSON.stringify(queue)} is no name of a queue: give 3 to 63 lower-case letters, digits and single hyphens`,
  );
}

/** @throws `VendorError` `invalid_argument` where `value` is no whole number of this range */
export function checkRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${what} is ${value}; give a whole number from ${least} to ${most}`);
}

/** @throws `VendorError` `invalid_argument` for an empty id or receipt */
export function checkToken(what: string, value: string): string {
  if (value !== '' && value !== '.' && value !== '..') return value;
  throw invalid(`the ${what} is ${JSON.stringify(value)}; give that of a message that was taken`);
}
