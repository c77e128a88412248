/** What every OAuth 2.0 request has in common: the endpoint, the client, and a `fetch` that goes through our transport. */
import { type IntegrationContext, Secret, VendorError } from '@im/core';
import type * as OAuth from 'oauth4webapi';
import { readBytes } from '../answer.ts';
import { createEgressGuard } from '../egress.ts';
import { transportOf } from '../shared-transport.ts';
import { errorOf } from './oauth-error.ts';
import type { AccessToken } from './token-source.ts';

/** What a token source needs of a provider's context. */
export type TokenContext = Pick<
  IntegrationContext<unknown>,
  'egress' | 'service' | 'clock' | 'random' | 'state' | 'logger' | 'forecast' | 'onClose'
>;

/** How the client shows who it is (RFC 6749 §2.3.1): `basic` in a header, `body` in the form. */
export type AuthStyle = 'basic' | 'body';

/** The issuer's endpoint and the application's own credentials there. */
export interface OAuthClientOptions {
  /** The token endpoint. Its host may be asked even when it is not on the definition's `egress`. */
  readonly tokenUrl: string | URL;
  readonly clientId: string;
  /** Absent: a public client, which PKCE protects. */
  readonly clientSecret?: Secret | string | undefined;
  /** Default `basic`, which every server must understand. */
  readonly authStyle?: AuthStyle | undefined;
}

/** Tokens as the issuer gave them. */
export interface IssuedTokens extends AccessToken {
  /** Absent: none was issued, the one before stays good. */
  readonly refreshToken?: Secret | undefined;
  /** When the refresh token ends, milliseconds since 1970, where the issuer says so. */
  readonly refreshExpiresAt?: number | undefined;
  /** OpenID Connect's token about the user, unverified but for its claims. */
  readonly idToken?: Secret | undefined;
}

/** Library, server, client, and how to ask: handed to one grant. */
export interface Grant {
  readonly oauth: typeof OAuth;
  readonly server: OAuth.AuthorizationServer;
  readonly client: OAuth.Client;
  readonly authentication: OAuth.ClientAuth;
  readonly options: {
    readonly signal: AbortSignal;
    readonly headers: Record<string, string>;
    readonly [OAuth.customFetch]: (
      url: string,
      init: OAuth.CustomFetchOptions<'POST', URLSearchParams>,
    ) => Promise<Response>;
    readonly [OAuth.allowInsecureRequests]: boolean;
  };
}

/** Most bytes of a token answer. */
const maxTokenBytes = 1024 * 1024;

/**
 * Asks the token endpoint.
 *
 * @param ask makes one request and reads its answer, with the library's own checks
 * @throws VendorError `unauthenticated` when the issuer refuses, `unavailable` when it cannot be reached. It is never `sent`, since
 * the operation's own request is not
 */
export async function requestTokens(
  context: Pick<TokenContext, 'egress' | 'service' | 'clock'>,
  endpoint: OAuthClientOptions,
  signal: AbortSignal,
  ask: (grant: Grant) => Promise<OAuth.TokenEndpointResponse>,
): Promise<IssuedTokens> {
  const oauth = await import('oauth4webapi');
  const tokenUrl = new URL(endpoint.tokenUrl);
  const secret = endpoint.clientSecret === undefined ? undefined : revealed(endpoint.clientSecret);
  let answered: Response | undefined;
  const grant: Grant = {
    oauth,
    server: { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href },
    client: { client_id: endpoint.clientId },
    authentication: authenticationOf(oauth, secret, endpoint.authStyle ?? 'basic'),
    options: {
      signal,
      headers: { accept: 'application/json' },
      [oauth.customFetch]: async (url, init) => {
        answered = await send(context, tokenUrl, url, init, signal);
        return answered;
      },
      // http only where the token endpoint itself was set to it; the guard holds everything else.
      [oauth.allowInsecureRequests]: tokenUrl.protocol === 'http:',
    },
  };
  const startedAt = context.clock.now();
  try {
    return toTokens(await ask(grant), startedAt);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw errorOf(error, answered);
  }
}

function revealed(secret: Secret | string): string {
  return typeof secret === 'string' ? secret : secret.reveal();
}

function authenticationOf(
  oauth: typeof OAuth,
  secret: string | undefined,
  style: AuthStyle,
): OAuth.ClientAuth {
  if (secret === undefined) return oauth.None();
  return style === 'body' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
}

async function send(
  context: Pick<TokenContext, 'egress' | 'service'>,
  tokenUrl: URL,
  url: string,
  init: OAuth.CustomFetchOptions<'POST', URLSearchParams>,
  signal: AbortSignal,
): Promise<Response> {
  const transport = transportOf(context);
  const response = await transport({
    method: 'POST',
    url: new URL(url),
    headers: { ...init.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: init.body.toString(),
    signal,
    guard: createEgressGuard({ allow: context.egress, onPurpose: [tokenUrl] }),
    // A redirect would carry the client's secret along.
    redirect: 'manual',
  });
  try {
    const body = await readBytes(response, maxTokenBytes);
    const isEmpty = response.status === 204 || response.status === 304;
    return new Response(isEmpty ? null : new Uint8Array(body), {
      status: response.status,
      headers: [...response.headers].map(([name, value]): [string, string] => [name, value]),
    });
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

function toTokens(answer: OAuth.TokenEndpointResponse, now: number): IssuedTokens {
  const refreshLife = seconds(answer.refresh_token_expires_in ?? answer.refresh_expires_in);
  const life = seconds(answer.expires_in);
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new VendorError({ sent: false, code: 'internal', says: 'the issued token is not a bearer token' });
  }
  return {
    value: new Secret(answer.access_token),
    expiresAt: life === undefined ? undefined : now + life * 1_000,
    scopes: answer.scope?.split(/[\s,]+/).filter((scope) => scope !== ''),
    refreshToken: answer.refresh_token === undefined ? undefined : new Secret(answer.refresh_token),
    refreshExpiresAt: refreshLife === undefined ? undefined : now + refreshLife * 1_000,
    idToken: answer.id_token === undefined ? undefined : new Secret(answer.id_token),
  };
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}
