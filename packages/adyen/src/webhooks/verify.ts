/** Verifies webhooks and reads them: nothing is read before it is known who sent it, but what the signature needs. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { IntegrationError, type Secret } from '@im/core';
import { type Money, needWebhookSecrets } from '@im/payments';
import { fromWireAmount, isReadable } from '../money.ts';
import { type WireItem, wirePlatform, wireStandard } from '../wire/notifications.ts';
import type { EventCode } from './event-codes.ts';
import { isItemSigned, isSigned } from './signature.ts';

/** A webhook as it came. */
export interface AdyenWebhook {
  /** The exact bytes. */
  readonly body: Uint8Array;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** One item of a standard webhook. Signed are the references, the account, the amount, the code and `success`; the rest is hearsay. */
export interface Notification {
  readonly eventCode: EventCode | (string & {});
  readonly success: boolean;
  readonly pspReference: string;
  /** The payment that a change is of. */
  readonly originalReference: string | undefined;
  readonly merchantAccount: string;
  readonly merchantReference: string | undefined;
  /** Absent: there is none, or it is in a currency that nobody knows. */
  readonly amount: Money | undefined;
  /** Milliseconds since 1970. */
  readonly eventDate: number | undefined;
  readonly paymentMethod: string | undefined;
  readonly reason: string | undefined;
  readonly operations: readonly string[];
  readonly additionalData: Readonly<Record<string, string>>;
}

/** What a webhook said. */
export type VerifiedWebhook =
  | {
      readonly kind: 'standard';
      readonly live: boolean;
      readonly notifications: readonly Notification[];
    }
  | {
      readonly kind: 'platform';
      /** `balancePlatform.accountHolder.created` */
      readonly type: string;
      readonly live: boolean;
      /** Milliseconds since 1970. */
      readonly timestamp: number | undefined;
      readonly data: Readonly<Record<string, unknown>>;
    };

/** By what it is verified. */
export interface WebhookRules {
  readonly hmacKeys: readonly Secret[];
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** Oldest date of an event. Absent: any. */
  readonly maxAgeMs: number | undefined;
  readonly nowMs: number;
}

/** What Adyen wants to be answered, with status 200 or 202: https://docs.adyen.com/development-resources/webhooks#accept-notifications */
export const accepted = '[accepted]';

const refusals = {
  parsed_body: [
    'invalid_argument',
    'the body must be the bytes as they came, and was parsed already',
    'take this route out of the body parser',
  ],
  malformed_key: [
    'failed_precondition',
    'an HMAC key is not hexadecimal, so nothing can be believed',
    'copy hmacKeys from the Customer Area as they stand there',
  ],
  malformed: ['unauthenticated', 'the webhook is none of Adyen’s', 'look whether Adyen sent it'],
  credentials: [
    'unauthenticated',
    'user name or password of the webhook are not right',
    'compare webhookUser and webhookPassword with the Customer Area',
  ],
  signature: [
    'unauthenticated',
    'the webhook has no signature, or none that is right',
    'look at hmacKeys, and whether anything between changes the body',
  ],
  time: [
    'unauthenticated',
    'the event is older than webhookMaxAgeMs',
    'have Adyen send it again, or allow it to be older',
  ],
} as const;

const hexadecimal = /^(?:[\da-fA-F]{2})+$/;

function refuse(reason: keyof typeof refusals): IntegrationError {
  const [code, says, remedy] = refusals[reason];
  return new IntegrationError(says, { code, reason, remedy, effect: 'none' });
}

/**
 * Verifies a webhook of either kind, and reads it.
 *
 * @throws IntegrationError `failed_precondition`, reason `no_secret`, while no HMAC key is set, or one is no key; `unauthenticated` for credentials, a signature or a date
 * that are not right; `invalid_argument` for a body that was parsed
 */
export function verify({ body, headers }: AdyenWebhook, rules: WebhookRules): VerifiedWebhook {
  if (!(body instanceof Uint8Array)) throw refuse('parsed_body');
  const keys = needWebhookSecrets(rules.hmacKeys);
  if (!keys.every((key) => hexadecimal.test(key.reveal()))) throw refuse('malformed_key');
  const header = (name: string) => singleHeader(headers, name);
  checkCredentials(header('authorization'), rules);
  const json = parse(body);
  const standard = wireStandard.safeParse(json);
  if (!standard.success) return readPlatform(json, body, header('hmacsignature'), keys, rules);
  const items = standard.data.notificationItems.map((one) => one.NotificationRequestItem);
  if (items.length === 0) throw refuse('malformed');
  for (const item of items)
    if (!isItemSigned(item, item.additionalData.hmacSignature, keys)) throw refuse('signature');
  const notifications = items.map(toNotification);
  for (const { eventDate } of notifications) checkAge(eventDate, rules);
  return { kind: 'standard', live: standard.data.live === 'true', notifications };
}

function readPlatform(
  json: unknown,
  body: Uint8Array,
  signature: string | undefined,
  keys: readonly Secret[],
  rules: WebhookRules,
): VerifiedWebhook {
  if (!isSigned([body], signature, keys)) throw refuse('signature');
  const { data } = wirePlatform.safeParse(json);
  if (data === undefined) throw refuse('malformed');
  const timestamp = toInstant(data.timestamp ?? data.createdAt);
  checkAge(timestamp, rules);
  return {
    kind: 'platform',
    type: data.type,
    live: data.environment === 'live',
    timestamp,
    data: data.data ?? {},
  };
}

function toNotification(item: WireItem): Notification {
  const { merchantAccountCode, merchantReference, amount, eventDate, success, additionalData, ...rest } =
    item;
  const { hmacSignature: _, ...told } = additionalData;
  return {
    ...rest,
    merchantAccount: merchantAccountCode,
    merchantReference: merchantReference === '' ? undefined : merchantReference,
    originalReference: item.originalReference === '' ? undefined : item.originalReference,
    amount: amount !== undefined && isReadable(amount) ? fromWireAmount(amount) : undefined,
    eventDate: toInstant(eventDate),
    success: success === 'true',
    additionalData: told,
  };
}

function toInstant(text: string | undefined): number | undefined {
  const instant = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw refuse('malformed');
  }
}

function checkAge(at: number | undefined, { maxAgeMs, nowMs }: WebhookRules): void {
  if (maxAgeMs === undefined) return;
  if (at === undefined || Math.abs(nowMs - at) > maxAgeMs) throw refuse('time');
}

function checkCredentials(given: string | undefined, { user, password }: WebhookRules): void {
  if (user === undefined || password === undefined) return;
  const right = `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`;
  // Digests are of one length, whatever was sent.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given ?? ''), digest(right))) throw refuse('credentials');
}

/** A header that is there once. */
function singleHeader(headers: AdyenWebhook['headers'], name: string): string | undefined {
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? value : [],
  );
  return values.length === 1 ? values[0] : undefined;
}
