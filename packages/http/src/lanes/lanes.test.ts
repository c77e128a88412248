/** One suite for both lanes: whatever a caller can see must be the same. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import {
  brotliCompressSync,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createCall,
  createContext,
  errorOf,
  failureOf,
  gather,
  json,
  startServer,
  type TestServer,
} from '../__tests__/support.ts';
import { staticToken } from '../auth/token-source.ts';
import { createHttp } from '../client.ts';
import { path } from '../path.ts';
import { bytes, none, text } from '../schemas.ts';
import type { HttpSettings } from '../settings.ts';
import { createTransport, type OwnTransport } from '../shared-transport.ts';
import type { LaneName, Progress } from '../transport.ts';

const lanes: readonly LaneName[] = ['undici', 'got'];

describe.each(lanes)('the %s lane', (lane) => {
  let transport: OwnTransport;
  const open: AsyncDisposable[] = [];

  beforeEach(() => {
    transport = createTransport();
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });

  const serve = async (handler: Parameters<typeof startServer>[0]): Promise<TestServer> => {
    const server = await startServer(handler);
    open.push(server);
    return server;
  };
  const client = (baseUrl: string, settings: Partial<HttpSettings> = {}, egress: readonly string[] = []) =>
    createHttp(createContext({ transport, egress }), { baseUrl, lane, ...settings });

  /** A server that speaks bytes, for what `node:http` would not say. */
  const serveRaw = async (talk: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      talk(socket);
    });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({
      [Symbol.asyncDispose]: async () => {
        const closed = once(server, 'close');
        server.close();
        for (const socket of sockets) socket.destroy();
        await closed;
      },
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  describe('a plain call', () => {
    it('gives the checked body and drops fields nobody asked for', async () => {
      const server = await serve((_request, response) => json(response, { id: 'a', more: 1 }));
      const call = createCall();
      await expect(
        client(`${server.url}/v1`).get(path`items/${'a/b?c'}`, z.object({ id: z.string() }), call),
      ).resolves.toEqual({
        id: 'a',
      });
      expect(server.requests[0]?.url).toBe('/v1/items/a%2Fb%3Fc');
      expect(call.sent()).toBe(1);
      expect(call.observed).toHaveLength(1);
    });

    it('sends query, headers, credential and idempotency key', async () => {
      const server = await serve((_request, response) => json(response, {}));
      const http = client(server.url, {
        token: staticToken('t0ken'),
        headers: { 'X-One': '1', 'x-two': '2' },
      });
      const call = createCall({ effect: 'keyed', idempotencyKey: 'key-1' });
      await http.post('things', z.object({}), call, {
        query: { q: 'ä b', list: ['a', 2], none: undefined },
        headers: { 'X-Two': undefined, 'x-three': '3' },
        json: { a: 1 },
      });
      const [request] = server.requests;
      expect(request?.url).toBe('/things?q=%C3%A4%20b&list=a%2C2');
      expect(request?.headers).toMatchObject({
        authorization: 'Bearer t0ken',
        'x-one': '1',
        'x-three': '3',
        'idempotency-key': 'key-1',
        'content-type': 'application/json',
      });
      expect(request?.headers).not.toHaveProperty('x-two');
    });

    it.each([
      ['json', { json: { a: 'ü' } }, '{"a":"ü"}', 'application/json'],
      ['form', { form: { a: 'x y', b: 2 } }, 'a=x%20y&b=2', 'application/x-www-form-urlencoded'],
      ['text', { body: 'plain', headers: { 'content-type': 'text/plain' } }, 'plain', 'text/plain'],
      ['bytes', { body: new Uint8Array([104, 105]), headers: { 'content-type': 'x/y' } }, 'hi', 'x/y'],
    ])('sends %s bodies with their length', async (_name, init, body, type) => {
      const server = await serve(async (request, response) =>
        json(response, { body: (await gather(request)).toString(), headers: request.headers }),
      );
      const answer = await client(server.url).post(
        'x',
        z.object({ body: z.string(), headers: z.record(z.string(), z.string()) }),
        createCall(),
        init,
      );
      expect(answer.body).toBe(body);
      expect(answer.headers).toMatchObject({
        'content-type': type,
        'content-length': String(Buffer.byteLength(body)),
      });
    });

    it('streams a body that comes piece by piece', async () => {
      const server = await serve(async (request, response) =>
        json(response, { size: (await gather(request)).byteLength }),
      );
      async function* pieces() {
        for (let piece = 0; piece < 100; piece += 1) yield new Uint8Array(1_000);
      }
      await expect(
        client(server.url).put('x', z.object({ size: z.number() }), createCall(), { body: pieces() }),
      ).resolves.toEqual({
        size: 100_000,
      });
    });

    it('sends a stream once, and an iterable that begins anew as often as it is asked to', async () => {
      const server = await serve(async (request, response) =>
        json(response, { size: (await gather(request)).byteLength }),
      );
      const size = z.object({ size: z.number() });
      async function* pieces() {
        yield new Uint8Array(10);
      }
      const http = client(server.url);
      const stream = pieces();
      await http.put('x', size, createCall(), { body: stream });
      const failure = await failureOf(http.put('x', size, createCall({ attempt: 2 }), { body: stream }));
      expect(failure).toMatchObject({ reason: 'stream_spent', sent: false });
      const anew = { [Symbol.asyncIterator]: pieces };
      for (const attempt of [1, 2]) {
        await expect(http.put('x', size, createCall({ attempt }), { body: anew })).resolves.toEqual({
          size: 10,
        });
      }
    });

    it('sends multipart with its length, names that cannot break out, and files as they are', async () => {
      let parsed: FormData | undefined;
      const server = await serve(async (request, response) => {
        const body = new Uint8Array(await gather(request));
        parsed = await new Response(body, {
          headers: { 'content-type': request.headers['content-type'] ?? '' },
        }).formData();
        json(response, { length: request.headers['content-length'], size: body.byteLength });
      });
      const form = new FormData();
      form.append('field', 'one\r\ntwo');
      form.append('na"me\r\nx: y', 'value');
      form.append('file', new Blob([new Uint8Array([0, 1, 255])], { type: 'image/png' }), 'p"ic.png');
      const answer = await client(server.url).post(
        'x',
        z.object({ length: z.string(), size: z.number() }),
        createCall(),
        {
          multipart: form,
        },
      );
      expect(answer.length).toBe(String(answer.size));
      expect(parsed?.get('field')).toBe('one\r\ntwo');
      expect([...(parsed?.keys() ?? [])]).toHaveLength(3);
      const file = parsed?.get('file') as File;
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array([0, 1, 255]));
    });

    it('reads text, bytes and nothing', async () => {
      const server = await serve((request, response) => {
        if (request.url === '/none') return void response.writeHead(204).end();
        response.writeHead(200, { 'content-type': 'text/plain' }).end('häh');
      });
      const http = client(server.url);
      await expect(http.get('text', text, createCall())).resolves.toBe('häh');
      await expect(http.get('bytes', bytes, createCall())).resolves.toEqual(Buffer.from('häh'));
      await expect(http.get('none', none, createCall())).resolves.toBeUndefined();
      await expect(http.delete('text', none, createCall())).resolves.toBeUndefined();
      await expect(http.request('HEAD', 'text', none, createCall())).resolves.toMatchObject({ status: 200 });
    });

    it('keeps connections for the next calls', async () => {
      const server = await serve((_request, response) => json(response, {}));
      const http = client(server.url);
      for (let round = 0; round < 20; round += 1) await http.get('x', z.object({}), createCall());
      expect(server.accepted()).toBeLessThanOrEqual(2);
    });
  });

  describe('failures', () => {
    it('gives status, reason, request id and headers, read as the provider says', async () => {
      const server = await serve((_request, response) =>
        json(response, { error: { name: 'too_many', text: 'slow down' } }, 429, {
          'retry-after': '7',
          'x-id': 'req-9',
        }),
      );
      const http = client(server.url, {
        requestIdHeader: ['x-other', 'X-Id'],
        readFailure: (_status, body) => {
          const { error } = z.object({ error: z.object({ name: z.string(), text: z.string() }) }).parse(body);
          return { reason: error.name, says: error.text, retryAfterMs: 5 };
        },
      });
      const failure = await failureOf(http.get('x', none, createCall()));
      expect(failure).toMatchObject({
        status: 429,
        reason: 'too_many',
        says: 'slow down',
        requestId: 'req-9',
        retryAfterMs: 5,
        sent: true,
      });
      expect(failure.headers?.get('retry-after')).toBe('7');
    });

    it.each([
      ['wrong shape', 'application/json', '{"items":[{"id":1}]}', 'body.items[0].id should be string'],
      ['not JSON', 'text/html', '<p>secret page</p>', 'HTML'],
      ['broken JSON', 'application/json', '{"items":[', 'broken JSON'],
      ['invalid UTF-8', 'application/json', Buffer.from([0x22, 0xff, 0x22]), 'broken JSON'],
      ['nothing', 'application/json', '', 'body should be object'],
    ])(
      'is internal for a body that is %s, with the place and without the body',
      async (_name, type, body, place) => {
        const server = await serve((_request, response) =>
          response.writeHead(200, { 'content-type': type, 'x-request-id': 'abc' }).end(body),
        );
        const schema = z.object({ items: z.array(z.object({ id: z.string() })) });
        const failure = await failureOf(client(server.url).get('x', schema, createCall()));
        expect(failure).toMatchObject({ code: 'internal', requestId: 'abc', sent: true });
        expect(failure.says).toContain(place);
        expect(failure.says).not.toContain('secret page');
      },
    );

    it('has sent nothing when the connection is refused', async () => {
      const server = await startServer(() => {});
      await server[Symbol.asyncDispose]();
      const call = createCall();
      expect(await failureOf(client(server.url).get('x', none, call))).toMatchObject({
        sent: false,
        reason: 'ECONNREFUSED',
      });
      expect(call.sent()).toBe(0);
    });

    it('has sent nothing when TLS fails', async () => {
      const server = await serveRaw((socket) => socket.end('no TLS here\r\n'));
      const call = createCall();
      const failure = await failureOf(client(server.replace('http:', 'https:')).get('x', none, call));
      expect(failure.sent).toBe(false);
      expect(call.sent()).toBe(0);
    });

    it('may have sent it when the connection is reset before an answer', async () => {
      const url = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
      const call = createCall();
      expect(await failureOf(client(url).get('x', none, call))).toMatchObject({
        sent: true,
        code: 'unavailable',
      });
      expect(call.sent()).toBe(1);
    });

    it('gives the abort reason at once, before and after the answer began', async () => {
      const url = await serveRaw((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab')),
      );
      const silent = await serveRaw(() => {});
      for (const base of [url, silent]) {
        const controller = new AbortController();
        const reason = new Error('enough');
        const outcome = errorOf(client(base).get('x', bytes, createCall({ signal: controller.signal })));
        setImmediate(() => setImmediate(() => controller.abort(reason)));
        expect(await outcome).toBe(reason);
      }
      expect(
        await errorOf(client(url).get('x', bytes, createCall({ signal: AbortSignal.abort('early') }))),
      ).toBe('early');
    });
  });

  describe('hostile servers', () => {
    const answers: readonly (readonly [name: string, answer: string])[] = [
      ['a body cut by the end of the connection', 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"a":'],
      [
        'a chunked body cut in the middle',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n',
      ],
      ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n\r\n'],
      ['a broken status line', 'HTTP/1.1 abc\r\n\r\n'],
      ['a broken header', 'HTTP/1.1 200 OK\r\n\u0000bad\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
      [
        'length and chunks',
        'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n',
      ],
      ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\nab'],
      ['the head alone', 'HTTP/1.1 200 OK\r\ncontent-le'],
      ['nothing', ''],
      ['a cut gzip body', ''],
    ];

    it.each(answers)('are a typed error: %s', async (name, answer) => {
      const gzip = gzipSync(JSON.stringify({ a: 'b'.repeat(1_000) }));
      const url = await serveRaw((socket) =>
        socket.once('data', () => {
          if (name !== 'a cut gzip body') return void socket.end(answer);
          socket.write(
            `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${gzip.byteLength - 9}\r\n\r\n`,
          );
          socket.end(gzip.subarray(0, -9));
        }),
      );
      const failure = await failureOf(client(url).get('x', z.object({ a: z.string() }), createCall()));
      expect(failure.sent).toBe(true);
      expect(['unavailable', 'internal']).toContain(failure.code);
    });

    it('stops at maxBytes of an endless body', async () => {
      const piece = Buffer.alloc(64 * 1024);
      let written = 0;
      const server = await serve((_request, response) => {
        const more = (): void => {
          while (!response.destroyed) {
            written += piece.byteLength;
            if (!response.write(piece)) return void response.once('drain', more);
          }
        };
        response.writeHead(200);
        more();
      });
      const failure = await failureOf(
        client(server.url, { maxBytes: 1_000_000 }).get('x', bytes, createCall()),
      );
      expect(failure).toMatchObject({ code: 'internal', reason: 'body_too_large' });
      expect(written).toBeLessThan(32_000_000);
    });

    it('refuses an announced 10 GB before it is sent', async () => {
      const url = await serveRaw((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n')),
      );
      expect(await failureOf(client(url).get('x', bytes, createCall()))).toMatchObject({
        reason: 'body_too_large',
      });
    });

    it('stops a gzip bomb by its decoded size, with memory flat', async () => {
      const bomb = await gzipOf(200);
      expect(bomb.byteLength).toBeLessThan(1_000_000);
      const server = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      );
      const before = process.memoryUsage().rss;
      const failure = await failureOf(client(server.url).get('x', bytes, createCall()));
      expect(failure).toMatchObject({ code: 'internal', reason: 'body_too_large' });
      expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    });

    it('leave no connection behind', async () => {
      const server = await serve((request, response) => {
        if (request.url === '/cut')
          return void response
            .writeHead(200, { 'content-length': '10' })
            .write('a', () => response.destroy());
        if (request.url === '/big') return void response.writeHead(200).end(Buffer.alloc(3_000_000));
        json(response, { wrong: true });
      });
      const http = client(server.url, { maxBytes: 1_000 });
      for (const url of ['cut', 'big', 'shape'])
        await failureOf(http.get(url, z.object({ right: z.string() }), createCall()));
      await transport[Symbol.asyncDispose]();
      while (server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
      expect(server.sockets.size).toBe(0);
    });
  });

  describe('encodings', () => {
    const body = JSON.stringify({ text: 'ä'.repeat(5_000) });
    const encoders: readonly (readonly [string, (text: string) => Buffer])[] = [
      ['gzip', (plain) => gzipSync(plain)],
      ['deflate', (plain) => deflateSync(plain)],
      ['deflate', (plain) => deflateRawSync(plain)],
      ['br', (plain) => brotliCompressSync(plain)],
      ['zstd', (plain) => zstdCompressSync(plain)],
      ['gzip, br', (plain) => brotliCompressSync(gzipSync(plain))],
    ];
    it.each(encoders)('reads %s', async (name, encode) => {
      const server = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': name }).end(encode(body)),
      );
      const schema = z.object({ text: z.string() });
      await expect(client(server.url).get('x', schema, createCall())).resolves.toEqual(JSON.parse(body));
      expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br, zstd');
    });

    it('refuses an encoding that was not offered', async () => {
      const server = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': 'rot13' }).end('x'),
      );
      expect(await failureOf(client(server.url).get('x', text, createCall()))).toMatchObject({
        reason: 'unknown_encoding',
      });
    });
  });

  describe('redirects', () => {
    const echo = z.object({
      method: z.string(),
      body: z.string(),
      authorization: z.string().optional(),
      cookie: z.string().optional(),
      custom: z.string().optional(),
    });
    const echoing = (to: (path: string) => { status: number; location: string } | undefined) =>
      serve(async (request, response) => {
        const target = to(request.url ?? '');
        const body = (await gather(request)).toString();
        if (target !== undefined)
          return void response.writeHead(target.status, { location: target.location }).end();
        const { authorization, cookie } = request.headers;
        json(response, {
          method: request.method,
          body,
          authorization,
          cookie,
          custom: request.headers['x-custom'],
        });
      });

    it.each([
      [301, 'POST', 'GET', ''],
      [302, 'POST', 'GET', ''],
      [303, 'POST', 'GET', ''],
      [303, 'PUT', 'GET', ''],
      [301, 'PUT', 'PUT', 'body'],
      [307, 'POST', 'POST', 'body'],
      [308, 'PATCH', 'PATCH', 'body'],
    ] as const)('turn %d of %s into %s (RFC 9110 §15.4)', async (status, method, becomes, body) => {
      const server = await echoing((url) => (url === '/a' ? { status, location: '/b' } : undefined));
      const answer = await client(server.url).request(method, 'a', echo, createCall(), {
        body: 'body',
        headers: { 'content-type': 'text/plain' },
      });
      expect(answer.body).toMatchObject({ method: becomes, body });
    });

    it('keep credentials within an origin, and drop them for another', async () => {
      const other = await echoing(() => undefined);
      const server = await echoing((url) =>
        url === '/same'
          ? { status: 307, location: '/b' }
          : url === '/other'
            ? { status: 307, location: `${other.url}/c` }
            : undefined,
      );
      const http = client(server.url, {
        token: staticToken('t0ken'),
        headers: { cookie: 'session=1', 'x-custom': 'k' },
        alsoOnPurpose: [other.url],
      });
      await expect(http.get('same', echo, createCall())).resolves.toMatchObject({
        authorization: 'Bearer t0ken',
        cookie: 'session=1',
        custom: 'k',
      });
      const away = await http.get('other', echo, createCall());
      expect(away).toEqual({ method: 'GET', body: '' });
    });

    it('are refused to hosts that are not allowed, without a connection', async () => {
      const other = await echoing(() => undefined);
      const server = await echoing(() => ({ status: 302, location: `${other.url}/c` }));
      expect(await failureOf(client(server.url).get('x', echo, createCall()))).toMatchObject({
        reason: 'egress_refused',
        code: 'permission_denied',
        sent: true,
      });
      expect(other.accepted()).toBe(0);
    });

    it('end after ten', async () => {
      const server = await echoing(() => ({ status: 302, location: '/again' }));
      expect(await failureOf(client(server.url).get('x', echo, createCall()))).toMatchObject({
        reason: 'too_many_redirects',
      });
      expect(server.requests).toHaveLength(11);
    });

    it('do not replay a stream', async () => {
      const server = await echoing((url) => (url === '/a' ? { status: 307, location: '/b' } : undefined));
      async function* pieces() {
        yield new Uint8Array(10);
      }
      expect(
        await failureOf(client(server.url).post('a', echo, createCall(), { body: pieces() })),
      ).toMatchObject({ reason: 'redirected_stream' });
      expect(server.requests).toHaveLength(1);
    });
  });

  it('goes through a proxy', async () => {
    const server = await serve((_request, response) => json(response, { via: 'origin' }));
    const asked: string[] = [];
    const proxy = await startServer((request, response) => {
      asked.push(request.url ?? '');
      json(response, { via: 'proxy', authorization: request.headers['proxy-authorization'] });
    });
    open.push(proxy);
    proxy.onConnect((target, socket) => {
      asked.push(target);
      const origin = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(origin).pipe(socket);
      });
      for (const end of [origin, socket])
        end.on('error', () => {
          origin.destroy();
          socket.destroy();
        });
    });
    const answer = await client(server.url, { proxy: proxy.url }).get(
      'x',
      z.object({ via: z.string() }),
      createCall(),
    );
    expect(['origin', 'proxy']).toContain(answer.via);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`127.0.0.1:${server.port}`);
  });

  describe('transfers', () => {
    it('tell progress up and down, with totals', async () => {
      const server = await serve(async (request, response) => {
        const body = await gather(request);
        response.writeHead(200, { 'content-length': String(body.byteLength) }).end(body);
      });
      const seen: Progress[] = [];
      await client(server.url).put('x', bytes, createCall(), {
        body: new Uint8Array(500_000),
        onProgress: (progress) => void seen.push(progress),
      });
      expect(seen.findLast(({ direction }) => direction === 'up')).toEqual({
        direction: 'up',
        bytes: 500_000,
        totalBytes: 500_000,
      });
      expect(seen.at(-1)).toEqual({ direction: 'down', bytes: 500_000, totalBytes: 500_000 });
    });

    it('go on with a download where it was cut, as long as it is the same file', async () => {
      const file = randomBytes(300_000);
      const server = await serve((request, response) => {
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        const rest = file.subarray(from);
        const headers = { etag: '"v1"', 'content-length': String(rest.byteLength) };
        response.writeHead(
          from === 0 ? 200 : 206,
          from === 0 ? headers : { ...headers, 'content-range': `bytes ${from}-299999/300000` },
        );
        if (from < 200_000) response.write(rest.subarray(0, 100_000), () => response.destroy());
        else response.end(rest);
      });
      await using download = await client(server.url).download('file', createCall());
      expect(download.totalBytes).toBe(300_000);
      expect(sha(await gather(download.body))).toBe(sha(file));
      expect(server.requests.length).toBeGreaterThan(2);
      expect(server.requests[1]?.headers['if-range']).toBe('"v1"');
    });

    it('do not join two versions of a file', async () => {
      let version = 0;
      const server = await serve((_request, response) => {
        version += 1;
        response.writeHead(200, { etag: `"v${version}"`, 'content-length': '100000' });
        response.write(Buffer.alloc(50_000), () => response.destroy());
      });
      const download = await client(server.url).download('file', createCall());
      expect(await failureOf(gather(download.body))).toMatchObject({ reason: 'cut' });
    });

    it('do not join two versions of a file, also where the server knows no If-Range', async () => {
      let version = 0;
      const server = await serve((request, response) => {
        version += 1;
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(from === 0 ? 200 : 206, {
          etag: `"v${version}"`,
          'content-length': String(100_000 - from),
          ...(from > 0 && { 'content-range': `bytes ${from}-99999/100000` }),
        });
        if (from === 0) response.write(Buffer.alloc(50_000), () => response.destroy());
        else response.end(Buffer.alloc(100_000 - from));
      });
      const download = await client(server.url).download('file', createCall());
      expect(await failureOf(gather(download.body))).toMatchObject({ reason: 'cut' });
      expect(version).toBe(2);
    });

    it('give stored bytes as they are when they shall not be decoded', async () => {
      const stored = gzipSync('hello');
      const server = await serve((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(stored.byteLength) });
        response.end(stored);
      });
      const raw = await client(server.url).download('file', createCall(), { decode: false });
      expect(raw.totalBytes).toBe(stored.byteLength);
      expect(await gather(raw.body)).toEqual(Buffer.from(stored));
      expect(await client(server.url).get('file', bytes, createCall(), { decode: false })).toEqual(
        Buffer.from(stored),
      );
      expect(server.requests[1]?.headers['accept-encoding']).toBe('identity');
      expect(await client(server.url).get('file', text, createCall())).toBe('hello');
    });

    it('hold the server back while nobody reads, and free the connection when given up', async () => {
      let written = 0;
      const piece = Buffer.alloc(64 * 1024);
      const server = await serve((_request, response) => {
        const more = (): void => {
          while (!response.destroyed) {
            written += piece.byteLength;
            if (!response.write(piece)) return void response.once('drain', more);
          }
        };
        more();
      });
      const download = await client(server.url).download('endless', createCall());
      let last = -1;
      for (let turns = 0; turns < 200 && last !== written; turns += 1) {
        last = written;
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(written).toBeLessThan(20_000_000);
      await download[Symbol.asyncDispose]();
      while (server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
    });
  });
});

function sha(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Zeros, packed: `megabytes` of them in about a thousandth. */
async function gzipOf(megabytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 1 });
  const zeros = Buffer.alloc(1_000_000);
  const packed = gather(gzip);
  for (let written = 0; written < megabytes; written += 1) {
    if (!gzip.write(zeros)) await once(gzip, 'drain');
  }
  gzip.end();
  return packed;
}
