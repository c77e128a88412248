import { createHash } from 'node:crypto';
import type { SigningKeys } from './key-ring.ts';

/** Settings of {@link jwksHandler}. */
export interface JwksHandlerOptions {
  /** Seconds for which others may keep the set: less than a key is published before it signs. Default 900. */
  readonly maxAgeSeconds?: number | undefined;
}

/**
 * Serves the public keys, for mounting at `/.well-known/jwks.json`. Answers GET and HEAD, with an entity tag, so that whoever asks again gets 304.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-8.5 | RFC 7517 §8.5}
 */
export function jwksHandler(
  keys: Pick<SigningKeys, 'published'>,
  { maxAgeSeconds = 900 }: JwksHandlerOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    const body = JSON.stringify(await keys.published());
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const headers = {
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      etag,
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    };
    const known = request.headers
      .get('if-none-match')
      ?.split(',')
      .map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.some((tag) => tag === etag || tag === '*'))
      return new Response(null, { status: 304, headers });
    return new Response(request.method === 'HEAD' ? null : body, {
      headers: { ...headers, 'content-type': 'application/jwk-set+json' },
    });
  };
}
