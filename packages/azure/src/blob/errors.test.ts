import { createIntegration, type ErrorCode, isIntegrationError } from '@im/core';
import { createObjectStore } from '@im/storage';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blob } from './blob.ts';
import { blobDriver } from './driver/blob-driver.ts';
import type { BlobOptions } from './options.ts';
import { type BlobFake, startFake } from './testing.ts';

/** The vendor's documented codes, each as the service sends it. */
const documented: readonly (readonly [status: number, reason: string, code: ErrorCode])[] = [
  [404, 'ContainerNotFound', 'not_found'],
  [404, 'BlobNotFound', 'not_found'],
  [404, 'CannotVerifyCopySource', 'not_found'],
  [403, 'CannotVerifyCopySource', 'permission_denied'],
  [409, 'BlobAlreadyExists', 'already_exists'],
  [409, 'ContainerAlreadyExists', 'already_exists'],
  [409, 'ContainerBeingDeleted', 'unavailable'],
  [304, 'ConditionNotMet', 'failed_precondition'],
  [412, 'ConditionNotMet', 'failed_precondition'],
  [412, 'TargetConditionNotMet', 'failed_precondition'],
  [412, 'SourceConditionNotMet', 'failed_precondition'],
  [400, 'InvalidBlockList', 'failed_precondition'],
  [400, 'InvalidBlobOrBlock', 'failed_precondition'],
  [409, 'BlockCountExceedsLimit', 'failed_precondition'],
  [409, 'BlobArchived', 'failed_precondition'],
  [409, 'BlobBeingRehydrated', 'failed_precondition'],
  [409, 'BlobImmutableDueToPolicy', 'failed_precondition'],
  [412, 'LeaseIdMissing', 'failed_precondition'],
  [409, 'SnapshotsPresent', 'failed_precondition'],
  [409, 'InvalidBlobType', 'failed_precondition'],
  [409, 'PendingCopyOperation', 'failed_precondition'],
  [416, 'InvalidRange', 'invalid_argument'],
  [400, 'InvalidMetadata', 'invalid_argument'],
  [400, 'MetadataTooLarge', 'invalid_argument'],
  [400, 'InvalidResourceName', 'invalid_argument'],
  [400, 'OutOfRangeInput', 'invalid_argument'],
  [403, 'AuthenticationFailed', 'unauthenticated'],
  [401, 'InvalidAuthenticationInfo', 'unauthenticated'],
  [401, 'NoAuthenticationInformation', 'unauthenticated'],
  [403, 'AuthorizationFailure', 'permission_denied'],
  [403, 'AuthorizationPermissionMismatch', 'permission_denied'],
  [403, 'InsufficientAccountPermissions', 'permission_denied'],
  [403, 'KeyBasedAuthenticationNotPermitted', 'permission_denied'],
  [503, 'ServerBusy', 'unavailable'],
  [500, 'OperationTimedOut', 'unavailable'],
  [500, 'InternalError', 'unavailable'],
  [409, 'AccountBeingCreated', 'unavailable'],
  [404, 'ResourceNotFound', 'not_found'],
  [409, 'ResourceAlreadyExists', 'already_exists'],
  [400, 'Md5Mismatch', 'unavailable'],
  [413, 'RequestBodyTooLarge', 'invalid_argument'],
  [400, 'FeatureVersionMismatch', 'unimplemented'],
  [400, 'AnythingElse', 'invalid_argument'],
  [401, 'AnythingElse', 'unauthenticated'],
  [403, 'AnythingElse', 'permission_denied'],
  [404, 'AnythingElse', 'not_found'],
  [409, 'AnythingElse', 'failed_precondition'],
  [411, 'MissingContentLengthHeader', 'invalid_argument'],
  [429, 'TooManyRequests', 'resource_exhausted'],
  [502, 'AnythingElse', 'unavailable'],
];

let clock: VirtualClock;
let fake: BlobFake;
const clients: AsyncDisposable[] = [];
const open = (options: BlobOptions) => {
  const client = createIntegration(blob, { options, clock, resilience: { retry: false } });
  clients.push(client);
  return client;
};

beforeEach(async () => {
  clock = createVirtualClock();
  fake = await startFake({ clock });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await clock.until(Promise.resolve(client[Symbol.asyncDispose]()));
  await fake[Symbol.asyncDispose]();
});

describe('errors of Blob Storage', () => {
  for (const lane of ['lean', 'sdk'] as const)
    it(`each documented code has its canonical one, by the ${lane} lane`, async () => {
      const client = open({ ...fake.options(undefined, 'account-key'), lane });
      for (const [status, reason, code] of documented) {
        const body = `<?xml version="1.0"?><Error><Code>${reason}</Code><Message>Words of the vendor.\nRequestId:1\nTime:2</Message></Error>`;
        const headers = {
          'x-ms-error-code': reason,
          'x-ms-request-id': 'request-1',
          'content-type': 'application/xml',
        };
        fake.inject({ fault: { kind: 'status', status, body, headers } });
        const error = await client.getBlob('a.txt').catch((thrown: unknown) => thrown);
        if (!isIntegrationError(error)) throw new Error(`${status} ${reason} is no error`);
        expect([status, reason, error.code]).toEqual([status, reason, code]);
        expect(error).toMatchObject({
          status,
          reason,
          requestId: 'request-1',
          provider: 'azure-blob',
          operation: 'getBlob',
        });
        expect(error.message).not.toContain('RequestId');
      }
    });

  it('an error without a body, as HEAD has it, is known by its header', async () => {
    const client = open(fake.options());
    await expect(client.getBlobProperties('absent')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'BlobNotFound',
    });
  });
});

describe('bad input', () => {
  const storeOf = (options: BlobOptions) => createObjectStore(blobDriver(open(options)), { name: 'photos' });
  const failure = async (call: () => Promise<unknown>) => {
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isIntegrationError(error)) throw new Error('it was accepted');
    return error;
  };

  it('an unknown container is not_found, and says what to do', async () => {
    const store = storeOf({ ...fake.options(), container: 'no-such' });
    for (const call of [() => store.put('k', 'x'), () => store.get('k'), () => store.list().toArray()]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'not_found', reason: 'ContainerNotFound' });
      expect(error.message).toContain('createContainer');
      expect(error.message).toContain('photos');
    }
  });

  it('a wrong key is unauthenticated, names operation, key and store, and shows no secret', async () => {
    const wrong = Buffer.from('this is not the key of the account').toString('base64');
    const store = storeOf({
      ...fake.options(),
      credentials: { type: 'account-key', accountKey: wrong },
    });
    for (const [operation, call] of [
      ['put', () => store.put('some/key', 'x')],
      ['get', () => store.get('some/key')],
      ['delete', () => store.delete('some/key')],
      ['copy', () => store.copy('some/key', 'other')],
    ] as const) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'unauthenticated', operation });
      for (const part of ['"some/key"', 'photos', 'check the account']) expect(error.message).toContain(part);
      expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain(wrong);
    }
  });

  it('a clock that is far off is unauthenticated, and the remedy names it', async () => {
    const options = fake.options(undefined, 'account-key');
    const behind = createVirtualClock(clock.now() - 3_600_000);
    await using client = createIntegration(blob, { options, clock: behind, resilience: { retry: false } });
    const error = await client.getBlob('a.txt').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthenticated' });
    expect(String(error)).toContain("this machine's clock");
  });

  it('keys, ranges and times out of bounds are refused, and nothing is sent', async () => {
    const store = storeOf(fake.options(undefined, 'account-key'));
    const client = open(fake.options(undefined, 'account-key'));
    for (const call of [
      () => store.put('', 'x'),
      () => store.put('x'.repeat(1025), 'x'),
      () => store.get('a.txt', { range: { offset: -1 } }),
      () => store.presignGet('a.txt', { expiresInSeconds: 604_501 }),
      () => client.createSasUrl('a.txt', { permissions: 'r', expiresInSeconds: 604_501 }),
      () => client.createSasUrl('a.txt', { permissions: 'wr', expiresInSeconds: 60 }),
      () => client.getBlob('a.txt', { range: { offset: -1 } }),
      () => client.putBlob('', 'x'),
      () => client.putBlob('x'.repeat(1025), 'x'),
      () => client.putBlob('a\\b', 'x'),
      () => client.putBlob('a/..', 'x'),
      () => client.putBlob('a', 'x', { metadata: { 'no-identifier': 'x' } }),
      () => client.putBlob('a', 'x', { metadata: { name: 'ü' } }),
      () => client.putBlock('a', 'no base64!', Buffer.from('x')),
      () =>
        client.setBlobTags(
          'a',
          Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, ''])),
        ),
    ]) {
      const error = await failure(async () => call());
      expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    }
    expect(fake.exchanges).toEqual([]);
  });

  it('a SAS cannot sign, allows what it says, and ends on its time', async () => {
    const client = open(fake.options(undefined, 'sas'));
    expect((await client.getBlob('a.txt')).length).toBe(13);
    await expect(
      client.createSasUrl('a.txt', { permissions: 'r', expiresInSeconds: 60 }),
    ).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expect(client.createContainer()).rejects.toMatchObject({ code: 'permission_denied' });
    await client.copyBlob('a.txt', 'copy.txt');
    await clock.advance(86_400_001);
    const error = await failure(() => client.getBlob('a.txt'));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).not.toMatch(/sig=|sv=/);
  });

  it('a presigned URL ends on its time, and allows one blob and one method only', async () => {
    for (const how of ['account-key', 'service-principal'] as const) {
      const store = storeOf(fake.options(undefined, how));
      const { url, expiresAt } = await store.presignGet('a.txt', {
        expiresInSeconds: 60,
        contentType: 'text/x-test',
      });
      expect(expiresAt).toBe(clock.now() + 60_000);
      const got = await fetch(url);
      expect([got.status, got.headers.get('content-type'), await got.text()]).toEqual([
        200,
        'text/x-test',
        'this is a.txt',
      ]);
      const statusOf = async (target: string, init?: RequestInit) => {
        const answer = await fetch(target, { ...init, headers: { 'x-im-by-hand': '1' } });
        await answer.body?.cancel();
        return answer.status;
      };
      expect(await statusOf(url.replace('a.txt', 'b.txt'))).toBe(403);
      expect(await statusOf(url.replace('sp=r', 'sp=rw'))).toBe(403);
      expect(await statusOf(url, { method: 'DELETE' })).toBe(403);
      await clock.advance(60_000);
      expect(await statusOf(url)).toBe(403);
    }
  });
});
