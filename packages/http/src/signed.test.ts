import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCall, createContext, failureOf, startServer, type TestServer } from './__tests__/support.ts';
import { createHttp } from './client.ts';
import { rawPath } from './path.ts';
import { none, text } from './schemas.ts';
import type { HttpSettings, UnsignedRequest } from './settings.ts';
import { createTransport, type OwnTransport } from './shared-transport.ts';

describe('signed requests and raw paths', () => {
  let transport: OwnTransport;
  let server: TestServer;
  const seen: { target: string | undefined; signature: string | undefined }[] = [];

  beforeEach(async () => {
    transport = createTransport();
    seen.length = 0;
    server = await startServer((request, response) => {
      seen.push({ target: request.url, signature: request.headers['x-signature'] as string | undefined });
      if (request.url?.includes('moved')) response.writeHead(307, { location: '/elsewhere' });
      if (request.url?.includes('cut')) {
        response.writeHead(200, { 'content-length': '10' });
        response.write('short');
        return response.destroy();
      }
      response.end('body');
    });
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const client = (settings: Partial<HttpSettings> = {}) =>
    createHttp(createContext({ transport }), { baseUrl: `${server.url}/base`, ...settings });

  it('are sent to the letter, below the base URL', async () => {
    for (const key of ['a/../b', '..', 'a//b', './x', 'a%2E%2E/%00']) {
      await client().get(rawPath(key), none, createCall(), { query: { part: 1 } });
    }
    expect(seen.map(({ target }) => target)).toEqual([
      '/base/a/../b?part=1',
      '/base/..?part=1',
      '/base/a//b?part=1',
      '/base/./x?part=1',
      '/base/a%2E%2E/%00?part=1',
    ]);
  });

  it('a raw path that is not escaped is refused', () => {
    for (const wrong of ['a b', 'ä', 'a?b', 'a#b', 'a\r\nb']) expect(() => rawPath(wrong)).toThrow(TypeError);
  });

  it('a signature sees what will be sent, and is added to it', async () => {
    const signed: UnsignedRequest[] = [];
    const http = client({
      headers: { 'x-own': 'yes' },
      sign: async (request) => {
        signed.push(request);
        return { 'x-signature': `${request.method} ${request.target}` };
      },
    });
    await http.put(rawPath('a/../b'), text, createCall(), { body: 'bytes', query: { b: 2 } });
    await http.get('plain', text, createCall());
    expect(seen).toEqual([
      { target: '/base/a/../b?b=2', signature: 'PUT /base/a/../b?b=2' },
      { target: '/base/plain', signature: 'GET /base/plain' },
    ]);
    expect(signed[0]).toMatchObject({
      body: 'bytes',
      headers: { 'x-own': 'yes', accept: 'application/json' },
    });
    expect(signed[0]?.url.host).toBe(new URL(server.url).host);
  });

  it('a signed request follows no redirect, since the signature holds for one URL', async () => {
    const failure = await failureOf(client({ sign: () => ({}) }).get('moved', none, createCall()));
    expect(failure.status).toBe(307);
    expect(seen).toHaveLength(1);
    await client().get('moved', none, createCall());
    expect(seen.map(({ target }) => target)).toEqual(['/base/moved', '/base/moved', '/elsewhere']);
  });

  it('a download gives all its bytes at once, up to a limit, and says when it was cut', async () => {
    const whole = await client().download('whole', createCall(), { lane: 'undici' });
    expect(Buffer.from(await whole.bytes(100)).toString()).toBe('body');
    const long = await client().download('whole', createCall(), { lane: 'undici' });
    expect((await failureOf(long.bytes(3))).reason).toBe('body_too_large');
    const cut = client().download('cut', createCall(), { lane: 'undici' });
    expect((await failureOf(cut.then((one) => one.bytes(100)))).code).toBe('unavailable');
  });
});
