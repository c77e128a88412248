/** Requests passed on as they are, and the vendor's answers as they came, without what belongs to one connection or to the account. */
import { type ForwardAnswer, VendorError } from '@im/core';
import { readBytes } from './answer.ts';
import { hideSecrets } from './redact.ts';
import type { HttpHeaders, HttpResponse } from './transport.ts';

/**
 * Headers that are not passed on, in either direction: those of one connection (RFC 9110 §7.6.1), and those that say whose account it is.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of requests: the transport's own business. */
const transportHeaders: ReadonlySet<string> = new Set(['accept-encoding', 'content-length']);

/** A request's headers without those that are not the caller's to give. */
export function passedHeaders(
  headers: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers ?? {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !ownHeaders.has(name) && !transportHeaders.has(name)),
  );
}

/** A path that cannot be a URL of its own: `https://elsewhere/` is refused, since it would be asked without the base. */
export function rooted(path: string): string {
  if (!/^[a-z][a-z\d+.-]*:/i.test(path)) return path;
  throw new VendorError({
    sent: false,
    code: 'invalid_argument',
    reason: 'path_outside_base',
    says: 'the path must be below the base URL, not a URL of its own',
  });
}

/** An answer below 400. */
export function forwardedAnswer(response: HttpResponse): ForwardAnswer {
  return {
    status: response.status,
    headers: shownHeaders(response.headers),
    body: response.body,
    bytes: response.bytes && ((maxBytes) => readBytes(response, maxBytes)),
    [Symbol.asyncDispose]: () => response[Symbol.asyncDispose](),
  };
}

/** An answer of 400 and up, whose body was read. Vendors quote what they refuse: our secrets are taken out. */
export function forwardedFailure(
  { status, headers }: HttpResponse,
  bytes: Uint8Array | undefined,
  secrets: readonly string[],
): ForwardAnswer {
  return {
    status,
    headers: shownHeaders(headers).filter(([name]) => name !== 'content-length'),
    body: (async function* () {
      if (bytes !== undefined) yield withoutSecrets(bytes, secrets);
    })(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function withoutSecrets(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  const text = Buffer.from(bytes).toString();
  const clean = hideSecrets(text, secrets);
  return clean === text ? bytes : Buffer.from(clean);
}

/** The body is given decoded, so an encoding and its length are not told. */
function shownHeaders(headers: HttpHeaders): readonly (readonly [string, string])[] {
  const isEncoded = (headers.get('content-encoding') ?? '') !== '';
  return [...headers].filter(
    ([name]) =>
      !ownHeaders.has(name) && !(isEncoded && (name === 'content-encoding' || name === 'content-length')),
  );
}
