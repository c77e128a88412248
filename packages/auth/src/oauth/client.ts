/** The application at one authorization server: every grant and every request around tokens. Begin reading at {@link OAuthClient}. */
import type { Secret } from '@im/core';
import {
  type Authorization,
  type AuthorizationCallback,
  type AuthorizationRequest,
  type AuthorizedTokens,
  startAuthorization,
} from './authorization.ts';
import { finishAuthorization } from './callback.ts';
import type { OAuthClientOptions } from './client-options.ts';
import { startDevice } from './device.ts';
import { createExchanger } from './exchange.ts';
import { requestClientCredentials, requestRefresh } from './grants.ts';
import type { OAuthProvider } from './provider.ts';
import { introspectToken, requestUserInfo, revokeToken } from './token-requests.ts';
import type { TokenSet } from './tokens.ts';

/** What a request may be given beside its own arguments. */
export interface OAuthCall {
  readonly signal?: AbortSignal | undefined;
  /** The key that the token is bound to (RFC 9449), as it came with it. */
  readonly dpopKey?: Secret | undefined;
}

/** What scopes are asked for. */
export interface ScopedCall extends OAuthCall {
  readonly scopes?: readonly string[] | undefined;
}

/** Tokens for the application itself. */
export interface ClientCredentialsCall extends ScopedCall {
  /** More parameters, such as `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** Asking about a token. */
export interface IntrospectCall extends OAuthCall {
  readonly kind?: 'access' | 'refresh' | undefined;
}

/** Ending a token. */
export interface RevokeCall extends IntrospectCall {
  /** The access token beside a refresh token; some vendors end the access by it. */
  readonly accessToken?: Secret | undefined;
  /** The account's id at the vendor; some vendors end the access by it. */
  readonly account?: string | undefined;
}

/** Renewing. */
export interface RefreshCall extends OAuthCall {
  /** The access token that is being replaced; some vendors renew by it. */
  readonly accessToken?: Secret | undefined;
  /** Fewer than were granted, where fewer are wanted. */
  readonly scopes?: readonly string[] | undefined;
  /** Called just before the request may leave. */
  readonly onSend?: (() => void) | undefined;
}

/** What an authorization server says of a token (RFC 7662). Not kept: the next question is asked anew. */
export type Introspection =
  | { readonly isActive: false }
  | { readonly isActive: true; readonly claims: Readonly<Record<string, unknown>> };

/** A device's authorization (RFC 8628): show the code and the address, and wait. */
export interface DeviceAuthorization {
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code in it, for a QR code. */
  readonly verificationUriComplete?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /**
   * Asks as often as the server allows until the user has agreed.
   *
   * @throws {@link IntegrationError} `permission_denied`, `deadline_exceeded`; the signal's reason
   */
  complete(call?: OAuthCall): Promise<TokenSet>;
}

/**
 * Every member throws {@link IntegrationError}: `unauthenticated` (a code or refresh token is no longer accepted, an ID token is refused),
 * `permission_denied` (the user did not agree), `failed_precondition` (the client, or what the server does not offer), `unavailable`; its
 * `reason` is the standard's name or the name of the check. An abort passes through.
 */
export interface OAuthClient {
  readonly provider: OAuthProvider;
  readonly clientId: string;
  /** Begins the authorization code with PKCE. Keep the proof with the browser's session, sealed. */
  startAuthorization(request?: AuthorizationRequest): Promise<Authorization>;
  /** Ends it. A proof serves once. @throws {@link IntegrationError} `invalid_argument`: the callback belongs to another authorization */
  finishAuthorization(callback: AuthorizationCallback): Promise<AuthorizedTokens>;
  /** Tokens for the application itself (RFC 6749 §4.4). */
  clientCredentials(request?: ClientCredentialsCall): Promise<TokenSet>;
  /** Begins on a device without a browser (RFC 8628). */
  startDevice(request?: ScopedCall): Promise<DeviceAuthorization>;
  /** The next tokens (RFC 6749 §6). Where `refreshToken` of the answer is there, the one that was given is used up. */
  refresh(refreshToken: Secret | undefined, call?: RefreshCall): Promise<TokenSet>;
  /** Ends a token, and with a refresh token what came of it (RFC 7009). One that the server does not know is no error. */
  revoke(token: Secret, call?: RevokeCall): Promise<void>;
  introspect(token: Secret, call?: IntrospectCall): Promise<Introspection>;
  /** Claims about the user (OpenID Connect Core §5.3). `subject` is that of the ID token; another one is refused. */
  userInfo(
    accessToken: Secret,
    subject: string,
    call?: OAuthCall,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * Makes a client. Opens nothing.
 *
 * @throws {@link ConfigurationError} everything that is wrong with the options
 */
export function createOAuthClient(options: OAuthClientOptions): OAuthClient {
  const exchanger = createExchanger(options);
  return {
    provider: options.provider,
    clientId: options.clientId,
    startAuthorization: (request = {}) => startAuthorization(exchanger, request),
    finishAuthorization: (callback) => finishAuthorization(exchanger, callback),
    clientCredentials: (request = {}) => requestClientCredentials(exchanger, request),
    startDevice: (request = {}) => startDevice(exchanger, request),
    refresh: (refreshToken, call = {}) => requestRefresh(exchanger, refreshToken, call),
    revoke: (token, call = {}) => revokeToken(exchanger, token, call),
    introspect: (token, call = {}) => introspectToken(exchanger, token, call),
    userInfo: (accessToken, subject, call = {}) => requestUserInfo(exchanger, accessToken, subject, call),
  };
}
