/** Requests whose content is encoded (RFC 9110 §8.4). Of all codings, clients send `gzip` alone. */
import { gunzipSync } from 'node:zlib';
import type { FakeResponse } from './fake-server.ts';

/** Most bytes that a request is unpacked to. */
const mostBytes = 16 * 1024 * 1024;

/**
 * The content of a body that was sent under `encoding`; the answer to one that cannot be unpacked: 400 when it is broken, 413 when it is
 * larger than 16 MiB.
 */
export function decodeContent(body: Uint8Array, encoding: string | undefined): Uint8Array | FakeResponse {
  if (encoding?.trim().toLowerCase() !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: mostBytes });
  } catch (error) {
    const [status, why] =
      error instanceof RangeError ? [413, `larger than ${mostBytes} bytes`] : [400, 'not in gzip'];
    return { status, headers: { 'content-type': 'text/plain' }, body: `the body is ${why}` };
  }
}
