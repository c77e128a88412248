/** Webhooks on their way: signed, pushed to an address, sent again until they are taken. */
import type { Clock } from '@im/core';
import type { Account, StoredEvent } from './account.ts';
import { uuid } from './ids.ts';
import { type SignedDelivery, signDelivery } from './signing.ts';

/** PayPal tries 25 times over three days: https://developer.paypal.com/api/rest/webhooks/rest/ */
const mostAttempts = 25;
const retryMs = (3 * 86_400_000) / mostAttempts;

/** Signs an event for a webhook of the account. */
export function signEvent(
  { webhookId }: Account,
  event: StoredEvent,
  nowMs: number,
  forWebhook: string = webhookId,
): SignedDelivery {
  const transmissionId = uuid('transmission', event.id, forWebhook);
  return signDelivery({ body: event.body, webhookId: forWebhook, transmissionId }, nowMs);
}

/** What became of one attempt. */
export interface Attempt {
  readonly event: string;
  readonly url: string;
  readonly status: number;
}

/** Pushes events to addresses as they happen. `close` waits for what is under way. */
export function createPusher(clock: Clock) {
  const targets = new Map<Account, string>();
  const attempts: Attempt[] = [];
  const working = new Set<Promise<void>>();
  const cancels = new Set<() => void>();
  let isClosed = false;

  const post = async (url: string, account: Account, event: StoredEvent): Promise<number> => {
    const { body, headers } = signEvent(account, event, clock.now());
    try {
      const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
      await response.arrayBuffer();
      return response.status;
    } catch {
      // Nobody is there: PayPal counts that as a failure like any other, and so does the log of attempts.
      return 0;
    }
  };

  const push = (account: Account, event: StoredEvent, attempt: number): void => {
    const url = targets.get(account);
    if (url === undefined || isClosed) return;
    const work = post(url, account, event).then((status) => {
      attempts.push({ event: event.id, url, status });
      if ((status >= 200 && status < 300) || attempt >= mostAttempts || isClosed) return;
      const cancel = clock.schedule(
        retryMs,
        () => {
          cancels.delete(cancel);
          push(account, event, attempt + 1);
        },
        { background: true },
      );
      cancels.add(cancel);
    });
    working.add(work);
    void work.finally(() => working.delete(work));
  };

  return {
    push: (account: Account, event: StoredEvent) => push(account, event, 1),
    target(account: Account, url: string | undefined) {
      if (url === undefined) targets.delete(account);
      else targets.set(account, url);
    },
    attempts,
    /** Resolves when nothing is under way. */
    async idle() {
      while (working.size > 0) await Promise.all(working);
    },
    async close() {
      isClosed = true;
      for (const cancel of cancels) cancel();
      await Promise.all(working);
    },
  };
}
