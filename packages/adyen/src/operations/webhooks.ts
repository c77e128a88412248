import { type Call, type Clock, read, type StateStore } from '@im/core';
import type { CheckedAdyenOptions } from '../options.ts';
import { type AdyenWebhook, type VerifiedWebhook, verify } from '../webhooks/verify.ts';

/** What the driver of `@im/payments` keeps, and the facts of the account that it goes by. */
export interface AdyenRecords {
  /** Of this registration alone. */
  readonly state: StateStore;
  readonly clock: Clock;
  readonly merchantAccount: string;
  readonly multiplePartialCaptures: boolean;
  readonly authorizationMs: number;
}

/** Operations that ask nobody. */
export const localOperations = (options: CheckedAdyenOptions, state: StateStore, clock: Clock) => {
  const records: AdyenRecords = {
    state,
    clock,
    merchantAccount: options.merchantAccount,
    multiplePartialCaptures: options.multiplePartialCaptures,
    authorizationMs: options.authorizationDays * 86_400_000,
  };
  return {
    /**
     * Verifies a webhook, standard or of the platform, and reads it. Answer Adyen with `[accepted]` once it is dealt with.
     *
     * @throws `failed_precondition`, reason `no_secret`, while no HMAC key is set; `unauthenticated` for anything that is not signed by one of
     * them
     */
    verifyWebhook: read(
      async (webhook: AdyenWebhook, _call: Call): Promise<VerifiedWebhook> =>
        verify(webhook, {
          hmacKeys: options.hmacKeys,
          user: options.webhookUser,
          password: options.webhookPassword,
          maxAgeMs: options.webhookMaxAgeMs,
          nowMs: clock.now(),
        }),
      { docs: 'https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures' },
    ),
    /** Where `adyenDriver` keeps what it was told of payments, since Adyen cannot be asked for them. */
    openRecords: read(async (_call: Call): Promise<AdyenRecords> => records, {
      docs: 'https://docs.adyen.com/development-resources/webhooks',
    }),
  };
};
