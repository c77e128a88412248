/** Sends one message through one channel, again where that is safe. */
import { type Clock, isIntegrationError, sleep, unlessAborted } from '@im/core';
import { scrub } from '@im/http';
import type { Channel, ChannelCall } from './channel.ts';
import type { Notification } from './notification.ts';

/** What came of it. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly refused: readonly string[] }
  /**
   * `failed`: it certainly did not arrive. `unknown`: it may have. `again`: it may have, and may be sent again with the same id. `postponed`:
   * closed before it could be tried again, which the next process does.
   */
  | { readonly kind: 'failed' | 'unknown' | 'again' | 'postponed'; readonly says: string };

/** Milliseconds for one attempt, and between attempts. All together stay below `claimMs` of the plan. */
const attemptMs = 25_000;
const backoffMs: readonly number[] = [1_000, 5_000, 20_000];
/** Longest that a receiver may ask to wait within one message. */
const longestWaitMs = 60_000;

/**
 * Sends. An attempt is repeated when it failed for the moment, and only if nothing was told by it for certain, or the channel says that
 * telling twice does no harm. `signal` ends the wait between attempts; an attempt that is under way is finished.
 */
export async function deliver(
  channel: Channel,
  notification: Notification,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  const done: ChannelCall['done'] = new Map();
  const ended = (kind: Exclude<Outcome['kind'], 'accepted'>, says: string): Outcome =>
    [...done.values()].includes('told') ? { kind: 'accepted', refused: [says] } : { kind, says };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { refused = [] } = await withTimeout(clock, (own) =>
        channel.send(notification, { signal: own, now: clock.now(), done }),
      );
      return { kind: 'accepted', refused };
    } catch (error) {
      const says = scrub(error instanceof Error ? error.message : String(error), []);
      const known = isIntegrationError(error) ? error : undefined;
      const isCertain = known?.effect === 'none';
      const waitMs = Math.max(backoffMs[attempt] ?? Number.POSITIVE_INFINITY, known?.retryAfterMs ?? 0);
      const uncertain = channel.repeatable ? 'again' : 'unknown';
      const isWorthIt = known?.retryable === true && waitMs <= longestWaitMs;
      if (!isWorthIt || !(isCertain || channel.repeatable))
        return ended(isCertain ? 'failed' : uncertain, says);
      try {
        await sleep(clock, waitMs, signal);
      } catch {
        return ended(isCertain ? 'postponed' : uncertain, says);
      }
    }
  }
}

async function withTimeout<Value>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const tooLong = new AbortController();
  const cancel = clock.schedule(attemptMs, () =>
    tooLong.abort(new DOMException(`no answer within ${attemptMs} ms`, 'TimeoutError')),
  );
  try {
    return await unlessAborted(work(tooLong.signal), tooLong.signal);
  } finally {
    cancel();
  }
}
