/** From what a provider gives to what goes out: the URL, the headers and the body. */
import { Readable } from 'node:stream';
import { VendorError } from '@im/core';
import type { HttpRequestInit, QueryValue } from './http.ts';
import type { Path } from './path.ts';
import type { HttpBody } from './transport.ts';

/** Where a request goes. */
export interface Destination {
  readonly url: URL;
  /** Set where the path is raw: what is sent in place of the URL's own path and query. */
  readonly target?: string;
}

/** Makes URLs under `base`. A leading slash of a path means the base URL, not the host. */
export function urlBuilder(base: URL): (path: Path | string, query: HttpRequestInit['query']) => Destination {
  const root = new URL(base);
  if (!root.pathname.endsWith('/')) root.pathname += '/';
  root.search = '';
  root.hash = '';
  const prefix = root.href;
  return (path, query) => {
    if (typeof path === 'object' && path.isRaw) {
      const search = query === undefined ? '' : encodeQuery(query);
      return { url: root, target: `${root.pathname}${path.value}${search === '' ? '' : `?${search}`}` };
    }
    const text = typeof path === 'string' ? path : path.value;
    const absolute = typeof path === 'string' && /^[a-z][a-z\d+.-]*:/i.test(text);
    const url = absolute ? new URL(text) : new URL(prefix + text.replace(/^[/\\]+/, ''));
    // Dots and backslashes in a plain string could climb out of the base.
    if (!absolute && !(url.origin === root.origin && url.pathname.startsWith(root.pathname))) {
      throw new VendorError({
        sent: false,
        code: 'invalid_argument',
        reason: 'path_outside_base',
        says: 'the path leads out of the base URL',
      });
    }
    if (query !== undefined) appendQuery(url, query);
    return { url };
  };
}

function appendQuery(url: URL, query: NonNullable<HttpRequestInit['query']>): void {
  const text = encodeQuery(query);
  if (text !== '') url.search = url.search === '' ? text : `${url.search}&${text}`;
}

/** `a=1&b=x%20y`; what is undefined is left out, arrays are joined by commas. */
export function encodeQuery(query: Readonly<Record<string, QueryValue>>): string {
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    const written = typeof value === 'object' ? value.join(',') : String(value);
    text += `${text === '' ? '' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(written.toWellFormed())}`;
  }
  return text;
}

/** A body and the type it is sent as. */
export interface EncodedBody {
  readonly body: HttpBody;
  /** Absent: the caller's own, or multipart, whose boundary the lane knows. */
  readonly contentType: string | undefined;
}

/** @throws VendorError `invalid_argument` when more than one kind of body is given */
export function encodeBody({ json, form, multipart, body }: HttpRequestInit): EncodedBody | undefined {
  const given = [json, form, multipart, body].filter((one) => one !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) {
    throw new VendorError({
      sent: false,
      code: 'invalid_argument',
      says: 'give one of json, form, multipart and body',
    });
  }
  if (json !== undefined) return { body: JSON.stringify(json), contentType: 'application/json' };
  if (form !== undefined) {
    return { body: encodeQuery(form), contentType: 'application/x-www-form-urlencoded' };
  }
  return { body: (multipart ?? body) as HttpBody, contentType: undefined };
}

/** Whether the same body can be sent again: all but streams that are gone once they were read. */
export function isReplayable(body: HttpBody | undefined): boolean {
  if (typeof body !== 'object') return true;
  return !(body instanceof Readable || body instanceof ReadableStream || 'next' in body);
}

/** What a client remembers of bodies that can be sent once. A retry with such a body would send an empty one. */
export function onceOnly(): (body: HttpBody | undefined) => void {
  const spent = new WeakSet<object>();
  return (body) => {
    if (typeof body !== 'object' || isReplayable(body)) return;
    if (spent.has(body)) {
      throw new VendorError({
        sent: false,
        code: 'failed_precondition',
        reason: 'stream_spent',
        says: 'the body is a stream that was sent already; give an iterable that can be read again',
      });
    }
    spent.add(body);
  };
}
