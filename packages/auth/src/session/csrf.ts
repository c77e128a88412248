/**
 * Requests that another site's page makes a browser send. Browsers say where a request comes from; where one does not, the page must have been
 * given a token that only a page of this session can know.
 *
 * A change is forged unless
 * 1. `sec-fetch-site` is `same-origin` or `none` (typed in by the user), or
 * 2. `origin` is ours, or one of those allowed, or
 * 3. neither header is there, and `x-csrf-token` is right.
 *
 * `same-site` is not enough: a neighbouring subdomain is somebody else.
 * @see {@link https://www.w3.org/TR/fetch-metadata/ | Fetch Metadata Request Headers}
 */
import { createHmac } from 'node:crypto';
import { isSameSecret } from '../common/same-secret.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The token for the forms of a page of this session. It tells nothing of the session's own token. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url');
}

/** Whether it is a change that no page of ours sent. */
export function isForged(request: Request, token: string, allowedOrigins: readonly string[]): boolean {
  if (harmless.has(request.method)) return false;
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins.includes(origin)) return false;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  if (origin !== null) return origin !== new URL(request.url).origin;
  const given = request.headers.get('x-csrf-token');
  return given === null || !isSameSecret(given, csrfTokenOf(token));
}
