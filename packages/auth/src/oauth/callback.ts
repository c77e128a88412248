/**
 * Ending an authorization code with PKCE (RFC 6749 §4.1, RFC 7636, RFC 9700 §2.1). An answer is accepted when all of this holds:
 *
 * 1. its `state` is the one that this browser was sent away with;
 * 2. its `iss` is the issuer that it was sent to, where the issuer says that it sends one (RFC 9207);
 * 3. the code is exchanged with the verifier of the challenge that went along, always S256, and with the same redirect URI;
 * 4. where an ID token was asked for, it is there, signed by the issuer's published key, for this client, and holds the nonce that went along.
 */
import { IntegrationError, Secret } from '@im/core';
import { failureFields } from '../common/fetch.ts';
import { isSameSecret } from '../common/same-secret.ts';
import type { AuthorizationCallback, AuthorizationProof, AuthorizedTokens } from './authorization.ts';
import type { Exchange, Exchanger } from './exchange.ts';
import { toIdentity } from './id-token.ts';
import type { ConnectedAccount } from './provider.ts';
import { fillIn } from './server.ts';
import { missingScopes, type TokenSet, toTokenSet } from './tokens.ts';

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
