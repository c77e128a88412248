import { describe, expect, test } from 'vitest';
import { openBench } from '../../common/__tests__/bench.ts';
import { pubsub } from '../pubsub.ts';
import { sampleNames, startFake } from '../testing.ts';
import { type Delivery, type SubscribeOptions, subscribe } from './subscribe.ts';

const { topic, worker, audit } = sampleNames;
const text = ({ data }: Delivery) => Buffer.from(data).toString();

async function open() {
  const bench = await openBench(pubsub, startFake);
  const { clock } = bench;
  const client = bench.client();
  const errors: unknown[] = [];
  const loop = (name: string, options: SubscribeOptions = {}) =>
    subscribe(client, name, { clock, onError: (error) => errors.push(error), ...options });
  const count = (verb: string) => bench.sent().filter((line) => line.endsWith(`:${verb}`)).length;
  /** Bodies of requests of this kind. */
  const bodies = (verb: string) =>
    bench.fake.exchanges
      .filter(({ target }) => target.endsWith(`:${verb}`))
      .map(({ requestBody }) => JSON.parse(new TextDecoder().decode(requestBody)) as Record<string, unknown>);
  return { bench, clock, client, errors, loop, count, bodies };
}

test('messages come as they are published, for ever, and are gone once they are acknowledged', async () => {
  const { bench, clock, client, loop } = await open();
  await using _ = bench;
  const seen: string[] = [];
  const reading = (async () => {
    for await (const delivery of loop(audit)) {
      seen.push(text(delivery));
      await delivery.ack();
      if (seen.length === 3) break;
    }
  })();
  for (const data of ['a', 'b', 'c']) {
    await clock.advance(5_000);
    await client.publish(topic, [{ data }]);
  }
  await clock.until(reading);
  expect(seen).toEqual(['a', 'b', 'c']);
  await clock.advance(600_000);
  expect(await client.pull(audit)).toEqual([]);
});

test('nothing is pulled before the loop asks, and no more than may be out', async () => {
  const { bench, clock, client, loop, count, bodies } = await open();
  await using _ = bench;
  await client.publish(
    topic,
    Array.from({ length: 10 }, (_, index) => ({ data: String(index) })),
  );
  const messages = loop(audit, { maxOutstanding: 4 });
  expect(count('pull')).toBe(0);
  const taken: Delivery[] = [];
  for (let index = 0; index < 4; index += 1) {
    const { value } = await clock.until(messages.next());
    if (value) taken.push(value);
  }
  const fifth = messages.next();
  await clock.advance(30_000);
  expect([count('pull'), bodies('pull')[0]?.maxMessages]).toEqual([1, 4]);
  await clock.until(Promise.all(taken.slice(0, 2).map((delivery) => delivery.ack())));
  expect(text((await clock.until(fifth)).value as Delivery)).toBe('4');
  expect(bodies('pull')[1]?.maxMessages).toBe(2);
  await clock.until(messages.return());
});

test('acknowledgements that come together go in one request', async () => {
  const { bench, clock, client, loop, count } = await open();
  await using _ = bench;
  await client.publish(
    topic,
    Array.from({ length: 50 }, (_, index) => ({ data: String(index) })),
  );
  const taken: Delivery[] = [];
  for await (const delivery of loop(audit)) if (taken.push(delivery) === 50) break;
  await clock.until(Promise.all(taken.map((delivery) => delivery.ack())));
  expect(count('acknowledge')).toBe(1);
});

describe('leases', () => {
  test('a message stays ours for as long as somebody works on it, up to the limit', async () => {
    const { bench, clock, client, loop } = await open();
    await using _ = bench;
    const messages = loop(worker, { maxOutstanding: 1, leaseSeconds: 20, maxLeaseSeconds: 120 });
    const { value: first } = await clock.until(messages.next());
    await clock.advance(115_000);
    const others = await client.pull(worker);
    expect(others.map(({ messageId }) => messageId)).not.toContain(first?.messageId);
    await client.acknowledge(
      worker,
      others.map(({ ackId }) => ackId),
    );
    await clock.advance(40_000);
    expect((await client.pull(worker)).map(({ messageId }) => messageId)).toEqual([first?.messageId]);
    await clock.until(messages.return());
  });

  test('leaving the loop gives back what was not handed out, and stops all timers', async () => {
    const { bench, clock, client, loop } = await open();
    await using _ = bench;
    for await (const delivery of loop(worker)) {
      await delivery.ack();
      break;
    }
    expect(await client.pull(worker)).toHaveLength(2);
    const sent = bench.sent().length;
    await clock.advance(3_600_000);
    expect(bench.sent()).toHaveLength(sent);
  });

  test('what was handed out may be acknowledged after the loop', async () => {
    const { bench, clock, client, loop } = await open();
    await using _ = bench;
    let kept: Delivery | undefined;
    for await (const delivery of loop(worker)) {
      kept = delivery;
      break;
    }
    await clock.until(kept?.ack() ?? Promise.reject(new Error('nothing came')));
    await clock.advance(600_000);
    expect((await client.pull(worker)).map(({ messageId }) => messageId)).not.toContain(kept?.messageId);
  });

  test('a message that is given back comes again', async () => {
    const { bench, clock, loop } = await open();
    await using _ = bench;
    const seen: string[] = [];
    const reading = (async () => {
      for await (const delivery of loop(worker)) {
        const isFirst = seen.length === 0;
        seen.push(delivery.messageId);
        await (isFirst ? delivery.nack() : delivery.ack());
        if (seen.length === 4) break;
      }
    })();
    await clock.until(reading);
    expect(seen.filter((id) => id === seen[0])).toHaveLength(2);
  });

  test('a deadline that cannot be moved is told, and the loop goes on', async () => {
    const { bench, clock, errors, loop } = await open();
    await using _ = bench;
    bench.fake.inject({
      path: /:modifyAckDeadline$/,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 400 },
    });
    let seen = 0;
    const reading = (async () => {
      for await (const delivery of loop(worker)) {
        await delivery.ack();
        seen += 1;
        if (seen === 3) break;
      }
    })();
    await clock.until(reading);
    expect(errors[0]).toMatchObject({ code: 'invalid_argument', operation: 'modifyAckDeadline' });
  });
});

describe('failures', () => {
  test('an outage is waited out', async () => {
    const { bench, clock, errors, loop } = await open();
    await using _ = bench;
    bench.fake.inject({ path: /:pull$/, times: 30, fault: { kind: 'status', status: 503 } });
    const messages = loop(worker);
    const { value } = await clock.until(messages.next());
    expect(value?.messageId).toBeDefined();
    expect(errors.length).toBeGreaterThan(1);
    expect(errors[0]).toMatchObject({ code: 'unavailable' });
    await clock.until(messages.return());
  });

  test('what does not pass by itself ends the loop', async () => {
    const { bench, clock, loop, errors } = await open();
    await using _ = bench;
    expect(await clock.until(bench.failure(loop('nothing-there').next()))).toMatchObject({
      code: 'not_found',
    });
    expect(errors).toEqual([]);
  });

  test('an acknowledgement that fails is the caller’s to know', async () => {
    const { bench, clock, loop } = await open();
    await using _ = bench;
    const messages = loop(worker);
    const { value } = await clock.until(messages.next());
    bench.fake.inject({ path: /:acknowledge$/, fault: { kind: 'status', status: 403 } });
    expect(await bench.failure(value?.ack() ?? Promise.resolve())).toMatchObject({
      code: 'permission_denied',
    });
    await clock.until(messages.return());
  });

  test('an abort ends a waiting loop at once, with its reason', async () => {
    const { bench, clock, loop } = await open();
    await using _ = bench;
    bench.fake.inject({ path: /:pull$/, fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const abort = new AbortController();
    const waiting = bench.failure(loop(audit, { signal: abort.signal }).next());
    await clock.advance(0);
    const before = clock.now();
    const reason = new Error('closing time');
    abort.abort(reason);
    expect(await waiting).toBe(reason);
    expect(clock.now()).toBe(before);
  });

  test('an abort ends a loop that waits for room', async () => {
    const { bench, clock, loop } = await open();
    await using _ = bench;
    const abort = new AbortController();
    const messages = loop(worker, { signal: abort.signal, maxOutstanding: 1 });
    await clock.until(messages.next());
    const waiting = bench.failure(messages.next());
    abort.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
  });

  test.each([
    ['no room at all', { maxOutstanding: 0 }],
    ['a short lease', { leaseSeconds: 9 }],
    ['a limit below the lease', { maxLeaseSeconds: 30 }],
  ])('%s is refused', async (_, options) => {
    const { bench, loop } = await open();
    await using __ = bench;
    expect(await bench.failure(loop(worker, options).next())).toMatchObject({ code: 'invalid_argument' });
    expect(bench.sent()).toEqual([]);
  });

  test('an idle loop does not ask more than once a second', async () => {
    const { bench, clock, loop, count } = await open();
    await using _ = bench;
    const abort = new AbortController();
    const waiting = bench.failure(loop(audit, { signal: abort.signal }).next());
    await clock.advance(60_000);
    expect(count('pull')).toBeLessThan(70);
    expect(count('pull')).toBeGreaterThan(30);
    abort.abort();
    await waiting;
  });
});
