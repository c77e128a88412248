/**
 * Ties an answer to the browser that asked: by a cookie for each request, which only this host sees. The answer comes by a form of another site,
 * so the cookie must come along there: `SameSite=None`. Browsers take loopback for secure.
 */

const prefix = '__Host-im-saml-';

/** Of a request's id: enough to tell the requests of one browser apart. */
const nameOf = (requestId: string) => `${prefix}${requestId.slice(-16)}`;

/** The header that sets it; seconds 0 remove it. */
export function browserCookie(requestId: string, value: string, maxAgeSeconds: number): string {
  return `${nameOf(requestId)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=None`;
}

/** What the browser holds; `undefined` when it holds nothing, or two: one of them is planted. */
export function browserValue(request: Request, requestId: string): string | undefined {
  const wanted = `${nameOf(requestId)}=`;
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted));
  return found.length === 1 ? found[0]?.slice(wanted.length) : undefined;
}
