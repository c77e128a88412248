/**
 * Cookies that only this host sees: `__Host-` in front makes browsers insist on `Secure`, on `Path=/` and on no `Domain`, so that a
 * neighbouring subdomain can neither read nor plant them (RFC 6265bis §4.1.3.2). Browsers take loopback for secure.
 */

/** How a cookie is kept. */
export interface CookieOptions {
  /** Seconds until it is gone; 0 removes it. Absent: until the browser is closed. */
  readonly maxAgeSeconds?: number | undefined;
  /** `lax` comes along when somebody is sent here by a link or redirect, `strict` does not; `none` comes along with foreign forms. Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined;
}

const prefix = '__Host-';

/** The value of a `set-cookie` header. `name` is without the prefix; `value` is base64url or another text of cookie characters. */
export function setCookie(
  name: string,
  value: string,
  { maxAgeSeconds, sameSite = 'lax' }: CookieOptions = {},
): string {
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
