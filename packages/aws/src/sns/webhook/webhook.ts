/**
 * Messages that SNS posts to HTTP subscribers.
 *
 * They are not signed with a shared secret but with SNS's own RSA key, whose certificate the message names. Whoever can make us
 * believe in another certificate can sign anything, so a delivery is accepted when
 *
 * 1. its body is a document of SNS of one of three types, and its topic is one that the application expects: anybody may own
 *    a topic and subscribe anybody's endpoint to it, with a good signature;
 * 2. the certificate's URL is that of SNS in the topic's own region, over https; it is fetched through egress control, without
 *    redirects, and kept for a day;
 * 3. the certificate is good now, and the signature over the string to sign (`message.ts`) is good under its RSA key: SHA-1
 *    for `SignatureVersion` 1, which is AWS's default, SHA-256 for 2;
 * 4. its time lies within the tolerance of our clock. SNS tries a delivery again for up to an hour under the time at which it
 *    was published, so the past is given an hour more;
 * 5. where a replay store is given: its id was not accepted before. SNS delivers at least once, so a repetition is
 *    ordinary: answer it with success.
 *
 * @see {@link https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html | Verifying the signatures of Amazon SNS messages}
 * @see {@link https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html | Message delivery retries}
 */
import { verify, type X509Certificate } from 'node:crypto';
import { type Clock, IntegrationError, type StateStore, systemClock } from '@im/core';
import {
  sharedTransport,
  type Transport,
  type VerifiedWebhook,
  type WebhookDelivery,
  WebhookError,
} from '@im/http';
import { createCertificates, hostOf } from './certificates.ts';
import { parseMessage, type SnsMessage, stringToSign, toMessage, type WireMessage } from './message.ts';

/** Options of {@link snsWebhook}. */
export interface SnsWebhookSettings {
  /** Topics whose messages are accepted, by their ARNs; they also say in which regions a certificate may lie. */
  readonly topicArns: readonly string[];
  /** Least hash of a signature. Default `1`, which takes both; `2` refuses SHA-1. */
  readonly leastSignatureVersion?: '1' | '2' | undefined;
  /** How old a message may be, in seconds. Default 3,900: an hour of tries, and five minutes. */
  readonly toleranceSeconds?: number | undefined;
  /** How far ahead of our clock its time may be, in seconds. Default 300. */
  readonly futureSeconds?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Remembers accepted ids. Absent: a delivery may be accepted twice. */
  readonly replays?: StateStore | undefined;
  /** How the certificate is fetched. Default: the connections of all of @im/aws. */
  readonly transport?: Transport | undefined;
  /** How long fetching a certificate may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** A delivery that passed. Trust `message`, except what it calls unsigned; `body` has unsigned fields too. */
export interface VerifiedSnsMessage extends VerifiedWebhook {
  readonly id: string;
  readonly signedAt: number;
  readonly message: SnsMessage;
}

const hashes: Readonly<Record<string, string | undefined>> = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' };

/**
 * A verifier of SNS's HTTP messages; it also is a `VerifyWebhook` of `@im/http`. Raw deliveries are not signed and refused.
 *
 * @throws TypeError when no topic is given, or what is given is none; the verifier: `WebhookError` for what is refused,
 * `IntegrationError` `permission_denied` for another topic, `unavailable` when the certificate cannot be had
 */
export function snsWebhook(
  settings: SnsWebhookSettings,
): (delivery: WebhookDelivery) => Promise<VerifiedSnsMessage> {
  const {
    clock = systemClock,
    toleranceSeconds = 3_900,
    futureSeconds = 300,
    leastSignatureVersion = '1',
    transport = sharedTransport,
    timeoutMs = 10_000,
    replays,
  } = settings;
  const topics = new Set(settings.topicArns);
  if (topics.size === 0) throw new TypeError('snsWebhook needs the ARN of at least one topic');
  for (const arn of topics)
    if (!/^arn:[\w-]+:sns:/.test(arn) || hostOf(arn) === undefined)
      throw new TypeError(`snsWebhook: ${JSON.stringify(arn)} is no ARN of a topic`);
  const certificates = createCertificates({ transport, clock, timeoutMs });

  return async ({ body }) => {
    const wire = parseMessage(body);
    if (!topics.has(wire.TopicArn)) throw unexpectedTopic();
    const hash = hashes[wire.SignatureVersion];
    if (hash === undefined || wire.SignatureVersion < leastSignatureVersion)
      throw new WebhookError('malformed_signature');
    const signature = decodeSignature(wire.Signature);
    const certificate = await certificates.at(wire.SigningCertURL, wire.TopicArn);
    const isGood = isCurrent(certificate, clock.now());
    if (!isGood || !verify(hash, Buffer.from(stringToSign(wire)), certificate.publicKey, signature))
      throw new WebhookError('wrong_signature');
    const message = toMessage(wire);
    checkSubscribeUrl(wire);
    const ageMs = clock.now() - message.publishedAt;
    if (ageMs > toleranceSeconds * 1_000 || ageMs < -futureSeconds * 1_000)
      throw new WebhookError('outside_time_window');
    await once(replays, message.id, (toleranceSeconds + futureSeconds) * 1_000);
    return { id: message.id, signedAt: message.publishedAt, body, message };
  };
}

/** Whether it may be used now, and for RSA. */
function isCurrent({ validFrom, validTo, publicKey }: X509Certificate, now: number): boolean {
  return publicKey.asymmetricKeyType === 'rsa' && Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** It may be signed well, by SNS, for somebody who owns another topic. */
function unexpectedTopic(): IntegrationError {
  return new IntegrationError('webhook refused: its topic is not expected here', {
    code: 'permission_denied',
    status: 403,
    reason: 'unexpected_topic',
  });
}

/** Strictly: Node skips what it does not know, and would take many spellings for one signature. */
function decodeSignature(text: string): Buffer {
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text) || text === '')
    throw new WebhookError('malformed_signature');
  return Buffer.from(text, 'base64');
}

/** It is signed; but an application may open it, and only SNS is to be opened. */
function checkSubscribeUrl(wire: WireMessage): void {
  if (wire.Type === 'Notification') return;
  const { SubscribeURL: url, TopicArn } = wire;
  const isOfSns = URL.canParse(url) && new URL(url).origin === `https://${hostOf(TopicArn)}`;
  if (!isOfSns) throw new WebhookError('malformed_signature');
}

async function once(replays: StateStore | undefined, id: string, ttlMs: number): Promise<void> {
  const written = await replays?.compareAndSet(`webhook/${id}`, undefined, '1', { ttlMs });
  if (replays !== undefined && written === undefined) throw new WebhookError('replayed');
}
