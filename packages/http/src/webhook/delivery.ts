/**
 * Webhooks signed with a shared secret.
 *
 * A delivery proves that it comes from the vendor by an HMAC over its *raw* bytes; parsed and written again, they are
 * other bytes. A delivery is accepted when
 *
 * 1. there is a secret to check with (none: everything is refused);
 * 2. the signature header is there, once, and well-formed;
 * 3. one of the signatures equals, in constant time, the HMAC under one of the secrets (several during a rotation);
 * 4. where the scheme signs a time: it lies within the tolerance of our clock, in the past and in the future;
 * 5. where a replay store is given: the delivery's id was not accepted before.
 *
 * Only then may the body be parsed.
 */
import { type Clock, IntegrationError, type Secret, type StateStore } from '@im/core';

/** Why a delivery was refused. */
export type WebhookRefusal =
  | 'no_secret'
  | 'no_signature'
  | 'malformed_signature'
  | 'wrong_signature'
  | 'no_timestamp'
  | 'outside_time_window'
  | 'no_id'
  | 'replayed';

/** A delivery that was refused: answer with `status`, and do nothing else with it. */
export class WebhookError extends IntegrationError {
  override readonly name = 'WebhookError';
  /** Why. */
  declare readonly refusal: WebhookRefusal;

  constructor(refusal: WebhookRefusal) {
    const { says, status, code } = refusals[refusal];
    super(`webhook refused: ${says}`, { code, status, reason: refusal, retryable: false });
    Object.defineProperty(this, 'refusal', { value: refusal, enumerable: true });
  }
}

const refusals = {
  no_secret: { says: 'no secret is configured', status: 401, code: 'failed_precondition' },
  no_signature: { says: 'the signature is missing', status: 401, code: 'unauthenticated' },
  malformed_signature: { says: 'the signature is malformed', status: 401, code: 'unauthenticated' },
  wrong_signature: { says: 'the signature is wrong', status: 401, code: 'unauthenticated' },
  no_timestamp: { says: 'the time is missing or malformed', status: 400, code: 'invalid_argument' },
  outside_time_window: { says: 'its time is too far from ours', status: 401, code: 'unauthenticated' },
  no_id: { says: 'the id is missing or malformed', status: 400, code: 'invalid_argument' },
  replayed: { says: 'it was accepted before', status: 409, code: 'already_exists' },
} as const;

/** Headers as the server got them: names in any case. Several values are an array. */
export type WebhookHeaders =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A delivery as it came. */
export interface WebhookDelivery {
  /** The body's bytes, untouched. */
  readonly body: Uint8Array;
  readonly headers: WebhookHeaders;
}

/** A delivery that passed. */
export interface VerifiedWebhook {
  /** The vendor's id of the delivery, where the scheme has one. */
  readonly id: string | undefined;
  /** When it was signed, milliseconds since 1970, where the scheme says so. */
  readonly signedAt: number | undefined;
  /** The same bytes, now to be trusted. */
  readonly body: Uint8Array;
}

/** Checks deliveries of one endpoint. @throws WebhookError */
export type VerifyWebhook = (delivery: WebhookDelivery) => Promise<VerifiedWebhook>;

/** What all schemes share. */
export interface WebhookSettings {
  /** The present secret, and those that are being rotated out or in. Empty: everything is refused. */
  readonly secrets: readonly (Secret | string)[];
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Remembers accepted ids. Absent: a delivery may be accepted twice. */
  readonly replays?: StateStore | undefined;
}
