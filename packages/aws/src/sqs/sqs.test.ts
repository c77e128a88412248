import { createIntegration } from '@im/core';
import { startFauxqs } from '@im/testing/peers';
import { describeIntegration, describePeer } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { sqs } from './sqs.ts';
import { harness, startFake } from './testing.ts';

describeIntegration(sqs, harness);

const open = (setup: Parameters<typeof connect<typeof sqs, Awaited<ReturnType<typeof startFake>>>>[2] = {}) =>
  connect(sqs, startFake, setup);

const targets = ({
  exchanges,
}: {
  readonly exchanges: readonly { readonly requestHeaders: Readonly<Record<string, string>> }[];
}) => exchanges.map(({ requestHeaders }) => requestHeaders['x-amz-target']?.split('.')[1]);

describe('messages', () => {
  it('come as they were sent, with their attributes', async () => {
    await using one = await open();
    const bytes = Uint8Array.of(0, 255);
    const attributes = { kind: 'order', weight: 2.5, seal: bytes, id: { type: 'String.uuid', value: 'a-b' } };
    const sent = await one.done(one.client.send('orders', { body: 'grüße & <xml>', attributes }));
    const [message] = await one.done(one.client.receive('orders'));
    expect(message).toMatchObject({
      id: sent.id,
      body: 'grüße & <xml>',
      receiveCount: 1,
      sentAt: one.clock.now(),
    });
    expect(message?.attributes).toEqual({
      kind: { type: 'String', value: 'order' },
      weight: { type: 'Number', value: '2.5' },
      seal: { type: 'Binary', value: bytes },
      id: { type: 'String.uuid', value: 'a-b' },
    });
  });

  it('are hidden until their time-out, then come again, and after three receives go to the dead-letter queue', async () => {
    await using one = await open();
    await one.done(one.client.send('orders', { body: 'poison' }));
    for (const round of [1, 2, 3]) {
      const [message] = await one.done(one.client.receive('orders', { waitSeconds: 0 }));
      expect(message?.receiveCount).toBe(round);
      expect(await one.done(one.client.receive('orders', { waitSeconds: 0 }))).toEqual([]);
      await one.clock.advance(30_000);
    }
    expect(await one.done(one.client.receive('orders', { waitSeconds: 0 }))).toEqual([]);
    const [dead] = await one.done(one.client.receive('orders-dead', { waitSeconds: 0 }));
    expect(dead?.deadLetterSourceArn).toMatch(/:orders$/);
    const { waiting, deadLetter } = await one.done(one.client.getQueue('orders'));
    expect([waiting, deadLetter?.maxReceives]).toEqual([0, 3]);
  });

  it('are waited for, up to 20 seconds, and not beyond the end of the call', async () => {
    await using one = await open();
    const begun = one.clock.now();
    const receive = one.client.receive('orders');
    await one.clock.advance(3_000);
    await one.client.send('orders', { body: 'at last' });
    expect(await one.done(receive)).toHaveLength(1);
    expect(one.clock.now() - begun).toBeLessThan(5_000);
    expect(await one.done(one.client.receive('orders', { waitSeconds: 20 }, { timeoutMs: 6_000 }))).toEqual(
      [],
    );
  });

  it('whose checksum is another on the way back are an error, and the outcome of sending is not known', async () => {
    await using one = await open();
    await one.done(one.client.getQueueUrl('orders'));
    const body = JSON.stringify({ MessageId: 'a', MD5OfMessageBody: 'f'.repeat(32) });
    one.fake.inject({ fault: { kind: 'status', status: 200, body } });
    const error = await one.failure(one.client.send('orders', { body: 'x' }));
    expect(error).toMatchObject({ code: 'internal', reason: 'checksum_mismatch', effect: 'unknown' });
  });

  it('of a FIFO queue keep their order in a group, and are taken once for one key', async () => {
    await using one = await open();
    const send = (body: string, groupId: string, idempotencyKey: string) =>
      one.done(one.client.sendFifo('payments.fifo', { body, groupId }, { idempotencyKey }));
    const first = await send('a1', 'a', 'key-1');
    expect((await send('a1', 'a', 'key-1')).id).toBe(first.id);
    await send('a2', 'a', 'key-2');
    await send('b1', 'b', 'key-3');
    const bodies = async () => {
      const received = await one.done(
        one.client.receiveFifo('payments.fifo', { maxMessages: 1, waitSeconds: 0 }),
      );
      return received.map(({ body }) => body);
    };
    // While one of a group is being worked on, no other of it is given.
    expect([await bodies(), await bodies(), await bodies()]).toEqual([['a1'], ['b1'], []]);
  });

  it('of a FIFO queue come again when the answer to a receive was lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 2 } } });
    await one.done(one.client.sendFifo('payments.fifo', { body: 'a1', groupId: 'a' }));
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    const received = await one.done(one.client.receiveFifo('payments.fifo'));
    expect(received.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([['a1', 1]]);
  });
});

describe('a batch', () => {
  it('has a result for each entry, in their order', async () => {
    await using one = await open();
    const results = await one.done(
      one.client.sendBatch('orders', [
        { body: 'good' },
        { body: 'x'.repeat(1_048_577) },
        { body: 'also good' },
      ]),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ code: 'invalid_argument', reason: 'InvalidParameterValue' });
    const received = await one.done(one.client.receive('orders'));
    const handles = received.map(({ receiptHandle }) => receiptHandle);
    const changes = handles.map((receiptHandle) => ({ receiptHandle, seconds: 0 }));
    expect(await one.done(one.client.changeVisibilityBatch('orders', changes))).toEqual([
      { ok: true },
      { ok: true },
    ]);
    expect(await one.done(one.client.deleteBatch('orders', ['bm9uZQ', ...handles]))).toMatchObject([
      { ok: false, reason: 'ReceiptHandleIsInvalid' },
      { ok: true },
      { ok: true },
    ]);
  });

  it('that was cut short is an error: nobody knows what became of the rest', async () => {
    await using one = await open();
    await one.done(one.client.getQueueUrl('orders'));
    one.fake.inject({ fault: { kind: 'status', status: 200, body: '{"Successful":[]}' } });
    const error = await one.failure(one.client.sendBatch('orders', [{ body: 'x' }]));
    expect(error).toMatchObject({ code: 'internal', reason: 'unexpected_body', effect: 'unknown' });
  });
});

describe('queues', () => {
  it('are looked up by name once', async () => {
    await using one = await open();
    for (const body of ['a', 'b']) await one.done(one.client.send('orders', { body }));
    expect(targets(one.fake)).toEqual(['GetQueueUrl', 'SendMessage', 'SendMessage']);
  });

  it('that do not exist, or are of another account, are refused with what to do', async () => {
    await using one = await open();
    const gone = await one.failure(one.client.send('nope', { body: 'x' }));
    expect(gone).toMatchObject({ code: 'not_found', reason: 'QueueDoesNotExist', effect: 'none' });
    expect(gone.message).toBe(
      'aws-sqs.send: there is no such queue in this account and region; check its name and the region',
    );
    one.fake.options('tenant_b');
    const theirs = one.fake.queue('orders', 'tenant_b')?.url ?? '';
    const error = await one.failure(one.client.send(theirs, { body: 'x' }));
    expect(error).toMatchObject({ code: 'permission_denied', reason: 'AccessDenied', status: 403 });
  });

  it('can be deleted twice by one call whose first answer was lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 2 } } });
    await one.done(one.client.getQueueUrl('obsolete'));
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.client.deleteQueue('obsolete'));
    expect(await one.failure(one.client.deleteQueue('obsolete'))).toMatchObject({ code: 'not_found' });
  });

  it('are told apart from those of the same name with other settings, or deleted a moment ago', async () => {
    await using one = await open();
    const create = (retentionSeconds: number) =>
      one.client.createQueue('fresh', { settings: { retentionSeconds, deadLetter: undefined } });
    expect(await one.done(create(60))).toBe(await one.done(create(60)));
    expect(await one.failure(create(120))).toMatchObject({ code: 'already_exists' });
    await one.done(one.client.deleteQueue('fresh'));
    expect(await one.failure(create(60))).toMatchObject({ code: 'failed_precondition' });
  });

  it('give back what stands in their dead-letter queue', async () => {
    await using one = await open();
    one.fake.options();
    const dead = one.fake.queue('orders-dead');
    dead?.send({ body: 'again', deadLetterSourceArn: one.fake.queue('orders')?.arn }, 'me');
    const handle = await one.done(one.client.startMessageMove(dead?.arn ?? ''));
    expect(await one.done(one.client.listMessageMoves(dead?.arn ?? ''))).toMatchObject([
      { handle, status: 'RUNNING', moved: 1 },
    ]);
    expect(await one.failure(one.client.startMessageMove(dead?.arn ?? ''))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await one.done(one.client.cancelMessageMove(handle))).toBe(1);
    expect(await one.done(one.client.receive('orders', { waitSeconds: 0 }))).toMatchObject([
      { body: 'again' },
    ]);
  });
});

describe('bad input', () => {
  it('is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.send('orders', { body: '' }),
      () => client.send('orders', { body: 'x', delaySeconds: 901 }),
      () => client.sendFifo('payments.fifo', { body: 'x', groupId: '' }),
      () =>
        client.sendFifo('payments.fifo', { body: 'x', groupId: 'a' }, { idempotencyKey: 'x'.repeat(129) }),
      () => client.sendBatch('orders', []),
      () =>
        client.deleteBatch(
          'orders',
          Array.from({ length: 11 }, () => 'x'),
        ),
      () => client.receive('orders', { maxMessages: 0 }),
      () => client.receive('orders', { waitSeconds: 21 }),
      () => client.receive('orders', { visibilityTimeoutSeconds: -1 }),
      () => client.changeVisibility('orders', 'x', 43_201),
      () => client.createQueue('with space'),
      () => client.createQueue(`${'x'.repeat(76)}.fifo`),
      () => client.setQueueSettings('orders', {}),
      () => client.startMessageMove('orders-dead'),
      () => client.listQueues(undefined, { pageSize: 1_001 }).toArray(),
    ];
    await one.done(client.getQueueUrl('payments.fifo'));
    await one.done(client.getQueueUrl('orders'));
    one.fake.forget();
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(targets(one.fake)).toEqual([]);
  });

  it('of the account is named with its remedy, and no secret', async () => {
    const secretAccessKey = 'not-the-secret-of-this-key';
    await using one = await open();
    const { accessKeyId } = one.fake.accounts.of('tenant_a');
    await using wrong = await open({ options: { credentials: { accessKeyId, secretAccessKey } } });
    const error = await wrong.failure(wrong.client.getQueueUrl('orders'));
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'InvalidSignatureException' });
    expect(error.message).toBe('aws-sqs.getQueueUrl: the signature was refused; check secretAccessKey');
    await using unknown = await open({
      options: { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey } },
    });
    expect(await unknown.failure(unknown.client.getQueueUrl('orders'))).toMatchObject({
      code: 'unauthenticated',
      reason: 'UnrecognizedClientException',
    });
    await using elsewhere = await open({ options: { region: 'eu-west-1' } });
    expect(await elsewhere.failure(elsewhere.client.getQueueUrl('orders'))).toMatchObject({
      code: 'invalid_argument',
      reason: 'WrongRegion',
    });
  });
});

describe('native()', () => {
  it('is the SDK client, with this integration’s credentials, endpoint and transport', async () => {
    await using one = await open();
    const native = one.client.native();
    const { SQSClient, ListQueuesCommand } = await import('@aws-sdk/client-sqs');
    expect(native).toBeInstanceOf(SQSClient);
    const { QueueUrls } = await one.done(native.send(new ListQueuesCommand({})));
    expect(QueueUrls).toHaveLength(5);
  });
});

describePeer('SQS of fauxqs', 'fauxqs', () => {
  it('takes the same calls, in standard and FIFO queues', async () => {
    await using peer = await startFauxqs();
    await using client = createIntegration(sqs, {
      options: {
        region: 'us-east-1',
        endpoint: peer.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      },
    });
    await client.createQueue('peer-dead');
    const { arn } = await client.getQueue('peer-dead');
    await client.createQueue('peer', {
      settings: { deadLetter: { queueArn: arn, maxReceives: 1 } },
      tags: { a: 'b' },
    });
    expect(await client.listQueueTags('peer')).toEqual({ a: 'b' });
    const sent = await client.sendBatch('peer', [{ body: 'one', attributes: { n: 1 } }, { body: 'two' }]);
    expect(sent.map(({ ok }) => ok)).toEqual([true, true]);
    const received = await client.receive('peer', { waitSeconds: 1, visibilityTimeoutSeconds: 0 });
    expect(received.map(({ body }) => body).sort()).toEqual(['one', 'two']);
    expect(await client.receive('peer', { waitSeconds: 0 })).toEqual([]);
    const [dead] = await client.receive('peer-dead', { waitSeconds: 1 });
    await client.changeVisibility('peer-dead', dead?.receiptHandle ?? '', 60);
    await client.deleteMessage('peer-dead', dead?.receiptHandle ?? '');

    await client.createQueue('peer.fifo');
    const send = () => client.sendFifo('peer.fifo', { body: 'once', groupId: 'g' }, { idempotencyKey: 'k' });
    expect((await send()).id).toBe((await send()).id);
    expect(await client.receiveFifo('peer.fifo', { waitSeconds: 0 })).toMatchObject([
      { body: 'once', groupId: 'g' },
    ]);
    const urls = await client.listQueues('peer').toArray();
    expect(urls).toHaveLength(3);
    await client.purgeQueue('peer');
    await client.deleteQueue('peer');
    await expect(client.send('peer', { body: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
