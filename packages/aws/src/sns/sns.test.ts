import { inspect } from 'node:util';
import { createIntegration } from '@im/core';
import { startFauxqs } from '@im/testing/peers';
import { describeIntegration, describePeer } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { sqs } from '../sqs/sqs.ts';
import { sns } from './sns.ts';
import { harness, type SnsFake, sampleNames, startFake } from './testing.ts';

describeIntegration(sns, harness);

type Setup = Parameters<typeof connect<typeof sns, SnsFake>>[2];
const open = (setup: Setup = {}) => connect(sns, startFake, setup);
const { arn } = sampleNames();
const [orders, payments] = [arn('orders'), arn('payments.fifo')];

describe('a notification', () => {
  it('arrives as it was published, with its attributes', async () => {
    await using one = await open();
    const attributes = { kind: 'order', weight: 2.5, seal: Uint8Array.of(0, 255) };
    const notification = { message: 'grüße & <xml>', subject: 'Hi', attributes };
    const { id } = await one.done(one.client.publish(orders, notification));
    expect(one.fake.topic('orders').notifications).toMatchObject([
      {
        id,
        message: 'grüße & <xml>',
        subject: 'Hi',
        attributes: {
          kind: { type: 'String', value: 'order' },
          weight: { type: 'Number', value: '2.5' },
          seal: { type: 'Binary', value: 'AP8=' },
        },
      },
    ]);
  });

  it('reaches each kind of subscriber in its own words', async () => {
    await using one = await open();
    await one.done(one.client.publish(orders, { message: { default: 'all', sms: 'short' } }));
    const got = one.fake.deliveries.map(({ protocol, body }) => [protocol, body]);
    expect(got).toEqual([
      ['sqs', 'all'],
      ['sqs', 'all'],
      ['sms', 'short'],
    ]);
  });

  it('reaches those whose filter it passes', async () => {
    await using one = await open();
    const filterPolicy = { kind: ['order', { prefix: 'return-' }], weight: [{ numeric: ['>', 0, '<=', 5] }] };
    const endpoint = 'arn:aws:sqs:us-east-1:111122223333:filtered';
    await one.done(one.client.subscribe(orders, { protocol: 'sqs', endpoint }, { filterPolicy }));
    const publish = (message: string, attributes: Record<string, string | number>) =>
      one.done(one.client.publish(orders, { message, attributes }));
    await publish('fits', { kind: 'order', weight: 5 });
    await publish('fits too', { kind: 'return-1', weight: 1 });
    await publish('is too heavy', { kind: 'order', weight: 6 });
    await publish('has no weight', { kind: 'order' });
    const got = one.fake.deliveries.filter((delivery) => delivery.endpoint === endpoint);
    expect(got.map(({ body }) => body)).toEqual(['fits', 'fits too']);
  });

  it('to a FIFO topic is published once for one key, however often its answer is lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 3 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' }, times: 2 });
    const sent = await one.done(one.client.publishFifo(payments, { message: 'paid', groupId: 'a' }));
    const { notifications } = one.fake.topic('payments.fifo');
    expect(notifications).toMatchObject([{ id: sent.id, groupId: 'a', sequenceNumber: sent.sequenceNumber }]);
  });

  it('to a FIFO topic is another one for the same key after five minutes', async () => {
    await using one = await open();
    const publish = () =>
      one.done(
        one.client.publishFifo(payments, { message: 'paid', groupId: 'a' }, { idempotencyKey: 'key-1' }),
      );
    const first = await publish();
    expect((await publish()).id).toBe(first.id);
    await one.clock.advance(300_000);
    expect((await publish()).id).not.toBe(first.id);
  });

  it('to a phone says who sends it and what it may cost', async () => {
    await using one = await open();
    await one.done(one.client.sendSms('+46701740605', 'hello', { senderId: 'Shop', maxPriceUsd: 0.05 }));
    expect(one.fake.deliveries).toMatchObject([{ protocol: 'sms', endpoint: '+46701740605', body: 'hello' }]);
    const form = new URLSearchParams(Buffer.from(one.fake.exchanges[0]?.requestBody ?? '').toString());
    expect(
      [...form].filter(([name]) => name.startsWith('MessageAttributes.entry.2')).map(([, v]) => v),
    ).toEqual(['AWS.SNS.SMS.MaxPrice', 'Number', '0.05']);
  });
});

describe('a batch', () => {
  it('has a result for each entry, in their order', async () => {
    await using one = await open();
    const results = await one.done(
      one.client.publishBatch(orders, [
        { message: 'good' },
        { message: 'bad', attributes: { empty: '' } },
        { message: 'also good' },
      ]),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ code: 'invalid_argument', reason: 'ParameterValueInvalid' });
    expect(one.fake.topic('orders').notifications).toHaveLength(2);
  });

  it('to a FIFO topic is published once for one key', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 3 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' }, times: 2 });
    const batch = ['a', 'b'].map((message) => ({ message, groupId: 'g' }));
    await one.done(one.client.publishFifoBatch(payments, batch));
    expect(one.fake.topic('payments.fifo').notifications.map(({ message }) => message)).toEqual(['a', 'b']);
  });

  it('that was cut short is an error: nobody knows what became of the rest', async () => {
    await using one = await open();
    const body =
      '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful/></PublishBatchResult></PublishBatchResponse>';
    const headers = { 'content-type': 'text/xml' };
    one.fake.inject({ fault: { kind: 'status', status: 200, headers, body } });
    const error = await one.failure(one.client.publishBatch(orders, [{ message: 'x' }]));
    expect(error).toMatchObject({ code: 'internal', reason: 'unexpected_body', effect: 'unknown' });
  });
});

describe('topics', () => {
  it('show their settings', async () => {
    await using one = await open();
    const settings = { contentBasedDeduplication: true, throughputScope: 'MessageGroup' } as const;
    const topic = await one.done(one.client.createTopic('fresh.fifo', { settings }));
    await one.done(one.client.setTopicSettings(topic, { displayName: 'Fresh', signatureVersion: '2' }));
    expect(await one.done(one.client.getTopic(topic))).toMatchObject({
      ...settings,
      isFifo: true,
      displayName: 'Fresh',
      signatureVersion: '2',
      confirmed: 0,
    });
  });

  it('are the same for the same name and settings, and refused with others', async () => {
    await using one = await open();
    const create = (displayName: string) => one.client.createTopic('fresh', { settings: { displayName } });
    expect(await one.done(create('a'))).toBe(await one.done(create('a')));
    expect(await one.failure(create('b'))).toMatchObject({ code: 'invalid_argument' });
  });

  it('come a hundred at once, all of them once', async () => {
    await using one = await open();
    for (let number = 1; number <= 200; number += 1) await one.client.createTopic(`topic-${number}`);
    one.fake.forget();
    const all = await one.done(one.client.listTopics().toArray());
    expect([all.length, new Set(all).size, one.fake.exchanges.length]).toEqual([204, 204, 3]);
  });

  it('that are gone, or another account’s, are refused with what to do', async () => {
    await using one = await open();
    await one.done(one.client.deleteTopic(arn('obsolete')));
    const gone = await one.failure(one.client.publish(arn('obsolete'), { message: 'x' }));
    expect(gone).toMatchObject({ code: 'not_found', reason: 'NotFoundException', effect: 'none' });
    expect(gone.message).toBe(
      'aws-sns.publish: there is no such topic or subscription in this account and region; check its ARN and the region',
    );
    one.fake.options('tenant_b');
    const theirs = one.fake.topic('orders', 'tenant_b').arn;
    expect(await one.failure(one.client.publish(theirs, { message: 'x' }))).toMatchObject({
      code: 'permission_denied',
      status: 403,
    });
    // Deleting twice leaves the same result.
    await one.done(one.client.deleteTopic(arn('obsolete')));
  });
});

describe('subscriptions', () => {
  it('show their settings', async () => {
    await using one = await open();
    const settings = {
      rawDelivery: true,
      deadLetterQueueArn: 'arn:aws:sqs:us-east-1:111122223333:dead',
      filterPolicy: { kind: ['order'] },
      filterScope: 'MessageBody',
    } as const;
    const endpoint = 'arn:aws:sqs:us-east-1:111122223333:new';
    const made = await one.done(one.client.subscribe(orders, { protocol: 'sqs', endpoint }, settings));
    const found = await one.done(one.client.getSubscription(made));
    expect(found).toMatchObject({ ...settings, topicArn: orders, isPending: false });
    await one.done(one.client.setSubscriptionSettings(made, { rawDelivery: false }));
    expect(await one.done(one.client.getSubscription(made))).toMatchObject({ rawDelivery: false });
  });

  it('of an HTTP endpoint wait for its token', async () => {
    await using one = await open();
    const endpoint = 'https://shop.example/sns';
    const made = await one.done(one.client.subscribe(orders, { protocol: 'https', endpoint }));
    expect((await one.done(one.client.getSubscription(made))).isPending).toBe(true);
    const listed = await one.done(one.client.listTopicSubscriptions(orders).toArray());
    expect(listed.at(-1)).toMatchObject({ endpoint, arn: undefined });
    expect(await one.failure(one.client.confirmSubscription(orders, 'wrong'))).toMatchObject({
      code: 'invalid_argument',
    });
    const { Token } = JSON.parse(one.fake.deliveries.at(-1)?.body ?? '{}') as { readonly Token: string };
    const options = { onlyOwnerMayEnd: true };
    expect(await one.done(one.client.confirmSubscription(orders, Token, options))).toBe(made);
    expect(await one.done(one.client.getTopic(orders))).toMatchObject({ confirmed: 4, pending: 1 });
    expect(await one.done(one.client.getSubscription(made))).toMatchObject({ confirmedByOwner: true });
    await one.done(one.client.unsubscribe(made));
    expect(await one.failure(one.client.getSubscription(made))).toMatchObject({ code: 'not_found' });
  });

  it('can be ended twice by one call whose first answer was lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 2 } } });
    const { arn: ended } = sampleNames().subscription(0);
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.client.unsubscribe(ended));
    expect(await one.failure(one.client.unsubscribe(ended))).toMatchObject({ code: 'not_found' });
  });

  it('with a filter that AWS does not know are refused', async () => {
    await using one = await open();
    const subscriber = { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:111122223333:x' } as const;
    const filterPolicy = { kind: [{ likes: 'x' }] };
    expect(await one.failure(one.client.subscribe(orders, subscriber, { filterPolicy }))).toMatchObject({
      code: 'invalid_argument',
      reason: 'InvalidParameterException',
    });
  });
});

describe('an answer that is not what was promised', () => {
  const xml = (inside: string) =>
    `<ListTopicsResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${inside}</ListTopicsResponse>`;

  it.each([
    ['a web page', 'text/html', '<html><p>body-of-a-proxy</p></html>'],
    ['XML that ends early', 'text/xml', '<ListTopicsResponse><body-of-a-proxy><ListTop'],
    ['XML of something else', 'text/xml', xml('<Other>body-of-a-proxy</Other>')],
    ['nothing at all', 'text/xml', ''],
  ])('is a typed error when it is %s, and is not printed', async (_what, type, body) => {
    await using one = await open();
    const headers = { 'content-type': type };
    for (const call of [
      () => one.client.listTopics().toArray(),
      () => one.client.listTopicSubscriptions(orders).toArray(),
      () => one.client.getTopic(orders),
      () => one.client.listTopicTags(orders),
    ]) {
      one.fake.inject({ fault: { kind: 'status', status: 200, headers, body } });
      const error = await one.failure(call());
      expect(error.code).toBe('internal');
      expect(inspect(error)).not.toContain('body-of-a-proxy');
    }
  });

  it('but has more than that is a good one', async () => {
    await using one = await open();
    const topics = `<Topics><member><TopicArn>${orders}</TopicArn><Colour>red</Colour></member></Topics>`;
    const body = xml(`<ListTopicsResult>${topics}<News><a>1</a></News></ListTopicsResult>`);
    const headers = { 'content-type': 'text/xml' };
    one.fake.inject({ fault: { kind: 'status', status: 200, headers, body } });
    expect(await one.done(one.client.listTopics().toArray())).toEqual([orders]);
  });
});

describe('bad input', () => {
  it('is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const subscriber = { protocol: 'https', endpoint: 'http://shop.example' } as const;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.publish('orders', { message: 'x' }),
      () => client.publish(payments, { message: 'x' }),
      () => client.publish(orders, { message: '' }),
      () => client.publish(orders, { message: 'é'.repeat(131_073) }),
      () => client.publish(orders, { message: 'x'.repeat(262_140), attributes: { name: 'value' } }),
      () => client.publish(orders, { message: 'x', subject: 'two\nlines' }),
      () => client.publish(orders, { message: 'x', subject: 'x'.repeat(100) }),
      () => client.publishFifo(orders, { message: 'x', groupId: 'a' }),
      () => client.publishFifo(payments, { message: 'x', groupId: '' }),
      () => client.publishFifo(payments, { message: 'x', groupId: 'a' }, { idempotencyKey: 'x'.repeat(129) }),
      () => client.publishBatch(orders, []),
      () =>
        client.publishBatch(
          orders,
          ['a', 'b'].map((one) => ({ message: one.repeat(131_073) })),
        ),
      () => client.sendSms('0701740605', 'x'),
      () => client.sendSms('+46701740605', 'x'.repeat(1_601)),
      () => client.sendSms('+46701740605', 'x', { senderId: '12' }),
      () => client.createTopic('with space'),
      () => client.createTopic(`${'x'.repeat(252)}.fifo`),
      () => client.setTopicSettings(orders, {}),
      () => client.subscribe(orders, subscriber),
      () => client.confirmSubscription(orders, ''),
      () => client.getSubscription(orders),
      () => client.unsubscribe('PendingConfirmation'),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});

describe('native()', () => {
  it('is the SDK client, with this integration’s credentials, endpoint and transport', async () => {
    await using one = await open();
    const { ListTopicsCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const native = one.client.native();
    expect(native).toBeInstanceOf(SNSClient);
    expect((await one.done(native.send(new ListTopicsCommand({})))).Topics).toHaveLength(4);
  });
});

describePeer('SNS of fauxqs', 'fauxqs', () => {
  it('takes the same calls, and delivers to its queues', async () => {
    await using peer = await startFauxqs();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const options = { region: 'us-east-1', endpoint: peer.url, credentials };
    await using topics = createIntegration(sns, { options });
    await using queues = createIntegration(sqs, { options });
    await queues.createQueue('peer');
    const { arn: endpoint } = await queues.getQueue('peer');
    const topic = await topics.createTopic('peer', { tags: { a: 'b' } });
    expect(await topics.listTopicTags(topic)).toEqual({ a: 'b' });
    const settings = { rawDelivery: true, filterPolicy: { kind: ['order'] } };
    const subscription = await topics.subscribe(topic, { protocol: 'sqs', endpoint }, settings);
    expect(await topics.getSubscription(subscription)).toMatchObject({ ...settings, topicArn: topic });
    await topics.publish(topic, { message: 'not this', attributes: { kind: 'other' } });
    const batch = [{ message: 'this', attributes: { kind: 'order' } }];
    expect(await topics.publishBatch(topic, batch)).toMatchObject([{ ok: true }]);
    expect(await queues.receive('peer', { waitSeconds: 1 })).toMatchObject([{ body: 'this' }]);
    expect(await topics.listTopicSubscriptions(topic).toArray()).toMatchObject([{ arn: subscription }]);
    await topics.unsubscribe(subscription);
    await topics.deleteTopic(topic);
    expect(await topics.listTopics().toArray()).toEqual([]);
    await expect(topics.publish(topic, { message: 'x' })).rejects.toMatchObject({ code: 'not_found' });

    await queues.createQueue('peer.fifo');
    const fifo = await topics.createTopic('peer.fifo');
    const { arn: fifoQueue } = await queues.getQueue('peer.fifo');
    await topics.subscribe(fifo, { protocol: 'sqs', endpoint: fifoQueue }, { rawDelivery: true });
    for (let round = 1; round <= 2; round += 1)
      await topics.publishFifo(fifo, { message: 'once', groupId: 'g' }, { idempotencyKey: 'k' });
    expect(await queues.receiveFifo('peer.fifo', { waitSeconds: 1 })).toMatchObject([
      { body: 'once', groupId: 'g' },
    ]);
  });
});
