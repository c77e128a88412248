import { memoryState } from '@im/core';
import type { Transport, VerifyWebhook, WebhookDelivery } from '@im/http';
import { createVirtualClock, deliverWebhooks } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { connect } from '../../common/__tests__/connect.ts';
import { sns } from '../sns.ts';
import { type FakeDelivery, type SnsFake, sampleNames, startFake } from '../testing.ts';
import { stringToSign } from './message.ts';
import { type SnsWebhookSettings, snsWebhook } from './webhook.ts';

const topicArn = sampleNames().arn('orders');
const endpoint = 'https://shop.example/sns';
const hourMs = 3_600_000;

/** A topic with a confirmed HTTP subscriber, and a verifier that counts how often a certificate is fetched. */
async function open(settings: Partial<SnsWebhookSettings> = {}) {
  const one = await connect<typeof sns, SnsFake>(sns, startFake);
  let fetched = 0;
  const transport: Transport = (request) => {
    fetched += 1;
    return one.fake.certificates(request);
  };
  await one.done(one.client.subscribe(topicArn, { protocol: 'https', endpoint }));
  const asked = toDelivery(one.fake.deliveries.at(-1));
  const subscription = one.fake.subscriptions('orders').at(-1);
  await one.done(one.client.confirmSubscription(topicArn, subscription?.token ?? ''));
  return {
    ...one,
    fake: one.fake,
    asked,
    subscription,
    verify: snsWebhook({ topicArns: [topicArn], clock: one.clock, transport, ...settings }),
    /** Publishes, and gives what SNS posts. */
    async post(notification: Parameters<typeof one.client.publish>[1]): Promise<WebhookDelivery> {
      await one.done(one.client.publish(topicArn, notification));
      return toDelivery(one.fake.deliveries.at(-1));
    },
    fetched: () => fetched,
    [Symbol.asyncDispose]: () => one[Symbol.asyncDispose](),
  };
}

function toDelivery(delivery: FakeDelivery | undefined): WebhookDelivery {
  if (delivery === undefined) throw new Error('the fake has delivered nothing');
  return { body: Buffer.from(delivery.body), headers: delivery.headers };
}

/** The same delivery with some of its members changed behind the signature. */
function changed({ body, headers }: WebhookDelivery, members: Readonly<Record<string, unknown>>) {
  const document = JSON.parse(Buffer.from(body).toString()) as Readonly<Record<string, unknown>>;
  return { headers, body: Buffer.from(JSON.stringify({ ...document, ...members })) };
}

const ordinary = { message: 'shipped\nto you ✓', subject: 'Hi' };

describe('a delivery of SNS', () => {
  it.each(['1', '2'] as const)('that is signed by version %s passes', async (signatureVersion) => {
    await using one = await open();
    await one.done(one.client.setTopicSettings(topicArn, { signatureVersion }));
    const delivery = await one.post({ ...ordinary, attributes: { kind: 'order' } });
    const passed = await one.verify(delivery);
    expect(passed).toMatchObject({ signedAt: one.clock.now(), body: delivery.body });
    expect(passed.message).toEqual({
      type: 'Notification',
      id: one.fake.topic('orders').notifications[0]?.id,
      topicArn,
      message: 'shipped\nto you ✓',
      subject: 'Hi',
      publishedAt: one.clock.now(),
      unsigned: {
        attributes: { kind: { type: 'String', value: 'order' } },
        unsubscribeUrl: `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${one.subscription?.arn}`,
      },
    });
  });

  it('that asks for a confirmation gives the token, and the one that tells of the end too', async () => {
    await using one = await open();
    const { token, arn = '' } = one.subscription ?? {};
    expect((await one.verify(one.asked)).message).toMatchObject({ type: 'SubscriptionConfirmation', token });
    await one.done(one.client.unsubscribe(arn));
    const ended = await one.verify(toDelivery(one.fake.deliveries.at(-1)));
    expect(ended.message).toMatchObject({ type: 'UnsubscribeConfirmation', token });
  });

  it('has its certificate fetched once, however many come at once, and again after a day', async () => {
    await using one = await open();
    const deliveries = [await one.post(ordinary), await one.post({ message: 'another' })];
    await Promise.all(deliveries.map(one.verify));
    expect(one.fetched()).toBe(1);
    await one.clock.advance(24 * hourMs);
    await one.verify(await one.post(ordinary));
    expect(one.fetched()).toBe(2);
  });

  it.each([
    ['its message was changed', { Message: 'another' }],
    ['its subject was taken out', { Subject: undefined }],
    ['its subject is part of the id before it', { Subject: undefined, MessageId: 'x\nSubject\nHi' }],
    ['its time was changed', { Timestamp: '2030-01-01T00:00:01.000Z' }],
    ['it says another version than it was signed by', { SignatureVersion: '2' }],
    ['it says a version that there is not', { SignatureVersion: '3' }],
    ['its signature is another', { Signature: 'AAAA' }],
    ['its signature is spelled otherwise', { Signature: 'AA AA' }],
    ['its signature is empty', { Signature: '' }],
    ['it says that it asks for a confirmation', { Type: 'SubscriptionConfirmation', Token: 'x' }],
  ])('is refused when %s', async (_what, members) => {
    await using one = await open();
    const delivery = await one.post(ordinary);
    const error: unknown = await one.verify(changed(delivery, members)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'WebhookError', status: 401 });
  });

  it.each([
    'https://evil.example/SimpleNotificationService-0123456789abcdef.pem',
    'http://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.us-east-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.us-east-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem',
    'https://user@sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.us-east-1.amazonaws.com/other.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-../x.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1',
    'https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem',
    '//sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'file:///SimpleNotificationService-0123456789abcdef.pem',
  ])('is refused with the certificate of %s, which is never fetched', async (SigningCertURL) => {
    await using one = await open();
    const delivery = changed(await one.post(ordinary), { SigningCertURL });
    await expect(one.verify(delivery)).rejects.toMatchObject({ refusal: 'malformed_signature' });
    expect(one.fetched()).toBe(0);
  });

  it('of another topic is refused, though SNS signed it well', async () => {
    await using one = await open();
    const verify = snsWebhook({
      topicArns: [sampleNames().arn('alarms')],
      clock: one.clock,
      transport: one.fake.certificates,
    });
    await expect(verify(await one.post(ordinary))).rejects.toMatchObject({
      code: 'permission_denied',
      status: 403,
      reason: 'unexpected_topic',
    });
  });

  it('that is raw, no JSON, not UTF-8, too large or has not all members, is refused', async () => {
    await using one = await open();
    const body = (bytes: Uint8Array) => one.verify({ body: bytes, headers: {} });
    await expect(body(Buffer.from('{"order":1}'))).rejects.toMatchObject({ refusal: 'no_signature' });
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.from('{"Signature": "\xff"}', 'latin1'),
      Buffer.alloc(2 * 1024 * 1024 + 1, 0x20),
    ])
      await expect(body(bytes)).rejects.toMatchObject({ refusal: 'malformed_signature' });
    const good = await one.post(ordinary);
    for (const name of ['SigningCertURL', 'MessageId', 'Timestamp', 'Type', 'SignatureVersion'])
      await expect(one.verify(changed(good, { [name]: undefined }))).rejects.toMatchObject({
        refusal: 'malformed_signature',
      });
    expect(one.fetched()).toBe(0);
  });

  it('by SHA-1 is refused where SHA-256 is demanded', async () => {
    await using one = await open({ leastSignatureVersion: '2' });
    await expect(one.verify(await one.post(ordinary))).rejects.toMatchObject({
      refusal: 'malformed_signature',
    });
    await one.done(one.client.setTopicSettings(topicArn, { signatureVersion: '2' }));
    expect((await one.verify(await one.post(ordinary))).message.message).toBe(ordinary.message);
  });

  it('is good for an hour of tries and five minutes, and five minutes before its time', async () => {
    await using one = await open();
    const delivery = await one.post(ordinary);
    await one.clock.advance(3_900_000);
    await one.verify(delivery);
    await one.clock.advance(1_000);
    await expect(one.verify(delivery)).rejects.toMatchObject({ refusal: 'outside_time_window' });
    const behind = { topicArns: [topicArn], transport: one.fake.certificates };
    const now = one.clock.now();
    const early = await one.post(ordinary);
    const at = (start: number) => snsWebhook({ ...behind, clock: createVirtualClock(start) })(early);
    await at(now - 300_000);
    await expect(at(now - 301_000)).rejects.toMatchObject({ refusal: 'outside_time_window' });
  });

  it('is accepted once where ids are remembered, in any order and however often it comes', async () => {
    await using one = await open();
    const verify = snsWebhook({
      topicArns: [topicArn],
      clock: one.clock,
      transport: one.fake.certificates,
      replays: memoryState(one.clock),
    });
    const posts = [await one.post(ordinary), await one.post({ message: 'another' })];
    const outcomes = await deliverWebhooks(
      posts,
      async ({ body, headers }) => {
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        return verify({ body: bytes, headers }).then(
          () => 200,
          ({ status }: { readonly status: number }) => status,
        );
      },
      {
        sign: (event) => event as { readonly body: Uint8Array; readonly headers: Record<string, string> },
        faults: { copies: 2, order: 'reverse' },
        clock: one.clock,
      },
    );
    expect(outcomes.map(({ status }) => status)).toEqual([200, 409, 200, 409]);
  });

  it('whose certificate has ended is refused', async () => {
    await using one = await open();
    const delivery = await one.post(ordinary);
    const afterItsEnd = createVirtualClock(Date.UTC(2050, 0, 1));
    const verify = snsWebhook({
      topicArns: [topicArn],
      clock: afterItsEnd,
      transport: one.fake.certificates,
      toleranceSeconds: 1e12,
    });
    await expect(verify(delivery)).rejects.toMatchObject({ refusal: 'wrong_signature' });
  });

  it('whose certificate cannot be had now is for later: SNS comes again', async () => {
    await using one = await open();
    let answer: Transport = () => Promise.reject(new Error('down'));
    const verify = snsWebhook({
      topicArns: [topicArn],
      clock: one.clock,
      transport: (request) => answer(request),
    });
    const delivery = await one.post(ordinary);
    const later = { code: 'unavailable', status: 503, reason: 'no_certificate', retryable: true };
    await expect(verify(delivery)).rejects.toMatchObject(later);
    answer = (request) => one.fake.certificates({ ...request, url: new URL('https://x.example/') });
    await expect(verify(delivery)).rejects.toMatchObject(later);
    answer = ({ signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await expect(one.done(verify(delivery))).rejects.toMatchObject(later);
    answer = one.fake.certificates;
    expect((await verify(delivery)).message.message).toBe(ordinary.message);
  });
});

describe('a verifier', () => {
  it('of no topic, or of what is none, is refused when it is made', () => {
    for (const topicArns of [[], ['orders'], ['arn:elsewhere:sns:us-east-1:111122223333:orders']])
      expect(() => snsWebhook({ topicArns })).toThrow(TypeError);
  });

  it('is one of @im/http’s', async () => {
    await using one = await open();
    const verify: VerifyWebhook = one.verify;
    const delivery = await one.post(ordinary);
    expect(await verify(delivery)).toMatchObject({ body: delivery.body });
  });
});

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html, step 6 */
describe('the string to sign is that of AWS’s documentation', () => {
  const common = {
    TopicArn: 'arn:aws:sns:us-east-2:123456789012:MyTopic',
    SignatureVersion: '1',
    SigningCertURL: 'https://sns.us-east-2.amazonaws.com/SimpleNotificationService-f3.pem',
  };

  it('for a notification, with a subject and without', () => {
    const notification = {
      ...common,
      Type: 'Notification',
      MessageId: '4d4dc071-ddbf-465d-bba8-08f81c89da64',
      Message: 'My Test Message',
      Timestamp: '2019-01-31T04:37:04.321Z',
      UnsubscribeURL: 'https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe',
    };
    const rest = [
      'Timestamp',
      '2019-01-31T04:37:04.321Z',
      'TopicArn',
      common.TopicArn,
      'Type',
      'Notification',
      '',
    ];
    const head = ['Message', 'My Test Message', 'MessageId', notification.MessageId];
    expect(stringToSign(notification)).toBe([...head, ...rest].join('\n'));
    expect(stringToSign({ ...notification, Subject: 'My subject' })).toBe(
      [...head, 'Subject', 'My subject', ...rest].join('\n'),
    );
  });

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('for a %s', (Type) => {
    const SubscribeURL = 'https://sns.us-east-2.amazonaws.com/?Action=ConfirmSubscription&Token=233';
    const message = {
      ...common,
      Type,
      MessageId: '3d891288-136d-417f-bc05-901c108273ee',
      Token: '233',
      Message: 'My Test Message',
      SubscribeURL,
      Timestamp: '2019-01-31T19:25:13.719Z',
    };
    expect(stringToSign(message)).toBe(
      `Message\nMy Test Message\nMessageId\n${message.MessageId}\nSubscribeURL\n${SubscribeURL}\nTimestamp\n${message.Timestamp}\nToken\n233\nTopicArn\n${common.TopicArn}\nType\n${Type}\n`,
    );
  });
});
