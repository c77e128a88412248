import { gzipSync } from 'node:zlib';
import type { ForwardAnswer, ForwardRequest } from '@im/core';
import { Secret } from '@im/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCall, createContext, failureOf, startServer, type TestServer } from './__tests__/support.ts';
import { staticToken } from './auth/token-source.ts';
import { createHttp } from './client.ts';
import { createTransport, type OwnTransport } from './shared-transport.ts';

const key = 'key-of-the-account-5d1e';

describe('a request that is passed on', () => {
  let transport: OwnTransport;
  let server: TestServer;

  beforeEach(async () => {
    transport = createTransport();
    server = await startServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://server');
      if (pathname === '/base/moved') return response.writeHead(302, { location: '/base/there' }).end();
      if (pathname === '/base/packed')
        return response
          .writeHead(200, { 'content-encoding': 'gzip', 'set-cookie': 'a=b' })
          .end(gzipSync('packed'));
      if (pathname === '/base/refused')
        return response
          .writeHead(403, { 'content-type': 'text/plain', 'x-request-id': 'r-1' })
          .end(`${request.headers.authorization} may not do this, ö`);
      response.writeHead(200, { 'content-length': '5', connection: 'close' });
      request.pipe(response);
      if (request.method !== 'POST') response.end('hello');
    });
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const http = () =>
    createHttp(createContext({ transport, options: { key: new Secret(key) } }), {
      baseUrl: `${server.url}/base`,
      token: staticToken(new Secret(key)),
    });
  const forward = (request: Partial<ForwardRequest>) =>
    http().forward({ method: 'GET', path: 'x', ...request }, createCall());
  const textOf = async (answer: ForwardAnswer) => {
    await using _ = answer;
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.body) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };

  it('keeps its query and its own headers, and none that are of a connection or an account', async () => {
    const headers = {
      'X-Mine': '1',
      accept: 'text/csv',
      authorization: 'Bearer mine',
      cookie: 'mine=1',
      host: 'elsewhere.test',
      connection: 'x-secret',
      'transfer-encoding': 'chunked',
    };
    const answer = await forward({ path: 'tracks/1?market=DE&q=a%20b', headers });
    expect(await textOf(answer)).toBe('hello');
    expect([...answer.headers]).not.toContainEqual(['connection', 'close']);
    const [sent] = server.requests;
    expect(sent).toMatchObject({
      url: '/base/tracks/1?market=DE&q=a%20b',
      headers: { 'x-mine': '1', accept: 'text/csv', authorization: `Bearer ${key}` },
    });
    expect(JSON.stringify(sent)).not.toContain('mine=1');
    expect(sent?.headers.host).not.toBe('elsewhere.test');
  });

  it('sends a body, whole or as a stream', async () => {
    const pieces = async function* () {
      yield Buffer.from('he');
      yield Buffer.from('llo');
    };
    for (const body of [Buffer.from('hello'), pieces()])
      expect(await textOf(await forward({ method: 'POST', body }))).toBe('hello');
  });

  it('gets a redirect as it is, and an encoded answer decoded', async () => {
    const moved = await forward({ path: 'moved' });
    expect([moved.status, new Map(moved.headers).get('location')]).toEqual([302, '/base/there']);
    await moved[Symbol.asyncDispose]();
    const packed = await forward({ path: 'packed' });
    const names = [...packed.headers].map(([name]) => name);
    expect(await textOf(packed)).toBe('packed');
    for (const name of ['content-encoding', 'content-length', 'set-cookie'])
      expect(names).not.toContain(name);
  });

  it('fails with the answer of the vendor, in which our key does not stand', async () => {
    const failure = await failureOf(forward({ path: 'refused' }));
    expect(failure).toMatchObject({ status: 403, requestId: 'r-1' });
    const said = await textOf(failure.answer as ForwardAnswer);
    expect(said).toBe('Bearer [redacted] may not do this, ö');
  });

  it.each(['https://elsewhere.test/', '../up', '..%2f../up/%2e%2e/%2e%2e', 'x/../../up', '\\..\\..\\up'])(
    '%s stays below the base or is refused',
    async (path) => {
      const outcome = await forward({ path }).then(textOf, (error: unknown) => error);
      if (typeof outcome !== 'string')
        expect(outcome).toMatchObject({ failure: { reason: 'path_outside_base' } });
      for (const { url } of server.requests) expect(url).toMatch(/^\/base\//);
    },
  );
});
