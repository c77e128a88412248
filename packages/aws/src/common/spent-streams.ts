/** Streams in the input of commands can be sent once: a retry would send an empty one, and AWS would keep it. */
import { VendorError } from '@im/core';

const spent = new WeakSet<object>();

/** Streams that stand in the input of a command, such as `Body`. */
export function streamsIn(input: object): readonly object[] {
  return Object.values(input).filter(
    (value): value is object => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  );
}

/** @throws `VendorError` `failed_precondition` when one of them was sent already */
export function checkUnspent(streams: readonly object[]): void {
  if (!streams.some((stream) => spent.has(stream))) return;
  throw new VendorError({
    sent: false,
    code: 'failed_precondition',
    reason: 'stream_spent',
    says: 'the body is a stream that was sent already; give bytes, or send it as unsafe',
  });
}

/** Notes that they were sent. */
export function markSpent(streams: readonly object[]): void {
  for (const stream of streams) spent.add(stream);
}
