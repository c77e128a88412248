/** A server that speaks as much of Blob Storage as a large stream needs, and keeps none of its bytes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A running sink. `received` counts the bytes of blocks. */
export interface Sink extends AsyncDisposable {
  readonly url: string;
  readonly received: number;
}

/** Starts it. What is got is as long as what was put in blocks last, and all zeros. */
export async function startSink(): Promise<Sink> {
  let received = 0;
  let size = 0;
  let etags = 0;
  const small = new Map<string, Buffer>();
  const zeros = Buffer.alloc(256 * 1024);

  const written = (response: ServerResponse, status: number) => {
    etags += 1;
    response.writeHead(status, {
      etag: `"0x${etags}"`,
      'last-modified': new Date().toUTCString(),
      'content-length': '0',
    });
    response.end();
  };
  const send = async (response: ServerResponse, bytes: number) => {
    response.writeHead(200, {
      etag: '"0x1"',
      'last-modified': new Date().toUTCString(),
      'content-length': String(bytes),
    });
    for (let left = bytes; left > 0; left -= zeros.byteLength)
      if (!response.write(zeros.subarray(0, Math.min(left, zeros.byteLength)))) await once(response, 'drain');
    response.end();
  };
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://sink');
    if (url.searchParams.get('comp') === 'block') {
      for await (const chunk of request) size += (chunk as Buffer).byteLength;
      return written(response, 201);
    }
    const body = await buffer(request);
    if (method === 'PUT' && url.searchParams.get('comp') === 'blocklist') {
      // The second list, of a copy inside the service, brings nothing.
      received = size || received;
      size = 0;
    } else if (method === 'PUT') small.set(url.pathname, body);
    if (method === 'PUT')
      return written(response, request.headers['x-ms-copy-source'] === undefined ? 201 : 202);
    if (method === 'DELETE') return written(response, 202);
    const kept = small.get(url.pathname);
    if (method === 'HEAD' || kept === undefined || kept.byteLength === 0) return send(response, received);
    response.writeHead(200, { etag: '"0x1"', 'content-length': String(kept.byteLength) });
    response.end(kept);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sink`,
    get received() {
      return received;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
