/** One exchange with an authorization server: the library, the server's metadata, the client, and how requests are sent. */
import {
  type Clock,
  ConfigurationError,
  type ConfigurationFault,
  IntegrationError,
  type Logger,
  loadOptional,
  provide,
  type Secret,
  silentLogger,
  systemClock,
} from '@im/core';
import type * as OAuth from 'oauth4webapi';
import { createFetch, type FetchInit, type FetchOptions } from '../common/fetch.ts';
import { type RandomBytes, systemRandomBytes } from '../common/random.ts';
import { createRemoteKeySet } from '../jwt/remote-key-set.ts';
import { type ClientCredential, clientAuthOf, credentialFaults, secretOf } from './client-authentication.ts';
import { sendTokenRequest, sendVendorRequest } from './dialect.ts';
import { dpopHandle } from './dpop.ts';
import { createIdTokenVerifier, type VerifyIdToken } from './id-token.ts';
import { mtlsTransport } from './mtls.ts';
import { explained } from './oauth-error.ts';
import type { OAuthProvider, VendorRequest, VendorRequestParts } from './provider.ts';
import { createServerSource, fillIn } from './server.ts';

/** The application at one authorization server. */
export interface OAuthClientOptions extends FetchOptions {
  readonly provider: OAuthProvider;
  readonly clientId: string;
  readonly credential: ClientCredential;
  /** Where users come back to, as it is registered at the provider. Needed for the authorization code. */
  readonly redirectUri?: string | undefined;
  /** Values of the variables in the provider's addresses, such as `{ shop: 'acme' }`. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Whose client it is: becomes `tenant` of identities. Default empty. */
  readonly tenant?: string | undefined;
  /** Sends the authorization request ahead, by the back channel (RFC 9126). Default: where the server demands it. */
  readonly pushesRequests?: boolean | undefined;
  /** Has tokens bound to a key of their own (RFC 9449). Default false. */
  readonly dpop?: boolean | undefined;
  /**
   * Whether the provider may be asked by `http` or at a private address: for one in your own network, and for tests. Default false, so that a
   * tenant who names an issuer cannot reach inside.
   */
  readonly allowPrivate?: boolean | undefined;
  /** Certificates to trust beside the system's, PEM, where the credential is a certificate. */
  readonly trust?: string | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What one exchange is made with. */
export interface Exchange {
  readonly oauth: typeof OAuth;
  readonly server: OAuth.AuthorizationServer;
  readonly client: OAuth.Client;
  readonly authentication: OAuth.ClientAuth;
  /** Sends a request of the vendor's own. */
  readonly send: (request: VendorRequest) => Promise<Response>;
  readonly how: {
    readonly signal?: AbortSignal;
    readonly [OAuth.customFetch]: (
      url: string,
      init: OAuth.CustomFetchOptions<string, unknown>,
    ) => Promise<Response>;
    readonly [OAuth.allowInsecureRequests]: boolean;
    readonly DPoP?: OAuth.DPoPHandle;
  };
}

/** What an exchange needs to know. */
export interface ExchangeCall {
  /** For messages: `refresh`. */
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** Called just before the request may leave. */
  readonly onSend?: (() => void) | undefined;
  /** Whether an ID token is expected, for which keys are needed. Default false. */
  readonly needsKeys?: boolean | undefined;
  readonly dpopKey?: Secret | undefined;
  /** Whether the request is one to the token endpoint, which vendors have dialects for. Default false. */
  readonly isTokenRequest?: boolean | undefined;
}

/** Makes exchanges. */
export interface Exchanger {
  readonly options: OAuthClientOptions;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  run<Result>(call: ExchangeCall, work: (exchange: Exchange) => Promise<Result>): Promise<Result>;
  verifyIdToken(server: OAuth.AuthorizationServer): VerifyIdToken;
  vendorParts(): Promise<VendorRequestParts>;
}

/** Seconds by which the issuer's clock may differ. */
const toleranceSeconds = 30;

/**
 * Makes it. Opens nothing.
 *
 * @throws {@link ConfigurationError} everything that is wrong with the options
 */
export function createExchanger(options: OAuthClientOptions): Exchanger {
  checkOptions(options);
  const { provider, credential, variables = {}, clock = systemClock, logger = silentLogger } = options;
  const fetch = createFetch(rulesOf(options), withCertificate(options));
  const source = createServerSource({ provider, variables, fetch, clock, logger });
  const verifiers = new Map<string, VerifyIdToken>();

  const attempt = async <Result>(
    heard: (answer: Response) => Response,
    { signal, onSend, needsKeys, dpopKey, isTokenRequest }: ExchangeCall,
    work: (exchange: Exchange) => Promise<Result>,
  ): Promise<Result> => {
    const oauth = await loadOptional('oauth4webapi', 'OAuth', () => import('oauth4webapi'));
    const server = await source(needsKeys);
    const client: OAuth.Client = {
      client_id: options.clientId,
      [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1_000),
      [oauth.clockTolerance]: toleranceSeconds,
      ...(credential.method.endsWith('tls_client_auth') && { use_mtls_endpoint_aliases: true }),
    };
    const handle = dpopKey && (await dpopHandle(oauth, client, dpopKey));
    const exchange: Exchange = {
      oauth,
      server,
      client,
      authentication: await clientAuthOf(oauth, credential, provider),
      send: (request) => sendVendorRequest(fetch, request, { signal, onSend }, provider.dialect).then(heard),
      how: {
        ...(signal && { signal }),
        ...(handle && { DPoP: handle }),
        [oauth.allowInsecureRequests]: options.allowPrivate === true,
        [oauth.customFetch]: (url, init) => {
          const { body } = init;
          const sent: FetchInit = {
            method: init.method,
            headers: init.headers,
            body: body === undefined || body === null ? undefined : String(body),
            signal,
            onSend,
          };
          const answer =
            isTokenRequest === true ? sendTokenRequest(fetch, url, sent, provider.dialect) : fetch(url, sent);
          return answer.then(heard);
        },
      },
    };
    try {
      return await work(exchange);
    } catch (error) {
      // The server wants its own nonce in the proof; the handle has it now (RFC 9449 §8).
      if (handle !== undefined && oauth.isDPoPNonceError(error)) return await work(exchange);
      throw error;
    }
  };

  return {
    options,
    clock,
    randomBytes: options.randomBytes ?? systemRandomBytes,
    async run(call, work) {
      call.signal?.throwIfAborted();
      let last: Response | undefined;
      const heard = (answer: Response) => {
        last = answer;
        return answer;
      };
      try {
        return await attempt(heard, call, work);
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason;
        throw explained(error, { provider: provider.id, operation: call.operation }, last);
      }
    },
    verifyIdToken({ jwks_uri: url }) {
      if (url === undefined)
        throw new IntegrationError('the provider publishes no keys to verify ID tokens with', {
          provider: provider.id,
          code: 'failed_precondition',
          reason: 'missing_endpoint',
        });
      const known = verifiers.get(url);
      if (known !== undefined) return known;
      const rules = rulesOf(options);
      const isPrivate = options.allowPrivate === true && new URL(url).origin === originOf(options);
      const keys = createRemoteKeySet({ ...options, url, ...(!isPrivate && { allow: rules.allow }) });
      const verifier = createIdTokenVerifier(keys);
      verifiers.clear();
      verifiers.set(url, verifier);
      return verifier;
    },
    vendorParts: async () => ({
      clientId: options.clientId,
      clientSecret: (await secretOf(credential)) ?? '',
      variables,
    }),
  };
}

/** Any public host by https: a discovery document names hosts that the row does not. Private ones only on purpose. */
function rulesOf({ provider, variables = {}, allowPrivate = false }: OAuthClientOptions) {
  const named = [provider.issuer, ...Object.values(provider.endpoints ?? {})].flatMap((address) =>
    address === undefined ? [] : [new URL(fillIn(address, variables))],
  );
  const hosts = named.filter(({ protocol }) => protocol === 'https:').map(({ host }) => host);
  return { allow: ['*', ...hosts], onPurpose: allowPrivate ? named.map((url) => url.origin) : [] };
}

function originOf({ provider, variables = {} }: OAuthClientOptions): string | undefined {
  return provider.issuer && new URL(fillIn(provider.issuer, variables)).origin;
}

function withCertificate(options: OAuthClientOptions): FetchOptions {
  const { credential, trust } = options;
  if (!('certificate' in credential)) return options;
  const transport = mtlsTransport({
    certificate: credential.certificate,
    key: credential.key.reveal(),
    trust,
  });
  return { ...options, services: [provide({ name: 'im.http.transport' }, transport)] };
}

function checkOptions(options: OAuthClientOptions): void {
  const { provider, clientId, credential, redirectUri, variables = {}, allowPrivate } = options;
  const faults: ConfigurationFault[] = credentialFaults(credential, provider);
  if (clientId === '') faults.push({ path: 'clientId', says: 'is empty', remedy: 'give the client id' });
  if (provider.issuer === undefined && provider.endpoints === undefined)
    faults.push({ path: 'provider', says: 'has neither issuer nor endpoints', remedy: 'name one of them' });
  for (const address of [provider.issuer, ...Object.values(provider.endpoints ?? {})]) {
    if (address === undefined) continue;
    try {
      const url = new URL(fillIn(address, variables));
      if (url.protocol !== 'https:' && allowPrivate !== true)
        faults.push({
          path: 'provider',
          says: `names ${url.origin}, which is not https`,
          remedy: 'use https',
        });
    } catch (error) {
      const says = error instanceof IntegrationError ? error.message : 'names an address that is no URL';
      if (!faults.some((fault) => fault.says === says))
        faults.push({ path: 'variables', says, remedy: 'add it' });
    }
  }
  if (redirectUri !== undefined && !isRedirectUri(redirectUri))
    faults.push({
      path: 'redirectUri',
      says: 'is neither https, nor http on loopback, nor a scheme of an app',
      remedy: 'give the whole address without fragment',
    });
  if (faults.length > 0)
    throw new ConfigurationError(faults, { provider: provider.id, subject: 'the OAuth client' });
}

/** RFC 9700 §2.6, RFC 8252 §7. */
function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'http:') return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return protocol === 'https:' || /^[a-z][a-z\d+.-]*\.[a-z\d+.-]+:$/.test(protocol);
}
