/** Webhooks of the fake: signed, alone or several in one, with the credentials of the endpoint. */
import type { WebhookPayload } from '@im/testing';
import { type SignedFields, signItem } from '../webhooks/signature.ts';
import type { FakeAccount, FakeItem } from './account.ts';

/** How a webhook is made. */
export interface SignOptions {
  /** Instant of the events. Default: as they happened. */
  readonly nowMs?: number | undefined;
  /** Another HMAC key, as after a rotation. */
  readonly hmacKey?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** A standard webhook of these items, as Adyen sends it. */
export function signWebhook(
  account: FakeAccount,
  items: readonly FakeItem[],
  options: SignOptions = {},
): WebhookPayload & {
  readonly body: Uint8Array<ArrayBuffer>;
} {
  const { nowMs, hmacKey = account.hmacKey, user, password } = options;
  const notificationItems = items.map((item) => {
    const dated = nowMs === undefined ? item : { ...item, eventDate: new Date(nowMs).toISOString() };
    const hmacSignature = signItem(dated as unknown as SignedFields, hmacKey);
    const { additionalData } = item as { readonly additionalData?: Readonly<Record<string, string>> };
    return { NotificationRequestItem: { ...dated, additionalData: { ...additionalData, hmacSignature } } };
  });
  const credentials =
    user === undefined ? undefined : Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return {
    body: new TextEncoder().encode(JSON.stringify({ live: 'false', notificationItems })),
    headers: {
      'content-type': 'application/json',
      ...(credentials !== undefined && { authorization: `Basic ${credentials}` }),
    },
  };
}
