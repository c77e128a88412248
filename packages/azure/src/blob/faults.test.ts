/** What goes wrong on the way, each with its count. */
import { createIntegration, errorCode, isIntegrationError, provide, type ResilienceInput } from '@im/core';
import { createTransport, type HttpRequest, transportKey } from '@im/http';
import { createObjectStore } from '@im/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blob } from './blob.ts';
import type { CopySettings } from './driver/assemble.ts';
import { blobDriver } from './driver/blob-driver.ts';
import { type BlobFake, type FakeCredentials, sampleContainer, startFake } from './testing.ts';

const partBytes = 64 * 1024;
/** Retries without real waits, and nothing that looks beyond one call. */
const patient: ResilienceInput = {
  timeoutMs: 60_000,
  retry: { maxAttempts: 30, initialMs: 1, maxMs: 2 },
  retryBudget: false,
  breaker: false,
};

let fake: BlobFake;
const clients: AsyncDisposable[] = [];
beforeEach(async () => {
  fake = await startFake();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

function open(
  how: FakeCredentials = 'account-key',
  setup: Partial<Parameters<typeof createIntegration<typeof blob>>[1]> & {
    readonly copies?: CopySettings;
  } = {},
) {
  const { copies, ...rest } = setup;
  const client = createIntegration(blob, {
    options: fake.options(undefined, how),
    resilience: patient,
    ...rest,
  });
  clients.push(client);
  return { client, store: createObjectStore(blobDriver(client, copies), { partBytes }) };
}

function bytesOf(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index += 4)
    bytes.writeUInt32LE(Math.imul(index + seed, 2_654_435_761) >>> 0, Math.min(index, size - 4));
  return bytes;
}
async function* pieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
/** Names of all blobs of the container, hidden ones too. */
const everything = () => [...(fake.store().containers.get(sampleContainer)?.blobs.keys() ?? [])];
const hidden = () => everything().filter((name) => name.startsWith('.im~/'));

describe('faults on the way to Blob Storage', () => {
  it('60 connections cut before, after and in the middle of an answer: the object is whole, nothing is left', async () => {
    const { store } = open();
    for (const when of ['before', 'after', 'body'] as const)
      fake.inject({
        fault: { kind: 'cut', when },
        method: 'PUT',
        path: /\.im~\/d\//,
        after: 1,
        every: 3,
        times: 20,
      });
    const bytes = bytesOf(80 * partBytes);
    await store.put('film', pieces(bytes));
    expect(fake.exchanges.filter(({ fault }) => fault === 'cut')).toHaveLength(60);
    expect(Buffer.compare(await (await store.get('film')).bytes(), bytes)).toBe(0);
    expect(hidden()).toEqual([]);
  });

  it('300 conditional writes of which every third answer is lost: 0 false refusals, 0 written twice', async () => {
    const { store } = open();
    fake.inject({
      fault: { kind: 'cut', when: 'after' },
      method: 'PUT',
      every: 3,
      times: Number.POSITIVE_INFINITY,
    });
    for (let index = 0; index < 100; index += 1) {
      const one = await store.put(`k/${index}`, `one ${index}`, { ifNoneMatch: '*' });
      const two = await store.put(`k/${index}`, `two ${index}`, { ifMatch: one.etag });
      await store.copy(`k/${index}`, `copy/${index}`, { ifNoneMatch: '*' });
      expect((await store.head(`k/${index}`)).etag).toBe(two.etag);
    }
    expect(fake.exchanges.filter(({ fault }) => fault === 'cut').length).toBeGreaterThan(90);
    fake.forget();
    const refused = await store.put('k/0', 'x', { ifNoneMatch: '*' }).catch((error: unknown) => error);
    expect(errorCode(refused)).toBe('failed_precondition');
  });

  it('a storm of 503 ServerBusy, every second request: 0 failures, and at most 2 requests each', async () => {
    const { store } = open();
    fake.inject({ fault: { kind: 'status', status: 503 }, every: 2, times: Number.POSITIVE_INFINITY });
    const bytes = bytesOf(20 * partBytes);
    await store.put('film', pieces(bytes));
    for (let index = 0; index < 50; index += 1) await store.put(`k/${index}`, 'x');
    expect(Buffer.compare(await (await store.get('film')).bytes(), bytes)).toBe(0);
    const served = fake.exchanges.filter(({ fault }) => fault === undefined).length;
    expect(fake.exchanges.length).toBeLessThanOrEqual(2 * served);
  });

  it('20 bodies that change on the way are refused by their MD5, and sent again', async () => {
    const own = createTransport();
    let count = 0;
    const damaging = (request: HttpRequest) => {
      const isBlock = request.method === 'PUT' && request.target?.includes('comp=block&') === true;
      if (isBlock) count += 1;
      if (!isBlock || !(request.body instanceof Uint8Array) || count % 2 === 0) return own(request);
      const body = Buffer.from(request.body);
      body[0] = (body[0] ?? 0) ^ 0xff;
      return own({ ...request, body });
    };
    const { store } = open('account-key', { services: [provide(transportKey, damaging)] });
    const bytes = bytesOf(20 * partBytes);
    await store.put('film', pieces(bytes));
    const refused = fake.exchanges.filter(
      ({ responseHeaders }) => responseHeaders['x-ms-error-code'] === 'Md5Mismatch',
    );
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(Buffer.compare(await (await store.get('film')).bytes(), bytes)).toBe(0);
    await own[Symbol.asyncDispose]();
  });

  it('a bearer token that expires 5 times during an upload is renewed each time, and nothing fails', async () => {
    const { store } = open('service-principal');
    fake.inject({ fault: { kind: 'expired-token' }, method: 'PUT', after: 3, every: 12, times: 5 });
    const bytes = bytesOf(60 * partBytes);
    await store.put('film', pieces(bytes));
    expect(fake.exchanges.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(5);
    expect(fake.exchanges.filter(({ target }) => target.includes('/oauth2/'))).toHaveLength(6);
    expect(Buffer.compare(await (await store.get('film')).bytes(), bytes)).toBe(0);
  });

  it('an account key that is replaced midway fails as unauthenticated; with the new one only the rest is sent', async () => {
    const { store } = open();
    const bytes = bytesOf(20 * partBytes);
    const upload = await store.createUpload('film');
    const account = fake.account();
    async function* until() {
      yield* pieces(bytes.subarray(0, 10 * partBytes));
      account.key = Buffer.from('another key of the account').toString('base64');
      yield* pieces(bytes.subarray(10 * partBytes));
    }
    const error = await upload.send(until()).catch((thrown: unknown) => thrown);
    expect(isIntegrationError(error) && error.code).toBe('unauthenticated');
    expect(String(error)).toMatch(/putPart|upload\.send/);
    expect(String(error)).toContain('"film"');
    const staged = fake.exchanges.filter(
      ({ target, status }) => target.includes('comp=block&') && status === 201,
    );
    expect(staged.length).toBeGreaterThan(0);
    const { store: renewed } = open();
    const resumed = await renewed.resumeUpload(upload.state);
    const { sentParts, keptParts } = await resumed.send(pieces(bytes));
    expect(keptParts).toBe(staged.length);
    expect(sentParts + keptParts).toBe(20);
    await resumed.complete();
    expect(Buffer.compare(await (await renewed.get('film')).bytes(), bytes)).toBe(0);
  });

  it('of 12 writers in parts without a condition each succeeds, and the object is one of theirs, whole', async () => {
    const { store } = open('account-key', { copies: { copyAtOnceBytes: 0, copyBlockBytes: partBytes } });
    const writes = Array.from({ length: 12 }, (_, index) =>
      store.put('race', pieces(new Uint8Array(5 * partBytes).fill(index + 1))),
    );
    await Promise.all(writes);
    const bytes = await (await store.get('race')).bytes();
    expect(bytes.byteLength).toBe(5 * partBytes);
    expect(new Set(bytes).size).toBe(1);
    expect(hidden()).toEqual([]);
  });

  it('what an unfinished clean-up leaves is hidden, and the sweep takes it away', async () => {
    const { store } = open('account-key', { resilience: { ...patient, retry: false } });
    fake.inject({
      fault: { kind: 'status', status: 503 },
      method: 'DELETE',
      times: Number.POSITIVE_INFINITY,
    });
    const bytes = bytesOf(3 * partBytes);
    await store.put('film', pieces(bytes));
    fake.forget();
    expect(hidden()).toHaveLength(2);
    expect((await store.list().toArray()).map(({ key }) => key)).toEqual([
      'a.txt',
      'b.txt',
      'film',
      'folder/c.txt',
    ]);
    expect(await store.sweepOrphans({ olderThanMs: 0 })).toEqual({ aborted: ['film'], failed: [] });
    expect(hidden()).toEqual([]);
    expect(Buffer.compare(await (await store.get('film')).bytes(), bytes)).toBe(0);
  });
});
