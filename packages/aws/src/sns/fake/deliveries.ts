/** What the fake sends to subscribers: over HTTP as SNS does, signed; to all others the message alone. */
import { sign } from 'node:crypto';
import { stringToSign } from '../webhook/message.ts';
import type { FakeSigner } from './certificate.ts';
import { type FilterValues, passes } from './filter.ts';
import type { FakeSubscription, FakeTopic, StoredNotification } from './state.ts';

/** One delivery, ready to be posted. */
export interface FakeDelivery {
  readonly protocol: string;
  readonly endpoint: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Address of the certificate in a region. */
export function certificateUrl(region: string): string {
  return `https://sns.${region}.amazonaws.com/SimpleNotificationService-${'0f'.repeat(16)}.pem`;
}

/** The delivery of a notification; `undefined` when the subscription is not confirmed or does not want it. */
export function notificationFor(
  subscription: FakeSubscription,
  notification: StoredNotification,
  topic: FakeTopic,
  signer: () => FakeSigner,
): FakeDelivery | undefined {
  const { protocol, attributes } = subscription;
  if (subscription.isPending || !isWanted(subscription, notification)) return undefined;
  const message = notification.byProtocol[protocol] ?? notification.message;
  const isRaw = attributes.get('RawMessageDelivery') === 'true';
  if (isRaw || !/^https?$/.test(protocol)) return plain(subscription, message, isRaw);
  const region = regionOf(topic);
  return signed(
    subscription,
    {
      Type: 'Notification',
      MessageId: notification.id,
      TopicArn: topic.arn,
      ...(notification.subject !== undefined && { Subject: notification.subject }),
      Message: message,
      Timestamp: new Date(notification.at).toISOString(),
      UnsubscribeURL: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
      ...(Object.keys(notification.attributes).length > 0 && {
        MessageAttributes: Object.fromEntries(
          Object.entries(notification.attributes).map(([name, { type, value }]) => [
            name,
            { Type: type, Value: value },
          ]),
        ),
      }),
    },
    topic,
    signer,
  );
}

/** Asks for a confirmation, or tells that the subscription ended. */
export function confirmationFor(
  type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  subscription: FakeSubscription,
  topic: FakeTopic,
  at: number,
  signer: () => FakeSigner,
): FakeDelivery {
  const { arn, token } = subscription;
  const asks = type === 'SubscriptionConfirmation';
  const says = asks
    ? `You have chosen to subscribe to the topic ${topic.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
    : `You have chosen to deactivate subscription ${arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
  return signed(
    subscription,
    {
      Type: type,
      MessageId: `${arn.split(':').at(-1)}-${asks ? 's' : 'u'}`,
      Token: token,
      TopicArn: topic.arn,
      Message: says,
      SubscribeURL: `https://sns.${regionOf(topic)}.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic.arn}&Token=${token}`,
      Timestamp: new Date(at).toISOString(),
    },
    topic,
    signer,
  );
}

function signed(
  { protocol, endpoint, arn }: FakeSubscription,
  content: Readonly<Record<string, unknown>>,
  topic: FakeTopic,
  signer: () => FakeSigner,
): FakeDelivery {
  const version = topic.attributes.get('SignatureVersion') ?? '1';
  const hash = version === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  const body = {
    ...content,
    SignatureVersion: version,
    Signature: sign(hash, Buffer.from(stringToSign(content)), signer().privateKey).toString('base64'),
    SigningCertURL: certificateUrl(regionOf(topic)),
  };
  return {
    protocol,
    endpoint,
    body: JSON.stringify(body, undefined, 2),
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': String(content.Type),
      'x-amz-sns-message-id': String(content.MessageId),
      'x-amz-sns-topic-arn': topic.arn,
      ...(content.Type === 'Notification' && { 'x-amz-sns-subscription-arn': arn }),
    },
  };
}

function plain({ protocol, endpoint }: FakeSubscription, body: string, isRaw: boolean): FakeDelivery {
  return { protocol, endpoint, body, headers: isRaw ? { 'x-amz-sns-rawdelivery': 'true' } : {} };
}

function isWanted({ attributes }: FakeSubscription, notification: StoredNotification): boolean {
  const policy = attributes.get('FilterPolicy');
  if (policy === undefined || policy === '') return true;
  const ofBody = attributes.get('FilterPolicyScope') === 'MessageBody';
  return passes(policy, ofBody ? bodyValues(notification.message) : attributeValues(notification));
}

function attributeValues({ attributes }: StoredNotification): FilterValues {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => {
      if (type === 'String.Array') return [name, JSON.parse(value) as readonly unknown[]];
      return [name, [type.startsWith('Number') ? Number(value) : value]];
    }),
  );
}

function bodyValues(message: string): FilterValues {
  let body: unknown;
  try {
    body = JSON.parse(message);
  } catch {
    // SNS gives what is no JSON to nobody who filters by the body.
    return {};
  }
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value as unknown[]) : [value],
    ]),
  );
}

function regionOf({ arn }: FakeTopic): string {
  return arn.split(':')[3] ?? '';
}
