import { inspect } from 'node:util';
import { createRegistry } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { queueOptions } from './options.ts';
import { queue } from './queue.ts';
import { harness, harnessBy, sampleQueue, startFake } from './testing.ts';

describeIntegration(queue, harness);
describe('by the key of the account', () => describeIntegration(queue, harnessBy('account-key')));

const open = () => openBench(queue, startFake);

describe('a message', () => {
  test('that was taken comes back when its time is over, and is counted', async () => {
    await using bench = await open();
    const client = bench.client();
    const take = () => client.getMessages(sampleQueue, { maxMessages: 32, visibilitySeconds: 30 });
    const [first] = await take();
    expect(first).toMatchObject({ text: 'first', dequeueCount: 1, decoded: true });
    expect(first?.nextVisibleAt).toBe(bench.clock.now() + 30_000);
    await bench.clock.advance(29_999);
    expect(await take()).toEqual([]);
    await bench.clock.advance(1);
    const [again] = await take();
    expect(again).toMatchObject({ id: first?.id, dequeueCount: 2 });
    expect(
      await bench.failure(client.deleteMessage(sampleQueue, again?.id ?? '', first?.popReceipt ?? '')),
    ).toMatchObject({
      code: 'failed_precondition',
      reason: 'PopReceiptMismatch',
      message: expect.stringMatching(/queue samples: Azure says .*; it was received or updated since/),
    });
  });

  test('is kept hidden for longer by an update, whose receipt is good from then on', async () => {
    await using bench = await open();
    const client = bench.client();
    const [message] = await client.getMessages(sampleQueue);
    const { id = '', popReceipt = '' } = message ?? {};
    await bench.clock.advance(20_000);
    const updated = await client.updateMessage(sampleQueue, id, popReceipt, 3_600);
    expect(updated.nextVisibleAt).toBe(bench.clock.now() + 3_600_000);
    await client.deleteMessage(sampleQueue, id, updated.popReceipt);
    expect((await client.getQueueProperties(sampleQueue)).approximateMessageCount).toBe(2);
  });

  test('ends after its time to live, after seven days, or never', async () => {
    await using bench = await open();
    const client = bench.client();
    const count = async () => (await client.getQueueProperties('others')).approximateMessageCount;
    await client.putMessage('others', 'brief', { timeToLiveSeconds: 60 });
    await client.putMessage('others', 'usual');
    await client.putMessage('others', 'for good', { timeToLiveSeconds: Number.POSITIVE_INFINITY });
    await bench.clock.advance(60_000);
    expect(await count()).toBe(2);
    await bench.clock.advance(7 * 86_400_000);
    expect(await count()).toBe(1);
  });

  test('of another program that is no base64 is given as it is, and says so', async () => {
    await using bench = await open();
    const store = bench.fake.store();
    const others = store.queues.get('others');
    if (others !== undefined) store.put(others, 'plain <text>');
    const [message] = await bench.client().peekMessages('others');
    expect(message).toMatchObject({ text: 'plain <text>', decoded: false });
    const [asText] = await bench.client({ options: { encoding: 'text' } }).peekMessages('others');
    expect(asText).toMatchObject({ text: 'plain <text>', decoded: true });
  });

  test('stands in the queue as the option says', async () => {
    await using bench = await open();
    const [usual, text] = [bench.client(), bench.client({ options: { encoding: 'text' } })];
    await usual.putMessage('others', 'é');
    await text.putMessage('others', 'é');
    const stored = bench.fake
      .store()
      .queues.get('others')
      ?.messages.map((message) => message.text);
    expect(stored).toEqual(['w6k=', 'é']);
  });

  test('of 64 KiB as it stands in the queue is taken, and one of more is refused before anything is sent', async () => {
    await using bench = await open();
    const [usual, text] = [bench.client(), bench.client({ options: { encoding: 'text' } })];
    await usual.putMessage('others', new Uint8Array(49_152));
    await text.putMessage('others', 'x'.repeat(65_536));
    const before = bench.fake.exchanges.length;
    expect(await bench.failure(usual.putMessage('others', new Uint8Array(49_153)))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('65540 bytes in base64; 65536 are taken'),
    });
    expect(await bench.failure(text.putMessage('others', 'é'.repeat(32_769)))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.fake.exchanges).toHaveLength(before);
  });

  test.each([
    ['bytes', Uint8Array.of(1), 'the message is bytes'],
    ['a control character', 'a\u0000b', 'characters that XML cannot hold'],
    ['half a character', '\ud83d', 'characters that XML cannot hold'],
  ])('that XML cannot hold (%s) is refused where it is stored as text', async (_, body, says) => {
    await using bench = await open();
    const client = bench.client({ options: { encoding: 'text' } });
    expect(await bench.failure(client.putMessage('others', body))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });
});

describe('bad input is refused before anything is sent', () => {
  type Client = ReturnType<Awaited<ReturnType<typeof open>>['client']>;
  test.each<[string, (client: Client) => Promise<unknown>, string]>([
    ['a short name', (client) => client.createQueue('ab'), '"ab" is no name of a queue'],
    ['capitals', (client) => client.createQueue('Orders'), 'lower-case letters'],
    ['two hyphens', (client) => client.createQueue('a--b'), 'single hyphens'],
    ['a path', (client) => client.getQueueProperties('../x'), 'is no name of a queue'],
    [
      'too many at once',
      (client) => client.getMessages('abc', { maxMessages: 33 }),
      'maxMessages is 33; give a whole number from 1 to 32',
    ],
    ['none', (client) => client.peekMessages('abc', 0), 'maxMessages is 0'],
    [
      'no time',
      (client) => client.getMessages('abc', { visibilitySeconds: 0 }),
      'visibilitySeconds is 0; give a whole number from 1 to 604800',
    ],
    [
      'half a second',
      (client) => client.putMessage('abc', 'x', { visibilitySeconds: 0.5 }),
      'visibilitySeconds is 0.5',
    ],
    [
      'more than a week',
      (client) => client.putMessage('abc', 'x', { visibilitySeconds: 604_801 }),
      'visibilitySeconds is 604801',
    ],
    [
      'no life',
      (client) => client.putMessage('abc', 'x', { timeToLiveSeconds: 0 }),
      'timeToLiveSeconds is 0',
    ],
    [
      'a life in hiding',
      (client) => client.putMessage('abc', 'x', { timeToLiveSeconds: 5, visibilitySeconds: 5 }),
      'hidden for 5 seconds, and live for 5 only',
    ],
    ['no receipt', (client) => client.deleteMessage('abc', 'id', ''), 'the popReceipt is ""'],
    [
      'an id that climbs',
      (client) => client.deleteMessage('abc', '..', 'x'),
      'the id of the message is ".."',
    ],
    ['metadata with a hyphen', (client) => client.setMetadata('abc', { 'a-b': 'c' }), 'no C# identifier'],
    [
      'metadata with a line break',
      (client) => client.createQueue('abc', { a: 'b\r\nx-evil: 1' }),
      'not printable ASCII',
    ],
    ['empty metadata', (client) => client.createQueue('abc', { a: '' }), 'is empty'],
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

describe('what is repeated', () => {
  test('a deletion of a message and of a queue work once though their first answers were lost', async () => {
    await using bench = await open();
    const client = bench.client();
    const [message] = await client.getMessages(sampleQueue);
    const lost = () => bench.fake.inject({ method: 'DELETE', fault: { kind: 'cut', when: 'after' } });
    lost();
    await bench.clock.until(client.deleteMessage(sampleQueue, message?.id ?? '', message?.popReceipt ?? ''));
    lost();
    await bench.clock.until(client.deleteQueue(sampleQueue));
    expect(await bench.failure(client.deleteQueue(sampleQueue))).toMatchObject({ code: 'not_found' });
  });

  test('making a queue is, until the name is free', async () => {
    await using bench = await open();
    const client = bench.client({
      resilience: { timeoutMs: 120_000, retry: { maxAttempts: 6, initialMs: 10_000, maxMs: 20_000 } },
    });
    bench.fake.store().deletingMs = 40_000;
    await client.deleteQueue(sampleQueue);
    const before = bench.clock.now();
    await bench.clock.until(client.createQueue(sampleQueue));
    expect(bench.clock.now() - before).toBeGreaterThanOrEqual(40_000);
  });

  test('putting, taking and updating are not: what is unknown is called so', async () => {
    await using bench = await open();
    const client = bench.client();
    const [message] = await client.getMessages(sampleQueue);
    for (const [method, work] of [
      ['POST', () => client.putMessage(sampleQueue, 'x')],
      ['GET', () => client.getMessages(sampleQueue)],
      ['PUT', () => client.updateMessage(sampleQueue, message?.id ?? '', message?.popReceipt ?? '', 5)],
    ] as const) {
      const before = bench.fake.exchanges.length;
      bench.fake.inject({ method, fault: { kind: 'cut', when: 'after' } });
      expect(await bench.failure(work())).toMatchObject({
        code: 'unavailable',
        effect: 'unknown',
        retryable: false,
      });
      expect(bench.fake.exchanges).toHaveLength(before + 1);
    }
  });
});

describe('credentials', () => {
  test('a SAS for one queue works there and nowhere else, and listing is not what health asks of it', async () => {
    await using bench = await open();
    const options = bench.fake.options('tenant_a', 'sas');
    const client = bench.client({ options });
    expect((await client.getMessages(sampleQueue)).map(({ text }) => text)).toEqual(['first']);
    expect(await bench.failure(client.clearMessages(sampleQueue))).toMatchObject({
      code: 'permission_denied',
      reason: 'AuthorizationPermissionMismatch',
    });
    const error = await bench.failure(client.getMessages('others'));
    expect(error).toMatchObject({ code: 'unauthenticated', status: 403 });
    const signature =
      new URLSearchParams(String(bench.fake.exchanges.at(-1)?.target.split('?')[1])).get('sig') ?? '';
    expect(signature.length).toBeGreaterThan(20);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(signature);
  });

  test('a key that was changed is refused, and names what to check', async () => {
    await using bench = await open();
    const client = bench.client({ options: bench.fake.options('tenant_a', 'account-key') });
    await client.peekMessages(sampleQueue);
    bench.fake.account().key = Buffer.alloc(64, 1).toString('base64');
    expect(await bench.failure(client.peekMessages(sampleQueue))).toMatchObject({
      code: 'unauthenticated',
      reason: 'AuthenticationFailed',
      message: expect.stringContaining("check the account's key, SAS or identity, and this machine's clock"),
    });
  });

  test.each([
    [{ connectionString: 'UseDevelopmentStorage=true' }, undefined],
    [
      { connectionString: 'AccountName=abc' },
      'credentials.connectionString is malformed: AccountKey is missing, and so is SharedAccessSignature',
    ],
    [
      { connectionString: 'AccountName=abc;AccountKey=not base64' },
      'credentials.connectionString is malformed: AccountKey is no base64: copy the whole key, with the = signs at its end',
    ],
  ])('a connection string is read or refused by its part: %j', (given, fault) => {
    const { error } = queueOptions.safeParse({ credentials: { type: 'connection-string', ...given } });
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join()).toBe(fault);
  });
});

test.each([
  [404, 'QueueNotFound', 'not_found', 'check the name and the account, or call createQueue'],
  [409, 'QueueAlreadyExists', 'already_exists', 'it has other metadata'],
  [409, 'QueueDisabled', 'failed_precondition', 'Azure says QueueDisabled'],
  [404, 'MessageNotFound', 'not_found', 'it was deleted, has expired'],
  [400, 'PopReceiptMismatch', 'failed_precondition', 'take the popReceipt of the last answer'],
  [400, 'InvalidPopReceipt', 'failed_precondition', 'take the popReceipt of the last answer'],
  [400, 'MessageTooLarge', 'invalid_argument', 'queue samples: Azure says'],
  [400, 'MetadataTooLarge', 'invalid_argument', 'the metadata is not as the service wants it'],
  [400, 'OutOfRangeQueryParameterValue', 'invalid_argument', 'queue samples: Azure says'],
  [400, 'InvalidXmlNodeValue', 'invalid_argument', 'queue samples: Azure says'],
  [403, 'AuthenticationFailed', 'unauthenticated', "check the account's key"],
  [503, 'ServerBusy', 'unavailable', 'the service is busy'],
] as const)('%i %s is %s', async (status, reason, code, says) => {
  await using bench = await open();
  bench.fake.inject({
    path: /messages/,
    fault: { kind: 'status', status, headers: { 'x-ms-error-code': reason }, body: '' },
  });
  expect(await bench.failure(bench.client().getMessages(sampleQueue))).toMatchObject({
    code,
    status,
    reason,
    effect: 'none',
    message: expect.stringContaining(says),
  });
});

test('a list goes on at its marker, and a foreign cursor is refused before anything is sent', async () => {
  await using bench = await open();
  const client = bench.client();
  for (let count = 0; count < 9; count += 1)
    bench.fake.store().createQueue(`queue-${count}`, { n: String(count) });
  const first = client.listQueues({ prefix: 'queue-' }, { pageSize: 4, limit: 4 });
  expect((await first.toArray()).map(({ name }) => name.at(-1))).toEqual(['0', '1', '2', '3']);
  const more = client.listQueues({ prefix: 'queue-', metadata: true }, { pageSize: 4 });
  expect((await more.toArray()).map(({ metadata }) => metadata?.n)).toHaveLength(9);
  const before = bench.fake.exchanges.length;
  expect(await bench.failure(client.listQueues(undefined, { cursor: 'bm9uZQ' }).toArray())).toMatchObject({
    code: 'invalid_argument',
  });
  expect(bench.fake.exchanges).toHaveLength(before);
});

test.each([
  ['no XML', '{"queues":[]}'],
  ['another document', '<Error/>'],
  ['an entity of its own', '<!DOCTYPE a [<!ENTITY b "c">]><QueueMessagesList>&b;</QueueMessagesList>'],
  [
    'a message without an id',
    '<QueueMessagesList><QueueMessage><MessageText/></QueueMessage></QueueMessagesList>',
  ],
])('an answer that is %s is an error', async (_, body) => {
  await using bench = await open();
  bench.fake.inject({
    path: /messages$/,
    fault: { kind: 'status', status: 200, headers: { 'content-type': 'application/xml' }, body },
  });
  expect(await bench.failure(bench.client().getMessages(sampleQueue))).toMatchObject({
    code: 'internal',
    reason: 'unexpected_body',
  });
});

test('an identity that may not list is healthy; one that a firewall keeps out is not', async () => {
  for (const [code, status] of [
    ['AuthorizationPermissionMismatch', 'healthy'],
    ['AuthorizationFailure', 'unhealthy'],
  ] as const) {
    await using bench = await open();
    bench.fake.inject({
      path: '/storage/',
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403, headers: { 'x-ms-error-code': code }, body: '' },
    });
    await using registry = createRegistry({ clock: bench.clock, health: { checkIntervalMs: 0 } });
    registry.register(queue, { name: 'one', options: bench.fake.options() });
    await bench.clock.until(registry.enableAll().catch(() => undefined));
    expect([code, registry.status({ name: 'one' })?.status]).toEqual([code, status]);
  }
});

test.each(['service-principal', 'account-key', 'sas'] as const)(
  'the SDK works by %s, and does not repeat by itself',
  async (how) => {
    await using bench = await open();
    const native = bench
      .client({ options: bench.fake.options('tenant_a', how) })
      .native()
      .getQueueClient(sampleQueue);
    const { receivedMessageItems } = await native.receiveMessages();
    expect(
      receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString()),
    ).toEqual(['first']);
    const before = bench.sent().length;
    bench.fake.inject({
      path: /messages/,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 503 },
    });
    await bench.failure(native.receiveMessages());
    expect(bench.sent()).toHaveLength(before + 1);
  },
);
