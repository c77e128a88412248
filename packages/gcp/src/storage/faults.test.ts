/** What the driver survives, each with its count. */
import { VendorError } from '@im/core';
import type { HttpRequest, HttpResponse, Transport } from '@im/http';
import { describe, expect, it } from 'vitest';
import { openStore, partBytes, sample } from './__fixtures__/stores.ts';
import type { GcsMedia } from './model.ts';

const upload = /^\/upload\//;
const media = /alt=media/;
const film = /\/o\/film\?alt=media/;
const compose = /\/compose\?/;
const isBodyOf = (request: HttpRequest, path: RegExp) => path.test(request.target ?? request.url.pathname);

describe('an upload in parts', () => {
  it('whose connection is cut at every third part is sent again there, and is whole', async () => {
    await using opened = await openStore();
    const { store, fake, run, count } = opened;
    const bytes = sample(partBytes * 12 + 7);
    const session = await run(store.createUpload('film'));
    fake.forget();
    for (const when of ['before', 'after'] as const)
      fake.inject({ fault: { kind: 'cut', when }, path: upload, after: 2, every: 3, times: 3 });
    await run(session.send(bytes));
    const cuts = fake.exchanges.filter(({ fault }) => fault === 'cut').length;
    expect(cuts).toBeGreaterThanOrEqual(4);
    expect(count('POST', upload)).toBe(13 + cuts);
    await run(session.complete());
    expect(Buffer.compare(await run(store.get('film').then((got) => got.bytes())), bytes)).toBe(0);
    expect(fake.names()).toEqual(['film']);
  });

  it('lives through a storm of 503: no request comes before the time that the service asked for', async () => {
    await using opened = await openStore();
    const { store, fake, run } = opened;
    await run(store.put('warm', 'x'));
    fake.forget();
    const retryAfter = { seconds: 7 };
    fake.inject({ fault: { kind: 'status', status: 503, retryAfter }, path: upload, times: 3 });
    const bytes = sample(partBytes * 8);
    await run(store.put('film', bytes));
    const refused = fake.exchanges.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(3);
    const [first] = refused;
    const early = fake.exchanges.filter(({ at }) => at > (first?.at ?? 0) && at < (first?.at ?? 0) + 7_000);
    expect(early).toEqual([]);
    expect(Buffer.compare(await run(store.get('film').then((got) => got.bytes())), bytes)).toBe(0);
  });

  it('whose token expires midway goes on with another one, which is asked for once', async () => {
    await using opened = await openStore();
    const { store, fake, run, count } = opened;
    await run(store.put('warm', 'x'));
    fake.forget();
    fake.inject({ fault: { kind: 'expired-token' }, path: upload, after: 4 });
    const bytes = sample(partBytes * 10);
    await run(store.put('film', bytes));
    expect(count('POST', /^\/token/)).toBe(1);
    expect(Buffer.compare(await run(store.get('film').then((got) => got.bytes())), bytes)).toBe(0);
  });

  it('of more parts than one composition takes is composed as a tree, and nothing else is left', async () => {
    await using opened = await openStore({ storageClass: 'NEARLINE' });
    const { store, fake, run, count } = opened;
    const bytes = sample(partBytes * 70 + 1);
    const info = await run(store.put('film', bytes, { storageClass: 'COLDLINE', metadata: { a: 'ü' } }));
    expect(info).toMatchObject({ size: bytes.byteLength, storageClass: 'COLDLINE', metadata: { a: 'ü' } });
    expect(count('POST', compose)).toBe(3 + 1);
    expect(Buffer.compare(await run(store.get('film').then((got) => got.bytes())), bytes)).toBe(0);
    expect(fake.names()).toEqual(['film']);
  });

  it.each(['put', 'complete', 'copy'] as const)(
    'or any write under a condition whose answer was lost (%s) knows its own effect, and writes once',
    async (how) => {
      await using opened = await openStore();
      const { store, fake, run } = opened;
      await run(store.put('source', 'abc'));
      fake.inject({
        fault: { kind: 'cut', when: 'after' },
        path: { put: upload, complete: /\/compose$/, copy: /rewriteTo/ }[how],
      });
      const ifNoneMatch = '*' as const;
      const info =
        how === 'put'
          ? await run(store.put('k', 'abc', { ifNoneMatch }))
          : how === 'copy'
            ? await run(store.copy('source', 'k', { ifNoneMatch }))
            : await run(store.put('k', sample(partBytes * 3), { ifNoneMatch }));
      expect(fake.exchanges.filter(({ fault }) => fault === 'cut')).toHaveLength(1);
      expect(fake.names().filter((name) => name === 'k')).toHaveLength(1);
      expect((await run(store.head('k'))).etag).toBe(info.etag);
      expect(info.metadata).toEqual({});
    },
  );

  it('whose end was never answered is ended again by another process, though its parts are gone', async () => {
    await using opened = await openStore();
    const { store, fake, run } = opened;
    const bytes = sample(partBytes * 3);
    const session = await run(store.createUpload('film', { ifNoneMatch: '*' }));
    await run(session.send(bytes));
    fake.inject({ fault: { kind: 'cut', when: 'after' }, path: /\/compose$/ });
    fake.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
    await expect(run(session.complete())).rejects.toMatchObject({ code: 'unavailable' });
    fake.forget();
    const resumed = await run(store.resumeUpload(JSON.parse(JSON.stringify(session.state))));
    await run(resumed.send(bytes));
    const info = await run(resumed.complete());
    expect(info).toMatchObject({ size: bytes.byteLength });
    expect(fake.names()).toEqual(['film']);
    expect(Buffer.compare(await run(store.get('film').then((got) => got.bytes())), bytes)).toBe(0);
  });

  it('whose answer was lost after another writer had won is refused, and the other’s object stays', async () => {
    let other: (() => Promise<unknown>) | undefined;
    await using opened = await openStore({
      between: async (request, send) => {
        if (request.method === 'POST' && isBodyOf(request, upload)) {
          const write = other;
          other = undefined;
          await write?.();
        }
        return send(request);
      },
    });
    const { store, fake, run, client } = opened;
    await run(store.put('warm', 'x'));
    fake.inject({ fault: { kind: 'cut', when: 'before' }, path: upload, after: 1 });
    other = () => client.insertObject('k', 'theirs');
    await expect(run(store.put('k', 'ours', { ifNoneMatch: '*' }))).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(await run(store.get('k').then((got) => got.text()))).toBe('theirs');
  });
});

/** Changes one byte of the body of so many uploads. */
function corrupting(times: number): (request: HttpRequest, send: Transport) => Promise<HttpResponse> {
  let left = times;
  return (request, send) => {
    const { body } = request;
    if (left === 0 || !isBodyOf(request, upload) || !(body instanceof Uint8Array)) return send(request);
    left -= 1;
    const changed = new Uint8Array(body);
    const at = changed.byteLength - 80;
    changed[at] = (changed[at] ?? 0) ^ 1;
    return send({ ...request, body: changed });
  };
}

describe('bytes that change on their way up', () => {
  it('are sent again, once', async () => {
    await using opened = await openStore({ between: corrupting(1) });
    const { store, run, count } = opened;
    await run(store.put('k', sample(20_000)));
    expect(count('POST', upload)).toBe(2);
    expect(Buffer.compare(await run(store.get('k').then((got) => got.bytes())), sample(20_000))).toBe(0);
  });

  it('every time are refused, and nothing of them is visible', async () => {
    await using opened = await openStore({ between: corrupting(Number.POSITIVE_INFINITY) });
    const { store, fake, run } = opened;
    const error = await run(store.put('k', sample(20_000))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'internal', provider: 'gcs', operation: 'put' });
    expect(String(error)).toContain('do not match their checksum (key "k"');
    expect(fake.names()).toEqual([]);
  });
});

describe('a read', () => {
  it('that is cut in the middle goes on where it stopped, with the same generation', async () => {
    await using opened = await openStore({ between: cutting(400_000) });
    const { store, fake, run } = opened;
    const bytes = sample(1_500_000);
    const { etag } = await run(store.put('film', bytes, { metadata: { a: 'b' } }));
    await run(store.put('film', sample(10)));
    fake.forget();
    const whole = await run(readAll(store.get('film', { versionId: etag })));
    expect(Buffer.compare(whole, bytes)).toBe(0);
    const asked = fake.exchanges.filter(({ target }) => media.test(target));
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.every(({ target }) => target.includes(`generation=${etag}`))).toBe(true);
    const range = { offset: 100_000, length: 900_000 };
    const part = await run(readAll(store.get('film', { versionId: etag, range })));
    expect(Buffer.compare(part, bytes.subarray(100_000, 1_000_000))).toBe(0);
  });

  it('whose cuts never end is an error that says so, after three without a byte', async () => {
    await using opened = await openStore({ between: cutting(0) });
    const { store, fake, run } = opened;
    await run(store.put('film', sample(1_500_000)));
    fake.forget();
    const error = await run(readAll(store.get('film'))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', provider: 'gcs' });
    expect(String(error)).toContain('key "film"');
    expect(fake.exchanges.filter(({ target }) => media.test(target))).toHaveLength(1 + 3);
  });

  it('that is cut on its way is made again where it is small', async () => {
    await using opened = await openStore();
    const { store, fake, run } = opened;
    await run(store.put('k', sample(10_000)));
    fake.inject({ fault: { kind: 'cut', when: 'body' }, path: /\/o\/k$/, times: 4 });
    expect(Buffer.compare(await run(store.get('k').then((got) => got.bytes())), sample(10_000))).toBe(0);
  });

  it('of an object that is overwritten between its two answers is one generation, whole', async () => {
    let overwrite: (() => Promise<unknown>) | undefined;
    await using opened = await openStore({
      versioning: false,
      between: async (request, send) => {
        if (isBodyOf(request, media)) {
          const write = overwrite;
          overwrite = undefined;
          await write?.();
        }
        return send(request);
      },
    });
    const { store, run, client } = opened;
    await run(store.put('k', 'old bytes'));
    overwrite = async () => {
      // Not before the other answer is on its way.
      await client.getObjectMetadata('k');
      await store.put('k', 'new bytes, and more of them');
    };
    const got = await run(store.get('k'));
    const text = await got.text();
    expect(['old bytes', 'new bytes, and more of them']).toContain(text);
    expect(got.info.size).toBe(text.length);
    expect(text).toBe('new bytes, and more of them');
  });

  it('of an object that is stored compressed gives the bytes that are stored', async () => {
    const { gzipSync } = await import('node:zlib');
    await using opened = await openStore();
    const { store, run, client } = opened;
    const bytes = gzipSync('hello '.repeat(10_000));
    await run(client.insertObject('k', bytes, { contentEncoding: 'gzip', contentType: 'text/plain' }));
    expect(Buffer.compare(await run(store.get('k').then((got) => got.bytes())), bytes)).toBe(0);
    const part = await run(store.get('k', { range: { offset: 10, length: 5 } }).then((got) => got.bytes()));
    expect(Buffer.compare(part, bytes.subarray(10, 15))).toBe(0);
    // As the operation gives it unless told otherwise.
    const plain = await run(client.getObject('k', { atOnceUpTo: 100_000 }).then(bodyOf));
    expect(plain.toString()).toBe('hello '.repeat(10_000));
  });
});

/** Cuts each answer with bytes after so many of them. */
function cutting(after: number): (request: HttpRequest, send: Transport) => Promise<HttpResponse> {
  return async (request, send) => {
    const response = await send(request);
    if (!isBodyOf(request, film)) return response;
    async function* cut() {
      let left = after;
      for await (const piece of response.body) {
        if (piece.byteLength > left) {
          if (left > 0) yield piece.subarray(0, left);
          throw new VendorError({ sent: true, code: 'unavailable', says: 'the connection was cut' });
        }
        left -= piece.byteLength;
        yield piece;
      }
    }
    const { status, headers, url } = response;
    const dispose = () => response[Symbol.asyncDispose]();
    return { status, headers, url, body: cut(), [Symbol.asyncDispose]: dispose };
  };
}

async function readAll(getting: Promise<{ stream(): ReadableStream<Uint8Array> }>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await getting).stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function bodyOf({ body, bytes }: GcsMedia): Promise<Buffer> {
  if (bytes !== undefined) return Buffer.from(bytes);
  const pieces: Uint8Array[] = [];
  for await (const piece of body ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('parts of uploads', () => {
  it('are no objects: no list shows them, whatever its prefix, delimiter and page, and a page ends behind them', async () => {
    await using opened = await openStore();
    const { store, run, fake, driver } = opened;
    const keys = ['!', '.im-upload', '.im-uploads/mine', '.j', 'a', 'b/1', 'b/2'];
    for (const key of keys) await run(store.put(key, 'x'));
    const session = await run(store.createUpload('film'));
    await run(session.send(sample(partBytes * 60)));
    expect(fake.names().length).toBe(keys.length + 61);
    const listed = async (options: object) =>
      (await run(store.list(options).toArray())).map(({ key }) => key);
    expect(await listed({})).toEqual(keys);
    expect(await listed({ prefix: '.im' })).toEqual(['.im-upload', '.im-uploads/mine']);
    expect(await listed({ prefix: '.im-uploads/' })).toEqual(['.im-uploads/mine']);
    expect(await listed({ delimiter: '/' })).toEqual(['!', '.im-upload', '.im-uploads/', '.j', 'a', 'b/']);
    fake.forget();
    expect(await listed({ pageSize: 2 })).toEqual(keys);
    expect(fake.exchanges.length).toBeLessThanOrEqual(6);
    const versions = await run(
      driver.versions?.list({ prefix: '', pageSize: 1_000 }, { signal: new AbortController().signal }) ??
        Promise.reject(new Error('no versions')),
    );
    expect(versions.items.map(({ key }) => key)).toEqual(keys);
    await run(session.abort());
    expect(fake.names()).toHaveLength(keys.length);
  });

  it('of killed uploads are swept: with their beginning or without it, sent once or twice', async () => {
    await using opened = await openStore();
    const { store, run, fake, client } = opened;
    const whole = await run(store.createUpload('whole'));
    const headless = await run(store.createUpload('headless'));
    for (const session of [whole, headless]) {
      await run(session.send(sample(partBytes * 3)));
      await run(session.send(sample(partBytes * 3, 2)));
    }
    await run(client.deleteObject(`.im-uploads/${headless.state.uploadId}/begun`));
    expect(await run(store.sweepOrphans({ olderThanMs: 60_000 }))).toEqual({ aborted: [], failed: [] });
    await opened.clock.advance(120_000);
    const swept = await run(store.sweepOrphans({ olderThanMs: 60_000 }));
    expect([...swept.aborted].sort()).toEqual(['headless', 'whole']);
    expect(swept.failed).toEqual([]);
    // The generation that was deleted by hand is an earlier one now, and goes with the rest.
    expect(fake.names()).toEqual([]);
  });

  it('are found by other delimiters than the service’s own as well', async () => {
    await using opened = await openStore();
    const { store, run } = opened;
    for (const key of ['a\tb1c', 'a\tb1d', 'a\t1', 'a1x', 'b']) await run(store.put(key, 'x'));
    const told = async (delimiter: string, pageSize: number) =>
      (await run(store.list({ delimiter, pageSize }).toArray())).map(({ kind, key }) => `${kind} ${key}`);
    for (const pageSize of [1, 2, 1_000]) {
      expect(await told('1', pageSize)).toEqual(['prefix a\t1', 'prefix a\tb1', 'prefix a1', 'object b']);
      expect(await told('\t', pageSize)).toEqual(['prefix a\t', 'object a1x', 'object b']);
    }
  });
});

describe('a copy', () => {
  it('that takes several steps is made in several', async () => {
    await using opened = await openStore({ rewriteBytesPerCall: 1_000 });
    const { store, run, count, client } = opened;
    await run(store.put('from', sample(10_500), { metadata: { a: 'b' } }));
    const info = await run(store.copy('from', 'to', { storageClass: 'ARCHIVE' }));
    expect(info).toMatchObject({ size: 10_500, storageClass: 'ARCHIVE', metadata: { a: 'b' } });
    expect(count('POST', /rewriteTo/)).toBe(11);
    expect((await run(client.copyObject('from', 'third'))).size).toBe(10_500);
    expect(Buffer.compare(await run(store.get('to').then((got) => got.bytes())), sample(10_500))).toBe(0);
  });
});
