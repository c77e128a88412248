/** Token sources that ask an OAuth 2.0 token endpoint (RFC 6749). */
import { createHash } from 'node:crypto';
import type { Secret } from '@im/core';
import { type OAuthClientOptions, requestTokens, type TokenContext } from './oauth-client.ts';
import { createTokenCache } from './token-cache.ts';
import type { TokenSource } from './token-source.ts';

/** Options of {@link clientCredentials}. */
export interface ClientCredentialsOptions extends OAuthClientOptions {
  readonly clientSecret: Secret | string;
  readonly scopes?: readonly string[] | undefined;
  /** More parameters of the request, such as `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * Tokens for the application itself.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 | RFC 6749 §4.4}
 */
export function clientCredentials(context: TokenContext, options: ClientCredentialsOptions): TokenSource {
  const parameters = { ...options.parameters, ...scopeOf(options.scopes) };
  return createTokenCache(context, {
    key: tokenKey('client', options, JSON.stringify(parameters)),
    by: fingerprint(options, options.clientSecret),
    issue: (_stored, signal) =>
      requestTokens(
        context,
        options,
        signal,
        async ({ oauth, server, client, authentication, options: how }) =>
          oauth.processClientCredentialsResponse(
            server,
            client,
            await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, how),
          ),
      ),
  });
}

/** Options of {@link refreshToken}. */
export interface RefreshTokenOptions extends OAuthClientOptions {
  /** The one that the account was connected with. Once it was replaced, the store has the newest. */
  readonly refreshToken: Secret | string;
  /** Default: those that were granted. */
  readonly scopes?: readonly string[] | undefined;
  /** When `refreshToken` ends, milliseconds since 1970, where that is known. */
  readonly refreshExpiresAt?: number | undefined;
}

/**
 * Tokens for an account that was connected before. When the issuer replaces the refresh token, the new pair is stored
 * before it is used, so that the old one is not used again.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 | RFC 6749 §6}
 */
export function refreshToken(context: TokenContext, options: RefreshTokenOptions): TokenSource {
  const configured =
    typeof options.refreshToken === 'string' ? options.refreshToken : options.refreshToken.reveal();
  if (options.refreshExpiresAt !== undefined) {
    context.forecast({
      kind: 'token',
      at: options.refreshExpiresAt,
      what: 'the refresh token of the account expires',
    });
  }
  return createTokenCache(context, {
    // A new connection of the account has a new refresh token, and begins with a record of its own.
    key: tokenKey('refresh', options, configured),
    by: fingerprint(options, options.clientSecret),
    issue: (stored, signal) =>
      requestTokens(
        context,
        options,
        signal,
        async ({ oauth, server, client, authentication, options: how }) =>
          oauth.processRefreshTokenResponse(
            server,
            client,
            await oauth.refreshTokenGrantRequest(
              server,
              client,
              authentication,
              stored?.refresh ?? configured,
              {
                ...how,
                additionalParameters: scopeOf(options.scopes),
              },
            ),
          ),
      ),
  });
}

/** `scope` as a parameter, when scopes are wanted. */
export function scopeOf(scopes: readonly string[] | undefined): Record<string, string> {
  return scopes === undefined || scopes.length === 0 ? {} : { scope: scopes.join(' ') };
}

/** A key for the store that differs when whom the token is for does, and tells nothing of it. */
export function tokenKey(
  kind: string,
  options: { readonly tokenUrl: string | URL; readonly clientId: string },
  rest: string,
): string {
  return `token/${digestOf([kind, String(options.tokenUrl), options.clientId, rest])}`;
}

/**
 * Tells whether a credential is still the same, and nothing else of it; another one for each client, so that equal
 * secrets do not show.
 */
export function fingerprint(
  { tokenUrl, clientId }: { readonly tokenUrl: string | URL; readonly clientId: string },
  credential: Secret | string | undefined,
): string | undefined {
  if (credential === undefined) return undefined;
  const value = typeof credential === 'string' ? credential : credential.reveal();
  return digestOf(['secret', String(tokenUrl), clientId, value]);
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
