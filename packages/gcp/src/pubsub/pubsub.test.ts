import { createIntegration, provide, VendorError } from '@im/core';
import { type Transport, transportKey } from '@im/http';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { toPublishRequest } from './messages.ts';
import type { OutgoingMessage } from './model.ts';
import { pubsub } from './pubsub.ts';
import { fakeProject, harness, sampleNames, startFake } from './testing.ts';

describeIntegration(pubsub, harness);

const open = () => openBench(pubsub, startFake);
const { topic, worker, audit } = sampleNames;
const wholeTopic = `projects/${fakeProject}/topics/${topic}`;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('publishing', () => {
  test('messages arrive as they were sent, each with its id', async () => {
    await using bench = await open();
    const client = bench.client();
    const ids = await client.publish(wholeTopic, [
      { data: 'ünï', attributes: { kind: 'text', empty: '' } },
      { data: Uint8Array.of(0, 255, 128) },
      { attributes: { only: 'attributes' } },
    ]);
    const got = await client.pull(audit);
    expect(got.map(({ messageId }) => messageId)).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
    expect(got[0]).toMatchObject({ attributes: { kind: 'text', empty: '' }, orderingKey: undefined });
    expect(text(got[0]?.data ?? new Uint8Array())).toBe('ünï');
    expect([...(got[1]?.data ?? [])]).toEqual([0, 255, 128]);
    expect(got[2]).toMatchObject({ data: new Uint8Array(), attributes: { only: 'attributes' } });
    expect(got[0]?.publishedAt).toBe('2030-01-01T00:00:00.000000Z');
  });

  const manyAttributes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, '']));

  test.each([
    ['no message', []],
    ['1,001 messages', Array.from({ length: 1_001 }, () => ({ data: 'x' }))],
    ['an empty message', [{ data: 'x' }, {}]],
    ['empty data without attributes', [{ data: '' }]],
    ['101 attributes', [{ attributes: manyAttributes(101) }]],
    ['an attribute without a name', [{ attributes: { '': 'x' } }]],
    ['an attribute of Google’s', [{ attributes: { googclient: 'x' } }]],
    ['a long name of an attribute', [{ attributes: { ['ä'.repeat(129)]: 'x' } }]],
    ['a long value of an attribute', [{ attributes: { a: 'ä'.repeat(513) } }]],
    ['an attribute that is no text', [{ attributes: { a: 1 as unknown as string } }]],
    ['a long ordering key', [{ data: 'x', orderingKey: 'k'.repeat(1_025) }]],
    ['10 MB and a byte', [{ data: new Uint8Array(10_000_001) }]],
    ['10 MB and a byte in two', [{ data: new Uint8Array(5_000_000) }, { data: new Uint8Array(5_000_001) }]],
  ] as readonly (readonly [string, readonly OutgoingMessage[]])[])(
    '%s is refused before anything is sent',
    async (_, messages) => {
      await using bench = await open();
      expect(await bench.failure(bench.client().publish(topic, messages))).toMatchObject({
        code: 'invalid_argument',
        effect: 'none',
      });
      expect(bench.sent()).toEqual([]);
    },
  );

  test('the most of everything goes out', async () => {
    await using bench = await open();
    const client = bench.client();
    const attributes = { ...manyAttributes(99), ['ä'.repeat(128)]: 'ä'.repeat(512) };
    expect(await client.publish(topic, [{ attributes, orderingKey: 'k'.repeat(1_024) }])).toHaveLength(1);
    expect(toPublishRequest([{ data: new Uint8Array(10_000_000) }]).messages).toHaveLength(1);
    expect(
      await client.publish(
        topic,
        Array.from({ length: 1_000 }, () => ({ data: 'x' })),
      ),
    ).toHaveLength(1_000);
  });

  test('a topic that is not there says so by name', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().publish('nothing', [{ data: 'x' }]))).toMatchObject({
      code: 'not_found',
      effect: 'none',
      message: expect.stringMatching(/topics\/nothing.*check its name and the project/),
    });
  });

  test.each(['ab', '1abc', 'google-topic', 'a b c', 'x'.repeat(256), 'projects/p/topics/', 'a/b'])(
    'the name %j is refused before anything is sent',
    async (name) => {
      await using bench = await open();
      expect(await bench.failure(bench.client().getTopic(name))).toMatchObject({ code: 'invalid_argument' });
      expect(bench.sent()).toEqual([]);
    },
  );

  test('names with every character that is allowed reach the vendor as they are', async () => {
    await using bench = await open();
    const client = bench.client();
    const name = 'a-b_c.d~e+f%25g';
    expect((await client.createTopic(name)).id).toBe(name);
    expect((await client.getTopic(name)).id).toBe(name);
  });
});

describe('taking', () => {
  test('what is not acknowledged comes again after its deadline, and not before', async () => {
    await using bench = await open();
    const client = bench.client();
    const [first] = await client.pull(worker, { maxMessages: 1 });
    const others = await client.pull(worker);
    expect(others).toHaveLength(2);
    await client.acknowledge(
      worker,
      others.map(({ ackId }) => ackId),
    );
    await bench.clock.advance(9_999);
    expect(await client.pull(worker)).toEqual([]);
    await bench.clock.advance(1);
    const [again] = await client.pull(worker);
    expect(again?.messageId).toBe(first?.messageId);
    expect(again?.ackId).not.toBe(first?.ackId);
    await client.acknowledge(worker, [again?.ackId ?? '']);
    await bench.clock.advance(60_000);
    expect(await client.pull(worker)).toEqual([]);
  });

  test('a deadline can be moved on, and 0 gives back at once', async () => {
    await using bench = await open();
    const client = bench.client();
    const got = await client.pull(worker);
    const [one = '', ...rest] = got.map(({ ackId }) => ackId);
    await client.modifyAckDeadline(worker, rest, 600);
    await client.modifyAckDeadline(worker, [one], 0);
    expect((await client.pull(worker)).map(({ messageId }) => messageId)).toEqual([got[0]?.messageId]);
    await bench.clock.advance(599_000);
    expect(await client.pull(worker)).toHaveLength(1);
    await bench.clock.advance(1_000);
    expect(await client.pull(worker)).toHaveLength(2);
  });

  test('a wait without a message ends by itself, with none', async () => {
    await using bench = await open();
    bench.fake.inject({ path: /:pull$/, fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const before = bench.clock.now();
    expect(await bench.clock.until(bench.client().pull(worker, { waitMs: 3_000 }))).toEqual([]);
    expect(bench.clock.now() - before).toBe(3_000);
  });

  test('no wait says so to the vendor', async () => {
    await using bench = await open();
    await bench.client().pull(worker, { waitMs: 0, maxMessages: 7 });
    const body = new TextDecoder().decode(bench.fake.exchanges.at(-1)?.requestBody);
    expect(JSON.parse(body)).toEqual({ maxMessages: 7, returnImmediately: true });
  });

  test.each([
    ['no message at all', { maxMessages: 0 }],
    ['1,001 messages', { maxMessages: 1_001 }],
    ['a wait below nothing', { waitMs: -1 }],
  ])('%s is refused before anything is sent', async (_, options) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().pull(worker, options))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });

  test('ack ids are counted before anything is sent, and made up ones are refused', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const ids of [[], [''], Array.from({ length: 1_001 }, () => 'x')])
      expect(await bench.failure(client.acknowledge(worker, ids))).toMatchObject({
        code: 'invalid_argument',
      });
    expect(await bench.failure(client.modifyAckDeadline(worker, ['x'], 601))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
    expect(await bench.failure(client.acknowledge(worker, ['made-up']))).toMatchObject({
      code: 'invalid_argument',
      status: 400,
    });
  });

  test('exactly once: an acknowledgement that comes too late is refused', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSubscription(worker, { exactlyOnce: true });
    const [late] = await client.pull(worker, { maxMessages: 1 });
    await bench.clock.advance(10_000);
    expect(await bench.failure(client.acknowledge(worker, [late?.ackId ?? '']))).toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('the lease of a message is over; expect the message again'),
    });
  });
});

describe('order', () => {
  const publishLetters = (client: ReturnType<Awaited<ReturnType<typeof open>>['client']>) =>
    client.publish(
      'letters',
      ['a1', 'b1', 'a2', 'b2', 'a3', 'c'].map((data) => ({
        data,
        ...(data !== 'c' && { orderingKey: data.charAt(0) }),
      })),
    );
  const prepare = async () => {
    const bench = await open();
    const client = bench.client();
    await client.createTopic('letters');
    await client.createSubscription('reader', 'letters', { ordered: true });
    await publishLetters(client);
    return { bench, client };
  };

  test('of one key one batch is out at a time, and other keys go on', async () => {
    const { bench, client } = await prepare();
    await using _ = bench;
    const first = await client.pull('reader', { maxMessages: 2 });
    expect(first.map(({ data }) => text(data))).toEqual(['a1', 'b1']);
    expect((await client.pull('reader')).map(({ data }) => text(data))).toEqual(['c']);
    await client.acknowledge('reader', [first[0]?.ackId ?? '']);
    expect((await client.pull('reader')).map(({ data }) => text(data))).toEqual(['a2', 'a3']);
  });

  test('a message that is given back takes all later ones of its key along', async () => {
    const { bench, client } = await prepare();
    await using _ = bench;
    const [a1, , a2] = await client.pull('reader');
    await client.acknowledge('reader', [a2?.ackId ?? '']);
    await client.modifyAckDeadline('reader', [a1?.ackId ?? ''], 0);
    expect((await client.pull('reader')).map(({ data }) => text(data))).toEqual(['a1', 'a2', 'a3']);
  });
});

describe('messages that nobody can handle', () => {
  test('after so many attempts a message goes to the topic of the dead', async () => {
    await using bench = await open();
    const client = bench.client();
    const dead = `${topic}-failed`;
    await client.createSubscription('undertaker', dead);
    await client.createSubscription('careful', topic, { deadLetter: { topic: dead, maxAttempts: 5 } });
    await client.publish(topic, [{ data: 'poison', attributes: { a: 'b' } }]);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const [message] = await client.pull('careful');
      expect(message?.deliveryAttempt).toBe(attempt);
      await client.modifyAckDeadline('careful', [message?.ackId ?? ''], 0);
    }
    expect(await client.pull('careful')).toEqual([]);
    const [buried] = await client.pull('undertaker');
    expect(text(buried?.data ?? new Uint8Array())).toBe('poison');
    expect(buried?.attributes).toMatchObject({
      a: 'b',
      CloudPubSubDeadLetterSourceSubscription: 'careful',
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
    });
  });

  test('a message rests longer each time, up to a limit', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.createSubscription('patient', topic, { redelivery: { minSeconds: 10, maxSeconds: 30 } });
    await client.publish(topic, [{ data: 'x' }]);
    for (const rest of [10_000, 20_000, 30_000, 30_000]) {
      const [message] = await client.pull('patient');
      await client.modifyAckDeadline('patient', [message?.ackId ?? ''], 0);
      await bench.clock.advance(rest - 1);
      expect(await client.pull('patient')).toEqual([]);
      await bench.clock.advance(1);
    }
    expect(await client.pull('patient')).toHaveLength(1);
  });

  test('what is older than its retention is gone', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSubscription(worker, { retentionSeconds: 600 });
    await bench.clock.advance(599_999);
    expect(await client.pull(worker)).toHaveLength(3);
    await bench.clock.advance(1);
    expect(await client.pull(worker)).toEqual([]);
  });
});

describe('going back', () => {
  test('to an instant: acknowledged messages come again where they are kept', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSubscription(worker, { retainAcked: true });
    const start = new Date(bench.clock.now() - 1);
    await client.acknowledge(
      worker,
      (await client.pull(worker)).map(({ ackId }) => ackId),
    );
    expect(await client.pull(worker)).toEqual([]);
    await client.seek(worker, { time: start });
    expect(await client.pull(worker)).toHaveLength(3);
    await bench.clock.advance(1_000);
    await client.seek(worker, { time: new Date(bench.clock.now()).toISOString() });
    await bench.clock.advance(60_000);
    expect(await client.pull(worker)).toEqual([]);
  });

  test('to a snapshot: what was open then is open again', async () => {
    await using bench = await open();
    const client = bench.client();
    const [first, ...rest] = await client.pull(worker);
    await client.acknowledge(worker, [first?.ackId ?? '']);
    expect(await client.createSnapshot('before', worker)).toMatchObject({
      topic: wholeTopic,
      expiresAt: '2030-01-08T00:00:00.000000Z',
    });
    await client.acknowledge(
      worker,
      rest.map(({ ackId }) => ackId),
    );
    await bench.clock.advance(1);
    await client.publish(topic, [{ data: 'after' }]);
    await client.seek(worker, { snapshot: 'before' });
    expect(await client.pull(worker)).toHaveLength(3);
  });

  test('a time that is none is refused before anything is sent', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().seek(worker, { time: 'yesterday' }))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });
});

describe('topics and subscriptions', () => {
  test('settings are written as the vendor spells them, read back, and taken away', async () => {
    await using bench = await open();
    const client = bench.client();
    const settings = {
      ackDeadlineSeconds: 600,
      retainAcked: true,
      retentionSeconds: 86_400,
      exactlyOnce: true,
      ordered: true,
      labels: { env: 'test' },
      expiresAfterSeconds: 'never',
      deadLetter: { topic: `${topic}-failed`, maxAttempts: 7 },
      redelivery: { minSeconds: 1, maxSeconds: 2 },
      push: { endpoint: 'https://a.example/p', oidc: { serviceAccountEmail: 'a@b.iam.gserviceaccount.com' } },
    } as const;
    await client.createSubscription('full', topic, settings);
    const { labels: _labels, deadLetter: _deadLetter, ...rest } = settings;
    expect(await client.getSubscription('full')).toMatchObject({
      ...rest,
      topic: wholeTopic,
      deadLetter: { topic: `${wholeTopic}-failed`, maxAttempts: 7 },
    });
    const bare = await client.updateSubscription('full', {
      deadLetter: null,
      redelivery: null,
      push: null,
      expiresAfterSeconds: 86_400,
    });
    expect(bare).toMatchObject({
      deadLetter: undefined,
      redelivery: undefined,
      push: undefined,
      expiresAfterSeconds: 86_400,
      retentionSeconds: 86_400,
    });
  });

  test.each([
    ['a short deadline', { ackDeadlineSeconds: 9 }],
    ['a short retention', { retentionSeconds: 599 }],
    ['too few attempts', { deadLetter: { topic, maxAttempts: 4 } }],
    ['a long rest', { redelivery: { maxSeconds: 601 } }],
    ['an endpoint without TLS', { push: { endpoint: 'http://example.com' } }],
    ['an expiry of minutes', { expiresAfterSeconds: 60 }],
  ])('%s is refused before anything is sent', async (_, settings) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().createSubscription('new', topic, settings))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });

  test('a subscription outlives its topic, and a detached or pushed one cannot be pulled', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.modifyPushConfig(audit, { endpoint: 'https://example.com/push' });
    expect(await bench.failure(client.pull(audit))).toMatchObject({ code: 'failed_precondition' });
    await client.modifyPushConfig(audit, null);
    expect(await client.pull(audit)).toEqual([]);
    await client.deleteTopic(topic);
    expect((await client.getSubscription(worker)).topic).toBeUndefined();
    expect(await client.pull(worker)).toHaveLength(3);
    await client.detachSubscription(worker);
    expect(await bench.failure(client.pull(worker))).toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/detached.*it may be detached, or deliver by push/),
    });
    expect((await client.getSubscription(worker)).detached).toBe(true);
  });

  test('deletions work once though their first answers were lost', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const work of [() => client.deleteSubscription(worker), () => client.deleteTopic(topic)]) {
      bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'DELETE' });
      await bench.clock.until(work());
      expect(await bench.failure(work())).toMatchObject({ code: 'not_found' });
    }
  });

  test('what is there already is not made again', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.createTopic(topic))).toMatchObject({ code: 'already_exists' });
    expect(await bench.failure(client.createSubscription(worker, topic))).toMatchObject({
      code: 'already_exists',
    });
    expect(await client.listTopicSubscriptions(topic).toArray()).toHaveLength(2);
  });

  test('a region has an endpoint of its own', async () => {
    const hosts: string[] = [];
    const transport: Transport = async ({ url }) => {
      hosts.push(url.host);
      throw new VendorError({ sent: false, code: 'unavailable' });
    };
    for (const region of [undefined, 'europe-west3']) {
      await using client = createIntegration(pubsub, {
        options: { projectId: 'p', region, credentials: { type: 'access-token', accessToken: 'a token' } },
        services: [provide(transportKey, transport)],
        resilience: { retry: false },
      });
      await client.getTopic(topic).catch(() => undefined);
    }
    expect(hosts).toEqual(['pubsub.googleapis.com', 'europe-west3-pubsub.googleapis.com']);
  });
});

test('the SDK’s own client publishes and reads settings with the same credentials', async () => {
  await using bench = await open();
  const client = bench.client();
  const native = client.native();
  const messageId = await native.topic(topic, { batching: { maxMessages: 1 } }).publishMessage({
    data: Buffer.from('by the SDK'),
    attributes: { a: 'b' },
  });
  const [metadata] = await native.subscription(worker).getMetadata();
  await native.close();
  const [message] = await client.pull(audit);
  expect(message).toMatchObject({ messageId, attributes: { a: 'b' } });
  expect(text(message?.data ?? new Uint8Array())).toBe('by the SDK');
  expect(metadata.topic).toBe(wholeTopic);
});
