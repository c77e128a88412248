/** Connecting an account: authorization code with PKCE (RFC 6749 §4.1, RFC 7636). */
import { createHash, randomBytes } from 'node:crypto';
import { VendorError } from '@im/core';
import {
  type IssuedTokens,
  type OAuthClientOptions,
  requestTokens,
  type TokenContext,
} from './oauth-client.ts';

/** What protects one connection; keep it with the user's session until the callback. */
export interface Pkce {
  /** Stays here; proves at the end that whoever began also finishes. */
  readonly codeVerifier: string;
  /** Goes to the authorization page. */
  readonly codeChallenge: string;
  /** Goes along and must come back unchanged. */
  readonly state: string;
}

/** Makes a new verifier with its `S256` challenge, and a state. */
export function createPkce(): Pkce {
  const codeVerifier = randomBytes(32).toString('base64url');
  return {
    codeVerifier,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    state: randomBytes(32).toString('base64url'),
  };
}

/** Options of {@link authorizationUrl}. */
export interface AuthorizationUrlOptions {
  /** The vendor's authorization page. */
  readonly authorizeUrl: string | URL;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes?: readonly string[] | undefined;
  readonly pkce: Pick<Pkce, 'codeChallenge' | 'state'>;
  /** More parameters, such as `access_type` or `prompt`. They cannot replace those above. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * Where to send the user.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3 | RFC 7636 §4.3}
 */
export function authorizationUrl(options: AuthorizationUrlOptions): URL {
  const url = new URL(options.authorizeUrl);
  const parameters = {
    ...options.parameters,
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: options.redirectUri,
    ...(options.scopes?.length ? { scope: options.scopes.join(' ') } : {}),
    state: options.pkce.state,
    code_challenge: options.pkce.codeChallenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** Options of {@link exchangeCode}. */
export interface ExchangeCodeOptions extends OAuthClientOptions {
  /** The whole URL that the user came back to, or its parameters. */
  readonly callback: URL | URLSearchParams;
  readonly redirectUri: string;
  readonly pkce: Pick<Pkce, 'codeVerifier' | 'state'>;
  /** The server's issuer identifier, checked against `iss` of the callback (RFC 9207) when given. */
  readonly issuer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trades the callback's code for tokens; keep `refreshToken` as the account's credential.
 *
 * @throws VendorError `permission_denied` when the user refused, `invalid_argument` when the callback is not the one that
 * was begun (other or missing `state`), `unauthenticated` when the issuer does not accept the code
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 | RFC 6749 §4.1.3}
 */
export function exchangeCode(
  context: Pick<TokenContext, 'egress' | 'service' | 'clock'>,
  options: ExchangeCodeOptions,
): Promise<IssuedTokens> {
  const signal = options.signal ?? new AbortController().signal;
  return requestTokens(context, options, signal, async (grant) => {
    const { oauth, client, authentication, options: how } = grant;
    const server = options.issuer === undefined ? grant.server : { ...grant.server, issuer: options.issuer };
    const parameters = checkedCallback(oauth, server, client, options);
    return oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        options.redirectUri,
        options.pkce.codeVerifier,
        how,
      ),
    );
  });
}

type OAuthLibrary = typeof import('oauth4webapi');

function checkedCallback(
  oauth: OAuthLibrary,
  server: Parameters<OAuthLibrary['validateAuthResponse']>[0],
  client: Parameters<OAuthLibrary['validateAuthResponse']>[1],
  { callback, pkce, issuer }: ExchangeCodeOptions,
): URLSearchParams {
  const parameters = new URLSearchParams(callback instanceof URL ? callback.searchParams : callback);
  // Without a known issuer there is nothing to compare `iss` with.
  if (issuer === undefined) parameters.delete('iss');
  try {
    const checked = oauth.validateAuthResponse(server, client, parameters, pkce.state);
    if (checked.has('code')) return checked;
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      const reason = /^[a-z_]{1,60}$/.test(error.error) ? error.error : undefined;
      throw new VendorError({
        sent: false,
        code: 'permission_denied',
        reason,
        says: 'the account was not connected: access was not granted',
      });
    }
  }
  throw new VendorError({
    sent: false,
    code: 'invalid_argument',
    reason: 'bad_callback',
    says: 'the callback does not belong to this connection: its state or its parameters are not those expected',
  });
}
