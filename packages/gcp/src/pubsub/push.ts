/**
 * Deliveries that Pub/Sub pushes to an endpoint of ours.
 *
 * They are not signed with a shared secret: each carries a token of a service account, `authorization: Bearer <JWT>`, which Google
 * signed for the audience that the subscription names. It is accepted when
 *
 * 1. the header is there, once, with a token by RS256 whose key is among Google's published keys;
 * 2. its signature holds, its issuer is Google's, and it is of this hour;
 * 3. `aud` is the audience that we expect: else a token for somebody else's endpoint would do;
 * 4. `email` is verified and is the service account of the subscription: else every account of Google's would do.
 *
 * The token says nothing of the body, which TLS alone protects; and one token serves several deliveries. So deliveries come twice, as all
 * of Pub/Sub's do: tell them apart by `messageId`.
 *
 * @see {@link https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions | Pub/Sub: Authentication for push subscriptions}
 */
import { type Clock, IntegrationError, loadOptional, systemClock } from '@im/core';
import { type VerifyWebhook, WebhookError, type WebhookHeaders } from '@im/http';
import { z } from 'zod';
import type { ReceivedMessage } from './model.ts';
import { createKeySource, type PushKeyClient } from './push-keys.ts';
import { wireMessage } from './wire.ts';

/** Options of {@link pushWebhook}. */
export interface PushWebhookSettings {
  /** What the subscription's `oidc.audience` says; the endpoint's URL where it says nothing. */
  readonly audience: string;
  /** The subscription's `oidc.serviceAccountEmail`. */
  readonly serviceAccountEmail: string;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Seconds by which clocks may differ. Default 60. */
  readonly toleranceSeconds?: number | undefined;
}

const issuers = ['https://accounts.google.com', 'accounts.google.com'];

/**
 * A verifier for the endpoint of one push subscription. Google's keys are fetched by `client` when they are first needed, and kept
 * for as long as Google says. Needs the package `jose`.
 *
 * It throws {@link WebhookError} for a delivery to refuse; another {@link IntegrationError} where the keys cannot be had: answer 503
 * then, and the vendor tries again.
 */
export function pushWebhook(client: PushKeyClient, settings: PushWebhookSettings): VerifyWebhook {
  const { audience, serviceAccountEmail, clock = systemClock, toleranceSeconds = 60 } = settings;
  const keys = createKeySource(client, clock);
  return async ({ body, headers }) => {
    const token = tokenIn(headers);
    const jose = await loadOptional('jose', 'verifying pushed messages', () => import('jose'));
    const key = await keys.find(keyIdOf(jose, token));
    if (key === undefined) throw new WebhookError('wrong_signature');
    const options = {
      algorithms: ['RS256'],
      issuer: issuers,
      audience,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'iat'],
    };
    const verified = await jose
      .jwtVerify(token, await jose.importJWK({ ...key }, 'RS256'), options)
      .catch((error: unknown) => {
        const isOld = error instanceof jose.errors.JWTExpired;
        throw new WebhookError(isOld ? 'outside_time_window' : 'wrong_signature');
      });
    const { email, email_verified: isVerified, iat } = verified.payload;
    if (email !== serviceAccountEmail || isVerified !== true) throw new WebhookError('wrong_signature');
    return { id: undefined, signedAt: iat === undefined ? undefined : iat * 1_000, body };
  };
}

/** Condition 1. */
function tokenIn(headers: WebhookHeaders): string {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const values = entries.flatMap(([name, value]) =>
    name.toLowerCase() === 'authorization' && value !== undefined ? value : [],
  );
  const [value] = values;
  if (value === undefined) throw new WebhookError('no_signature');
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(value) ?? [];
  if (values.length > 1 || token === undefined) throw new WebhookError('malformed_signature');
  return token;
}

/** @throws WebhookError for a header that names no key of RS256 */
function keyIdOf(jose: typeof import('jose'), token: string): string {
  let header: ReturnType<typeof jose.decodeProtectedHeader>;
  try {
    header = jose.decodeProtectedHeader(token);
  } catch {
    throw new WebhookError('malformed_signature');
  }
  if (header.alg === 'RS256' && typeof header.kid === 'string') return header.kid;
  throw new WebhookError('malformed_signature');
}

/** A message as it was pushed. It has no ack id: an answer of 2xx acknowledges it, any other gives it back. */
export interface PushedMessage extends Omit<ReceivedMessage, 'ackId'> {
  /** Whole name of the subscription. */
  readonly subscription: string;
}

const wirePushed = z.object({
  message: wireMessage,
  subscription: z.string(),
  deliveryAttempt: z.number().nullish(),
});

/**
 * The message in the body of a delivery that was verified.
 *
 * @see {@link https://cloud.google.com/pubsub/docs/push#receive_push | Pub/Sub: Receive push messages}
 * @throws {@link IntegrationError} `invalid_argument` for a body that is no message, such as one pushed without its wrapper
 */
export function readPush(body: Uint8Array): PushedMessage {
  const { data } = wirePushed.safeParse(jsonOf(body));
  if (data === undefined)
    throw new IntegrationError('the body is no message of Pub/Sub', {
      code: 'invalid_argument',
      remedy: 'have the subscription push with its wrapper',
    });
  const { message, subscription, deliveryAttempt } = data;
  return {
    subscription,
    messageId: message.messageId,
    data: message.data,
    attributes: message.attributes,
    orderingKey: message.orderingKey || undefined,
    publishedAt: message.publishTime,
    deliveryAttempt: deliveryAttempt ?? undefined,
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // Said by the caller: it is no message.
    return undefined;
  }
}
