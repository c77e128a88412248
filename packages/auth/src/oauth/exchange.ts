/** One exchange with an authorization server: the library, the server's metadata, the client, and how requests are sent. */
import {
  type Clock,
  IntegrationError,
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
import { clientAuthOf, secretOf } from './client-authentication.ts';
import { checkOptions, egressOf, type OAuthClientOptions, originOf } from './client-options.ts';
import { sendTokenRequest, sendVendorRequest } from './dialect.ts';
import { dpopHandle } from './dpop.ts';
import { createIdTokenVerifier, type VerifyIdToken } from './id-token.ts';
import { mtlsTransport } from './mtls.ts';
import { explained } from './oauth-error.ts';
import type { VendorRequest, VendorRequestParts } from './provider.ts';
import { createServerSource } from './server.ts';

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
  const fetch = createFetch(egressOf(options), withCertificate(options));
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
      const rules = egressOf(options);
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
