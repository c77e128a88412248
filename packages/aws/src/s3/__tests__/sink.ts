/** The least of S3 that an upload and a download need, and that keeps nothing: memory of the other side can be measured against it. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Starts it. Every object has `size` bytes. */
export async function startSink(size: number): Promise<AsyncDisposable & { readonly url: string }> {
  const piece = Buffer.alloc(64 * 1024);
  const server = createServer(async (request, response) => {
    const digest = createHash('md5');
    for await (const chunk of request) digest.update(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://sink');
    const etag = `"${digest.digest('hex')}"`;
    const facts = {
      etag,
      'last-modified': new Date(0).toUTCString(),
      'content-type': 'application/octet-stream',
    };
    const xml = (root: string, content: string) =>
      response.writeHead(200, { 'content-type': 'application/xml' }).end(`<${root}>${content}</${root}>`);
    if (request.method === 'POST' && url.searchParams.has('uploads'))
      return xml('InitiateMultipartUploadResult', '<UploadId>sink</UploadId>');
    if (request.method === 'POST') return xml('CompleteMultipartUploadResult', '<ETag>"sink"</ETag>');
    if (request.method === 'PUT')
      return response
        .writeHead(200, { ...facts, 'x-amz-checksum-sha256': request.headers['x-amz-checksum-sha256'] ?? '' })
        .end();
    response.writeHead(200, { ...facts, 'content-length': size });
    if (request.method === 'HEAD') return response.end();
    for (let sent = 0; sent < size && !response.destroyed; sent += piece.byteLength)
      if (!response.write(piece)) await once(response, 'drain');
    return response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
