/**
 * Answers that have no content, whatever their head announces: to HEAD, 204 and 304 (RFC 9110 §6.4.1). Their
 * `content-length` is that of what a GET would have given (§8.6), so there is nothing to wait for.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCall, createContext, failureOf, gather } from '../__tests__/support.ts';
import { createHttp } from '../client.ts';
import { createEgressGuard } from '../egress.ts';
import { bytes, none } from '../schemas.ts';
import { createTransport, type OwnTransport } from '../shared-transport.ts';
import type { HttpRequest, HttpResponse, LaneName, Progress } from '../transport.ts';

const lanes: readonly LaneName[] = ['undici', 'got'];

const heads: readonly (readonly [what: string, method: 'GET' | 'HEAD', status: string, more: string])[] = [
  ['304', 'GET', '304 Not Modified', ''],
  ['304 of an encoded body', 'GET', '304 Not Modified', 'content-encoding: gzip\r\n'],
  ['204', 'GET', '204 No Content', ''],
  ['200 to HEAD', 'HEAD', '200 OK', ''],
  ['200 of an encoded body to HEAD', 'HEAD', '200 OK', 'content-encoding: gzip\r\n'],
  ['304 to HEAD', 'HEAD', '304 Not Modified', ''],
];

describe.each(lanes)('the %s lane', (lane) => {
  let transport: OwnTransport;
  let url: string;
  let answer: string;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => socket.write(answer));
  });

  beforeEach(async () => {
    transport = createTransport();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });

  const send = (method: HttpRequest['method'], more: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    transport({
      method,
      url: new URL(url),
      headers: {},
      signal: new AbortController().signal,
      guard: createEgressGuard({ allow: [], onPurpose: [url] }),
      lane,
      ...more,
    });
  const client = () => createHttp(createContext({ transport }), { baseUrl: url, lane });
  const headOf = (status: string, more = '') =>
    `HTTP/1.1 ${status}\r\netag: "a"\r\ncontent-length: 500\r\n${more}\r\n`;

  it.each(heads)('gives a %s with its length and no body', async (_what, method, status, more) => {
    answer = headOf(status, more);
    const response = await send(method);
    expect(response.status).toBe(Number(status.slice(0, 3)));
    expect(response.headers.get('content-length')).toBe('500');
    expect(response.headers.get('etag')).toBe('"a"');
    expect((await gather(response.body)).byteLength).toBe(0);
    await response[Symbol.asyncDispose]();
  });

  it.each(heads)('goes on after a %s that nobody read', async (_what, method, status, more) => {
    for (let round = 0; round < 3; round += 1) {
      answer = headOf(status, more);
      await (await send(method))[Symbol.asyncDispose]();
      answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
      const next = await send('GET');
      expect((await gather(next.body)).toString()).toBe('ok');
    }
  });

  it('tells a transfer of nothing, and not the length of what a GET would give', async () => {
    answer = headOf('304 Not Modified');
    const told: Progress[] = [];
    const response = await send('GET', { onProgress: (progress) => void told.push(progress) });
    await gather(response.body);
    expect(told).toEqual([{ direction: 'down', bytes: 0, totalBytes: 0 }]);
  });

  it('lets a condition fail with the status and the headers of the answer', async () => {
    answer = headOf('304 Not Modified');
    const failure = await failureOf(client().get('x', bytes, createCall()));
    expect(failure).toMatchObject({ status: 304, sent: true });
    expect(failure.headers?.get('etag')).toBe('"a"');
  });

  it('takes a 204 for an answer of nothing, however much it announces', async () => {
    answer = 'HTTP/1.1 204 No Content\r\ncontent-length: 10000000000\r\n\r\n';
    await expect(client().delete('x', none, createCall())).resolves.toBeUndefined();
    await using download = await client().download('x', createCall());
    expect(download.totalBytes).toBe(0);
    expect((await gather(download.body)).byteLength).toBe(0);
  });
});
