/**
 * Shared Key: a request is authorised by an HMAC-SHA256, with the account's key, over what the request says.
 *
 * The string that is signed, a line each:
 * 1. the method, then eleven standard headers by {@link standardHeaders}, empty where absent; a length of 0 is empty too;
 * 2. every `x-ms-` header as `name:value`, in the order of the service: as words are sorted, so hyphens do not count
 *    and `_` comes before digits and letters;
 * 3. `/account` and the path as it is sent; then every query parameter as `name:value`, decoded, sorted by name, several
 *    values of a name sorted and joined by commas.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key | Azure Storage: Authorize with Shared Key}
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { Clock, Secret } from '@im/core';
import type { SignRequest, UnsignedRequest } from '@im/http';

/** In the order in which they are signed. */
const standardHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

/** What is signed of a request. */
export interface SharedKeyRequest {
  readonly method: string;
  /** As it is sent, still escaped. */
  readonly path: string;
  /** Parameters, decoded. */
  readonly query: Iterable<readonly [name: string, value: string]>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The string that is signed; see the head of this file. */
export function stringToSign(request: SharedKeyRequest, account: string): string {
  const { method, headers } = request;
  let text = method;
  for (const name of standardHeaders) {
    const value = headers[name] ?? '';
    text += `\n${name === 'content-length' && value === '0' ? '' : value}`;
  }
  for (const name of vendorHeaders(headers)) text += `\n${name}:${headers[name]?.trim()}`;
  return `${text}\n${canonicalResource(request, account)}`;
}

function vendorHeaders(headers: SharedKeyRequest['headers']): string[] {
  const names: string[] = [];
  for (const name in headers) if (name.startsWith('x-ms-') && headers[name] !== undefined) names.push(name);
  return names.sort(byWord);
}

function byWord(one: string, other: string): number {
  const [left, right] = [wordOf(one), wordOf(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Names are few and come again. */
const words = new Map<string, string>();
const mostWords = 1_000;

/** Without hyphens, and with `_` as something that stands before digits. */
function wordOf(name: string): string {
  let word = words.get(name);
  if (word === undefined) {
    word = name.replaceAll('-', '').replaceAll('_', '!');
    if (words.size < mostWords) words.set(name, word);
  }
  return word;
}

function canonicalResource({ path, query }: SharedKeyRequest, account: string): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) {
    const key = name.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  let text = `/${account}${path}`;
  for (const name of [...values.keys()].sort()) text += `\n${name}:${values.get(name)?.sort().join(',')}`;
  return text;
}

/** Path and parameters of what stands in a request's first line. */
export function readTarget(target: string): Pick<SharedKeyRequest, 'path' | 'query'> {
  const at = target.indexOf('?');
  if (at < 0) return { path: target, query: [] };
  const query: [string, string][] = [];
  for (const pair of target.slice(at + 1).split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const name = split < 0 ? pair : pair.slice(0, split);
    query.push([decode(name), split < 0 ? '' : decode(pair.slice(split + 1))]);
  }
  return { path: target.slice(0, at), query };
}

/** A malformed escape stays as it was sent. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Signs texts with an account's key. A key object, since one of bytes is made anew for each signature, at six times the cost. */
export function keySigner(key: Secret): (text: string) => string {
  const secret = createSecretKey(key.reveal(), 'base64');
  return (text) => createHmac('sha256', secret).update(text, 'utf8').digest('base64');
}

/** Signs the requests of `createHttp` with the account's key. */
export function sharedKey(account: string, key: Secret, clock: Clock): SignRequest {
  const sign = keySigner(key);
  let second = Number.NaN;
  let date = '';
  return ({ method, target, headers, body }) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      second = now;
      date = new Date(now * 1000).toUTCString();
    }
    const signed = { ...headers, 'x-ms-date': date, 'content-length': lengthOf(body, headers) };
    const signature = sign(stringToSign({ method, ...readTarget(target), headers: signed }, account));
    return { 'x-ms-date': date, authorization: `SharedKey ${account}:${signature}` };
  };
}

/** As the transport will send it. */
function lengthOf(body: UnsignedRequest['body'], headers: UnsignedRequest['headers']): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return String(Buffer.byteLength(body));
  if (body instanceof Uint8Array) return String(body.byteLength);
  return headers['content-length'];
}
