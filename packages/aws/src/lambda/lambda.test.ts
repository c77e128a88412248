import { inspect } from 'node:util';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { functionErrorOf, LambdaFunctionError } from './function-error.ts';
import { lambda } from './lambda.ts';
import { type FakeHandler, failWith, harness, type LambdaFake, startFake } from './testing.ts';

describeIntegration(lambda, harness);

const open = (
  functions: Readonly<Record<string, FakeHandler>> = {},
  setup: Parameters<typeof connect<typeof lambda, LambdaFake>>[2] = {},
) => connect<typeof lambda, LambdaFake>(lambda, (options) => startFake({ ...options, functions }), setup);

describe('a call', () => {
  it('gives what the function answered, its version and the end of its log', async () => {
    await using one = await open();
    const clientContext = { custom: { name: 'grüße' } };
    const options = { qualifier: 'before', clientContext, log: true };
    const answer = await one.done(one.client.invoke('echo', { text: 'grüße' }, options));
    expect(answer).toMatchObject({
      value: { event: { text: 'grüße' }, clientContext },
      version: '1',
      log: 'it is called\n',
    });
    expect(JSON.parse(Buffer.from(answer.payload).toString())).toEqual(answer.value);
    expect(answer.requestId).toMatch(/^[\w-]{36}$/);
  });

  it('takes bytes as they are, and no payload at all', async () => {
    await using one = await open();
    const events = [Buffer.from(' [1, 2] '), undefined, null, 'text', 0, false];
    for (const event of events) await one.done(one.client.invoke('echo', event));
    expect(one.fake.invocations().map(({ event }) => event)).toEqual([[1, 2], {}, null, 'text', 0, false]);
  });

  it('of a function that answers nothing, or no JSON, says so', async () => {
    await using one = await open({ raw: () => Buffer.from('not json') });
    expect((await one.done(one.client.invoke('no-answer', {}))).value).toBeNull();
    const answer = await one.done(one.client.invoke('raw', {}));
    expect([answer.value, Buffer.from(answer.payload).toString()]).toEqual([undefined, 'not json']);
  });

  it('names a function by its ARN too, and by the account', async () => {
    await using one = await open();
    const { accountId } = one.fake.accounts.of('tenant_a');
    for (const name of [
      `arn:aws:lambda:us-east-1:${accountId}:function:echo`,
      `${accountId}:function:echo:live`,
      'function:echo',
    ])
      await one.done(one.client.invoke(name, {}));
    expect(one.fake.invocations().map(({ version }) => version)).toEqual(['$LATEST', '2', '$LATEST']);
  });
});

describe('a function that fails', () => {
  it('is an error with its name and words, and nobody knows what it had done by then', async () => {
    await using one = await open();
    const error = await one.failure(one.client.invoke('fails', {}));
    expect(error).toMatchObject({
      code: 'unknown',
      reason: 'FunctionError',
      effect: 'unknown',
      retryable: false,
      status: 200,
    });
    expect(error.message).toBe(
      'aws-lambda.invoke: the function failed with TypeError: "x is not a function"; see the function\'s log',
    );
    const cause = functionErrorOf(error);
    expect(cause).toBeInstanceOf(LambdaFunctionError);
    expect(cause).toMatchObject({
      errorType: 'TypeError',
      message: 'x is not a function',
      kind: 'Unhandled',
      version: '$LATEST',
    });
    expect(one.fake.invocations()).toHaveLength(1);
  });

  it('by running out of its time is told apart', async () => {
    await using one = await open();
    const error = await one.failure(one.client.invoke('times-out', {}));
    expect(error).toMatchObject({ code: 'deadline_exceeded', reason: 'FunctionTimeout', effect: 'unknown' });
  });

  it('under a name of AWS’s is still a failure of the function', async () => {
    await using one = await open({ sly: () => failWith('ThrottlingException', 'slow down', 'Handled') });
    const error = await one.failure(one.client.invoke('sly', {}));
    expect(error).toMatchObject({ code: 'unknown', reason: 'FunctionError', retryable: false });
    expect(functionErrorOf(error)).toMatchObject({ errorType: 'ThrottlingException', kind: 'Handled' });
  });

  it('has its words cut, and no secret in them', async () => {
    let secret = '';
    const functions = { talks: () => failWith('E', `${secret} ${'x'.repeat(400)}\nsecond line`) };
    await using one = await open(functions);
    secret = one.fake.accounts.of('tenant_a').secretAccessKey;
    const error = await one.failure(one.client.invoke('talks', {}));
    expect(error.message).toContain(`${'x'.repeat(200)}`);
    expect(error.message.length).toBeLessThan(450);
    expect(`${error.message} ${inspect(error)} ${inspect(functionErrorOf(error))}`).not.toMatch(secret);
    expect(error.message).not.toContain('second line');
  });

  it('without a word fails all the same', async () => {
    await using one = await open();
    const headers = { 'x-amz-function-error': 'Unhandled' };
    for (const body of ['', 'not json', 'null', '{"errorType":{"a":1}}']) {
      one.fake.inject({ fault: { kind: 'status', status: 200, headers, body } });
      const error = await one.failure(one.client.invoke('echo', {}));
      expect(error.code).toBe('unknown');
      expect(error.message).toBe("aws-lambda.invoke: the function failed; see the function's log");
    }
  });
});

describe('an event', () => {
  it('is accepted whatever becomes of it', async () => {
    await using one = await open();
    const { requestId } = await one.done(one.client.invokeAsync('fails', { order: 1 }));
    expect(requestId).toMatch(/^[\w-]{36}$/);
    expect(one.fake.invocations()).toEqual([
      { name: 'fails', kind: 'Event', version: '$LATEST', event: { order: 1 } },
    ]);
  });
});

describe('a dry run', () => {
  it('calls nothing, and tells what would be refused', async () => {
    await using one = await open();
    await one.done(one.client.dryRun('echo', { qualifier: 'live' }));
    expect(await one.failure(one.client.dryRun('nope'))).toMatchObject({ code: 'not_found', status: 404 });
    expect(one.fake.invocations()).toEqual([]);
  });
});

describe('functions', () => {
  it('do not print what may be secret of them', async () => {
    await using one = await open();
    const found = await one.done(one.client.getFunction('echo', { qualifier: 'live' }));
    expect(found).toMatchObject({
      name: 'echo',
      version: '2',
      memoryMb: 128,
      timeoutSeconds: 3,
      tags: { team: 'shop' },
      reservedConcurrency: 5,
      state: 'Active',
      changedAt: Date.UTC(2026, 0, 31, 12),
    });
    expect(found.environment.STAGE?.reveal()).toBe('test');
    expect(found.codeUrl?.reveal()).toContain('X-Amz-Signature');
    expect(`${inspect(found)} ${JSON.stringify(found)}`).not.toMatch(/X-Amz-Signature|'test'/);
  });

  it('that are not there, or another account’s, are refused with what to do', async () => {
    await using one = await open();
    const gone = await one.failure(one.client.invoke('nope', {}));
    expect(gone).toMatchObject({ code: 'not_found', reason: 'ResourceNotFoundException', effect: 'none' });
    expect(gone.message).toBe(
      'aws-lambda.invoke: there is no such function, version or alias in this account and region; check its name, the qualifier and the region',
    );
    expect(await one.failure(one.client.getFunction('echo', { qualifier: '9' }))).toMatchObject({
      code: 'not_found',
    });
    const { accountId } = one.fake.accounts.of('tenant_b');
    expect(await one.failure(one.client.invoke(`${accountId}:function:echo`, {}))).toMatchObject({
      code: 'permission_denied',
    });
  });

  it('come fifty at once, all of them once, with their versions and aliases', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f-${index}`, () => null]));
    await using one = await open(many);
    const all = await one.done(one.client.listFunctions().toArray());
    expect([all.length, new Set(all.map(({ arn }) => arn)).size, one.fake.exchanges.length]).toEqual([
      64, 64, 2,
    ]);
    const versions = await one.done(one.client.listVersions('echo').toArray());
    expect(versions.map(({ version }) => version)).toEqual(['$LATEST', '1', '2']);
    const aliases = await one.done(one.client.listAliases('echo').toArray());
    expect(aliases.map(({ name, version }) => [name, version])).toEqual([
      ['live', '2'],
      ['before', '1'],
    ]);
  });
});

describe('an answer of Lambda', () => {
  it.each([
    ['TooManyRequestsException', 429, 'resource_exhausted', 'none'],
    ['ResourceNotReadyException', 502, 'unavailable', 'none'],
    ['KMSAccessDeniedException', 502, 'permission_denied', 'none'],
    ['InvalidRuntimeException', 502, 'failed_precondition', 'none'],
    ['ENILimitReachedException', 502, 'resource_exhausted', 'none'],
    ['EFSIOException', 410, 'unavailable', 'none'],
    ['ResourceConflictException', 409, 'failed_precondition', 'none'],
    ['RequestTooLargeException', 413, 'invalid_argument', 'none'],
    ['ServiceException', 500, 'unavailable', 'unknown'],
  ] as const)('of %s means that', async (name, status, code, effect) => {
    await using one = await open();
    const headers = { 'x-amzn-errortype': name, 'content-type': 'application/json' };
    one.fake.inject({ fault: { kind: 'status', status, headers, body: '{"Message":"of AWS"}' } });
    const error = await one.failure(one.client.invoke('echo', {}));
    expect(error).toMatchObject({ code, reason: name, status, effect });
  });
});

describe('bad input', () => {
  it('is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.invoke('', {}),
      () => client.invoke('../other', {}),
      () => client.invoke('x'.repeat(171), {}),
      () => client.invoke('echo', circle),
      () => client.invoke('echo', () => {}),
      () => client.invoke('echo', 1n),
      () => client.invoke('echo', Buffer.alloc(6_291_457, 0x20)),
      () => client.invoke('echo', {}, { qualifier: 'a b' }),
      () => client.invoke('echo', {}, { clientContext: { a: 'x'.repeat(2_700) } }),
      () => client.invokeAsync('echo', 'é'.repeat(524_288)),
      () => client.listFunctions({ pageSize: 0 }).toArray(),
      () => client.listVersions('no/slash').toArray(),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});

describe('native()', () => {
  it('is the SDK client, with this integration’s credentials, endpoint and transport', async () => {
    await using one = await open();
    const { LambdaClient, ListFunctionsCommand } = await import('@aws-sdk/client-lambda');
    const native = one.client.native();
    expect(native).toBeInstanceOf(LambdaClient);
    expect((await one.done(native.send(new ListFunctionsCommand({})))).Functions).toHaveLength(4);
  });
});
