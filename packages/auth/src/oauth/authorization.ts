/**
 * The authorization code with PKCE (RFC 6749 §4.1, RFC 7636, RFC 9700 §2.1), begun here and ended by {@link finishAuthorization}.
 *
 * An answer is accepted when all of this holds:
 * 1. its `state` is the one that this browser was sent away with;
 * 2. its `iss` is the issuer that it was sent to, where the issuer says that it sends one (RFC 9207);
 * 3. the code is exchanged with the verifier of the challenge that went along, always S256, and with the same redirect URI;
 * 4. where an ID token was asked for, it is there, signed by the issuer's published key, for this client, and holds the nonce that went along.
 */
import { IntegrationError, Secret } from '@im/core';
import { failureFields } from '../common/fetch.ts';
import { randomToken } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { createDpopKey } from './dpop.ts';
import type { Exchange, Exchanger } from './exchange.ts';
import { toIdentity } from './id-token.ts';
import type { ConnectedAccount } from './provider.ts';
import { fillIn } from './server.ts';
import { missingScopes, type TokenSet, toTokenSet } from './tokens.ts';

/** What is asked of the user. */
export interface AuthorizationRequest {
  readonly scopes?: readonly string[] | undefined;
  /** Asks for a refresh token, in the vendor's way. Default true; false for a sign-in that is over when it is done. */
  readonly offline?: boolean | undefined;
  /** `login`, `consent`, `select_account`, `none` (OpenID Connect Core §3.1.2.1). */
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
  /** Seconds since the user last showed who they are, at most. */
  readonly maxAgeSeconds?: number | undefined;
  /** Levels of assurance that are wanted. */
  readonly acrValues?: readonly string[] | undefined;
  /** More parameters. They cannot replace those that protect the exchange. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What must be kept until the callback, tied to the browser and from everybody else. Plain JSON. */
export interface AuthorizationProof {
  readonly state: string;
  readonly codeVerifier?: string | undefined;
  readonly nonce?: string | undefined;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
  /** The private key that the tokens will be bound to. */
  readonly dpopKey?: string | undefined;
}

/** An authorization that has begun. */
export interface Authorization {
  /** Where to send the browser. */
  readonly url: URL;
  readonly proof: AuthorizationProof;
}

/** The browser's return. */
export interface AuthorizationCallback {
  /** The whole URL that the browser came back to, or its parameters. */
  readonly callback: URL | URLSearchParams;
  readonly proof: AuthorizationProof;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens of a finished authorization. */
export type AuthorizedTokens = TokenSet & { readonly dpopKey?: Secret | undefined };

const openIdScope = 'openid';

/** Begins. Sends nothing, but for a pushed request and a discovery document that is not known yet. */
export async function startAuthorization(
  exchanger: Exchanger,
  request: AuthorizationRequest,
): Promise<Authorization> {
  const { options, randomBytes } = exchanger;
  const { provider, redirectUri } = options;
  if (redirectUri === undefined) throw lacking('a redirectUri in the client’s options');
  const { offline = true } = request;
  const scopes = [...new Set([...(request.scopes ?? []), ...((offline && provider.offline?.scopes) || [])])];
  // Elsewhere it is a scope like any other, and nobody signs in by what it brings.
  const isOpenId = scopes.includes(openIdScope) && provider.issuer !== undefined;
  const dpopKey = options.dpop === true ? (await createDpopKey()).reveal() : undefined;
  const proof: AuthorizationProof = {
    state: randomToken(randomBytes),
    ...(provider.pkce !== 'unsupported' && { codeVerifier: randomToken(randomBytes) }),
    ...(isOpenId && { nonce: randomToken(randomBytes) }),
    redirectUri,
    scopes,
    ...(request.maxAgeSeconds !== undefined && { maxAgeSeconds: request.maxAgeSeconds }),
    ...(dpopKey !== undefined && { dpopKey }),
  };
  const url = await exchanger.run(
    { operation: 'startAuthorization', signal: request.signal },
    async (exchange) =>
      addressFor(exchange, exchanger, await parametersOf(exchange, exchanger, request, proof)),
  );
  return { url, proof };
}

async function parametersOf(
  { oauth }: Exchange,
  { options }: Exchanger,
  request: AuthorizationRequest,
  proof: AuthorizationProof,
): Promise<Record<string, string>> {
  const { provider, clientId } = options;
  const { scopeSeparator = ' ', scopeParameter = 'scope', dialect } = provider;
  const { offline = true, maxAgeSeconds } = request;
  return {
    ...request.parameters,
    ...provider.parameters,
    ...(offline && provider.offline?.parameters),
    ...(request.prompt !== undefined && { prompt: request.prompt }),
    ...(request.loginHint !== undefined && { login_hint: request.loginHint }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
    ...(request.acrValues !== undefined && { acr_values: request.acrValues.join(' ') }),
    ...(proof.scopes.length > 0 && { [scopeParameter]: proof.scopes.join(scopeSeparator) }),
    ...(provider.responseMode !== undefined && { response_mode: provider.responseMode }),
    ...(proof.nonce !== undefined && { nonce: proof.nonce }),
    ...(proof.codeVerifier !== undefined && {
      code_challenge: await oauth.calculatePKCECodeChallenge(proof.codeVerifier),
      code_challenge_method: 'S256',
    }),
    response_type: 'code',
    [dialect?.clientIdParameter ?? 'client_id']: clientId,
    redirect_uri: proof.redirectUri,
    state: proof.state,
  };
}

async function addressFor(
  { oauth, server, client, authentication, how }: Exchange,
  { options }: Exchanger,
  parameters: Record<string, string>,
): Promise<URL> {
  if (server.authorization_endpoint === undefined) throw lacking('an authorization endpoint at the provider');
  const url = new URL(server.authorization_endpoint);
  const isPushed = options.pushesRequests ?? server.require_pushed_authorization_requests === true;
  let shown: Record<string, string> = parameters;
  if (isPushed) {
    const answer = await oauth.pushedAuthorizationRequest(server, client, authentication, parameters, how);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, answer);
    shown = { client_id: client.client_id, request_uri };
  }
  for (const [name, value] of Object.entries(shown)) url.searchParams.set(name, value);
  return url;
}

/** Ends it. @throws IntegrationError as {@link OAuthClient.finishAuthorization} says */
export async function finishAuthorization(
  exchanger: Exchanger,
  { callback, proof, signal }: AuthorizationCallback,
): Promise<AuthorizedTokens> {
  const { options, clock } = exchanger;
  const { provider } = options;
  const dpopKey = proof.dpopKey === undefined ? undefined : new Secret(proof.dpopKey);
  const isOpenId = proof.nonce !== undefined;
  const call = {
    operation: 'finishAuthorization',
    signal,
    needsKeys: isOpenId,
    dpopKey,
    isTokenRequest: true,
  };
  return exchanger.run(call, async (exchange) => {
    const { oauth, server, client, authentication, how } = exchange;
    const parameters = checkedCallback(exchange, exchanger, callback, proof);
    const askedAt = clock.now();
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      proof.redirectUri,
      proof.codeVerifier ?? oauth.nopkce,
      how,
    );
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
      requireIdToken: isOpenId,
      ...(proof.nonce !== undefined && { expectedNonce: proof.nonce }),
      ...(proof.maxAgeSeconds !== undefined && { maxAge: proof.maxAgeSeconds }),
    });
    const tokens = withinAsked(toTokenSet(answer, provider, askedAt, proof.scopes), proof.scopes, exchanger);
    const claims =
      isOpenId && tokens.idToken !== undefined
        ? await exchanger.verifyIdToken(server)(tokens.idToken.reveal())
        : undefined;
    const lasting = await extended(tokens, exchanger, exchange);
    const account = lasting.account ?? (claims ? undefined : await askAccount(lasting, exchanger, exchange));
    return {
      ...lasting,
      ...(account && { account }),
      ...(claims && { identity: toIdentity(claims, options.tenant ?? '', clock) }),
      ...(dpopKey && { dpopKey }),
    };
  });
}

/** The parameters of the callback, when it is the one that was begun. */
function checkedCallback(
  { oauth, server, client }: Exchange,
  { options }: Exchanger,
  callback: URL | URLSearchParams,
  proof: AuthorizationProof,
): URLSearchParams {
  const parameters = new URLSearchParams(callback instanceof URL ? callback.searchParams : callback);
  const wrong = (reason: string) =>
    new IntegrationError('the callback does not belong to this authorization', {
      provider: options.provider.id,
      operation: 'finishAuthorization',
      code: 'invalid_argument',
      reason,
      remedy: 'begin again',
    });
  const states = parameters.getAll('state');
  if (states.length !== 1 || !isSameSecret(states[0] ?? '', proof.state)) throw wrong('state_mismatch');
  // A server whose issuer is not known has nothing that `iss` could be compared with.
  if (options.provider.issuer === undefined) parameters.delete('iss');
  const issuers = parameters.getAll('iss');
  if (issuers.some((issuer) => issuer !== server.issuer) || issuers.length > 1)
    throw wrong('issuer_mismatch');
  if (parameters.getAll('code').length > 1) throw wrong('bad_callback');
  if (issuers.length === 0 && server.authorization_response_iss_parameter_supported)
    throw wrong('issuer_missing');
  try {
    const checked = oauth.validateAuthResponse(server, client, parameters, proof.state);
    if (checked.has('code')) return checked;
  } catch (error) {
    // A refusal by the user or the server is told by its name; what is malformed is not.
    if (error instanceof oauth.AuthorizationResponseError) throw error;
  }
  throw wrong('bad_callback');
}

/** A server that grants more than was asked for is not believed: nothing here may come to rely on it (RFC 9700 §2.3). */
function withinAsked(tokens: TokenSet, asked: readonly string[], { options }: Exchanger): TokenSet {
  const aliases = Object.fromEntries(
    Object.entries(options.provider.scopeAliases ?? {}).map(([name, alias]) => [alias, name]),
  );
  const excess = asked.length === 0 ? [] : missingScopes(asked, tokens.scopes, { scopeAliases: aliases });
  if (excess.length === 0) return tokens;
  options.logger?.warn('auth: the provider granted more scopes than were asked for; they are not counted', {
    provider: options.provider.id,
    count: excess.length,
  });
  return { ...tokens, scopes: tokens.scopes.filter((scope) => !excess.includes(scope)) };
}

/** A token that lasts, where the vendor gives one in a second step. */
async function extended(
  tokens: TokenSet,
  exchanger: Exchanger,
  { oauth, server, client, send }: Exchange,
): Promise<TokenSet> {
  const { provider } = exchanger.options;
  const { extend } = provider.dialect ?? {};
  if (extend === undefined) return tokens;
  const askedAt = exchanger.clock.now();
  const response = await send(extend(tokens.accessToken.reveal(), await exchanger.vendorParts()));
  const answer = await oauth.processRefreshTokenResponse(server, client, response);
  const { accessToken, expiresAt } = toTokenSet(answer, provider, askedAt, tokens.scopes);
  return { ...tokens, accessToken, expiresAt };
}

/** Whose token it is, by the vendor's API. A vendor that does not say, for want of a scope, is no reason not to connect. */
async function askAccount(
  { accessToken }: TokenSet,
  { options }: Exchanger,
  { send }: Exchange,
): Promise<ConnectedAccount | undefined> {
  const { endpoints, readAccount, tokenScheme = 'Bearer', id } = options.provider;
  if (endpoints?.account === undefined || readAccount === undefined) return undefined;
  const url = fillIn(endpoints.account, options.variables ?? {});
  const headers = { authorization: `${tokenScheme} ${accessToken.reveal()}` };
  try {
    const response = await send({ method: 'GET', url, headers });
    const body: unknown = response.ok ? await response.json() : undefined;
    return typeof body === 'object' && body !== null
      ? readAccount(body as Record<string, unknown>)
      : undefined;
  } catch (error) {
    options.logger?.warn('auth: the vendor did not say whose account it is', {
      provider: id,
      ...failureFields(error),
    });
    return undefined;
  }
}

function lacking(what: string): IntegrationError {
  return new IntegrationError(`an authorization needs ${what}`, {
    code: 'failed_precondition',
    reason: 'not_configured',
  });
}
