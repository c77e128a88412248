/** What the handlers of this package answer with, and what they check of every request. */
import { IntegrationError, isIntegrationError } from '@im/core';

/** No page of these routes is kept, framed, or named to the next site (RFC 9700 §4.2). */
const guarded = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Sends the browser on by GET; 303, so that no form is sent along (RFC 9700 §4.12). */
export function redirect(to: string | URL, ...cookies: readonly string[]): Response {
  const headers = new Headers({ ...guarded, location: String(to) });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** JSON. */
export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...guarded, 'content-type': 'application/json' },
  });
}

const statusOfCode: Readonly<Record<string, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  failed_precondition: 409,
  resource_exhausted: 429,
  internal: 502,
  unavailable: 503,
};

/** A refusal as plain text: the message that is safe for a page, and nothing of the request. */
export function refusal(error: IntegrationError, ...cookies: readonly string[]): Response {
  const headers = new Headers({ ...guarded, 'content-type': 'text/plain; charset=utf-8' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(`${error.message}\n`, { status: statusOfCode[error.code] ?? 500, headers });
}

/** What went wrong, as something to answer with. A fault of ours is not one. */
export async function answered(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    return refusal(error);
  }
}

/** The address with one more parameter. It is a path of this application or an absolute address, as `allowedReturn` gave it. */
export function withParameter(address: string, name: string, value: string): string {
  const nowhere = 'https://return-to.invalid';
  const url = new URL(address, nowhere);
  url.searchParams.set(name, value);
  return url.origin === nowhere ? url.pathname + url.search + url.hash : url.href;
}

/**
 * Whether a change comes from a page of ours: browsers say so by `sec-fetch-site` or `origin` with every request that changes something.
 *
 * @param allowedOrigins the application's own, where it stands behind a proxy that hides it
 */
export function isFromOurPage(request: Request, allowedOrigins: readonly string[] = []): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins.includes(origin)) return true;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  return origin !== null && origin === new URL(request.url).origin;
}

/** Whether a browser goes there as a page, and not as an image or a frame of another's. Where it does not say, it may. */
export function isNavigation(request: Request): boolean {
  const destination = request.headers.get('sec-fetch-dest');
  return request.method === 'GET' && (destination === null || destination === 'document');
}

const maxFormBytes = 16_384;

/** The parameters of a callback, by either way; `undefined` when there is no such thing. */
export async function callbackParameters(request: Request): Promise<URLSearchParams | undefined> {
  if (request.method === 'GET') return new URL(request.url).searchParams;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '');
  if (request.method !== 'POST' || !isForm) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

const forwarded = ['code', 'state', 'iss', 'error'] as const;

/**
 * A browser that comes back by POST from another site brings no cookie that is `lax`. It is sent to the same address by GET, with what counts; then it does.
 */
export function backByGet(request: Request, parameters: URLSearchParams): Response {
  const url = new URL(request.url);
  const kept = new URLSearchParams();
  for (const name of forwarded) for (const value of parameters.getAll(name)) kept.append(name, value);
  // Behind `//` would stand another host.
  return redirect(`${url.pathname.replace(/^\/+/, '/')}?${kept}`);
}

/** A refusal that says nothing but that it is one. */
export function notFound(): IntegrationError {
  return new IntegrationError('there is nothing at this address', { code: 'not_found', reason: 'no_route' });
}
