/** Reading requests and writing answers the way Spotify does: errors, limits, ids, paging objects. */
import type { FakeRequest, FakeResponse } from '@im/testing';

/** The regular error object: https://developer.spotify.com/documentation/web-api/concepts/api-calls#response-error */
export function refusal(status: number, message: string, reason?: string): FakeResponse {
  return { status, json: { error: { status, message, ...(reason === undefined ? {} : { reason }) } } };
}

/** Ends a request with an error, from however deep. */
export function refuse(status: number, message: string, reason?: string): never {
  throw refusal(status, message, reason);
}

/** What was found, or 404. */
export function found<Thing>(thing: Thing | undefined, message = 'Resource not found'): Thing {
  return thing ?? refuse(404, message);
}

/** A whole number of the query within bounds, or 400. */
export function integer(
  request: FakeRequest,
  name: string,
  bounds: { min: number; max: number; default: number },
): number {
  const text = request.query.get(name);
  if (text === null) return bounds.default;
  const number = Number(text);
  const good = /^-?\d+$/.test(text) && number >= bounds.min && number <= bounds.max;
  return good ? number : refuse(400, `Invalid ${name}`);
}

/** A required word of the query, or 400. */
export function required(request: FakeRequest, name: string): string {
  const text = request.query.get(name);
  return text === null || text === '' ? refuse(400, `Required parameter ${name} missing`) : text;
}

/** `ids` of the query, else of the body; 400 for none or too many. */
export function idsOf(request: FakeRequest, most: number): string[] {
  const inQuery = request.query.get('ids')?.split(',');
  const ids = inQuery ?? strings(request.body.length === 0 ? undefined : bodyOf(request).ids);
  if (ids === undefined || ids.length === 0 || ids.includes(''))
    return refuse(400, 'Missing required field: ids');
  return ids.length > most ? refuse(400, 'Too many ids requested') : ids;
}

/** The body as an object; an empty one has no fields. */
export function bodyOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  const body = parsed(Buffer.from(request.body).toString('utf8'));
  return isObject(body) ? body : refuse(400, 'Error parsing JSON.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(400, 'Error parsing JSON.');
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list of strings; absent stays absent. */
export function strings(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? value
    : refuse(400, 'Invalid request: expected a list of strings');
}

/** The things that there are among the ids, each as it is shown. */
export const many = <Thing>(
  ids: readonly string[],
  find: (id: string) => Thing | undefined,
  show: (thing: Thing) => unknown,
): unknown[] =>
  ids.flatMap((id) => {
    const thing = find(id);
    return thing === undefined ? [] : [show(thing)];
  });

/** Where a paging object stands. */
export interface Place {
  readonly base: string;
  readonly path: string;
  readonly limit: number;
  readonly offset: number;
  /** Other parameters of the request, kept in `href`, `next` and `previous`. */
  readonly query?: URLSearchParams | undefined;
}

/** Reads `limit` and `offset`, or 400. */
export function placeOf(
  request: FakeRequest,
  base: string,
  limits: { most?: number; default?: number; farthest?: number } = {},
): Place {
  const { most = 50, default: usual = 20, farthest = 100_000 } = limits;
  return {
    base,
    path: request.path.replace(/^\/v1/, ''),
    limit: integer(request, 'limit', { min: 1, max: most, default: usual }),
    offset: integer(request, 'offset', { min: 0, max: farthest, default: 0 }),
    query: request.query,
  };
}

/** A paging object over `all`. */
export function page<Thing>(all: readonly Thing[], place: Place, render: (thing: Thing) => unknown) {
  const { limit, offset } = place;
  const url = (at: number) => {
    const query = new URLSearchParams(place.query);
    query.set('offset', String(at));
    query.set('limit', String(limit));
    return `${place.base}${place.path}?${query}`;
  };
  return {
    href: url(offset),
    limit,
    next: offset + limit < all.length ? url(offset + limit) : null,
    offset,
    previous: offset > 0 ? url(Math.max(offset - limit, 0)) : null,
    total: all.length,
    items: all.slice(offset, offset + limit).map(render),
  };
}
