/** What an upload and a download outlast. Each test counts what was sent. */
import { setTimeout as wait } from 'node:timers/promises';
import { startCutter } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectSetup, connect as connectTo, stream, wholeOf } from './__tests__/connect.ts';
import { type FakeBucket, type S3Fake, startFake } from './testing.ts';

const mebibyte = 1024 ** 2;
/** As small as S3 takes them. */
const partBytes = 5 * mebibyte;
const bucketName = 'faults';

/** Comes again at once: parts are so large that a clock that is moved would overtake them. */
const resilience = { retry: { maxAttempts: 5, initialMs: 1 } } as const;
const connect = (setup: ConnectSetup) => connectTo({ resilience, store: { partBytes }, ...setup });

describe('S3 under faults', { timeout: 60_000 }, () => {
  let fake: S3Fake;
  let bucket: FakeBucket;
  beforeEach(async () => {
    fake = await startFake();
    bucket = fake.createBucket(bucketName);
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  const options = () => ({ ...fake.options(), bucket: bucketName });
  const counted = (method: string, query = '') =>
    fake.exchanges.filter((one) => one.method === method && one.target.includes(query));
  const parts = () => counted('PUT', 'partNumber=');

  it('a connection that is cut in the middle of a part costs that part once more, and no other', async () => {
    await using cutter = await startCutter(fake.url, { cuts: 3, afterBytes: 3 * mebibyte });
    await using to = connect({ options: { ...options(), endpoint: cutter.url } });
    const size = 6 * partBytes + 17;
    await to.store.put('film', stream(size));
    expect(cutter.cuts).toBe(3);
    expect(parts().filter(({ status }) => status === 200)).toHaveLength(7);
    const sent = await wholeOf((await to.store.get('film')).stream());
    expect(sent.equals(await wholeOf(stream(size)))).toBe(true);
    expect(bucket.uploads.size).toBe(0);
  });

  it('a storm of SlowDown is outlasted: 20 refusals, no upload fails', async () => {
    // Which part meets a refusal is chance: one may meet half of them.
    await using to = connect({
      options: options(),
      resilience: { retry: { maxAttempts: 21, initialMs: 1 } },
    });
    fake.inject({ fault: { kind: 'status', status: 503 }, method: 'PUT', every: 2, times: 20 });
    const uploads = Array.from({ length: 4 }, (_, index) =>
      to.store.put(`film-${index}`, stream(6 * partBytes)),
    );
    const infos = await Promise.all(uploads);
    expect(infos.map(({ size }) => size)).toEqual(Array(4).fill(6 * partBytes));
    expect(parts().filter(({ status }) => status === 503)).toHaveLength(20);
    expect(parts().filter(({ status }) => status === 200)).toHaveLength(24);
  });

  it('a lasting SlowDown is resource_exhausted, after five tries and no more, and says so', async () => {
    await using to = connect({ options: options() });
    fake.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
    const error = await to.client.putObject('k', 'x').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'resource_exhausted',
      reason: 'SlowDown',
      attempts: 5,
      retryable: true,
    });
    expect(fake.exchanges).toHaveLength(5);
  });

  it('a part that changed on its way is refused by its checksum, and sent again', async () => {
    let damaged = 0;
    await using to = connect({
      options: options(),
      between: (send) => (request) => {
        const isFirst = damaged < 2 && request.target?.includes('partNumber=2&') === true;
        if (!isFirst || !(request.body instanceof Uint8Array)) return send(request);
        damaged += 1;
        const body = new Uint8Array(request.body);
        body[1_000] = (body[1_000] ?? 0) ^ 1;
        return send({ ...request, body });
      },
    });
    const size = 3 * partBytes;
    await to.store.put('film', stream(size));
    expect(
      parts()
        .map(({ status }) => status)
        .sort(),
    ).toEqual([200, 200, 200, 400, 400]);
    const sent = await wholeOf((await to.store.get('film')).stream());
    expect(sent.equals(await wholeOf(stream(size)))).toBe(true);
  });

  it('a part that always changes fails the upload as internal, and leaves nothing', async () => {
    await using to = connect({
      options: options(),
      between: (send) => (request) => {
        if (!(request.body instanceof Uint8Array)) return send(request);
        return send({ ...request, body: request.body.toReversed() });
      },
    });
    const error = await to.store.put('film', stream(3 * partBytes)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'internal', status: 400 });
    expect(String(error)).toContain('do not match their checksum');
    expect([bucket.uploads.size, bucket.isEmpty]).toEqual([0, true]);
  });

  it('credentials that expire in the middle are renewed once, and no part is lost', async () => {
    await using to = connect({ options: { ...fake.sessionOptions(), bucket: bucketName } });
    fake.inject({ fault: { kind: 'expired-token' }, method: 'PUT', after: 5 });
    const info = await to.store.put('film', stream(12 * partBytes));
    expect(info.size).toBe(12 * partBytes);
    const sessions = fake.exchanges.filter(({ method, target }) => method === 'POST' && target === '/');
    expect(sessions).toHaveLength(2);
    expect(parts().filter(({ status }) => status === 200)).toHaveLength(12);
    expect(parts().filter(({ status }) => status === 400).length).toBeLessThanOrEqual(4);
  });

  it('a conditional write whose answer was lost has succeeded, and not been refused by itself', async () => {
    await using to = connect({ options: options() });
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'PUT' });
    const { etag } = await to.store.put('k', 'mine', { ifNoneMatch: '*' });
    expect(counted('PUT').map(({ status }) => status)).toEqual([undefined, 412]);
    expect(counted('HEAD')).toHaveLength(1);
    expect(bucket.versions('k')).toHaveLength(1);
    fake.forget();
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'PUT' });
    await to.store.put('k', 'mine too', { ifMatch: etag });
    expect(bucket.versions('k')).toHaveLength(2);
  });

  it('a conditional write that lost to another one is refused, also when it had to be repeated', async () => {
    await using to = connect({ options: options() });
    fake.inject({ fault: { kind: 'cut', when: 'before' }, method: 'PUT' });
    const put = to.store.put('k', 'the same bytes', { ifNoneMatch: '*' }).catch((thrown: unknown) => thrown);
    while (fake.exchanges.length === 0) await wait(1);
    await using other = connect({ options: options() });
    await other.store.put('k', 'the same bytes', { ifNoneMatch: '*' });
    expect(await put).toMatchObject({ code: 'failed_precondition' });
    expect(bucket.versions('k')).toHaveLength(1);
  });

  it.each([{ ifNoneMatch: '*' as const }, {}])(
    'a completion whose answer was lost has succeeded: %o',
    async (condition) => {
      await using to = connect({ options: options() });
      fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'POST', after: 1 });
      const info = await to.store.put('film', stream(2 * partBytes), condition);
      expect(info.etag).toBe(bucket.present('film')?.etag);
      expect(counted('POST', 'uploadId').map(({ status }) => status)).toEqual([undefined, 404]);
      expect(bucket.versions('film')).toHaveLength(1);
    },
  );

  it('a conditional delete and a conditional copy whose answers were lost have succeeded', async () => {
    await using to = connect({ options: options() });
    const { etag } = await to.store.put('from', 'x');
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'PUT' });
    await to.store.copy('from', 'to', { ifNoneMatch: '*' });
    expect(bucket.versions('to')).toHaveLength(1);
    fake.forget();
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'DELETE' });
    await to.store.delete('from', { ifMatch: etag });
    expect(counted('DELETE')).toHaveLength(2);
    expect(bucket.present('from')).toBeUndefined();
  });

  it('a download that is cut goes on where it was, by a range of the same object', async () => {
    await using to = connect({ options: options() });
    const size = 3_000_000;
    const { etag } = await to.client.putObject('film', await wholeOf(stream(size)));
    fake.inject({ fault: { kind: 'cut', when: 'body' }, method: 'GET', times: 2 });
    const got = await wholeOf((await to.store.get('film')).stream());
    expect(got.equals(await wholeOf(stream(size)))).toBe(true);
    const [first, ...others] = counted('GET').map(({ requestHeaders }) => requestHeaders);
    expect(first?.range).toBeUndefined();
    expect(others.map((headers) => headers['if-match'])).toEqual([etag, etag]);
    for (const headers of others)
      expect(Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  it('a download never goes on in another object', async () => {
    await using to = connect({ options: options() });
    await to.client.putObject('film', await wholeOf(stream(3_000_000)));
    fake.inject({ fault: { kind: 'cut', when: 'body' }, method: 'GET' });
    const reader = (await to.store.get('film')).stream().getReader();
    await reader.read();
    await to.client.putObject('film', await wholeOf(stream(3_000_000, 999_983)));
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('an abort in the middle of an upload ends it at once, and leaves nothing', async () => {
    await using to = connect({ options: options() });
    const abort = new AbortController();
    const reason = new Error('enough');
    fake.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, method: 'PUT', after: 2 });
    const put = to.store.put('film', stream(8 * partBytes), { signal: abort.signal });
    const outcome = put.catch((thrown: unknown) => thrown);
    while (parts().length < 3) await wait(1);
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    expect([bucket.uploads.size, bucket.isEmpty]).toEqual([0, true]);
  });

  it('objects that are stored compressed come as they are stored', async () => {
    await using to = connect({ options: options() });
    await to.client.putObject('page', 'not really gzip', { contentEncoding: 'gzip' });
    const { head, body } = await to.client.getObject('page');
    expect([head.contentEncoding, new TextDecoder().decode(body.bytes)]).toEqual(['gzip', 'not really gzip']);
    expect(await (await to.store.get('page')).text()).toBe('not really gzip');
  });
});
