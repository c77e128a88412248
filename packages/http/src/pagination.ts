/**
 * The usual ways in which an API answers in pages, each as a pair: where to begin (`from…`, out of `call.cursor`) and
 * the finished {@link Page} with an opaque cursor that is good in another process.
 */
import { type Page, VendorError } from '@im/core';
import type { HttpHeaders } from './transport.ts';

/** An offset and how many items a page has. */
export interface Offset {
  readonly offset: number;
  readonly limit: number;
}

const mostItems = 1_000_000_000;

/** Writes a cursor: the style and its value, so that none is taken for another's. */
function write(style: string, value: string): string {
  return Buffer.from(`${style}:${value}`).toString('base64url');
}

function readCursor(style: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(`${style}:`)) {
    throw new VendorError({
      sent: false,
      code: 'invalid_argument',
      reason: 'bad_cursor',
      says: 'the cursor is not one of this operation',
    });
  }
  return text.slice(style.length + 1);
}

/**
 * Where an offset-based page begins.
 *
 * @param call the operation's call: its `cursor` and `pageSize` are read
 * @throws VendorError `invalid_argument` for a cursor that is not of {@link offsetPage}
 */
export function fromOffset(
  call: { readonly cursor: string | undefined; readonly pageSize: number | undefined },
  defaults: { readonly pageSize: number; readonly maxPageSize: number },
): Offset {
  const limit = Math.max(1, Math.min(call.pageSize ?? defaults.pageSize, defaults.maxPageSize));
  const offset = Number(readCursor('offset', call.cursor) ?? 0);
  if (!Number.isInteger(offset) || offset < 0 || offset > mostItems) {
    throw new VendorError({
      sent: false,
      code: 'invalid_argument',
      reason: 'bad_cursor',
      says: 'the cursor is damaged',
    });
  }
  return { offset, limit };
}

/**
 * A page by offset. It is the last when `hasMore` says so; without that, when `total` is reached or when it came short.
 *
 * @param received items the vendor sent, when that differs from `items` (some were left out)
 */
export function offsetPage<Item>(
  items: readonly Item[],
  at: Offset,
  more: {
    readonly total?: number | undefined;
    readonly hasMore?: boolean | undefined;
    readonly received?: number | undefined;
  } = {},
): Page<Item> {
  const received = more.received ?? items.length;
  const end = at.offset + received;
  const goesOn =
    received > 0 && (more.hasMore ?? (more.total === undefined ? received >= at.limit : end < more.total));
  return { items, next: goesOn ? write('offset', String(end)) : undefined, total: more.total };
}

/** The vendor's own cursor out of ours; `undefined` for the first page. @throws VendorError `invalid_argument` */
export function fromCursor(call: { readonly cursor: string | undefined }): string | undefined {
  return readCursor('cursor', call.cursor);
}

/** A page by the vendor's cursor (`after`, `next_cursor`, a page token); none or an empty one means the last page. */
export function cursorPage<Item>(
  items: readonly Item[],
  next: string | null | undefined,
  total?: number | undefined,
): Page<Item> {
  return { items, next: next ? write('cursor', next) : undefined, total };
}

/** The vendor's page token out of ours. Page tokens and cursors differ by name only. */
export const fromPageToken: typeof fromCursor = fromCursor;

/** A page by page token. */
export const pageTokenPage: typeof cursorPage = cursorPage;

/** Where a page by links begins: a URL to give to the client, or `undefined` for the first page. */
export function fromLink(call: { readonly cursor: string | undefined }): string | undefined {
  return readCursor('link', call.cursor);
}

/**
 * A page by the `Link` header (RFC 8288), or by a `next` URL in the body.
 *
 * The URL is kept relative to `base`, so that a cursor cannot lead to another host.
 *
 * @throws VendorError `internal` when the link leads to another origin than `base`
 */
export function linkPage<Item>(
  items: readonly Item[],
  next: HttpHeaders | string | null | undefined,
  base: string | URL,
  total?: number | undefined,
): Page<Item> {
  const target = typeof next === 'object' && next !== null ? linkTarget(next.get('link'), 'next') : next;
  if (!target) return { items, next: undefined, total };
  const origin = new URL(base);
  const url = URL.canParse(target, origin.href) ? new URL(target, origin) : undefined;
  if (url === undefined || url.origin !== origin.origin) {
    throw new VendorError({
      sent: true,
      code: 'internal',
      reason: 'bad_link',
      says: 'the link to the next page leads to another host',
    });
  }
  return { items, next: write('link', url.href), total };
}

/**
 * The target of the first link with relation `relation` in a `Link` header.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8288#section-3 | RFC 8288 §3}
 */
export function linkTarget(header: string | null | undefined, relation: string): string | undefined {
  const wanted = relation.toLowerCase();
  for (const { target, parameters } of links(header ?? '')) {
    const [, quoted, plain] =
      /^rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters.find(isRelation) ?? '') ?? [];
    const relations = (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
    if (relations.includes(wanted)) return target;
  }
  return undefined;
}

function isRelation(parameter: string): boolean {
  return /^rel\s*=/i.test(parameter);
}

/** Takes a `Link` header apart in one pass: commas and semicolons count outside of `<…>` and `"…"` only. */
function* links(
  header: string,
): Generator<{ readonly target: string; readonly parameters: readonly string[] }> {
  let at = 0;
  while (at < header.length) {
    const open = header.indexOf('<', at);
    const close = open < 0 ? -1 : header.indexOf('>', open);
    if (close < 0) return;
    const parameters: string[] = [];
    let begin = close + 1;
    let isQuoted = false;
    for (at = close + 1; at < header.length; at += 1) {
      const character = header[at];
      if (isQuoted && character === '\\') at += 1;
      else if (character === '"') isQuoted = !isQuoted;
      else if (!isQuoted && (character === ';' || character === ',')) {
        parameters.push(header.slice(begin, at).trim());
        begin = at + 1;
        if (character === ',') break;
      }
    }
    if (at >= header.length) parameters.push(header.slice(begin).trim());
    yield { target: header.slice(open + 1, close), parameters };
    at += 1;
  }
}
