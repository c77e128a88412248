/** Taking messages from a subscription. */
import { type Call, type Clock, idempotent } from '@im/core';
import { none } from '@im/http';
import { checkRange } from '../../common/fields.ts';
import { invalid } from '../../common/resource.ts';
import type { PullOptions, ReceivedMessage } from '../model.ts';
import { wirePulled } from '../wire.ts';
import { type Connection, notes } from './shared.ts';

const usualMessages = 100;
const mostMessages = 1_000;
const usualWaitMs = 5_000;
const longestWaitMs = 60_000;
/** The vendor takes requests of 512 KiB; ids are some 200 bytes long. */
const mostAckIds = 1_000;
const longestDeadline = 600;

export const deliveryOperations = ({ rest, names, clock }: Connection) => ({
  /**
   * Takes messages, which are then ours until the subscription's deadline. Waits a little where there are none, and gives none
   * when the wait is over. A repeated attempt takes others: those of a lost answer come again after their deadline.
   */
  pull: idempotent(
    async (
      subscription: string,
      options: PullOptions | undefined,
      call: Call,
    ): Promise<readonly ReceivedMessage[]> => {
      const { maxMessages = usualMessages, waitMs = usualWaitMs } = options ?? {};
      checkRange('maxMessages', maxMessages, 1, mostMessages);
      checkRange('waitMs', waitMs, 0, longestWaitMs);
      const json = { maxMessages, ...(waitMs === 0 && { returnImmediately: true }) };
      const name = await names.subscription(subscription, call);
      const pulled = await within(clock, waitMs, call, (limited) =>
        rest.post(name, ':pull', wirePulled, limited, { json }),
      );
      return pulled?.receivedMessages ?? [];
    },
    notes('subscriptions/pull', 'subscriptions.consume'),
  ),
  /**
   * Says that messages are done with. Ids whose lease is over are accepted without effect, except by exactly-once
   * subscriptions, which fail with `failed_precondition`.
   */
  acknowledge: idempotent(
    async (subscription: string, ackIds: readonly string[], call: Call): Promise<void> => {
      const json = { ackIds: checked(ackIds) };
      const name = await names.subscription(subscription, call);
      await rest.post(name, ':acknowledge', none, call, { json });
    },
    notes('subscriptions/acknowledge', 'subscriptions.consume'),
  ),
  /** Moves the deadline of messages to `seconds` from now, 600 at most. 0 gives them back at once. */
  modifyAckDeadline: idempotent(
    async (subscription: string, ackIds: readonly string[], seconds: number, call: Call): Promise<void> => {
      const ackDeadlineSeconds = checkRange('seconds', seconds, 0, longestDeadline);
      const json = { ackIds: checked(ackIds), ackDeadlineSeconds };
      const name = await names.subscription(subscription, call);
      await rest.post(name, ':modifyAckDeadline', none, call, { json });
    },
    notes('subscriptions/modifyAckDeadline', 'subscriptions.consume'),
  ),
});

function checked(ackIds: readonly string[]): readonly string[] {
  if (ackIds.length > 0 && ackIds.length <= mostAckIds && !ackIds.includes('')) return ackIds;
  throw invalid(
    ackIds.includes('')
      ? 'an ack id is empty'
      : `takes 1 to ${mostAckIds} ack ids a call, not ${ackIds.length}`,
  );
}

/** @returns what `send` gives; `undefined` when `waitMs` are over first. 0: no limit, since nobody waits */
async function within<Result>(
  clock: Clock,
  waitMs: number,
  call: Call,
  send: (limited: Call) => Promise<Result>,
): Promise<Result | undefined> {
  if (waitMs === 0) return send(call);
  const waited = new AbortController();
  const cancel = clock.schedule(waitMs, () => waited.abort());
  try {
    return await send(limitedBy(call, waited.signal));
  } catch (error) {
    if (error === waited.signal.reason && !call.signal.aborted) return undefined;
    throw error;
  } finally {
    cancel();
  }
}

/** The same call, which `signal` ends as well. */
function limitedBy(call: Call, signal: AbortSignal): Call {
  return {
    operation: call.operation,
    effect: call.effect,
    attempt: call.attempt,
    signal: AbortSignal.any([call.signal, signal]),
    deadline: call.deadline,
    idempotencyKey: call.idempotencyKey,
    cursor: call.cursor,
    pageSize: call.pageSize,
    markSent: () => call.markSent(),
    observe: (headers) => call.observe(headers),
  };
}
