/** Between the standard requests that the library makes and what a vendor wants: the request rewritten on its way out, the answer on its way in. */
import type { FetchInit, GuardedFetch } from '../common/fetch.ts';
import type { OAuthDialect, VendorRequest } from './provider.ts';

/** Bodies that are no JSON but are understood. */
const formType = /^application\/x-www-form-urlencoded\b|^text\/plain\b/i;

/** Sends a token request in the vendor's way, and gives its answer in the standard's. */
export async function sendTokenRequest(
  fetch: GuardedFetch,
  url: string,
  init: FetchInit,
  dialect: OAuthDialect = {},
): Promise<Response> {
  const form = new URLSearchParams(init.body);
  const { tokenRequest = 'form' } = dialect;
  rename(form, 'client_id', dialect.clientIdParameter);
  rename(form, 'client_secret', dialect.clientSecretParameter);
  if (form.has('code'))
    for (const [name, value] of Object.entries(dialect.codeParameters ?? {})) form.set(name, value);
  const headers = { ...init.headers, ...dialect.headers };
  const response = await (tokenRequest === 'query'
    ? fetch(withQuery(url, form), { ...init, method: 'GET', headers: withoutType(headers), body: undefined })
    : fetch(url, {
        ...init,
        headers: tokenRequest === 'json' ? { ...headers, 'content-type': 'application/json' } : headers,
        body: tokenRequest === 'json' ? JSON.stringify(Object.fromEntries(form)) : form.toString(),
      }));
  return toStandard(response, dialect);
}

function rename(form: URLSearchParams, from: string, to: string | undefined): void {
  const value = form.get(from);
  if (to === undefined || value === null) return;
  form.delete(from);
  form.set(to, value);
}

/** Sends a request of the vendor's own, and gives its answer as a token answer. */
export async function sendVendorRequest(
  fetch: GuardedFetch,
  { method, url, query, form, json, headers, bearer, basic }: VendorRequest,
  init: Pick<FetchInit, 'signal' | 'onSend'>,
  dialect: OAuthDialect = {},
): Promise<Response> {
  const authorization =
    bearer !== undefined
      ? `Bearer ${bearer}`
      : basic && `Basic ${Buffer.from(basic.join(':')).toString('base64')}`;
  const body = form ? new URLSearchParams(form).toString() : json && JSON.stringify(json);
  const response = await fetch(query ? withQuery(url, new URLSearchParams(query)) : url, {
    ...init,
    method,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && {
        'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      }),
      ...(authorization && { authorization }),
      ...dialect.headers,
      ...headers,
    },
    body,
  });
  return toStandard(response, dialect);
}

/** The answer with a JSON body of RFC 6749 §5, whatever the vendor wrote. A body that is neither stays as it is, to be refused. */
async function toStandard(response: Response, dialect: OAuthDialect): Promise<Response> {
  const text = await response.text();
  const body = objectOf(text, response.headers.get('content-type') ?? '');
  const headers = new Headers(response.headers);
  if (body === undefined)
    return new Response(text === '' ? null : text, { status: response.status, headers });
  const standard = fillGaps(dialect.readTokens?.(body) ?? body);
  headers.set('content-type', 'application/json');
  // Some vendors answer 200 with an error in it.
  const isError = typeof standard.error === 'string' && standard.access_token === undefined;
  return new Response(JSON.stringify(standard), {
    status: isError && response.ok ? 400 : response.status,
    headers,
  });
}

function objectOf(text: string, type: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return formType.test(type) ? Object.fromEntries(new URLSearchParams(text)) : undefined;
  }
}

/** What vendors leave out or write in another type, in the same way: no `token_type`, scopes as a list. */
function fillGaps(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (typeof body.access_token !== 'string') return body;
  const { scope } = body;
  return {
    ...body,
    token_type: typeof body.token_type === 'string' ? body.token_type : 'bearer',
    ...(Array.isArray(scope) && { scope: scope.join(' ') }),
  };
}

function withQuery(url: string, more: URLSearchParams): string {
  const target = new URL(url);
  for (const [name, value] of more) target.searchParams.set(name, value);
  return target.href;
}

function withoutType({
  'content-type': _,
  ...headers
}: Readonly<Record<string, string>>): Record<string, string> {
  return headers;
}
