/**
 * The JSON documents that SNS posts to HTTP subscribers, and what of them is signed.
 *
 * The string to sign is the signed fields in the order of their names, each as its name, a line feed, its value, a line feed:
 *
 * | `Type` | fields |
 * |---|---|
 * | `Notification` | Message, MessageId, Subject (if it is there), Timestamp, TopicArn, Type |
 * | `SubscriptionConfirmation`, `UnsubscribeConfirmation` | Message, MessageId, SubscribeURL, Timestamp, Token, TopicArn, Type |
 *
 * Since a value is not told from a name in it, only `Message` may have line feeds: else the subject of one document could be
 * passed off as part of another field.
 *
 * @see {@link https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html | Verifying the signature}
 */
import { WebhookError } from '@im/http';
import { z } from 'zod';

/** What is not signed, so that anybody on the way could have changed it. */
export interface UnsignedFields {
  /** Attributes that were published beside the message. */
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
  /** Ends the subscription when it is opened. */
  readonly unsubscribeUrl?: string | undefined;
}

/** Something that was published. */
export interface SnsNotification {
  readonly type: 'Notification';
  /** The same in every delivery of it. */
  readonly id: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string | undefined;
  /** When it was published, milliseconds since 1970. */
  readonly publishedAt: number;
  readonly unsigned: UnsignedFields;
}

/** SNS asks whether a subscription is wanted, or tells that it ended and may be had back. */
export interface SnsConfirmation {
  readonly type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly id: string;
  readonly topicArn: string;
  /** Words for people. */
  readonly message: string;
  /** For `confirmSubscription(topicArn, token)`. */
  readonly token: string;
  /** Confirms when it is opened, for whoever has no credentials. */
  readonly subscribeUrl: string;
  readonly publishedAt: number;
}

/** What SNS posts. */
export type SnsMessage = SnsNotification | SnsConfirmation;

/** No line feed, and of a bearable length. */
const line = z.string().regex(/^[^\r\n]{1,2048}$/);
const common = {
  MessageId: z.string().regex(/^[\w-]{1,100}$/),
  TopicArn: z.string().regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]{1,256}$/),
  Message: z.string(),
  Timestamp: z.iso.datetime({ precision: 3 }),
  SignatureVersion: z.string(),
  Signature: z.string(),
  SigningCertURL: line,
};
const attribute = z.object({ Type: z.string(), Value: z.string() });
const confirmation = {
  ...common,
  Token: z.string().regex(/^[\w-]{1,2048}$/),
  SubscribeURL: line,
};
const wireMessage = z.discriminatedUnion('Type', [
  z.object({
    ...common,
    Type: z.literal('Notification'),
    Subject: z
      .string()
      .regex(/^[^\r\n]*$/)
      .nullish(),
    UnsubscribeURL: line.nullish(),
    MessageAttributes: z.record(z.string(), attribute).nullish(),
  }),
  z.object({ ...confirmation, Type: z.literal('SubscriptionConfirmation') }),
  z.object({ ...confirmation, Type: z.literal('UnsubscribeConfirmation') }),
]);

/** As it came, checked for its form alone. */
export type WireMessage = z.output<typeof wireMessage>;

/** Most bytes of a body: 256 KiB of message may be six times as long in JSON. */
const mostBytes = 2 * 1024 * 1024;

/** @throws `WebhookError` `malformed_signature` for what SNS does not post; a raw delivery is one such thing */
export function parseMessage(body: Uint8Array): WireMessage {
  if (body.byteLength > mostBytes) throw new WebhookError('malformed_signature');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw Object.assign(new WebhookError('malformed_signature'), { cause });
  }
  if (typeof value !== 'object' || value === null || !('Signature' in value))
    throw new WebhookError('no_signature');
  const parsed = wireMessage.safeParse(value);
  if (!parsed.success) throw new WebhookError('malformed_signature');
  return parsed.data;
}

const signedFields = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
} as const;

/** What the signature is over. */
export function stringToSign(message: Readonly<Record<string, unknown>>): string {
  const names =
    message.Type === 'Notification' ? signedFields.Notification : signedFields.SubscriptionConfirmation;
  return names
    .filter((name) => message[name] !== undefined && message[name] !== null)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
}

/** What the application gets, once the signature holds. */
export function toMessage(wire: WireMessage): SnsMessage {
  const common = {
    id: wire.MessageId,
    topicArn: wire.TopicArn,
    message: wire.Message,
    publishedAt: Date.parse(wire.Timestamp),
  };
  if (wire.Type !== 'Notification')
    return { type: wire.Type, ...common, token: wire.Token, subscribeUrl: wire.SubscribeURL };
  return {
    type: wire.Type,
    ...common,
    ...(typeof wire.Subject === 'string' && { subject: wire.Subject }),
    unsigned: {
      attributes: Object.fromEntries(
        Object.entries(wire.MessageAttributes ?? {}).map(([name, { Type, Value }]) => [
          name,
          { type: Type, value: Value },
        ]),
      ),
      ...(typeof wire.UnsubscribeURL === 'string' && { unsubscribeUrl: wire.UnsubscribeURL }),
    },
  };
}
