/** Who we are: connection strings, shared access signatures, and the SDK's client with the same. */
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { busNamespace, serviceBusOptions } from './options.ts';
import { sasTokens, signSas } from './sas.ts';
import { serviceBus } from './service-bus.ts';
import { sampleEntities, startFake } from './testing.ts';

const { queue } = sampleEntities;
const open = () => openBench(serviceBus, startFake);
const never = { signal: new AbortController().signal };

describe('a shared access signature', () => {
  test('is an HMAC of the escaped resource and the end, by the key as it is written', () => {
    const key = 'aGVsbG8=';
    const token = signSas(
      'https://my-bus.servicebus.windows.net/',
      'Root Policy',
      new Secret(key),
      1_404_256_819,
    );
    const signed = 'https%3A%2F%2Fmy-bus.servicebus.windows.net%2F\n1404256819';
    const signature = encodeURIComponent(createHmac('sha256', key).update(signed).digest('base64'));
    expect(token).toBe(
      `SharedAccessSignature sr=https%3A%2F%2Fmy-bus.servicebus.windows.net%2F&sig=${signature}&se=1404256819&skn=Root%20Policy`,
    );
  });

  test('is kept until five minutes before its end, and another one when it was refused', async () => {
    const clock = createVirtualClock();
    const tokens = sasTokens('https://x/', 'policy', new Secret('key'), clock);
    const first = await tokens.get(never);
    expect(first.expiresAt).toBe(clock.now() + 1_200_000);
    await clock.advance(899_999);
    expect(await tokens.get(never)).toBe(first);
    await clock.advance(1);
    const second = await tokens.get(never);
    expect(second.expiresAt).toBe(clock.now() + 1_200_000);
    const third = await tokens.refresh(second, never);
    expect(third.value.reveal()).not.toBe(second.value.reveal());
    expect(await tokens.refresh(second, never)).toMatchObject({ isOlder: true });
  });

  test('by a wrong key is refused, and shows nothing of it', async () => {
    await using bench = await open();
    const options = bench.fake.options('tenant_a', 'shared-key');
    const client = bench.client({
      options: { credentials: { ...options.credentials, key: 'not the key of it' } },
    });
    const error = await bench.failure(client.receiveMessage(queue));
    expect(error).toMatchObject({
      code: 'unauthenticated',
      status: 401,
      message: expect.stringContaining("check credentials, and this machine's clock"),
    });
    const sent = bench.fake.exchanges.map(({ requestHeaders }) => requestHeaders.authorization ?? '').join();
    const signature = new URLSearchParams(sent.replace(/^\S+ /, '')).get('sig') ?? '';
    expect(signature.length).toBeGreaterThan(20);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect([shown.includes('not the key'), shown.includes(signature)]).toEqual([false, false]);
  });

  test('without the right is told from a wrong one, and not renewed', async () => {
    await using bench = await open();
    const options = bench.fake.options('tenant_a', 'shared-key');
    const [policy] = bench.fake.world().policies;
    if (policy !== undefined) bench.fake.world().policies[0] = { ...policy, claims: ['Listen'] };
    const client = bench.client({ options });
    expect(await bench.failure(client.getQueue(queue))).toMatchObject({
      code: 'permission_denied',
      reason: 'MissingClaim',
      message: expect.stringContaining('give the policy the right (Send, Listen, Manage)'),
    });
    expect(bench.sent()).toHaveLength(1);
    expect((await client.receiveMessage(queue))?.text).toBe('first');
  });

  test('that somebody else made is sent as it is, with or without its name', async () => {
    await using bench = await open();
    const [policy] = bench.fake.world().policies;
    const ends = Math.floor(bench.clock.now() / 1_000) + 60;
    const token = signSas(
      `${bench.fake.url}/${queue}`,
      policy?.keyName ?? '',
      new Secret(policy?.key ?? ''),
      ends,
    );
    for (const sasToken of [token, token.replace('SharedAccessSignature ', '')]) {
      const client = bench.client({ options: { credentials: { type: 'sas', sasToken } } });
      expect(await client.receiveMessage(queue)).toBeDefined();
      expect(await bench.failure(client.sendMessage('payments', { body: 'x' }))).toMatchObject({
        code: 'permission_denied',
      });
    }
    await bench.clock.advance(60_000);
    const client = bench.client({ options: { credentials: { type: 'sas', sasToken: token } } });
    expect(await bench.failure(client.receiveMessage(queue))).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a connection string', () => {
  const parse = (connectionString: string, more: object = {}) =>
    serviceBusOptions.safeParse({ credentials: { type: 'connection-string', connectionString }, ...more });
  const whole = 'Endpoint=sb://my-bus.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=abc=';

  test('names the namespace, the policy and the one entity that it is for', () => {
    const { data } = parse(`${whole};EntityPath=orders;`);
    if (data === undefined) throw new Error('it was refused');
    const { endpoint, entity, access } = busNamespace(data);
    expect([endpoint.href, entity, access.kind]).toEqual([
      'https://my-bus.servicebus.windows.net/',
      'orders',
      'key',
    ]);
    expect(access.kind === 'key' && [access.keyName, access.key.reveal()]).toEqual(['root', 'abc=']);
  });

  test.each([
    [';', {}, 'credentials.connectionString is malformed: it has no parts'],
    [
      'Endpoint=sb://x.servicebus.windows.net/',
      {},
      'credentials.connectionString is malformed: SharedAccessKey is missing, and so is SharedAccessSignature',
    ],
    [
      'SharedAccessKeyName=a;SharedAccessKey=b',
      {},
      'credentials.connectionString is malformed: Endpoint is missing',
    ],
    [
      'Endpoint=sb://x/;SharedAccessKey=b',
      {},
      'credentials.connectionString is malformed: SharedAccessKeyName is missing',
    ],
    [
      'Endpoint=x;SharedAccessKeyName=a;SharedAccessKey=b',
      {},
      'credentials.connectionString is malformed: Endpoint is no address such as sb://name.servicebus.windows.net/',
    ],
    [
      `${whole};UseDevelopmentEmulator=true`,
      {},
      'credentials.connectionString is malformed: UseDevelopmentEmulator names the emulator, which speaks AMQP only; use the fake',
    ],
    [
      `${whole};SharedAccessKey=again`,
      {},
      'credentials.connectionString is malformed: SharedAccessKey stands there twice',
    ],
    [
      'Endpoint=sb://x/;SharedAccessSignature=SharedAccessSignature sr=a&sig=b',
      {},
      'credentials.connectionString is malformed: SharedAccessSignature has no se and no skn: copy the whole token',
    ],
    [whole, { namespace: 'other-bus' }, 'namespace is not the namespace of the connection string'],
  ])('%j is refused by the part that is wrong', (text, more, fault) => {
    const { error } = parse(text, more);
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([fault]);
  });

  test('for one entity is not used for another', async () => {
    await using bench = await open();
    const [policy] = bench.fake.world().policies;
    const connectionString = `Endpoint=sb://localhost/;SharedAccessKeyName=${policy?.keyName};SharedAccessKey=${policy?.key};EntityPath=${queue}`;
    const client = bench.client({
      options: { credentials: { type: 'connection-string', connectionString } },
    });
    expect((await client.receiveMessage(queue))?.text).toBe('first');
    const before = bench.fake.exchanges.length;
    expect(await bench.failure(client.receiveMessage('payments'))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('"payments" is not the entity of the connection string, "orders"'),
    });
    expect(bench.fake.exchanges).toHaveLength(before);
  });
});

test.each([
  [{}, ['namespace is missing']],
  [{ namespace: 'a' }, ['namespace must be 6 to 50 letters, digits and hyphens, beginning with a letter']],
  [{ endpoint: 'https://x/orders' }, ['endpoint has a path; give the URL of the namespace alone']],
  [{ namespace: 'my-bus', maxMessageBytes: 1 }, ['maxMessageBytes Too small: expected number to be >=1024']],
])('options %j are refused', (options, faults) => {
  const { error } = serviceBusOptions.safeParse(options);
  expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual(faults);
});

test.each(['shared-key', 'service-principal'] as const)(
  'the SDK’s client is made for the same namespace by %s, and opens nothing',
  async (how) => {
    await using bench = await open();
    const native = bench.client({ options: bench.fake.options('tenant_a', how) }).native();
    expect(native.fullyQualifiedNamespace).toBe(new URL(bench.fake.url).hostname);
    expect(bench.fake.exchanges).toEqual([]);
    await native.close();
  },
);
