import { createIntegration, errorCode, isIntegrationError } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azure } from './azure.ts';
import { type AzureFake, sampleGroup, startFake } from './testing.ts';
import { waitForOperation } from './wait-for-operation.ts';

const version = '2024-11-01';
const account = `${sampleGroup}/providers/Microsoft.Storage/storageAccounts/mine`;

describe('any resource of Azure', () => {
  let clock: VirtualClock;
  let fake: AzureFake;
  const open = () => createIntegration(azure, { options: fake.options(), clock });
  let client: ReturnType<typeof open>;

  beforeEach(async () => {
    clock = createVirtualClock();
    fake = await startFake({ clock });
    client = open();
  });
  afterEach(async () => {
    await clock.until(Promise.resolve(client[Symbol.asyncDispose]()));
    await fake[Symbol.asyncDispose]();
  });

  it('an operation that takes its time is asked about in the vendor’s own time, until it gives the result', async () => {
    const { status, operation } = await client.putResource(account, version, { location: 'swedencentral' });
    expect(status).toBe(202);
    if (operation === undefined) throw new Error('it goes on');
    expect(JSON.parse(JSON.stringify(operation))).toEqual(operation);
    const before = clock.now();
    const made = await clock.until(waitForOperation(client, operation, { clock }));
    expect(made).toMatchObject({ name: 'mine', location: 'swedencentral' });
    expect(clock.now() - before).toBe(2_000);
    expect(await client.getResource(account, version)).toMatchObject({ name: 'mine' });
  });

  it('a deletion by Location ends when the answer is no 202 any more; what is gone answers 204', async () => {
    const { operation } = await client.deleteResource(sampleGroup, version);
    if (operation === undefined) throw new Error('it goes on');
    expect(operation.kind).toBe('location');
    await clock.until(waitForOperation(client, operation, { clock }));
    expect(await client.deleteResource(sampleGroup, version)).toMatchObject({
      status: 204,
      operation: undefined,
    });
    await expect(client.getResource(sampleGroup, version)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('the wait for an operation ends at its time, and at once by its signal', async () => {
    fake.polls = 1_000;
    const { operation } = await client.putResource(account, version, {});
    if (operation === undefined) throw new Error('it goes on');
    const late = clock.until(waitForOperation(client, operation, { clock, timeoutMs: 5_000 }));
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded', effect: 'unknown' });
    const aborting = new AbortController();
    const reason = new Error('enough');
    const waiting = waitForOperation(client, operation, { clock, signal: aborting.signal });
    aborting.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('paths stay below the base URL, and the token goes nowhere else', async () => {
    for (const path of [
      'https://evil.example/x',
      '//evil.example/x',
      'subscriptions',
      '/a?b',
      '/a/../../b',
      '/a\\b',
    ]) {
      const error = await client.getResource(path, version).catch((thrown: unknown) => thrown);
      expect(errorCode(error), path).toMatch(/invalid_argument|not_found/);
    }
    const elsewhere = { url: 'https://evil.example/operations/1', kind: 'status', retryAfterMs: 0 } as const;
    await expect(client.getOperation(elsewhere)).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(fake.exchanges.every(({ requestHeaders }) => requestHeaders.host === new URL(fake.url).host)).toBe(
      true,
    );
  });

  it('native() is a credential for any client of Azure, with the same tokens', async () => {
    const credential = client.native();
    const token = await credential.getToken('https://management.azure.com/.default');
    const own = await client.getToken('https://management.azure.com/.default');
    expect(token?.token).toBe(own.token.reveal());
    expect(token?.expiresOnTimestamp).toBe(own.expiresAt);
    await client.getResource(sampleGroup, version);
    expect(fake.exchanges.filter(({ target }) => target.includes('/oauth2/'))).toHaveLength(1);
  });

  it('a wrong client secret is unauthenticated, and is not shown', async () => {
    const options = fake.options();
    const wrong = {
      ...options.credentials,
      clientSecret: 'wrong-secret-of-the-app',
    } as typeof options.credentials;
    const other = createIntegration(azure, { options: { ...options, credentials: wrong }, clock });
    const error = await other
      .listSubscriptions()
      .toArray()
      .catch((thrown: unknown) => thrown);
    expect(isIntegrationError(error) && error.code).toBe('unauthenticated');
    expect(String(error)).not.toContain('wrong-secret-of-the-app');
    await clock.until(Promise.resolve(other[Symbol.asyncDispose]()));
  });
});
