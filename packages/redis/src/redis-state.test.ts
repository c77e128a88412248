import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { type Call, createIntegration, defineIntegration, keyed, type StateStore, tryLock } from '@im/core';
import type { StateStoreHarness } from '@im/testing';
import { describeProgram, describeStateStore } from '@im/testing/vitest';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort, howToInstallRedis, type RedisServer, startRedisServer } from './__tests__/redis-server.ts';
import { type RedisStateOptions, redisState } from './index.ts';

/** Longer than a command ever takes here, so that a busy machine is no failure. */
const patient = { commandTimeoutMs: 20_000, connectTimeoutMs: 20_000 };

describeProgram('with a redis-server', 'redis-server', howToInstallRedis, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const open = (more: Partial<RedisStateOptions> = {}): StateStore =>
    redisState({ url: server.url, prefix: `${randomUUID()}:`, ...patient, ...more });

  describeStateStore(
    'redisState',
    harness((prefix) => open({ prefix })),
  );

  it('keeps keys and values of any text, half surrogate pairs too', async () => {
    await using store = open();
    const texts = ['\ud800', '\udfff', '\ufffd', '"', '"\\ud800"', '\\ud800', '', '\0'];
    for (const text of texts) await store.set(text, text);
    for (const text of texts) expect((await store.get(text))?.value).toBe(text);
  });

  it('counts with fractions, from a number that was set, and refuses what is none', async () => {
    await using store = open();
    await store.set('count', '40');
    expect(await store.increment('count', 2)).toBe(42);
    expect(await store.increment('count', 0.5)).toBe(42.5);
    expect(await store.increment('large', Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    await store.set('text', 'secret-value');
    await expect(store.increment('text')).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(store.increment('text')).rejects.not.toThrow('secret-value');
  });

  it('gives a reference one idempotency key in all processes, also after all of them have ended', async () => {
    const prefix = `${randomUUID()}:`;
    const keys = new Set<string | undefined>();
    const payments = defineIntegration({
      id: 'payments',
      title: 'Payments',
      category: 'example',
      contract: 1,
      docs: 'https://payments.test/',
      options: z.strictObject({}),
      egress: [],
      errors: { docs: 'https://payments.test/errors', rows: [] },
      connect: () => ({
        pay: keyed(async (_amount: number, call: Call) => void keys.add(call.idempotencyKey)),
      }),
    });
    const pay = async (amount: number) => {
      await using state = open({ prefix });
      await using client = createIntegration(payments, { options: {}, state });
      await client.pay(amount, { reference: 'order-4711' });
    };
    await Promise.all([pay(100), pay(100), pay(100)]);
    await pay(100);
    expect(keys.size).toBe(1);
    await expect(pay(200)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('tells the holder of a lock that was overtaken, in another process too', async () => {
    const prefix = `${randomUUID()}:`;
    await using one = open({ prefix });
    await using other = open({ prefix });
    const slow = await tryLock(one, 'job', 1);
    let next: Awaited<ReturnType<typeof tryLock>>;
    while (next === undefined) next = await tryLock(other, 'job', 60_000);
    expect(next.token).toBeGreaterThan(slow?.token ?? Number.NaN);
    expect(await slow?.held()).toBe(false);
    await slow?.release();
    expect(await next.held()).toBe(true);
  });

  it('goes on when the server forgets its scripts', async () => {
    await using store = open();
    const first = await store.set('key', '1');
    await using admin = disposable(new Redis(server.url));
    await admin.client.script('FLUSH');
    expect(await store.compareAndSet('key', first, '2')).toBeDefined();
    expect((await store.get('key'))?.value).toBe('2');
  });

  it('writes no key outside its prefix, and a user of the server needs no more', async () => {
    await using admin = disposable(new Redis(server.url));
    const rules = [
      'on',
      '>pässword',
      '~mine:*',
      '+@hash',
      '+@scripting',
      '+@keyspace',
      '+@connection',
      '+info',
    ];
    await admin.client.call('ACL', 'SETUSER', 'app', ...rules);
    const login = { username: 'app', password: 'pässword' };
    await using store = open({ prefix: 'mine:', ...login });
    await store.set('a', '1', { ttlMs: 60_000 });
    expect(await store.increment('n')).toBe(1);
    expect(await (await tryLock(store, 'l', 1_000))?.held()).toBe(true);
    await using byUrl = open({ prefix: 'mine:', url: `redis://app:p%C3%A4ssword@127.0.0.1:${server.port}` });
    expect((await byUrl.get('a'))?.value).toBe('1');
    await using foreign = open({ prefix: 'other:', ...login });
    await expect(foreign.get('a')).rejects.toMatchObject({ code: 'permission_denied' });
    await using wrong = open({ ...login, password: 'not the pässword' });
    const refused = await wrong.get('a').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'unauthenticated', retryable: false });
    expect(String(refused)).not.toContain('pässword');
  });

  it('takes databases apart', async () => {
    const prefix = `${randomUUID()}:`;
    await using one = open({ prefix, database: 1 });
    await using two = open({ prefix, url: `${server.url}/2` });
    await one.set('key', 'one');
    expect(await two.get('key')).toBeUndefined();
  });

  it('ends what is under way when it is disposed or aborted, and takes nothing afterwards', async () => {
    await using store = open();
    await store.set('key', '1');
    const ended = { code: 'unavailable', provider: 'redis', operation: 'get' };
    const going = expect(store.get('key')).rejects.toMatchObject(ended);
    await store[Symbol.asyncDispose]();
    await going;
    await expect(store.get('key')).rejects.toThrow('the store is closed');
    const controller = new AbortController();
    await using aborted = open({ signal: controller.signal });
    const waiting = expect(aborted.get('key')).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await waiting;
    await expect(aborted.set('key', '1')).rejects.toThrow('enough');
    await using late = open({ signal: controller.signal });
    await expect(late.get('key')).rejects.toThrow('enough');
  });

  it('uses a client that it is given, and leaves it open', async () => {
    await using given = disposable(new Redis(server.url));
    const store = redisState({ client: given.client, prefix: `${randomUUID()}:` });
    await store.set('key', '1');
    await store[Symbol.asyncDispose]();
    expect(await given.client.ping()).toBe('PONG');
  });

  it('works on a cluster', async () => {
    await using node = await startRedisServer([
      ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
      ...['--cluster-port', String(await freePort())],
    ]);
    await using admin = disposable(new Redis(node.url));
    await admin.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    for (let state = ''; !state.includes('cluster_state:ok'); )
      state = String(await admin.client.call('CLUSTER', 'INFO'));
    const client = new Cluster([{ host: '127.0.0.1', port: node.port }]);
    await using store = redisState({ client, ...patient });
    const versions = await Promise.all(
      ['a', 'b{c}', '}{'].map((key) => store.compareAndSet(key, undefined, key)),
    );
    expect(versions).not.toContain(undefined);
    expect(await store.increment('n', 3)).toBe(3);
    client.disconnect();
  });
});

const running = process.env.REDIS_URL;
if (running !== undefined)
  describeStateStore(
    'redisState on REDIS_URL',
    harness((prefix) => redisState({ url: running, prefix, ...patient })),
  );

describe('options', () => {
  it('are refused with all faults at once, and without their secrets', () => {
    const wrong = {
      url: 'http://user:hunter2@host',
      prefix: '',
      commandTimeoutMs: 0,
      database: -1,
      hsot: 'x',
    };
    let said = '';
    try {
      redisState(wrong as RedisStateOptions);
    } catch (error) {
      said = String(error);
    }
    for (const name of ['url', 'prefix', 'commandTimeoutMs', 'database', 'hsot'])
      expect(said).toContain(name);
    expect(said).not.toContain('hunter2');
    expect(() => redisState({ url: 'redis://x', sentinel: { name: 'm', nodes: ['a:1'] } })).toThrow(
      'is given beside',
    );
  });
});

/** Stores of a prefix of their own each, which nobody removes: their keys are few. */
function harness(open: (prefix: string) => StateStore): StateStoreHarness {
  const prefixes = new WeakMap<StateStore, string>();
  const remembered = (prefix: string) => {
    const store = open(prefix);
    prefixes.set(store, prefix);
    return store;
  };
  return {
    open: async () => remembered(`im-test:${randomUUID()}:`),
    openAgain: async (store) => remembered(prefixes.get(store) ?? ''),
    pass: (ms) => pass(ms),
  };
}

function disposable<Client extends Redis>(client: Client) {
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
}
