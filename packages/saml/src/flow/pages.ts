/** What a browser is answered. */
import { createHash } from 'node:crypto';
import type { ErrorCode, IntegrationError } from '@im/core';
import { escapeXml } from '../xml/write.ts';

/** Headers of everything: none of it is for a cache, a frame or a referrer. */
const always = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What `Headers` is made of. The type of that name belongs to browsers, and is not there for everybody. */
export type GivenHeaders = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** Sends the browser on. */
export function redirectTo(location: string, headers: GivenHeaders = []): Response {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries({ ...always, location })) all.set(name, value);
  return new Response(null, { status: 303, headers: all });
}

const script = 'document.forms[0].submit()';
const scriptHash = createHash('sha256').update(script).digest('base64');

/**
 * A page whose form is sent by itself, or by the button where scripts are off. Its policy does not hold `form-action` to the provider's origin: some
 * browsers hold redirects to it as well, and providers send people on, to a directory of their own or, when they sign out, to the next service.
 *
 * @see {@link https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/form-action | form-action, warning}
 */
export function postPage(
  action: string,
  fields: Readonly<Record<string, string>>,
  headers: GivenHeaders = [],
): Response {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeXml(name)}" value="${escapeXml(value)}">`)
    .join('');
  const all = new Headers(headers);
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}'; form-action https: http:; base-uri 'none'; frame-ancestors 'none'`;
  for (const [name, value] of Object.entries({
    ...always,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  }))
    all.set(name, value);
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing in</title><form method="post" action="${escapeXml(action)}">${inputs}<noscript><button>Continue</button></noscript></form><script>${script}</script></html>`;
  return new Response(body, { status: 200, headers: all });
}

/** Our metadata. */
export function metadataAnswer(text: string): Response {
  const headers = { ...always, 'content-type': 'application/samlmetadata+xml; charset=utf-8' };
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`, { headers });
}

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  unimplemented: 405,
  failed_precondition: 409,
  unavailable: 503,
};

/** Says what may be said. */
export function refusalPage(error: IntegrationError): Response {
  const { code, message } = error;
  const headers = { ...always, 'content-type': 'text/plain; charset=utf-8' };
  return new Response(`${message}\n`, { status: statuses[code] ?? 500, headers });
}
