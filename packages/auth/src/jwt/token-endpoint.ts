/**
 * The endpoint where clients of this application exchange a refresh token for the next pair, and the one where they give it back
 * (RFC 6749 §6, RFC 7009). What signs in first, and so issues the first pair, is the application's own route.
 */
import { IntegrationError, isIntegrationError } from '@im/core';
import type { IssuedToken, TokenIssuer, TokenRequest } from './issuer.ts';
import type { RefreshGrant, RefreshTokens, RotateCall } from './refresh-tokens.types.ts';

/** Settings of {@link createTokenEndpoint}. */
export interface TokenEndpointOptions {
  readonly issuer: TokenIssuer;
  readonly refreshTokens: RefreshTokens;
  /**
   * Says for which tenant and client a request is: by host, path, or client authentication. Throw or give `undefined` to refuse it.
   */
  readonly client: (
    request: Request,
    form: URLSearchParams,
  ) => RotateCall | undefined | Promise<RotateCall | undefined>;
  /** What the new access token says beside subject, tenant, client and scopes. Throw `permission_denied` to refuse, as for someone who left. */
  readonly toToken?:
    | ((grant: RefreshGrant) => Partial<TokenRequest> | Promise<Partial<TokenRequest>>)
    | undefined;
}

/** Handlers to mount. */
export interface TokenEndpoint {
  /** `POST /token` with `grant_type=refresh_token`. */
  readonly token: (request: Request) => Promise<Response>;
  /** `POST /revoke` with `token`. Answers 200 whether there was such a token or not. */
  readonly revoke: (request: Request) => Promise<Response>;
}

const maxFormBytes = 16_384;

/** Makes the handlers. */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { issuer, refreshTokens } = options;
  return {
    token: (request) =>
      answer(request, options, async (form, call) => {
        if (form.get('grant_type') !== 'refresh_token') throw failure('unsupported_grant_type');
        const token = form.get('refresh_token');
        if (token === null) throw failure('invalid_request');
        let access: IssuedToken | undefined;
        // The access token first: where it cannot be issued, the refresh token must stay good for another try.
        const issue = async (grant: RefreshGrant) => {
          const { tenant, subject, clientId, scopes } = grant;
          const more = await options.toToken?.(grant);
          access = await issuer.issue({ tenant, subject, clientId, scopes, ...more });
        };
        const rotated = await refreshTokens.rotate(token, call, issue).catch((error: unknown) => {
          throw isIntegrationError(error) && error.code === 'unauthenticated'
            ? failure('invalid_grant')
            : error;
        });
        const { scopes } = rotated.grant;
        if (access === undefined) throw failure('invalid_grant');
        return {
          access_token: access.value.reveal(),
          token_type: 'Bearer',
          expires_in: access.lifetimeSeconds,
          refresh_token: rotated.value.reveal(),
          ...(scopes !== undefined && { scope: scopes.join(' ') }),
        };
      }),
    revoke: (request) =>
      answer(request, options, async (form, call) => {
        const token = form.get('token');
        if (token === null) throw failure('invalid_request');
        await refreshTokens.revoke(token, call);
        return {};
      }),
  };
}

/** Statuses of RFC 6749 §5.2. */
const statuses: Readonly<Record<string, number>> = { invalid_client: 401 };

async function answer(
  request: Request,
  options: TokenEndpointOptions,
  work: (form: URLSearchParams, call: RotateCall) => Promise<object>,
): Promise<Response> {
  try {
    const form = await readForm(request);
    const call = await options.client(request, form);
    if (call === undefined) throw failure('invalid_client');
    return json(await work(form, call));
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    if (error.code === 'unavailable') return json({ error: 'temporarily_unavailable' }, 503);
    const name = error.code === 'permission_denied' ? 'invalid_grant' : (error.reason ?? 'invalid_request');
    return json({ error: name }, statuses[name] ?? 400);
  }
}

async function readForm(request: Request): Promise<URLSearchParams> {
  if (
    request.method !== 'POST' ||
    !/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')
  )
    throw failure('invalid_request');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxFormBytes) throw failure('invalid_request');
    chunks.push(chunk);
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  // A parameter that stands twice is not allowed (RFC 6749 §3.2).
  if (new Set(form.keys()).size !== [...form.keys()].length) throw failure('invalid_request');
  return form;
}

function failure(name: string): IntegrationError {
  return new IntegrationError(`the token request was refused: ${name}`, {
    code: 'invalid_argument',
    reason: name,
  });
}

function json(body: object, status = 200): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(body), { status, headers });
}
