/** Beginning an authorization code with PKCE (RFC 6749 §4.1.1, RFC 7636 §4.3); it is ended in `callback.ts`. */
import { IntegrationError, type Secret } from '@im/core';
import { randomToken } from '../common/random.ts';
import { createDpopKey } from './dpop.ts';
import type { Exchange, Exchanger } from './exchange.ts';
import type { TokenSet } from './tokens.ts';

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

function lacking(what: string): IntegrationError {
  return new IntegrationError(`an authorization needs ${what}`, {
    code: 'failed_precondition',
    reason: 'not_configured',
  });
}
