import { createRegistry } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { serviceBus } from './service-bus.ts';
import { harness, harnessBy, sampleEntities, startFake } from './testing.ts';

describeIntegration(serviceBus, harness);
describe('by a shared access key', () => describeIntegration(serviceBus, harnessBy('shared-key')));

const { queue, topic, subscription } = sampleEntities;
const open = () => openBench(serviceBus, startFake);
const empty = 'empty';

describe('descriptions', () => {
  test('tell settings and counts', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue('team/orders.v2', {
      lockSeconds: 90,
      maxDeliveryCount: 3,
      timeToLiveSeconds: 3_600,
      duplicateSeconds: 120,
      deadLettersExpired: true,
    });
    expect(await client.getQueue('team/orders.v2')).toEqual({
      name: 'team/orders.v2',
      status: 'Active',
      lockSeconds: 90,
      maxDeliveryCount: 3,
      requiresSession: false,
      deadLettersExpired: true,
      timeToLiveSeconds: 3_600,
      counts: { active: 0, deadLettered: 0, scheduled: 0 },
      maxSizeMegabytes: 1_024,
      sizeBytes: 0,
      requiresDuplicateDetection: true,
      duplicateDetectionSeconds: 120,
    });
    expect(await client.getQueue(queue)).toMatchObject({
      timeToLiveSeconds: undefined,
      counts: { active: 3 },
    });
    expect(await client.getTopic(topic)).toMatchObject({
      subscriptionCount: 2,
      requiresDuplicateDetection: true,
    });
    expect((await client.listSubscriptions(topic).toArray()).map(({ name }) => name)).toEqual([
      subscription,
      'shipping',
    ]);
  });

  test('go on page by page', async () => {
    await using bench = await open();
    const world = bench.fake.world();
    for (let count = 0; count < 7; count += 1) world.addQueue(`queue-${count}`);
    const names = (await bench.client().listQueues({ pageSize: 4 }).toArray()).map(({ name }) => name);
    expect([names.length, new Set(names).size]).toEqual([10, 10]);
    expect(bench.sent()).toHaveLength(3);
  });

  test('of what is not there are not found, though the service answers 200 with a feed', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const [what, work] of [
      ['queue nothing', client.getQueue('nothing')],
      ['topic nothing', client.getTopic('nothing')],
      ['subscription events/nothing', client.getSubscription(topic, 'nothing')],
    ] as const)
      expect(await bench.failure(work)).toMatchObject({
        code: 'not_found',
        message: expect.stringContaining(`${what} is not there; check the name`),
      });
  });

  test('of another kind, and what is no XML, are errors', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.getQueue(topic))).toMatchObject({
      code: 'internal',
      reason: 'unexpected_body',
    });
    bench.fake.inject({ method: 'GET', fault: { kind: 'status', status: 200, body: '<html></html>' } });
    expect(await bench.failure(client.getQueue(queue))).toMatchObject({
      code: 'internal',
      reason: 'unexpected_body',
    });
  });
});

describe('what is not there', () => {
  test('is named, with what to do', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const work of [client.sendMessage('nothing', { body: 'x' }), client.receiveMessage('nothing')])
      expect(await bench.failure(work)).toMatchObject({
        code: 'not_found',
        effect: 'none',
        reason: '40400',
        message: expect.stringMatching(
          /nothing: Service Bus says "40400: Endpoint not found"; check the name/,
        ),
      });
  });

  test('may also be gone (410)', async () => {
    await using bench = await open();
    bench.fake.inject({ path: /messages/, fault: { kind: 'status', status: 410 } });
    expect(await bench.failure(bench.client().receiveMessage(queue))).toMatchObject({
      code: 'not_found',
      status: 410,
    });
  });
});

describe('refusals', () => {
  const body = (status: number, detail: string) =>
    `<Error><Code>${status}</Code><Detail>${detail}. TrackingId:x_G1, Timestamp:y</Detail></Error>`;
  test.each([
    [
      403,
      'The maximum entity size has been reached or exceeded for Queue. Size of entity in bytes:1',
      'resource_exhausted',
      false,
    ],
    [403, 'The received message size exceeds the limit (262144 bytes)', 'invalid_argument', false],
    [403, 'Messaging entity is currently disabled', 'failed_precondition', false],
    [403, 'SubCode=40301. Operation is not valid', 'failed_precondition', false],
    [409, 'SubCode=40901. Another conflicting operation is in progress', 'unavailable', true],
    [503, 'The server is busy. Please retry the operation', 'unavailable', true],
    [429, 'too many', 'resource_exhausted', true],
    [404, 'No message was found with the specified MessageId or LockToken', 'not_found', false],
    [409, 'something else', 'failed_precondition', false],
    [413, 'The request entity is too large', 'invalid_argument', false],
    [400, 'wrong', 'invalid_argument', false],
    [500, 'failed', 'unavailable', false],
  ])('%i %j is %s', async (status, detail, code, retryable) => {
    await using bench = await open();
    bench.fake.inject({ path: /messages/, fault: { kind: 'status', status, body: body(status, detail) } });
    const error = await bench.failure(bench.client().sendMessage(queue, { body: 'x' }));
    expect(error).toMatchObject({ code, retryable, status });
    expect(String(error)).not.toContain('TrackingId');
  });
});

describe('bad input is refused before anything is sent', () => {
  type Client = ReturnType<Awaited<ReturnType<typeof open>>['client']>;
  const lock = { sequenceNumber: '1', lockToken: 'a' };
  test.each<[string, (client: Client) => Promise<unknown>, string]>([
    ['an empty name', (client) => client.sendMessage('', { body: 'x' }), 'is no name of a queue or topic'],
    [
      'a name that climbs',
      (client) => client.sendMessage('a/../b', { body: 'x' }),
      'is no name of a queue or topic',
    ],
    [
      'a subscription',
      (client) => client.sendMessage(`${topic}/subscriptions/a`, { body: 'x' }),
      'is no name of a queue or topic',
    ],
    [
      'a long subscription',
      (client) => client.receiveMessage(`${topic}/subscriptions/${'x'.repeat(51)}`),
      'is no name of a subscription',
    ],
    ['half a second', (client) => client.receiveMessage(queue, { waitSeconds: 0.5 }), 'waitSeconds is 0.5'],
    [
      'too long a wait',
      (client) => client.receiveMessage(queue, { waitSeconds: 26 }),
      'a whole number from 0 to 25',
    ],
    [
      'no lock',
      (client) => client.completeMessage(queue, { ...lock, lockToken: '' }),
      'the message has no lock',
    ],
    [
      'a number that is none',
      (client) => client.renewLock(queue, { ...lock, sequenceNumber: '../x' }),
      'the message has no lock',
    ],
    ['no messages', (client) => client.sendBatch(queue, []), 'there are no messages to send'],
    [
      'a long id',
      (client) => client.sendMessage(queue, { body: '', messageId: 'x'.repeat(129) }),
      'messageId has 129 characters; give 1 to 128',
    ],
    [
      'an empty subject',
      (client) => client.sendMessage(queue, { body: '', subject: '' }),
      'subject has 0 characters',
    ],
    [
      'no life',
      (client) => client.sendMessage(queue, { body: '', timeToLiveSeconds: 0 }),
      'timeToLiveSeconds is 0',
    ],
    [
      'no instant',
      (client) => client.sendMessage(queue, { body: '', scheduledAt: Number.NaN }),
      'scheduledAt is no instant',
    ],
    [
      'a property of HTTP',
      (client) => client.sendMessage(queue, { body: '', properties: { Host: 'x' } }),
      'a property cannot be called "Host" over HTTP',
    ],
    [
      'a property with a space',
      (client) => client.sendMessage(queue, { body: '', properties: { 'a b': 'x' } }),
      'a property cannot be called',
    ],
    [
      'a property that is no ASCII',
      (client) => client.sendMessage(queue, { body: '', properties: { a: 'ü' } }),
      'is not ASCII; sendBatch takes any text',
    ],
    [
      'a property that is no value',
      (client) => client.sendMessage(queue, { body: '', properties: { a: Number.NaN } }),
      'no text, number or flag',
    ],
    [
      'a type with a line break',
      (client) => client.sendMessage(queue, { body: '', contentType: 'a\r\nb: c' }),
      'contentType is not printable ASCII',
    ],
    [
      '256 KiB and more',
      (client) => client.sendMessage(queue, { body: new Uint8Array(262_144) }),
      'maxMessageBytes',
    ],
    [
      'a batch of that size',
      (client) => client.sendBatch(queue, [{ body: 'x'.repeat(262_144) }]),
      'the batch has',
    ],
  ])('%s', async (_, work, says) => {
    await using bench = await open();
    expect(await bench.failure(work(bench.client()))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });
});

test('a line break in a property stays inside of it', async () => {
  await using bench = await open();
  const client = bench.client();
  bench.fake.world().addQueue(empty);
  await client.sendMessage(empty, {
    body: 'x',
    subject: 'a\r\nevil: 1',
    properties: { note: 'a\r\nevil: 1' },
  });
  expect(await client.receiveMessage(empty)).toMatchObject({
    subject: 'a\r\nevil: 1',
    properties: { note: 'a\r\nevil: 1' },
  });
});

test('a policy that may only listen is healthy; a wrong key is not', async () => {
  for (const [change, status] of [
    [{ claims: ['Listen'] as const }, 'healthy'],
    [{ key: 'another' }, 'unhealthy'],
  ] as const) {
    await using bench = await open();
    const options = bench.fake.options('tenant_a', 'shared-key');
    const [policy] = bench.fake.world().policies;
    if (policy !== undefined) bench.fake.world().policies[0] = { ...policy, ...change };
    await using registry = createRegistry({ clock: bench.clock, health: { checkIntervalMs: 0 } });
    registry.register(serviceBus, { name: 'one', options });
    await bench.clock.until(registry.enableAll().catch(() => undefined));
    expect(registry.status({ name: 'one' })?.status).toBe(status);
  }
});
