/** The application at one authorization server: every grant and every request around tokens. Begin reading at {@link OAuthClient}. */
import { IntegrationError, type Secret, sleep } from '@im/core';
import type * as OAuth from 'oauth4webapi';
import {
  type Authorization,
  type AuthorizationCallback,
  type AuthorizationRequest,
  type AuthorizedTokens,
  finishAuthorization,
  startAuthorization,
} from './authorization.ts';
import { sendVendorRequest } from './dialect.ts';
import { createExchanger, type Exchanger, type OAuthClientOptions } from './exchange.ts';
import type { OAuthProvider } from './provider.ts';
import { type TokenSet, toTokenSet } from './tokens.ts';

/** What a request may be given beside its own arguments. */
export interface OAuthCall {
  readonly signal?: AbortSignal | undefined;
  /** The key that the token is bound to (RFC 9449), as it came with it. */
  readonly dpopKey?: Secret | undefined;
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
  clientCredentials(
    request?: OAuthCall & {
      readonly scopes?: readonly string[] | undefined;
      readonly parameters?: Readonly<Record<string, string>> | undefined;
    },
  ): Promise<TokenSet>;
  /** Begins on a device without a browser (RFC 8628). */
  startDevice(
    request?: OAuthCall & { readonly scopes?: readonly string[] | undefined },
  ): Promise<DeviceAuthorization>;
  /** The next tokens (RFC 6749 §6). Where `refreshToken` of the answer is there, the one that was given is used up. */
  refresh(refreshToken: Secret | undefined, call?: RefreshCall): Promise<TokenSet>;
  /** Ends a token, and with a refresh token what came of it (RFC 7009). One that the server does not know is no error. */
  revoke(
    token: Secret,
    call?: OAuthCall & {
      readonly kind?: 'access' | 'refresh' | undefined;
      readonly account?: string | undefined;
    },
  ): Promise<void>;
  introspect(
    token: Secret,
    call?: OAuthCall & { readonly kind?: 'access' | 'refresh' | undefined },
  ): Promise<Introspection>;
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
  const { clock } = exchanger;
  const { provider } = options;
  const grant = async (
    call: OAuthCall & {
      readonly operation: string;
      readonly asked: readonly string[];
      readonly onSend?: (() => void) | undefined;
    },
    ask: Parameters<typeof exchanger.run<OAuth.TokenEndpointResponse>>[1],
  ): Promise<TokenSet> => {
    const askedAt = clock.now();
    return toTokenSet(
      await exchanger.run({ ...call, isTokenRequest: true }, ask),
      provider,
      askedAt,
      call.asked,
    );
  };

  return {
    provider,
    clientId: options.clientId,
    startAuthorization: (request = {}) => startAuthorization(exchanger, request),
    finishAuthorization: (callback) => finishAuthorization(exchanger, callback),
    clientCredentials: ({ scopes = [], parameters, ...call } = {}) =>
      grant(
        { ...call, operation: 'clientCredentials', asked: scopes },
        async ({ oauth, server, client, authentication, how }) =>
          oauth.processClientCredentialsResponse(
            server,
            client,
            await oauth.clientCredentialsGrantRequest(
              server,
              client,
              authentication,
              { ...parameters, ...scopeOf(scopes, provider) },
              how,
            ),
          ),
      ),
    startDevice: (request = {}) => startDevice(exchanger, request, grant),
    refresh: (refreshToken, { scopes, accessToken, ...call } = {}) =>
      grant(
        { ...call, operation: 'refresh', asked: scopes ?? [] },
        async ({ oauth, server, client, authentication, how }) => {
          const { dialect } = provider;
          if (dialect?.refresh !== undefined) {
            const tokens = { access: accessToken?.reveal() ?? '', refresh: refreshToken?.reveal() };
            const request = dialect.refresh(tokens, await exchanger.vendorParts());
            const response = await sendVendorRequest(exchanger.fetch, request, call, dialect);
            return oauth.processRefreshTokenResponse(server, client, response);
          }
          if (refreshToken === undefined) throw notOffered('refresh tokens');
          const response = await oauth.refreshTokenGrantRequest(
            server,
            client,
            authentication,
            refreshToken.reveal(),
            {
              ...how,
              additionalParameters: scopeOf(scopes ?? [], provider),
            },
          );
          return oauth.processRefreshTokenResponse(server, client, response);
        },
      ),
    revoke: (token, { kind = 'refresh', account, ...call } = {}) =>
      exchanger.run(
        { ...call, operation: 'revoke' },
        async ({ oauth, server, client, authentication, how }) => {
          const own = provider.dialect?.revoke;
          if (own !== undefined) {
            const request = own(token.reveal(), { ...(await exchanger.vendorParts()), account });
            const { status } = await sendVendorRequest(exchanger.fetch, request, call);
            // Gone already, or not known any more, is what was wanted.
            if (status >= 500 || status === 429) throw Object.assign(new Error('not revoked'), { status });
            return;
          }
          const answer = await oauth.revocationRequest(server, client, authentication, token.reveal(), {
            ...how,
            additionalParameters: { token_type_hint: `${kind}_token` },
          });
          await oauth.processRevocationResponse(answer);
        },
      ),
    introspect: (token, { kind, ...call } = {}) =>
      exchanger.run(
        { ...call, operation: 'introspect' },
        async ({ oauth, server, client, authentication, how }) => {
          const answer = await oauth.introspectionRequest(server, client, authentication, token.reveal(), {
            ...how,
            ...(kind && { additionalParameters: { token_type_hint: `${kind}_token` } }),
          });
          const claims = await oauth.processIntrospectionResponse(server, client, answer);
          const hasEnded = typeof claims.exp === 'number' && claims.exp * 1_000 <= clock.now();
          return claims.active && !hasEnded ? { isActive: true, claims } : { isActive: false };
        },
      ),
    userInfo: (accessToken, subject, call = {}) =>
      exchanger.run({ ...call, operation: 'userInfo' }, async ({ oauth, server, client, how }) =>
        oauth.processUserInfoResponse(
          server,
          client,
          subject,
          await oauth.userInfoRequest(server, client, accessToken.reveal(), how),
        ),
      ),
  };
}

/** Seconds between two questions, where the server says nothing, and how many are added when it is asked too often (RFC 8628 §3.5). */
const deviceIntervalSeconds = 5;

async function startDevice(
  exchanger: Exchanger,
  { scopes = [], ...call }: OAuthCall & { readonly scopes?: readonly string[] | undefined },
  grant: (
    call: OAuthCall & { readonly operation: string; readonly asked: readonly string[] },
    ask: Parameters<typeof exchanger.run<OAuth.TokenEndpointResponse>>[1],
  ) => Promise<TokenSet>,
): Promise<DeviceAuthorization> {
  const { clock, options } = exchanger;
  const begun = await exchanger.run(
    { ...call, operation: 'startDevice' },
    async ({ oauth, server, client, authentication, how }) =>
      oauth.processDeviceAuthorizationResponse(
        server,
        client,
        await oauth.deviceAuthorizationRequest(
          server,
          client,
          authentication,
          scopeOf(scopes, options.provider),
          how,
        ),
      ),
  );
  const expiresAt = clock.now() + begun.expires_in * 1_000;
  return {
    userCode: begun.user_code,
    verificationUri: begun.verification_uri,
    verificationUriComplete: begun.verification_uri_complete,
    expiresAt,
    async complete(completing = {}) {
      let seconds = begun.interval ?? deviceIntervalSeconds;
      while (clock.now() < expiresAt) {
        await sleep(clock, seconds * 1_000, completing.signal);
        try {
          return await grant(
            { ...completing, operation: 'completeDevice', asked: scopes },
            async ({ oauth, server, client, authentication, how }) =>
              oauth.processDeviceCodeResponse(
                server,
                client,
                await oauth.deviceCodeGrantRequest(server, client, authentication, begun.device_code, how),
              ),
          );
        } catch (error) {
          const reason = error instanceof IntegrationError ? error.reason : undefined;
          if (reason === 'slow_down') seconds += deviceIntervalSeconds;
          else if (reason !== 'authorization_pending') throw error;
        }
      }
      throw new IntegrationError('the code was not entered in time', {
        provider: options.provider.id,
        operation: 'completeDevice',
        code: 'deadline_exceeded',
        reason: 'expired_token',
        remedy: 'begin again',
      });
    },
  };
}

function scopeOf(scopes: readonly string[], { scopeSeparator = ' ' }: OAuthProvider): Record<string, string> {
  return scopes.length === 0 ? {} : { scope: scopes.join(scopeSeparator) };
}

function notOffered(what: string): IntegrationError {
  return new IntegrationError(`the provider offers no ${what}`, {
    code: 'failed_precondition',
    reason: 'not_offered',
    remedy: 'connect the account again when its token has ended',
  });
}
