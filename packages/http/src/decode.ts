/** Decoding of answers (RFC 9110 §8.4), chunk by chunk, so that no more is unpacked than is read. */
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { VendorError } from '@im/core';
import { mayHaveContent } from './content.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** Makes a decoder for a body that begins with `firstByte`. Truncated input is an error, by zlib's own default. */
const decoders: Readonly<Record<string, (firstByte: number) => Transform>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  // Some servers send the bare format instead of zlib's; the first byte tells (RFC 9110 §8.4.1.2).
  deflate: (firstByte) => ((firstByte & 0x0f) === 0x08 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  ...('createZstdDecompress' in zlib && { zstd: () => zlib.createZstdDecompress() }),
};

/** For `accept-encoding`: what can be decoded here. zstd where Node has it. */
export const acceptedEncodings: string = ['gzip', 'deflate', 'br', 'zstd']
  .filter((name) => name in decoders)
  .join(', ');

/** More layers than this are an attack rather than an encoding. */
const mostLayers = 2;

/** `response` with its body decoded; itself when there is nothing to decode. */
export function decoded(response: HttpResponse, method: HttpRequest['method']): HttpResponse {
  const header = response.headers.get('content-encoding');
  if (!header || !mayHaveContent(method, response.status)) return response;
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length === 0) return response;
  return {
    status: response.status,
    headers: response.headers,
    url: response.url,
    body: decodeBody(response, names.reverse()),
    [Symbol.asyncDispose]: () => response[Symbol.asyncDispose](),
  };
}

async function* decodeBody(response: HttpResponse, names: readonly string[]): AsyncGenerator<Uint8Array> {
  const makers = names.map((name) => (Object.hasOwn(decoders, name) ? decoders[name] : undefined));
  if (names.length > mostLayers || makers.includes(undefined)) {
    await response[Symbol.asyncDispose]();
    throw undecodable('unknown_encoding', 'the answer is encoded in a way that was not offered');
  }
  const { first, all } = await peek(response.body);
  if (first === undefined) return;
  const source = Readable.from(all, { objectMode: false, highWaterMark: 64 * 1024 });
  const layers = makers.flatMap((make) => make?.(first[0] ?? 0) ?? []);
  const last = layers.at(-1) as Transform;
  // Errors of any part surface at the last one, which is being read.
  pipeline([source, ...layers], (error) => void (error && last.destroy(error)));
  try {
    for await (const chunk of last) yield chunk as Uint8Array;
  } catch (error) {
    if (isZlibError(error))
      throw undecodable('bad_encoding', 'the answer cannot be decoded: it is cut or damaged');
    throw error;
  } finally {
    source.destroy();
    for (const layer of layers) layer.destroy();
    await response[Symbol.asyncDispose]();
  }
}

function isZlibError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    typeof code === 'string' &&
    /^(Z_|ERR_BROTLI|ERR__?ERROR|BROTLI|ZSTD|ERR_ZSTD|ERR_PADDING|ERR_FORMAT|ERR_TRAILING)/.test(code)
  );
}

function undecodable(reason: string, says: string): VendorError {
  return new VendorError({ sent: true, code: 'internal', reason, says });
}

/** The first chunk, and an iterable that still has it. */
async function peek(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: Uint8Array | undefined; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = body[Symbol.asyncIterator]();
  const start = await iterator.next();
  const first = start.done === true ? undefined : start.value;
  async function* all(): AsyncGenerator<Uint8Array> {
    if (first === undefined) return;
    try {
      yield first;
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
        yield step.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { first, all: all() };
}
