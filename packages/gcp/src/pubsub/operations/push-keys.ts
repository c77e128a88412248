/** Google's keys for the tokens of pushed messages. */
import { type Call, read } from '@im/core';
import type { Http } from '@im/http';
import { z } from 'zod';

/** A public key of RSA, as a JWK: https://www.rfc-editor.org/rfc/rfc7517 */
export interface PushKey {
  readonly kid: string;
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
}

/** Keys, and for how long they may be kept. */
export interface PushKeys {
  readonly keys: readonly PushKey[];
  readonly goodForMs: number;
}

const wireKeys = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() })),
});

/** Where no lifetime is named. */
const usualSeconds = 3_600;

export const pushKeyOperations = (http: Http, certsUrl: string) => ({
  /** The keys by which Google signs the tokens of pushed messages; `pushWebhook` asks for them by itself. */
  getPushKeys: read(
    async (call: Call): Promise<PushKeys> => {
      const init = { authorize: false, maxBytes: 256 * 1_024 };
      const { body, headers } = await http.request('GET', certsUrl, wireKeys, call, init);
      const [, seconds] = /\bmax-age=(\d{1,9})\b/.exec(headers.get('cache-control') ?? '') ?? [];
      return { keys: body.keys, goodForMs: Number(seconds ?? usualSeconds) * 1_000 };
    },
    { docs: 'https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions' },
  ),
});
