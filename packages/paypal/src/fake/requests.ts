/** Reading requests and writing answers the way PayPal does: errors, links, money, pages, JSON Patch. */
import { isMoney, type Money } from '@im/payments';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { fromDecimal, toDecimal } from '../money.ts';

export type Fields = Record<string, unknown>;

/** Name and sentence of each status: https://developer.paypal.com/api/rest/responses/#http-status-codes */
const generic: Readonly<Record<number, readonly [name: string, message: string]>> = {
  400: ['INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.'],
  401: [
    'AUTHENTICATION_FAILURE',
    'Authentication failed due to missing authorization header, or invalid authentication credentials.',
  ],
  403: ['NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.'],
  404: ['RESOURCE_NOT_FOUND', 'The specified resource does not exist.'],
  409: ['RESOURCE_CONFLICT', 'The server has detected a conflict while processing this request.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', "The server does not support the request payload's media type."],
  422: [
    'UNPROCESSABLE_ENTITY',
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  ],
  429: ['RATE_LIMIT_REACHED', 'Too many requests. Blocked due to rate limiting.'],
  500: ['INTERNAL_SERVER_ERROR', 'An internal server error occurred.'],
  503: ['SERVICE_UNAVAILABLE', 'Service Unavailable.'],
};

/** An error of this status, about this issue. */
export function refusal(status: number, issue?: string, field?: string): FakeResponse {
  const [name, message] = generic[status] ?? ['INTERNAL_SERVER_ERROR', 'An internal server error occurred.'];
  const details =
    issue === undefined ? [] : [{ issue, ...(field !== undefined && { field, location: 'body' }) }];
  return {
    status,
    json: { name, message, debug_id: 'f00d1e5', ...(details.length > 0 && { details }), links: [] },
  };
}

/** Ends a request with an error, from however deep. */
export function refuse(status: number, issue?: string, field?: string): never {
  throw refusal(status, issue, field);
}

/** An error that has a name of its own and no issue, as older APIs have it. */
export function refuseNamed(status: number, name: string, message: string): never {
  throw { status, json: { name, message, debug_id: 'f00d1e5', links: [] } } satisfies FakeResponse;
}

/** What was found, or 404. */
export function found<Thing>(thing: Thing | undefined, issue = 'INVALID_RESOURCE_ID'): Thing {
  return thing ?? refuse(404, issue);
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMoney(value);
}

/** The value as an object; anything else has no fields. */
export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The body as an object; an empty one has no fields. */
export function bodyOf(request: FakeRequest): Fields {
  const body = parsedBody(request);
  return isObject(body) ? body : refuse(400, 'MALFORMED_REQUEST_JSON');
}

function parsedBody(request: FakeRequest): unknown {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(request.body).toString('utf8'));
  } catch {
    return refuse(400, 'MALFORMED_REQUEST_JSON');
  }
}

/** A text that must be there, or 400. */
export function required(fields: Fields, name: string, where = ''): string {
  return textOf(fields[name]) || refuse(400, 'MISSING_REQUIRED_PARAMETER', `${where}/${name}`);
}

/** An amount, as the order and payment APIs check it. */
export function amountOf(value: unknown, field: string): Money {
  const { currency_code: currency, value: text } = fieldsOf(value);
  if (typeof currency !== 'string' || typeof text !== 'string')
    return refuse(400, 'MISSING_REQUIRED_PARAMETER', field);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return refuse(400, 'INVALID_PARAMETER_SYNTAX', field);
  const amount = fromDecimal(text, currency);
  if (amount === undefined && /^[A-Z]{3}$/.test(currency) && text.split('.')[1]?.length)
    return refuse(422, 'DECIMAL_PRECISION', field);
  if (amount === undefined) return refuse(422, 'INVALID_CURRENCY_CODE', field);
  if (amount.minor <= 0n) return refuse(422, 'CANNOT_BE_ZERO_OR_NEGATIVE', field);
  return toDecimal(amount) === text || Number(text) === Number(toDecimal(amount))
    ? amount
    : refuse(422, 'DECIMAL_PRECISION', field);
}

/** `{ "currency_code": "EUR", "value": "12.50" }` */
export const money = (amount: Money) => ({ currency_code: amount.currency, value: toDecimal(amount) });
/** `{ "currency": "EUR", "value": "12.50" }` */
export const plainMoney = (amount: Money) => ({ currency: amount.currency, value: toDecimal(amount) });
/** An instant as PayPal writes it. */
export const instant = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
/** A link. */
export const link = (base: string, rel: string, path: string, method = 'GET') => ({
  href: path.startsWith('http') ? path : `${base}${path}`,
  rel,
  method,
});

/** A page by number, with its totals when they are asked for. */
export function numbered<Item>(
  request: FakeRequest,
  all: readonly Item[],
  sizes: { readonly usual: number; readonly most: number },
): { readonly items: readonly Item[]; readonly totals: Fields; readonly page: number } {
  const size = whole(request, 'page_size', sizes.usual, sizes.most);
  const page = whole(request, 'page', 1, 100_000);
  const totals = { total_items: all.length, total_pages: Math.max(Math.ceil(all.length / size), 1) };
  return {
    items: all.slice((page - 1) * size, page * size),
    // Nothing has no totals.
    totals: request.query.get('total_required') === 'true' && all.length > 0 ? totals : {},
    page,
  };
}

export function whole(request: FakeRequest, name: string, usual: number, most: number): number {
  const text = request.query.get(name);
  if (text === null) return usual;
  const number = Number(text);
  return /^\d+$/.test(text) && number >= 1 && number <= most
    ? number
    : refuse(400, 'INVALID_PARAMETER_VALUE', name);
}

/** Operations of JSON Patch on top-level fields: https://www.rfc-editor.org/rfc/rfc6902 */
export function patched(
  request: FakeRequest,
  fields: Fields,
  allowed: Readonly<Record<string, readonly string[]>>,
): Fields {
  const operations = parsedBody(request);
  if (!Array.isArray(operations) || operations.length === 0)
    return refuse(400, 'MISSING_REQUIRED_PARAMETER', '/');
  const next = { ...fields };
  for (const { op, path, value } of operations.map(fieldsOf)) {
    const name = String(path).slice(1);
    const mayDo = allowed[name] ?? refuse(400, 'INVALID_PATCH_PATH', String(path));
    if (!mayDo.includes(String(op))) refuse(400, 'UNSUPPORTED_PATCH_OPERATION', String(path));
    if (op === 'remove') delete next[name];
    else next[name] = value;
  }
  return next;
}
