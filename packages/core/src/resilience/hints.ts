/**
 * What a server says about when to come back and how much is left, in every form that is met. One parser for all:
 *
 * | header | meaning |
 * |---|---|
 * | `Retry-After: 120` | seconds (RFC 9110 §10.2.3) |
 * | `Retry-After: Fri, 31 Dec 1999 23:59:59 GMT` | an instant of the *server's* clock: the `Date` header beside it says what that clock shows |
 * | `retry-after-ms`, `x-ms-retry-after-ms: 1500` | milliseconds; more exact, so it wins over `Retry-After` |
 * | `RateLimit: "default";r=0;t=30` | structured field, current IETF draft: `r` left, `t` seconds until more; several policies may stand in the list |
 * | `RateLimit: limit=10, remaining=0, reset=30` | the same, drafts 3 to 7 |
 * | `RateLimit-Remaining`, `RateLimit-Reset` | the same, drafts 0 to 6; seconds |
 * | `X-RateLimit-Remaining`, `X-RateLimit-Reset` (also `X-Rate-Limit-…`) | no standard; the reset is read by size: from 1e12 on milliseconds since 1970, from 1e8 on seconds since 1970, below that seconds from now |
 * | `X-RateLimit-Reset-After` | seconds, with fractions |
 *
 * Only what is certain is obeyed: a negative, fractional, hexadecimal, doubled or otherwise malformed value counts as
 * absent. A number too large to be meant is not a fault here; the pipeline believes hints up to a maximum.
 *
 * @see {@link https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ | RateLimit header fields for HTTP}
 */
import type { HeaderReader, VendorFailure } from '../errors.ts';
import { type Item, parseStructuredField } from '../structured-fields.ts';

/** What the headers of one answer say. */
export interface Hint {
  /** Milliseconds to stay away, because the server said so (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
  /** What is left of the limit, the least of all policies. */
  readonly remaining?: number | undefined;
  /** Milliseconds until there is more, of the policy with the least left. */
  readonly resetMs?: number | undefined;
}

/** Reads all hints of an answer that came at `now`, milliseconds since 1970. */
export function readHint(headers: HeaderReader, now: number): Hint {
  const retryAfterMs = milliseconds(headers) ?? retryAfter(headers, now);
  const quota = rateLimitField(headers) ?? rateLimitTriple(headers) ?? unofficialTriple(headers, now);
  return { retryAfterMs, ...quota };
}

/** Statuses whose `remaining: 0` is the reason for the refusal. */
const limitStatuses: ReadonlySet<number | undefined> = new Set([403, 429, 503]);

/** Milliseconds that a failed answer asks to stay away, `maxMs` at most; headers before a hint in the body. */
export function waitAsked(failure: VendorFailure, hint: Hint, maxMs: number): number | undefined {
  const inBody =
    failure.retryAfterMs !== undefined && failure.retryAfterMs >= 0 ? failure.retryAfterMs : undefined;
  const reset = hint.remaining === 0 && limitStatuses.has(failure.status) ? hint.resetMs : undefined;
  const asked = hint.retryAfterMs ?? inBody ?? reset;
  return asked === undefined ? undefined : Math.min(asked, maxMs);
}

const headerText = (headers: HeaderReader, name: string): string | undefined =>
  headers.get(name)?.trim() || undefined;

/** Digits only, with a fraction when `fraction`. `Number` alone would take `0x10`, `1e99` and the empty string. */
function plainNumber(text: string | undefined, fraction = false): number | undefined {
  if (text === undefined || !(fraction ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text)) return undefined;
  return Number(text);
}

function milliseconds(headers: HeaderReader): number | undefined {
  const text = headerText(headers, 'retry-after-ms') ?? headerText(headers, 'x-ms-retry-after-ms');
  return plainNumber(text, true);
}

function retryAfter(headers: HeaderReader, now: number): number | undefined {
  const text = headerText(headers, 'retry-after');
  if (text === undefined) return undefined;
  const seconds = plainNumber(text);
  if (seconds !== undefined) return seconds * 1_000;
  const instant = parseHttpDate(text, now);
  return instant === undefined ? undefined : Math.max(0, instant - serverNow(headers, now));
}

/** The server's clock, as its `Date` header has it; our own where there is none. */
function serverNow(headers: HeaderReader, now: number): number {
  const date = headerText(headers, 'date');
  return (date === undefined ? undefined : parseHttpDate(date, now)) ?? now;
}

type Quota = Pick<Hint, 'remaining' | 'resetMs'>;

function rateLimitField(headers: HeaderReader): Quota | undefined {
  const text = headerText(headers, 'ratelimit');
  if (text === undefined) return undefined;
  const policies = (parseStructuredField('list', text) ?? []).map(({ parameters }) =>
    quota(parameters.get('r'), parameters.get('t')),
  );
  const old = parseStructuredField('dictionary', text);
  if (old !== undefined)
    policies.push(quota((old.get('remaining') as Item)?.value, (old.get('reset') as Item)?.value));
  return policies.reduce<Quota | undefined>(
    (least, policy) => (isTighter(policy, least) ? policy : least),
    undefined,
  );
}

/** Whether `one` has less left than `other`, or comes back later with as much. */
function isTighter(one: Quota | undefined, other: Quota | undefined): boolean {
  if (one?.remaining === undefined || other?.remaining === undefined) return one?.remaining !== undefined;
  if (one.remaining !== other.remaining) return one.remaining < other.remaining;
  return (one.resetMs ?? 0) > (other.resetMs ?? 0);
}

function quota(remaining: unknown, resetSeconds: unknown): Quota | undefined {
  if (!isCount(remaining)) return undefined;
  return { remaining, resetMs: isCount(resetSeconds) ? resetSeconds * 1_000 : undefined };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

function rateLimitTriple(headers: HeaderReader): Quota | undefined {
  const remaining = headerText(headers, 'ratelimit-remaining');
  return remaining === undefined
    ? undefined
    : quota(plainNumber(remaining), plainNumber(headerText(headers, 'ratelimit-reset')));
}

function unofficialTriple(headers: HeaderReader, now: number): Quota | undefined {
  for (const prefix of ['x-ratelimit', 'x-rate-limit']) {
    const remaining = plainNumber(headerText(headers, `${prefix}-remaining`));
    if (remaining === undefined) continue;
    const after = plainNumber(headerText(headers, `${prefix}-reset-after`), true);
    if (after !== undefined) return { remaining, resetMs: after * 1_000 };
    return {
      remaining,
      resetMs: resetBySize(plainNumber(headerText(headers, `${prefix}-reset`), true), headers, now),
    };
  }
  return undefined;
}

/** The smallest numbers that are read as an instant: 1e8 seconds from now would be three years. */
const epochSeconds = 1e8;
const epochMilliseconds = 1e12;

function resetBySize(reset: number | undefined, headers: HeaderReader, now: number): number | undefined {
  if (reset === undefined) return undefined;
  if (reset < epochSeconds) return reset * 1_000;
  const instant = reset < epochMilliseconds ? reset * 1_000 : reset;
  return Math.max(0, instant - serverNow(headers, now));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

/** The three forms of RFC 9110 §5.6.7; senders use the first, recipients must read all. */
const dateForms = [
  new RegExp(`^${day}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
  new RegExp(`^${day} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/**
 * Parses an HTTP date strictly (RFC 9110 §5.6.7); `now` places years of two digits.
 *
 * @returns milliseconds since 1970, or `undefined` when it is not one
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const parts = dateForms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const year = parts.year?.length === 2 ? fullYear(Number(parts.year), now) : Number(parts.year);
  const [dayOfMonth = 0, hour = 24, minute = 60, second = 61] = [
    parts.day,
    parts.hour,
    parts.minute,
    parts.second,
  ].map(Number);
  const instant = new Date(0);
  instant.setUTCFullYear(year, months.indexOf(parts.month ?? ''), dayOfMonth);
  const isReal = instant.getUTCDate() === dayOfMonth && hour < 24 && minute < 60 && second <= 60;
  return isReal ? instant.setUTCHours(hour, minute, second) : undefined;
}

/** "more than 50 years in the future" means the past century with the same last digits. */
function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
