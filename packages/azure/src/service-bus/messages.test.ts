/** What becomes of messages: locks, dead letters, schedules, waiting, repeating, topics. */
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { deadLetterPath, subscriptionPath } from './entities.ts';
import { serviceBus } from './service-bus.ts';
import { sampleEntities, startFake } from './testing.ts';

const { queue, once, topic, subscription } = sampleEntities;
const open = () => openBench(serviceBus, startFake);
const empty = 'empty';

describe('a message', () => {
  test('comes with everything it was sent with, and nothing more', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty);
    await client.sendMessage(empty, {
      body: 'grüße \u{1F511}',
      contentType: 'text/plain',
      messageId: 'm-1',
      correlationId: 'c-1',
      subject: 'Gruß "1"',
      to: 'a',
      replyTo: 'b',
      replyToSessionId: 'r-1',
      sessionId: 's-1',
      partitionKey: 's-1',
      timeToLiveSeconds: 90,
      properties: { priority: 'High', count: 7, Urgent: true, quoted: '"7"' },
    });
    const message = await client.receiveMessage(empty);
    expect(message).toEqual({
      body: new Uint8Array(Buffer.from('grüße \u{1F511}')),
      text: 'grüße \u{1F511}',
      contentType: 'text/plain',
      messageId: 'm-1',
      sequenceNumber: '1',
      correlationId: 'c-1',
      subject: 'Gruß "1"',
      to: 'a',
      replyTo: 'b',
      replyToSessionId: 'r-1',
      sessionId: 's-1',
      partitionKey: 's-1',
      deliveryCount: 1,
      enqueuedAt: bench.clock.now(),
      scheduledAt: undefined,
      timeToLiveSeconds: 90,
      state: 'Active',
      lockToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
      lockedUntil: bench.clock.now() + 60_000,
      properties: { priority: 'High', count: 7, urgent: true, quoted: '"7"' },
    });
  });

  test('of bytes comes as it is', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty);
    await client.sendMessage(empty, { body: Uint8Array.of(0, 255, 10) });
    const message = await client.receiveAndDelete(empty);
    expect([message?.contentType, [...(message?.body ?? [])], message?.timeToLiveSeconds]).toEqual([
      'application/octet-stream',
      [0, 255, 10],
      undefined,
    ]);
    expect(message?.properties).toEqual({});
    expect(await client.receiveAndDelete(empty)).toBeUndefined();
  });

  test('of a batch has its own properties, which may be any text', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty);
    await client.sendBatch(empty, [
      { body: 'eins', subject: 'a', properties: { Größe: 'groß', colour: 'grün' } },
      { body: 'zwei', timeToLiveSeconds: 93_784.5 },
    ]);
    expect(
      bench.fake
        .world()
        .queues.get(empty)
        ?.messages.map(({ properties }) => properties),
    ).toEqual([{ Größe: 'groß', colour: 'grün' }, {}]);
    const sent = JSON.parse(Buffer.from(bench.fake.exchanges.at(-1)?.requestBody ?? []).toString());
    expect(sent[1]).toEqual({ Body: 'zwei', BrokerProperties: { TimeToLiveTimeSpan: '1.02:03:04.5000000' } });
    expect(await client.receiveMessage(empty)).toMatchObject({
      text: 'eins',
      properties: { colour: 'grün' },
    });
    expect((await client.receiveMessage(empty))?.timeToLiveSeconds).toBe(93_784.5);
  });

  test('has a number that is exact, however long it is', async () => {
    await using bench = await open();
    bench.fake.inject({
      path: `/${queue}/messages/head`,
      fault: {
        kind: 'status',
        status: 201,
        headers: {
          brokerproperties:
            '{"Label":"\\"SequenceNumber\\":1","SequenceNumber":36028797018963969,"LockToken":"7da9cfd5-40d5-4bb1-8d64-ec5a52e1c547"}',
        },
        body: 'x',
      },
    });
    expect(await bench.client().receiveMessage(queue)).toMatchObject({
      sequenceNumber: '36028797018963969',
      subject: '"SequenceNumber":1',
    });
  });

  test.each([
    ['no JSON', 'SequenceNumber=1'],
    ['no number', '{"LockToken":"a"}'],
    ['no lock', '{"SequenceNumber":1}'],
    ['a list', '[1]'],
  ])('whose properties are %s is an error', async (_, brokerproperties) => {
    await using bench = await open();
    bench.fake.inject({
      path: `/${queue}/messages/head`,
      fault: { kind: 'status', status: 201, headers: { brokerproperties }, body: 'x' },
    });
    expect(await bench.failure(bench.client().receiveMessage(queue))).toMatchObject({
      code: 'internal',
      reason: 'unexpected_body',
    });
  });

  test('that is scheduled comes at its time', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty);
    await client.sendMessage(empty, { body: 'later', scheduledAt: bench.clock.now() + 60_000 });
    expect(await client.receiveMessage(empty)).toBeUndefined();
    expect((await client.getQueue(empty)).counts).toEqual({ active: 0, deadLettered: 0, scheduled: 1 });
    await bench.clock.advance(60_000);
    expect(await client.receiveMessage(empty)).toMatchObject({
      text: 'later',
      enqueuedAt: bench.clock.now(),
    });
  });

  test('that expires is gone, or a dead letter where the queue says so', async () => {
    await using bench = await open();
    const client = bench.client();
    const world = bench.fake.world();
    world.addQueue(empty);
    world.addQueue('kept', { deadLettersExpired: true });
    for (const name of [empty, 'kept'])
      await client.sendMessage(name, { body: 'brief', timeToLiveSeconds: 1 });
    await bench.clock.advance(1_000);
    for (const name of [empty, 'kept']) expect(await client.receiveMessage(name)).toBeUndefined();
    expect(await client.receiveMessage(deadLetterPath(empty))).toBeUndefined();
    expect(await client.receiveMessage(deadLetterPath('kept'))).toMatchObject({
      text: 'brief',
      properties: { deadletterreason: 'TTLExpiredException' },
    });
  });
});

describe('a lock', () => {
  test('keeps a message from others until its time is over, and is then lost', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty, { lockSeconds: 30 });
    await client.sendMessage(empty, { body: 'x' });
    const first = await client.receiveMessage(empty);
    if (first === undefined) throw new Error('there is no message');
    expect(await client.receiveMessage(empty)).toBeUndefined();
    await bench.clock.advance(29_000);
    await client.renewLock(empty, first);
    await bench.clock.advance(29_000);
    expect(await client.receiveMessage(empty)).toBeUndefined();
    await bench.clock.advance(1_000);
    for (const settle of [client.completeMessage, client.abandonMessage, client.renewLock])
      expect(await bench.failure(settle(empty, first))).toMatchObject({
        code: 'failed_precondition',
        reason: 'MessageLockLost',
        message: expect.stringMatching(
          /empty: Service Bus says "The lock supplied is invalid.*its lock is over/,
        ),
      });
    expect(await client.receiveMessage(empty)).toMatchObject({ sequenceNumber: '1', deliveryCount: 2 });
  });

  test('ends by completing, or by abandoning, after which the message comes at once', async () => {
    await using bench = await open();
    const client = bench.client();
    const first = await client.receiveMessage(queue);
    if (first === undefined) throw new Error('there is no message');
    await client.abandonMessage(queue, first);
    const again = await client.receiveMessage(queue);
    expect(again).toMatchObject({ text: 'first', deliveryCount: 2 });
    if (again !== undefined) await client.completeMessage(queue, again);
    expect((await client.getQueue(queue)).counts.active).toBe(2);
  });

  test('that is given back too often makes a dead letter, which says why, and can be received', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty, { maxDeliveryCount: 2, lockSeconds: 10 });
    await client.sendMessage(empty, { body: 'poison', properties: { a: 1 } });
    const first = await client.receiveMessage(empty);
    if (first !== undefined) await client.abandonMessage(empty, first);
    await client.receiveMessage(empty);
    await bench.clock.advance(10_000);
    expect(await client.receiveMessage(empty)).toBeUndefined();
    expect((await client.getQueue(empty)).counts).toEqual({ active: 0, deadLettered: 1, scheduled: 0 });
    const dead = await client.receiveMessage(deadLetterPath(empty));
    expect(dead).toMatchObject({
      text: 'poison',
      properties: {
        a: 1,
        deadletterreason: 'MaxDeliveryCountExceeded',
        deadlettererrordescription: expect.stringContaining('2 delivery attempts'),
      },
    });
    if (dead !== undefined) await client.completeMessage(deadLetterPath(empty), dead);
    expect((await client.getQueue(empty)).counts.deadLettered).toBe(0);
  });

  test('is given up and a message completed once though the first answers were lost', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const [method, settle] of [
      ['PUT', client.abandonMessage],
      ['DELETE', client.completeMessage],
    ] as const) {
      const message = await client.receiveMessage(queue);
      if (message === undefined) throw new Error('there is no message');
      bench.fake.inject({ method, fault: { kind: 'cut', when: 'after' } });
      await bench.clock.until(settle(queue, message));
    }
    expect((await client.getQueue(queue)).counts.active).toBe(2);
  });
});

describe('waiting', () => {
  test('ends with a message that comes meanwhile', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty);
    const waiting = client.receiveMessage(empty, { waitSeconds: 20 });
    await bench.clock.advance(5_000);
    await client.sendMessage(empty, { body: 'at last' });
    expect((await waiting)?.text).toBe('at last');
    expect(bench.sent()[0]).toBe(`POST /${empty}/messages/head?timeout=20`);
  });

  test('ends when a lock does, or when its time is over', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.world().addQueue(empty, { lockSeconds: 10 });
    await client.sendMessage(empty, { body: 'x' });
    await client.receiveMessage(empty);
    const before = bench.clock.now();
    const again = await bench.clock.until(client.receiveMessage(empty, { waitSeconds: 20 }));
    expect([again?.deliveryCount, bench.clock.now() - before]).toEqual([2, 10_000]);
    expect(await bench.clock.until(client.receiveMessage(empty, { waitSeconds: 5 }))).toBeUndefined();
    expect(bench.clock.now() - before).toBe(15_000);
  });

  test('is cut short by the time that the call has left', async () => {
    await using bench = await open();
    await bench.client().receiveMessage(queue, { waitSeconds: 20 }, { timeoutMs: 9_500 });
    expect(bench.sent()).toEqual([`POST /${queue}/messages/head?timeout=7`]);
  });
});

describe('repeating', () => {
  test('never happens to a send or a receive whose outcome is unknown', async () => {
    await using bench = await open();
    const client = bench.client();
    for (const work of [
      () => client.sendMessage(queue, { body: 'x' }),
      () => client.sendBatch(queue, [{ body: 'x' }]),
      () => client.receiveMessage(queue),
      () => client.receiveAndDelete(queue),
    ]) {
      const before = bench.sent().length;
      bench.fake.inject({ path: /messages/, fault: { kind: 'cut', when: 'after' } });
      expect(await bench.failure(work())).toMatchObject({
        code: 'unavailable',
        effect: 'unknown',
        retryable: false,
      });
      expect(bench.sent()).toHaveLength(before + 1);
    }
  });

  test('happens where duplicates are detected, and leaves one message', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.inject({ method: 'POST', path: `/${once}/messages`, fault: { kind: 'cut', when: 'after' } });
    await bench.clock.until(
      client.sendMessageOnce(once, { body: 'a payment' }, { idempotencyKey: 'order-7' }),
    );
    bench.fake.inject({ method: 'POST', path: `/${topic}/messages`, fault: { kind: 'cut', when: 'after' } });
    await bench.clock.until(
      client.sendBatchOnce(topic, [{ body: 'one' }, { body: 'two', messageId: 'own' }]),
    );
    const ids = async (source: string) => {
      const found: (string | undefined)[] = [];
      for (
        let message = await client.receiveAndDelete(source);
        message;
        message = await client.receiveAndDelete(source)
      )
        found.push(message.messageId);
      return found;
    };
    expect(await ids(once)).toEqual(['order-7']);
    expect(await ids(subscriptionPath(topic, 'shipping'))).toEqual([expect.stringMatching(/-0$/), 'own']);
    // The key is the message's id, and no header that would become a property of the message.
    expect(bench.fake.exchanges.some(({ requestHeaders }) => 'idempotency-key' in requestHeaders)).toBe(
      false,
    );
    await bench.clock.advance(600_000);
    await client.sendMessageOnce(once, { body: 'a payment', messageId: 'order-7' });
    expect(await ids(once)).toEqual(['order-7']);
  });
});

test('a topic gives each subscription a copy of its own', async () => {
  await using bench = await open();
  const client = bench.client();
  await client.sendMessage(topic, { body: 'news' });
  const [billing, shipping] = [subscriptionPath(topic, subscription), subscriptionPath(topic, 'shipping')];
  expect((await client.receiveAndDelete(billing))?.text).toBe('an event');
  for (const source of [billing, shipping]) {
    const message = await client.receiveMessage(source);
    expect(message?.text).toBe('news');
    if (message !== undefined) await client.completeMessage(source, message);
  }
  expect((await client.getSubscription(topic, 'shipping')).counts.active).toBe(0);
});
