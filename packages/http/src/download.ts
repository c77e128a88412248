/** Downloads that survive a cut: the rest is asked for by `Range`, as long as it is still the same file (RFC 9110 §14). */
import { type Call, VendorError } from '@im/core';
import { readBytes } from './answer.ts';
import { announcedBytes } from './content.ts';
import type { HttpDownload, HttpRequestInit } from './http.ts';
import type { HttpResponse } from './transport.ts';

/** How often in a row a download goes on after a cut without a new byte. */
const fruitlessResumes = 3;

/** What the client does for a download: a GET whose answer is a stream. */
export type SendStreaming = (init: HttpRequestInit) => Promise<HttpResponse>;

/** Begins a download; the first answer is there when this resolves. */
export async function createDownload(
  send: SendStreaming,
  call: Call,
  init: HttpRequestInit | undefined,
): Promise<HttpDownload> {
  const headers = { 'accept-encoding': 'identity', ...init?.headers };
  const first = await send({ ...init, headers });
  const total = totalOf(first, init?.decode === false);
  const validator = validatorOf(first, init);
  let current = first;

  let chunks = first.body[Symbol.asyncIterator]();
  let received = 0;
  /** What had been received when the present answer began. */
  let begun = 0;
  let fruitless = 0;

  /** The next piece of the present answer; `undefined` at the end of the file. */
  const take = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await chunks.next();
    if (!done) {
      received += value.byteLength;
      checkSize(received, init?.maxBytes);
      return value;
    }
    if (total === undefined || received >= total) return undefined;
    throw cut('the answer ended before its announced length');
  };

  /** Asks for the rest after a cut. @throws what the answer broke with, where it cannot go on */
  const goOn = async (error: unknown): Promise<void> => {
    fruitless = received > begun ? 0 : fruitless + 1;
    const cannot = validator === undefined || fruitless > fruitlessResumes || call.signal.aborted;
    if (cannot || !isCut(error)) throw error;
    const range = { range: `bytes=${received}-`, 'if-range': validator };
    current = await send({ ...init, headers: { ...headers, ...range } });
    if (!continuesAt(current, received, validator)) {
      await current[Symbol.asyncDispose]();
      throw cut('the file changed, or the server cannot go on in the middle');
    }
    begun = received;
    chunks = current.body[Symbol.asyncIterator]();
  };

  // By hand, since a generator over a generator costs more for each piece than all else that is done with it.
  let isOver = false;
  const body: AsyncIterableIterator<Uint8Array, undefined> = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      while (!isOver) {
        try {
          const value = await take();
          if (value !== undefined) return { done: false, value };
          isOver = true;
          await current[Symbol.asyncDispose]();
        } catch (error) {
          isOver = true;
          await current[Symbol.asyncDispose]();
          await goOn(error);
          isOver = false;
        }
      }
      return { done: true, value: undefined };
    },
    async return() {
      isOver = true;
      await current[Symbol.asyncDispose]();
      return { done: true, value: undefined };
    },
  };

  return {
    status: first.status,
    headers: first.headers,
    totalBytes: total,
    body,
    bytes: (maxBytes) => wholeOf(first, total, maxBytes),
    [Symbol.asyncDispose]: async () => current[Symbol.asyncDispose](),
  };
}

async function wholeOf(
  response: HttpResponse,
  total: number | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  try {
    const bytes = await readBytes(response, maxBytes);
    if (total !== undefined && bytes.byteLength < total)
      throw cut('the answer ended before its announced length');
    return bytes;
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

function totalOf(response: HttpResponse, isRaw: boolean): number | undefined {
  const isPlain = isRaw || !response.headers.get('content-encoding');
  return isPlain ? announcedBytes('GET', response) : undefined;
}

/** What tells that the file is the same; a weak tag cannot. A range that the caller asked for is not taken further. */
function validatorOf(
  { status, headers }: HttpResponse,
  init: HttpRequestInit | undefined,
): string | undefined {
  const ranged = Object.keys(init?.headers ?? {}).some((name) => name.toLowerCase() === 'range');
  if (status !== 200 || ranged || headers.get('accept-ranges') === 'none') return undefined;
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : undefined;
}

/** Servers that know no `If-Range` answer with a part of whatever is there now; its tag tells. */
function continuesAt({ status, headers }: HttpResponse, at: number, validator: string | undefined): boolean {
  const tag = headers.get('etag');
  const isSame = tag === null || tag === undefined || tag === validator;
  return isSame && status === 206 && headers.get('content-range')?.startsWith(`bytes ${at}-`) === true;
}

function isCut(error: unknown): boolean {
  return error instanceof VendorError && error.failure.sent && error.failure.code !== 'internal';
}

function cut(says: string): VendorError {
  return new VendorError({ sent: true, code: 'unavailable', reason: 'cut', says });
}

function checkSize(received: number, maxBytes: number | undefined): void {
  if (maxBytes !== undefined && received > maxBytes) {
    throw new VendorError({
      sent: true,
      code: 'internal',
      reason: 'body_too_large',
      says: `the answer is larger than ${maxBytes} bytes`,
    });
  }
}
