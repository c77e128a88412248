import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createIntegration, isIntegrationError, provide } from '@im/core';
import { createEgressGuard, createTransport, type HttpRequest, transportKey } from '@im/http';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { dynamoService } from '../__tests__/dynamodb.ts';
import { aws } from '../aws.ts';
import { sdkClient } from '../managed-client.ts';
import { type AwsFake, type RestService, respond, startFake } from '../testing.ts';
import { connect, warm } from './__tests__/connect.ts';
import { createRequestHandler } from './request-handler.ts';

const hour = 3_600_000;
const get = () => new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } });

/** A little of S3: what is put is there. */
function objectService(): RestService {
  const objects = new Map<string, Uint8Array>();
  return {
    service: 's3',
    kind: 'rest',
    routes: {
      'PUT /:bucket/*key': ({ request }) => {
        objects.set(request.path, request.body);
        return respond({ headers: { etag: '"1"' } });
      },
      'GET /:bucket/*key': ({ request }) => respond({ body: objects.get(request.path) ?? '' }),
    },
  };
}

type Setup = Parameters<typeof connect<typeof aws, AwsFake>>[2];
const open = (setup: Setup = {}) =>
  connect(aws, ({ clock }) => startFake({ clock, services: [dynamoService(), objectService()] }), setup);

describe('a clock that is wrong by minutes', () => {
  it('is corrected from the time of AWS, and the call succeeds', async () => {
    const clock = createVirtualClock();
    await using fake = await startFake({
      clock: { now: () => clock.now() + hour, schedule: (...args) => clock.schedule(...args) },
      services: [dynamoService()],
    });
    await warm(fake.url);
    const make = (retry: boolean) =>
      createIntegration(aws, {
        clock,
        options: fake.options(),
        resilience: { retry: retry && { maxAttempts: 2 } },
      });
    {
      await using once = make(false);
      const error: unknown = await clock
        .until(sdkClient(once, DynamoDBClient).send(get()))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unauthenticated', reason: 'ClockSkew', retryable: true });
      expect(String(error)).toContain('the clock of this machine is wrong by minutes; set the clock');
    }
    await using client = make(true);
    const dynamo = sdkClient(client, DynamoDBClient);
    fake.forget();
    await clock.until(dynamo.send(get()));
    await clock.until(dynamo.send(get()));
    await clock.until(client.getCallerIdentity());
    expect(fake.exchanges.map(({ status }) => status)).toEqual([400, 200, 200, 200]);
  });
});

describe('an error', () => {
  it('keeps the exception of the SDK unless it quotes a secret', async () => {
    await using one = await open();
    const dynamo = sdkClient(one.client, DynamoDBClient);
    const { secretAccessKey } = one.fake.accounts.of('tenant_a');
    const quoting = JSON.stringify({
      __type: 'x#OddException',
      message: `you sent ${secretAccessKey}`,
      more: 1,
    });
    one.fake.inject({ fault: { kind: 'status', status: 400, body: quoting } });
    const quoted = await one.failure(dynamo.send(get()));
    expect(quoted).toMatchObject({ reason: 'OddException', code: 'invalid_argument' });
    expect(inspect(quoted, { depth: 10 })).not.toContain(secretAccessKey);
    expect((quoted.cause as Error).cause).toBeUndefined();
    one.fake.inject({
      fault: { kind: 'status', status: 400, body: quoting.replace(secretAccessKey, 'nothing') },
    });
    const plain = await one.failure(dynamo.send(get()));
    expect((plain.cause as Error).cause).toMatchObject({ name: 'OddException', more: 1 });
    expect(plain.message).toContain('AWS says "you sent nothing"');
  });

  it('whose body is no error of AWS’s goes by its status', async () => {
    await using one = await open();
    const dynamo = sdkClient(one.client, DynamoDBClient);
    for (const [status, code] of [
      [502, 'unavailable'],
      [404, 'not_found'],
      [429, 'resource_exhausted'],
    ] as const) {
      one.fake.inject({
        fault: { kind: 'status', status, headers: { 'content-type': 'text/html' }, body: '<html>' },
      });
      expect(await one.failure(dynamo.send(get()))).toMatchObject({ code, status });
    }
  });

  it('of the network is that of every integration', async () => {
    await using one = await open();
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    const dynamo = sdkClient(one.client, DynamoDBClient);
    const error = await one.failure(dynamo.send(get()));
    expect(error).toMatchObject({ code: 'unavailable', effect: 'none', operation: 'sendRead' });
    expect(error.message).toMatch(/the connection broke before the answer was complete/);
  });

  it('is read by the table even where somebody threw the SDK’s own exception', () => {
    const thrown = Object.assign(new Error('no'), {
      name: 'AccessDenied',
      $fault: 'client',
      $metadata: { httpStatusCode: 403, requestId: 'r-1' },
    });
    expect(aws.errors.read?.(thrown)).toEqual({
      status: 403,
      requestId: 'r-1',
      sent: true,
      reason: 'AccessDenied',
    });
    expect(aws.errors.read?.(new Error('ours'))).toBeUndefined();
  });
});

describe('streams', () => {
  it('go up and come down over the transport, checksums included', async () => {
    await using one = await open();
    const s3 = sdkClient(one.client, S3Client, { forcePathStyle: true });
    const Body = Buffer.from('grüße'.repeat(50_000));
    await one.done(s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'a/ü b', Body })));
    const got = await one.done(s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'a/ü b' })));
    const bytes = await one.done(Promise.resolve(got.Body?.transformToByteArray()));
    expect(Buffer.from(bytes ?? []).equals(Body)).toBe(true);
  });

  it('that nobody reads let go of their connection when they are destroyed', async () => {
    let disposed = 0;
    const handler = createRequestHandler({
      guard: createEgressGuard({ allow: ['example.com'] }),
      transport: async ({ url }) => ({
        status: 200,
        headers: new Headers(),
        url,
        body: (async function* () {
          yield new Uint8Array(1);
        })(),
        async [Symbol.asyncDispose]() {
          disposed += 1;
        },
      }),
    });
    const request = { method: 'GET', protocol: 'https:', hostname: 'example.com', path: '/', headers: {} };
    const { response } = await handler.handle(request);
    const body = response.body as Readable;
    const closed = once(body, 'close');
    body.destroy();
    await closed;
    expect(disposed).toBe(1);
    const { response: whole } = await handler.handle({ ...request, method: 'HEAD' });
    expect([whole.body, disposed]).toEqual([new Uint8Array(1), 2]);
  });
});

describe('the way to the network', () => {
  it('is the transport that the application gives, and shows what was sent', async () => {
    const seen: HttpRequest[] = [];
    const clock = createVirtualClock();
    await using fake = await startFake({ clock, services: [dynamoService()] });
    await using own = createTransport();
    const transport = (request: HttpRequest) => {
      seen.push(request);
      return own(request);
    };
    await using client = createIntegration(aws, {
      clock,
      options: fake.options(),
      services: [provide(transportKey, transport)],
    });
    await clock.until(sdkClient(client, DynamoDBClient).send(get())).catch((error: unknown) => {
      // The first request of a transport of its own loads it, which may take longer than the clock waits.
      if (!isIntegrationError(error)) throw error;
    });
    expect(seen[0]).toMatchObject({ method: 'POST', redirect: 'manual', target: '/' });
    expect(seen[0]?.headers).toMatchObject({ 'x-amz-target': 'DynamoDB_20120810.GetItem' });
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => /^amz-sdk|expect/.test(name))).toEqual([]);
  });

  it('can be had for a client that goes around the policies', async () => {
    await using one = await open();
    const own = new DynamoDBClient(one.client.native().config);
    const error = await one
      .done(own.send(new GetItemCommand({ TableName: 'nope', Key: {} })))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
