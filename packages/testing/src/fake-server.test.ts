import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findCanaries } from './canary.ts';
import { createVirtualClock } from './clock.ts';
import { recorder, toRecord } from './fake-record.ts';
import type { FakeServerOptions, Fault, FaultRule } from './fake-server.ts';
import { startFakeServer } from './start-fake-server.ts';

const routes: FakeServerOptions['routes'] = {
  'GET /albums/:id': ({ params }) => ({ json: { album: params.id } }),
  'GET /albums/top': () => ({ json: { album: 'the top' } }),
  'GET /albums/:id.xml': ({ params }) => ({
    body: `<album>${params.id}</album>`,
    headers: { 'Content-Type': 'text/xml' },
  }),
  'GET /files/*key': ({ params }) => ({ json: params.key }),
  'GET /jobs/:id:cancel': ({ params }) => ({ json: `cancelled ${params.id}` }),
  'POST /echo': ({ json }) => ({ status: 201, json: json() }),
  'POST /form': ({ form, query }) => ({ json: { name: form().get('name'), q: query.getAll('q') } }),
  'POST /upload': async ({ multipart }) => ({ json: await ((await multipart()).get('file') as File).text() }),
  'DELETE /albums/:id': () => ({ status: 204 }),
  'GET /large': () => ({ body: 'x'.repeat(1_000) }),
};

const start = (options?: Partial<FakeServerOptions>) =>
  startFakeServer({ name: 'albums', routes, ...options });

/** What is seen on a socket, from the request to its end: for faults that a client would hide. */
async function raw(url: string, path: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  try {
    return await text(socket);
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code}`;
  }
}

describe('requests in gzip', () => {
  const post = (url: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${url}/echo`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body });
  const packed = (content: string | Uint8Array) => new Uint8Array(gzipSync(content));

  it('are decoded where the vendor decodes them; what was sent is there for signatures', async () => {
    const sent: Uint8Array[] = [];
    const before: FakeServerOptions['before'] = ({ sentBody }) => void sent.push(sentBody);
    await using fake = await start({ decodes: true, before });
    const body = packed('{"a":1}');
    expect(await (await post(fake.url, body)).json()).toEqual({ a: 1 });
    expect(sent).toEqual([Buffer.from(body)]);
    const [exchange] = fake.exchanges;
    expect(new TextDecoder().decode(exchange?.requestBody)).toBe('{"a":1}');
    expect(exchange?.requestHeaders['content-encoding']).toBe('gzip');
  });

  it('are refused when they are broken or unpack to more than 16 MiB', async () => {
    await using fake = await start({ decodes: true });
    expect((await post(fake.url, new Uint8Array([1, 2, 3]))).status).toBe(400);
    expect((await post(fake.url, packed('{"a":1}').subarray(0, -6))).status).toBe(400);
    expect((await post(fake.url, packed(new Uint8Array(17 * 1024 * 1024)))).status).toBe(413);
    expect(fake.failures).toEqual([]);
  });

  it('stay as they are where the vendor stores them so', async () => {
    const stored: Uint8Array[] = [];
    const keep: FakeServerOptions['routes'] = {
      'POST /echo': ({ body }) => {
        stored.push(body);
        return {};
      },
    };
    await using fake = await start({ routes: keep });
    await post(fake.url, packed('x'));
    expect(stored).toEqual([Buffer.from(packed('x'))]);
  });
});

describe('routing', () => {
  it.each([
    ['/albums/top', { album: 'the top' }],
    ['/albums/a%2Fb', { album: 'a/b' }],
    ['/albums/%zz', { album: '%zz' }],
    ['/files/a/b%20c/d', 'a/b c/d'],
    ['/jobs/7:cancel', 'cancelled 7'],
  ])('GET %s goes to the most specific route', async (path, answer) => {
    await using fake = await start();
    const response = await fetch(fake.url + path);
    expect(await response.json()).toEqual(answer);
  });

  it('lets a mixed part win over a bare name, whatever the order of the routes', async () => {
    await using fake = await start();
    const response = await fetch(`${fake.url}/albums/7.xml`);
    expect(response.headers.get('content-type')).toBe('text/xml');
    expect(await response.text()).toBe('<album>7</album>');
  });

  it('answers HEAD by the GET route, without a body', async () => {
    await using fake = await start();
    const response = await fetch(`${fake.url}/large`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('1000');
    expect(await response.text()).toBe('');
  });

  it('answers an unknown route with a 404 of its own and remembers it', async () => {
    await using fake = await start();
    const response = await fetch(`${fake.url}/nowhere?x=1`, { method: 'PUT' });
    expect(response.status).toBe(404);
    expect(response.headers.get('x-fake-unmatched')).toBe('1');
    expect(await response.text()).toBe('the fake "albums" has no route for PUT /nowhere');
    expect(fake.unmatched).toEqual(['PUT /nowhere']);
    expect(fake.exchanges[0]?.unmatched).toBe(true);
  });

  it('keeps everything, or the latest once it is told how many', async () => {
    const fake = await start({
      routes: {
        'GET /broken': () => {
          throw new Error('broken');
        },
      },
    });
    const ask = async (from: number, to: number) => {
      for (let index = from; index <= to; index += 1) await fetch(`${fake.url}/nowhere/${index}`);
      for (let count = from; count <= to; count += 1) await fetch(`${fake.url}/broken`);
    };
    await ask(1, 5);
    expect([fake.exchanges.length, fake.unmatched.length, fake.failures.length]).toEqual([10, 5, 5]);
    fake.keepLatest(3);
    expect([fake.exchanges.length, fake.unmatched.length, fake.failures.length]).toEqual([3, 3, 3]);
    await ask(6, 9);
    expect(fake.unmatched).toEqual(['GET /nowhere/7', 'GET /nowhere/8', 'GET /nowhere/9']);
    expect(fake.exchanges.length).toBeLessThanOrEqual(4);
    await expect(fake[Symbol.asyncDispose]()).rejects.toThrow('routes of the fake "albums" threw');
    expect([fake.exchanges.length, fake.failures.length]).toEqual([3, 3]);
  });

  it('refuses a route that is none', async () => {
    await expect(start({ routes: { 'get albums': () => ({}) } })).rejects.toThrow("write 'GET /path/:name'");
  });

  it('runs `before` in front of every route', async () => {
    await using fake = await start({
      before: ({ headers }) => (headers.authorization ? undefined : { status: 401 }),
    });
    expect((await fetch(`${fake.url}/large`)).status).toBe(401);
    expect((await fetch(`${fake.url}/large`, { headers: { authorization: 'Bearer a' } })).status).toBe(200);
  });
});

describe('bodies', () => {
  it('gives JSON, forms and queries to routes', async () => {
    await using fake = await start();
    const echo = await fetch(`${fake.url}/echo`, { method: 'POST', body: '{"a":[1]}' });
    expect([echo.status, await echo.json()]).toEqual([201, { a: [1] }]);
    const form = await fetch(`${fake.url}/form?q=1&q=2`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'é&' }),
    });
    expect(await form.json()).toEqual({ name: 'é&', q: ['1', '2'] });
  });

  it('gives multipart bodies to routes, large ones too', async () => {
    await using fake = await start();
    const body = new FormData();
    const large = 'y'.repeat(3_000_000);
    body.set('file', new Blob([large]), 'large.txt');
    const response = await fetch(`${fake.url}/upload`, { method: 'POST', body });
    expect(await response.json()).toBe(large);
  });

  it('answers 400 to a body that is not what the route reads', async () => {
    await using fake = await start();
    expect((await fetch(`${fake.url}/echo`, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${fake.url}/upload`, { method: 'POST', body: '{' })).status).toBe(400);
  });

  it('logs every exchange in order of arrival, with both bodies', async () => {
    const clock = createVirtualClock(5_000);
    await using fake = await start({ clock });
    await fetch(`${fake.url}/echo?a=b`, {
      method: 'POST',
      body: '"hello"',
      headers: { 'X-Thing': 'Å'.normalize('NFD')[0] ?? '' },
    });
    await fetch(`${fake.url}/albums/1`, { method: 'DELETE' });
    expect(fake.exchanges.map(({ method, target, status, at }) => [method, target, status, at])).toEqual([
      ['POST', '/echo?a=b', 201, 5_000],
      ['DELETE', '/albums/1', 204, 5_000],
    ]);
    const [first] = fake.exchanges;
    expect(new TextDecoder().decode(first?.requestBody)).toBe('"hello"');
    expect(new TextDecoder().decode(first?.responseBody)).toBe('"hello"');
    expect(first?.requestHeaders['x-thing']).toBe('A');
    expect(first?.responseHeaders['content-type']).toBe('application/json');
    fake.forget();
    expect(fake.exchanges).toEqual([]);
  });
});

describe('faults', () => {
  const withFault = async (
    fault: Fault,
    rule: Partial<FaultRule> = {},
    options?: Partial<FakeServerOptions>,
  ) => {
    const fake = await start(options);
    fake.inject({ fault, ...rule });
    return fake;
  };

  it('answers a status with Retry-After in seconds, in the vendor’s own format, without touching state', async () => {
    let handled = 0;
    await using fake = await withFault(
      { kind: 'status', status: 429, retryAfter: { seconds: 7 } },
      {},
      {
        routes: { 'POST /x': () => ({ status: ++handled }) },
        faultBody: (status) => ({ json: { error: { status } } }),
      },
    );
    const response = await fetch(`${fake.url}/x`, { method: 'POST' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.json()).toEqual({ error: { status: 429 } });
    expect(handled).toBe(0);
    expect(fake.exchanges[0]?.fault).toBe('status');
  });

  it('writes Retry-After as a date by its own clock, rounded up, beside its own Date', async () => {
    const clock = createVirtualClock(Date.UTC(2031, 0, 1) + 300);
    await using fake = await withFault(
      { kind: 'status', status: 503, retryAfter: { dateInMs: 2_000 } },
      {},
      { clock },
    );
    const { headers } = await fetch(`${fake.url}/large`);
    expect(headers.get('retry-after')).toBe('Wed, 01 Jan 2031 00:00:03 GMT');
    expect(headers.get('date')).toBe('Wed, 01 Jan 2031 00:00:00 GMT');
  });

  it('gives the real answer later by its clock, having done the work at once', async () => {
    const clock = createVirtualClock(0);
    let handled = 0;
    await using fake = await withFault(
      { kind: 'latency', delayMs: 60_000 },
      {},
      {
        clock,
        routes: { 'POST /x': () => ({ json: ++handled }) },
      },
    );
    const answer = fetch(`${fake.url}/x`, { method: 'POST' }).then((response) => response.json());
    await clock.advance(59_999);
    expect(handled).toBe(1);
    expect(fake.exchanges[0]?.status).toBeUndefined();
    expect(await clock.until(answer)).toBe(1);
    expect(clock.now()).toBe(60_000);
  });

  it('stops waiting when the client goes away', async () => {
    const clock = createVirtualClock(0);
    await using fake = await withFault({ kind: 'latency', delayMs: 60_000 }, {}, { clock });
    const client = new AbortController();
    const answer = fetch(`${fake.url}/large`, { signal: client.signal });
    await clock.advance(1);
    client.abort();
    await expect(answer).rejects.toThrow();
    await clock.advance(1);
    expect(clock.pending).toBe(0);
    expect(fake.exchanges[0]?.aborted).toBe(true);
    expect(fake.failures).toEqual([]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('cuts the connection %s the request is handled', async (when, times) => {
    let handled = 0;
    await using fake = await withFault(
      { kind: 'cut', when },
      {},
      {
        routes: { 'GET /x': () => ({ json: ++handled }) },
      },
    );
    expect(await raw(fake.url, '/x')).toBe('ECONNRESET');
    expect(handled).toBe(times);
    expect(fake.exchanges[0]?.status).toBeUndefined();
    expect(fake.exchanges[0]?.fault).toBe('cut');
  });

  it('cuts the connection in the middle of the body', async () => {
    await using fake = await withFault({ kind: 'cut', when: 'body' });
    const response = fetch(`${fake.url}/large`).then((answer) => answer.text());
    await expect(response).rejects.toThrow();
    expect(fake.exchanges[0]).toMatchObject({ status: 200, fault: 'cut' });
  });

  it('ends the body early, in order, under the full content-length', async () => {
    await using fake = await withFault({ kind: 'truncate' });
    const seen = await raw(fake.url, '/large');
    expect(seen).toContain('content-length: 1000\r\n');
    expect(seen.split('\r\n\r\n')[1]).toBe('x'.repeat(500));
  });

  it('ends in the head when there is no body to truncate', async () => {
    await using fake = await withFault(
      { kind: 'truncate' },
      {},
      { routes: { 'GET /x': () => ({ status: 204 }) } },
    );
    expect(await raw(fake.url, '/x')).toBe('HTTP/1.1 204 ');
    expect(fake.exchanges[0]?.aborted).toBeUndefined();
  });

  it('sends the body a few bytes at a time by its clock', async () => {
    const clock = createVirtualClock(0);
    await using fake = await withFault({ kind: 'slow-body', chunkBytes: 100, delayMs: 1_000 }, {}, { clock });
    const response = await fetch(`${fake.url}/large`);
    const body = response.text();
    expect(await clock.until(body)).toBe('x'.repeat(1_000));
    expect(clock.now()).toBe(10_000);
  });

  it('sends the real body under another content type', async () => {
    await using fake = await withFault({ kind: 'content-type' });
    const response = await fetch(`${fake.url}/albums/1`);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.json()).toEqual({ album: '1' });
  });

  it('lets credentials expire, and refuses the fault where nothing can', async () => {
    let good = true;
    await using fake = await withFault(
      { kind: 'expired-token' },
      {},
      {
        before: () => (good ? undefined : { status: 401 }),
        expireTokens: () => {
          good = false;
        },
      },
    );
    expect((await fetch(`${fake.url}/large`)).status).toBe(401);
    expect((await fetch(`${fake.url}/large`)).status).toBe(401);
    await expect(withFault({ kind: 'expired-token' })).rejects.toThrow('no tokens that expire');
  });

  it('strikes by method, path, after, every and times; the first rule that strikes is used', async () => {
    await using fake = await start();
    fake.inject({ fault: { kind: 'status', status: 500 }, path: /^\/alb/g, after: 1, every: 2, times: 2 });
    fake.inject({ fault: { kind: 'status', status: 502 }, method: 'delete', path: '/albums/1' });
    const seen: number[] = [];
    for (let call = 0; call < 7; call += 1) seen.push((await fetch(`${fake.url}/albums/1`)).status);
    seen.push((await fetch(`${fake.url}/albums/1`, { method: 'DELETE' })).status);
    expect(seen).toEqual([200, 500, 200, 500, 200, 200, 200, 502]);
  });
});

describe('a fake that is broken itself', () => {
  it('answers 500, keeps what was thrown, and says so again when it is closed', async () => {
    const fake = await start({
      routes: {
        'GET /x': () => {
          throw new RangeError('a mistake in the fake');
        },
      },
    });
    const response = await fetch(`${fake.url}/x`);
    expect([response.status, response.headers.get('x-fake-failure')]).toEqual([500, '1']);
    expect(fake.failures).toEqual([new RangeError('a mistake in the fake')]);
    await expect(fake[Symbol.asyncDispose]()).rejects.toThrow('routes of the fake "albums" threw');
  });
});

describe('closing', () => {
  it('closes idle and busy connections at once, and twice does no harm', async () => {
    const fake = await start();
    fake.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const hanging = fetch(`${fake.url}/large`).catch(() => 'closed');
    const idle = connect(Number(new URL(fake.url).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => {});
    while (fake.exchanges.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await fake[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
    expect(await hanging).toBe('closed');
    await new Promise((resolve) => (idle.closed ? resolve(0) : idle.once('close', resolve)));
    await expect(fetch(`${fake.url}/large`)).rejects.toThrow();
  });
});

describe('recording', () => {
  it('hides credentials wherever they stand, and leaves other bytes alone', () => {
    const key = 'sk-é/+"0123456789';
    const bytes = Uint8Array.of(0xff, 0xd8, 0, 1, 0xe9, 0xc3);
    const form = (fields: Record<string, string>) =>
      new TextEncoder().encode(new URLSearchParams(fields).toString());
    const exchange = {
      method: 'POST',
      target: `/x?again=${encodeURIComponent(key)}`,
      requestHeaders: {
        authorization: `Basic ${Buffer.from(`app:${encodeURIComponent(key)}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        'x-plain': key,
      },
      requestBody: form({ grant_type: 'refresh_token', refresh_token: 'refresh-0123456789', again: key }),
      status: 200,
      responseHeaders: { 'content-type': 'application/json', 'x-request-id': key },
      responseBody: new TextEncoder().encode(
        JSON.stringify({
          access_token: 'access-0123456789',
          scope: 'read',
          says: [key, 'refresh-0123456789'],
        }),
      ),
      at: 0,
    };
    const record = toRecord(exchange);
    const decoded = (name: string) => Buffer.from(String(record[name]), 'base64').toString();
    const everything = `${JSON.stringify(record)} ${decoded('requestBody')} ${decoded('responseBody')}`;
    expect(
      findCanaries(everything, { key, refresh: 'refresh-0123456789', access: 'access-0123456789' }),
    ).toEqual([]);
    expect(decoded('requestBody')).toContain('grant_type=refresh_token&refresh_token=[redacted]');
    expect(JSON.parse(decoded('responseBody'))).toMatchObject({ access_token: '[redacted]', scope: 'read' });
    expect(toRecord({ ...exchange, requestBody: bytes }).requestBody).toBe(
      Buffer.from(bytes).toString('base64'),
    );
  });

  it('cuts a large body that has no form to judge, and no other', () => {
    const large = Buffer.alloc(100_000, 'x');
    const lengthAs = (type: string) => {
      const { requestBody } = toRecord({
        method: 'PUT',
        target: '/x',
        requestHeaders: { 'content-type': type },
        requestBody: large,
        responseHeaders: {},
        responseBody: new Uint8Array(),
        at: 0,
      });
      return Buffer.from(String(requestBody), 'base64').byteLength;
    };
    expect(lengthAs('application/octet-stream')).toBe(4_096);
    for (const type of ['application/json', 'application/xml', 'multipart/related; boundary=x', 'text/html'])
      expect(lengthAs(type)).toBe(100_000);
  });

  it('appends one line an exchange to the folder of IM_RECORD, without credentials', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'im-record-'));
    const record = recorder('albums', folder);
    await using fake = await start({ record });
    await fetch(`${fake.url}/echo`, {
      method: 'POST',
      body: '"hello"',
      headers: {
        authorization: 'Bearer s3cret-value',
        'x-api-key': 's3cret-value',
        'idempotency-key': 'k-1',
      },
    });
    await fetch(`${fake.url}/albums/1`);
    expect(readdirSync(folder)).toEqual([`albums-${process.pid}.ndjson`]);
    const written = readFileSync(join(folder, `albums-${process.pid}.ndjson`), 'utf8');
    expect(written).not.toContain('s3cret-value');
    const lines = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ReturnType<typeof toRecord>);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      method: 'POST',
      target: '/echo',
      requestHeaders: {
        authorization: 'Bearer [redacted]',
        'x-api-key': '[redacted]',
        'idempotency-key': 'k-1',
      },
      requestBody: Buffer.from('"hello"').toString('base64'),
      status: 201,
      responseHeaders: { 'content-type': 'application/json' },
      responseBody: Buffer.from('"hello"').toString('base64'),
    });
  });
});
