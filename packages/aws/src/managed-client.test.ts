import { Readable } from 'node:stream';
import {
  DynamoDB,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandOutput,
  PutItemCommand,
  paginateScan,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createRegistry, errorCode } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { dynamoService } from './__tests__/dynamodb.ts';
import { aws } from './aws.ts';
import { connect } from './common/__tests__/connect.ts';
import { sdkClient } from './managed-client.ts';
import { type AwsFake, startFake } from './testing.ts';

type Setup = Parameters<typeof connect<typeof aws, AwsFake>>[2];

async function open(setup: Setup = {}) {
  const one = await connect(aws, ({ clock }) => startFake({ clock, services: [dynamoService()] }), setup);
  return Object.assign(one, { dynamo: sdkClient(one.client, DynamoDBClient) });
}

const retries = { retry: { maxAttempts: 3, jitter: 'none' } } as const;
const get = () => new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } });
const put = (id = 'a') => new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } });
const count = () =>
  new UpdateItemCommand({ TableName: 'things', Key: { id: { S: 'a' } }, UpdateExpression: 'ADD n :one' });
const unavailable = { kind: 'status', status: 503 } as const;

describe('a client of the SDK under the integration', () => {
  it('is of its class, and knows what each command answers', async () => {
    await using one = await open();
    expect(one.dynamo).toBeInstanceOf(DynamoDBClient);
    await one.done(one.dynamo.send(put()));
    const found = await one.done(one.dynamo.send(get()));
    expectTypeOf(found).toEqualTypeOf<GetItemCommandOutput>();
    expect(found.Item).toEqual({ id: { S: 'a' } });
    const again = await one.done(one.dynamo.send(get(), { timeoutMs: 5_000, effect: 'read' }));
    expectTypeOf(again).toEqualTypeOf<GetItemCommandOutput>();
  });

  it('repeats what is safe to repeat, by the policies and never by itself', async () => {
    await using one = await open({ resilience: retries });
    one.fake.inject({ fault: unavailable, times: 2 });
    await one.done(one.dynamo.send(put()));
    expect(one.fake.exchanges.map(({ status }) => status)).toEqual([503, 503, 200]);
    one.fake.forget();
    one.fake.inject({ fault: unavailable, times: Number.POSITIVE_INFINITY });
    expect(await one.failure(one.dynamo.send(count()))).toMatchObject({
      code: 'unavailable',
      operation: 'sendUnsafe',
      effect: 'unknown',
      attempts: 1,
    });
    expect(one.fake.exchanges).toHaveLength(1);
  });

  it('takes the caller’s word for what repeating a command does', async () => {
    await using one = await open({ resilience: retries });
    one.fake.inject({ fault: unavailable });
    await one.done(one.dynamo.send(count(), { effect: 'idempotent' }));
    expect(one.fake.exchanges).toHaveLength(2);
    one.fake.forget();
    one.fake.inject({ fault: unavailable });
    expect(await one.failure(one.dynamo.send(get(), { effect: 'unsafe' }))).toMatchObject({
      code: 'unavailable',
    });
  });

  it('gives commands that have a token one key over all attempts, and leaves the command as it was', async () => {
    await using one = await open({ resilience: retries });
    const command = new TransactWriteItemsCommand({ TransactItems: [] });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.dynamo.send(command));
    const tokens = one.fake.exchanges.map(
      ({ requestBody }) => JSON.parse(Buffer.from(requestBody).toString()).ClientRequestToken,
    );
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    expect(command.input.ClientRequestToken).toBeUndefined();
    one.fake.forget();
    await one.done(one.dynamo.send(command, { idempotencyKey: 'order-7' }));
    const given = new TransactWriteItemsCommand({
      TransactItems: [],
      ClientRequestToken: 'one-of-my-own-that-is-long-enough',
    });
    await one.done(one.dynamo.send(given));
    const later = one.fake.exchanges.map(
      ({ requestBody }) => JSON.parse(Buffer.from(requestBody).toString()).ClientRequestToken,
    );
    expect(later).toEqual([`order-7${'-'.repeat(25)}`, 'one-of-my-own-that-is-long-enough']);
  });

  it('fails with canonical errors, whose cause leads to the SDK’s own exception', async () => {
    await using one = await open();
    await one.done(one.dynamo.send(put()));
    const conditional = new PutItemCommand({
      TableName: 'things',
      Item: { id: { S: 'a' } },
      ConditionExpression: 'attribute_not_exists(id)',
    });
    const error = await one.failure(one.dynamo.send(conditional));
    expect(error).toMatchObject({
      code: 'failed_precondition',
      reason: 'ConditionalCheckFailedException',
      effect: 'none',
      status: 400,
      provider: 'aws',
    });
    expect(error.requestId).toMatch(/^0000/);
    const cause = (error.cause as Error).cause;
    expect(cause).toMatchObject({ name: 'ConditionalCheckFailedException', $fault: 'client' });
    const unknown = one.dynamo.send(new GetItemCommand({ TableName: 'nope', Key: {} }));
    expect(await one.failure(unknown)).toMatchObject({ code: 'not_found' });
  });

  it('works in what the SDK builds on clients: paginators, and classes with a method a command', async () => {
    await using one = await open({ resilience: retries });
    for (const id of ['a', 'b', 'c']) await one.done(one.dynamo.send(put(id)));
    one.fake.inject({ fault: unavailable, after: 1 });
    const ids: (string | undefined)[] = [];
    const collect = async () => {
      for await (const page of paginateScan({ client: one.dynamo, pageSize: 2 }, { TableName: 'things' }))
        ids.push(...(page.Items ?? []).map(({ id }) => id?.S));
    };
    await one.done(collect());
    expect(ids).toEqual(['a', 'b', 'c']);
    const whole = sdkClient(one.client, DynamoDB);
    const { Item } = await one.done(whole.getItem({ TableName: 'things', Key: { id: { S: 'b' } } }));
    expect(Item?.id?.S).toBe('b');
    const called = new Promise((resolve) => {
      whole.getItem({ TableName: 'nope', Key: {} }, (error: unknown) => resolve(errorCode(error)));
    });
    expect(await one.done(called)).toBe('not_found');
  });

  it('ends with the signal, by either of its names', async () => {
    await using one = await open();
    one.fake.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, times: 2 });
    for (const name of ['signal', 'abortSignal'] as const) {
      const abort = new AbortController();
      const sent = one.dynamo.send(get(), { [name]: abort.signal });
      const reason = new Error('enough');
      abort.abort(reason);
      await expect(one.done(sent)).rejects.toBe(reason);
    }
  });

  it('talks to AWS and its endpoint only, whatever a command says', async () => {
    await using one = await open();
    const elsewhere = sdkClient(one.client, DynamoDBClient, { endpoint: 'http://127.0.0.1:9' });
    const error = await one.failure(elsewhere.send(get()));
    expect(error).toMatchObject({ code: 'permission_denied', reason: 'egress_refused', effect: 'none' });
    const metadata = sdkClient(one.client, DynamoDBClient, { endpoint: 'http://169.254.169.254' });
    expect(await one.failure(metadata.send(get()))).toMatchObject({ reason: 'egress_refused' });
  });

  it('refuses what the SDK cannot write down, before it is sent', async () => {
    await using one = await open();
    const lambda = sdkClient(one.client, LambdaClient);
    const error = await one.failure(lambda.send(new InvokeCommand({} as never)));
    expect(error).toMatchObject({ code: 'invalid_argument', reason: 'refused_by_sdk', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });

  it('does not send a stream twice', async () => {
    await using one = await open({ resilience: retries });
    const s3 = sdkClient(one.client, S3Client, { forcePathStyle: true });
    one.fake.inject({ fault: unavailable, times: Number.POSITIVE_INFINITY });
    const body = Readable.from([Buffer.from('x')]);
    const command = new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: body, ContentLength: 1 });
    expect(await one.failure(s3.send(command))).toMatchObject({
      code: 'failed_precondition',
      reason: 'stream_spent',
    });
    expect(one.fake.exchanges).toHaveLength(1);
  });

  it('goes on when its registration gets other options', async () => {
    const clock = createVirtualClock();
    await using fake = await startFake({ clock, services: [dynamoService()] });
    const registry = createRegistry({ clock, health: { checkIntervalMs: 0 } });
    registry.register(aws, { name: 'main', tenant: 'acme', options: fake.options('tenant_a') });
    const dynamo = sdkClient(registry.tenant('acme').get(aws, 'main'), DynamoDBClient);
    await clock.until(dynamo.send(put()));
    await clock.until(
      registry.reconfigure(aws, { name: 'main', tenant: 'acme' }, { options: fake.options('tenant_b') }),
    );
    await clock.until(dynamo.send(put()));
    const keys = fake.exchanges
      .filter(({ requestHeaders }) => requestHeaders['x-amz-target'] !== undefined)
      .map(({ requestHeaders }) => /Credential=([^/]+)/.exec(requestHeaders.authorization ?? '')?.[1]);
    expect(keys).toEqual(['tenant_a', 'tenant_b'].map((tenant) => fake.accounts.of(tenant).accessKeyId));
    await clock.until(Promise.resolve(registry[Symbol.asyncDispose]()));
  });
});

describe('getCallerIdentity', () => {
  it('says whose credentials they are, without the SDK', async () => {
    await using one = await open();
    const { accountId } = one.fake.accounts.of('tenant_a');
    expect(await one.done(one.client.getCallerIdentity())).toEqual({
      accountId,
      arn: `arn:aws:iam::${accountId}:user/im`,
      userId: 'AIDAIMFAKE',
    });
    one.fake.inject({ fault: { kind: 'status', status: 200, body: '<html/>' } });
    expect(await one.failure(one.client.getCallerIdentity())).toMatchObject({
      code: 'internal',
      reason: 'unexpected_body',
    });
  });
});
