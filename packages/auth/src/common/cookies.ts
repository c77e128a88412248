/**
 * Cookies that only this host sees: `__Host-` in front makes browsers insist on `Secure`, on `Path=/` and on no `Domain`, so that a
 * neighbouring subdomain can neither read nor plant them (RFC 6265bis §4.1.3.2). Browsers take loopback for secure.
 *
 * A name or value that is none by RFC 6265bis §4.1.1 is refused: a `;` in it would write attributes, a line end another header. Browsers drop, without
 * a word, a pair of more than 4,096 bytes (§5.6).
 */
import { IntegrationError } from '@im/core';

/** How a cookie is kept. */
export interface CookieOptions {
  /** Seconds until it is gone; 0 removes it. Absent: until the browser is closed. */
  readonly maxAgeSeconds?: number | undefined;
  /** `lax` comes along when somebody is sent here by a link or redirect, `strict` does not; `none` comes along with foreign forms. Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined;
}

const prefix = '__Host-';
const mostBytes = 4_096;
/** `token` of RFC 9110 §5.6.2. */
const namePattern = /^[\w!#$%&'*+.^`|~-]{1,128}$/;
/** `cookie-octet`s: no control character, space, quote, comma, semicolon or backslash. */
const valuePattern = /^[!#-+\--:<-[\]-~]*$/;

/**
 * The name, if a cookie can have it, without the prefix.
 *
 * @throws {@link IntegrationError} `invalid_argument`, reason `cookie`
 */
export function checkCookieName(name: string): string {
  if (namePattern.test(name)) return name;
  throw invalid("the name of a cookie is 1 to 128 of A–Z, a–z, 0–9 and !#$%&'*+-.^_`|~");
}

/**
 * The value of a `set-cookie` header. `name` is without the prefix.
 *
 * @throws {@link IntegrationError} `invalid_argument`, reason `cookie`: the name, the value or the lifetime is none; the value does not stand in the message
 */
export function setCookie(
  name: string,
  value: string,
  { maxAgeSeconds, sameSite = 'lax' }: CookieOptions = {},
): string {
  checkCookieName(name);
  if (!valuePattern.test(value) || prefix.length + name.length + value.length > mostBytes)
    throw invalid(`the value of the cookie ${name} has characters that it may not have, or is too long`);
  if (maxAgeSeconds !== undefined && !(maxAgeSeconds >= 0 && maxAgeSeconds <= Number.MAX_SAFE_INTEGER))
    throw invalid(`the lifetime of the cookie ${name} is no number of seconds`);
  const life = maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.floor(maxAgeSeconds)}`;
  const site = { strict: 'Strict', lax: 'Lax', none: 'None' }[sameSite];
  return `${prefix}${name}=${value}; Path=/${life}; Secure; HttpOnly; SameSite=${site}`;
}

/** The cookie of that name, without the prefix. `undefined` when there is none, or when there are two: one of them is planted. */
export function readCookie(request: Request, name: string): string | undefined {
  const wanted = `${prefix}${name}=`;
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted))
    .map((pair) => pair.slice(wanted.length));
  return found.length === 1 ? found[0] : undefined;
}

function invalid(says: string): IntegrationError {
  return new IntegrationError(says, {
    code: 'invalid_argument',
    provider: 'auth',
    operation: 'setCookie',
    reason: 'cookie',
    remedy: 'write the value in base64url',
    effect: 'none',
  });
}
