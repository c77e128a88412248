/**
 * `PayPal-Request-Id`, as PayPal documents it: a repetition gets the latest state of what the first one made, whatever its body says; the vault
 * refuses another body. Of two at once the second is refused. Refused requests leave no trace. Keys are forgotten after a time that
 * differs by API: https://developer.paypal.com/api/rest/reference/idempotency/
 */
import { createHash } from 'node:crypto';
import { type Clock, sleep } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account } from './account.ts';
import { refusal, refuse } from './requests.ts';

/** What an operation made: answered now, and again as it is then. */
export interface Made {
  /** Status of the first answer. Default 201. */
  readonly status?: number | undefined;
  /** Status of a repetition. Default 200. */
  readonly again?: number | undefined;
  readonly show: () => unknown;
}

/** How an API remembers keys. */
export interface KeyRules {
  readonly ttlMs: (account: Account) => number;
  /** Whether the same key with another body is refused. */
  readonly isStrict?: boolean | undefined;
  /** Whether a key must be there. */
  readonly isRequired?: boolean | undefined;
  /** Takes time (`processingMs`), as moving money does. */
  readonly isSlow?: boolean | undefined;
}

interface Remembered {
  readonly made: Made;
  readonly body: string;
  readonly at: number;
}

export type Idempotency = ReturnType<typeof createIdempotency>;

export function createIdempotency(clock: Clock) {
  const known = new Map<string, Remembered>();
  const busy = new Set<string>();

  return async (
    request: FakeRequest,
    account: Account,
    { ttlMs, isStrict = false, isRequired = false, isSlow = false }: KeyRules,
    work: () => Made,
  ): Promise<FakeResponse> => {
    const key = request.headers['paypal-request-id'];
    if (key === undefined) {
      if (isRequired) refuse(400, 'PAYPAL_REQUEST_ID_REQUIRED');
      const made = work();
      return { status: made.status ?? 201, json: made.show() };
    }
    const place = JSON.stringify([account.clientId, request.method, request.path, key]);
    const body = createHash('sha256').update(request.body).digest('hex');
    if (busy.has(place)) return refusal(409, 'PREVIOUS_REQUEST_IN_PROGRESS');
    const before = known.get(place);
    if (before !== undefined && clock.now() - before.at < ttlMs(account)) {
      if (isStrict && before.body !== body) return refusal(422, 'PAYPAL_REQUEST_ID_PREVIOUSLY_USED');
      return { status: before.made.again ?? 200, json: before.made.show() };
    }
    busy.add(place);
    try {
      if (isSlow && account.settings.processingMs > 0) await sleep(clock, account.settings.processingMs);
      const made = work();
      known.set(place, { made, body, at: clock.now() });
      return { status: made.status ?? 201, json: made.show() };
    } finally {
      busy.delete(place);
    }
  };
}
