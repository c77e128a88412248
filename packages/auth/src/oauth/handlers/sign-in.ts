/**
 * The routes by which people sign in with an OpenID provider of their tenant:
 *
 * | request | does |
 * |---|---|
 * | `GET <base>/<provider>/start?return_to=/` | sends the browser to the provider |
 * | `GET` or `POST <base>/<provider>/callback` | verifies who came back, and has the application begin its session |
 */
import { type Clock, type IntegrationError, isIntegrationError, type StateStore } from '@im/core';
import { type AuditOptions, createAudit } from '../../common/audit.ts';
import type { Envelope } from '../../common/envelope.ts';
import type { ExternalIdentity } from '../../common/principal.ts';
import type { RandomBytes } from '../../common/random.ts';
import { allowedReturn } from '../../common/return-to.ts';
import type { AuthorizationProof, AuthorizedTokens } from '../authorization.ts';
import type { OAuthClient } from '../client.ts';
import { createFlows } from '../flows.ts';
import {
  answered,
  backByGet,
  callbackParameters,
  isNavigation,
  notFound,
  redirect,
  refusal,
} from './answers.ts';

/** What the application gets of somebody who signed in. */
export interface SignedInBrowser {
  readonly request: Request;
  /** Where to send the browser: allowed already. */
  readonly returnTo: string;
  readonly provider: string;
  readonly tokens: AuthorizedTokens;
}

/** Settings of {@link createSignInHandlers}. */
export interface SignInHandlersOptions extends Pick<AuditOptions, 'logger' | 'onEvent'> {
  readonly state: StateStore;
  readonly envelope: Envelope;
  /** Which tenant a request is for: by host, or by a path or cookie of the application. */
  readonly tenant: (request: Request) => string | undefined | Promise<string | undefined>;
  /** The tenant's client at a provider, made once and kept; nothing where the tenant has no such provider. */
  readonly client: (
    tenant: string,
    provider: string,
  ) => OAuthClient | undefined | Promise<OAuthClient | undefined>;
  /** Begins the session, with a new id, and answers. The answer gets one more cookie, which removes the one of the flow. */
  readonly onSignedIn: (identity: ExternalIdentity, browser: SignedInBrowser) => Response | Promise<Response>;
  /** Answers when it did not come to that; default: the message, as plain text. */
  readonly onRefused?:
    | ((error: IntegrationError, request: Request) => Response | Promise<Response>)
    | undefined;
  /** Default `openid email profile`. */
  readonly scopes?: readonly string[] | undefined;
  /** Seconds since the person last showed who they are, at most. */
  readonly maxAgeSeconds?: number | undefined;
  /** Default `/sign-in`. */
  readonly basePath?: string | undefined;
  /** Where browsers go when a request does not say. Default `/`. */
  readonly returnTo?: string | undefined;
  /** Origins that `return_to` may name beside paths of this application. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** The handlers. */
export interface SignInHandlers {
  /** Both by path; 404 for others. */
  handle(request: Request): Promise<Response>;
  start(request: Request, provider: string): Promise<Response>;
  callback(request: Request, provider: string): Promise<Response>;
}

interface SignInFlow {
  readonly tenant: string;
  readonly provider: string;
  readonly proof: AuthorizationProof;
  readonly returnTo: string;
}

/** Makes the handlers. */
export function createSignInHandlers(options: SignInHandlersOptions): SignInHandlers {
  const {
    basePath = '/sign-in',
    allowedOrigins,
    returnTo = '/',
    scopes = ['openid', 'email', 'profile'],
  } = options;
  const flows = createFlows<SignInFlow>({ ...options, kind: 'sign-in' });
  const audit = createAudit(options);
  const refused = (
    tenant: string,
    reason: string,
    provider: string,
    code: IntegrationError['code'] = 'invalid_argument',
  ) =>
    audit.refuse({
      type: 'sign_in.refused',
      tenant,
      code,
      reason,
      says: 'the sign-in was not accepted',
      remedy: 'begin again from the application',
      facts: { provider: provider.slice(0, 60) },
    });
  const clientOf = async (tenant: string | undefined, provider: string): Promise<OAuthClient> => {
    if (tenant === undefined) throw refused('', 'unknown_tenant', provider, 'not_found');
    const client = await options.client(tenant, provider);
    if (client === undefined) throw refused(tenant, 'unknown_provider', provider, 'not_found');
    return client;
  };
  const orRefused = async (request: Request, work: () => Promise<Response>): Promise<Response> => {
    const { onRefused } = options;
    if (onRefused === undefined) return answered(work);
    try {
      return await work();
    } catch (error) {
      if (!isIntegrationError(error)) throw error;
      return onRefused(error, request);
    }
  };

  const handlers: SignInHandlers = {
    start: (request, provider) =>
      orRefused(request, async () => {
        const tenant = await options.tenant(request);
        const client = await clientOf(tenant, provider);
        const query = new URL(request.url).searchParams;
        const target = allowedReturn(query.get('return_to') ?? returnTo, allowedOrigins);
        if (target === undefined) throw refused(tenant ?? '', 'return_not_allowed', provider);
        if (!isNavigation(request)) throw refused(tenant ?? '', 'not_a_navigation', provider);
        const { url, proof } = await client.startAuthorization({
          scopes,
          offline: false,
          maxAgeSeconds: options.maxAgeSeconds,
          signal: request.signal,
        });
        const flow: SignInFlow = { tenant: tenant ?? '', provider, proof, returnTo: target };
        return redirect(url, await flows.begin(proof.state, flow));
      }),

    callback: (request, provider) =>
      orRefused(request, async () => {
        const parameters = await callbackParameters(request);
        if (parameters === undefined) throw refused('', 'malformed_callback', provider);
        if (request.method === 'POST') return backByGet(request, parameters);
        const taken = await flows.take(request, parameters.get('state'));
        const tenant = await options.tenant(request);
        if (typeof taken === 'string') throw refused(tenant ?? '', taken, provider);
        const { data: flow, clearCookie } = taken;
        if (flow.provider !== provider) throw refused(flow.tenant, 'wrong_provider', provider);
        if (flow.tenant !== tenant) throw refused(flow.tenant, 'wrong_tenant', provider);
        const client = await clientOf(tenant, provider);
        const tokens = await client
          .finishAuthorization({ callback: parameters, proof: flow.proof, signal: request.signal })
          .catch((error: unknown) => {
            throw isIntegrationError(error)
              ? refused(tenant, error.reason ?? error.code, provider, error.code)
              : error;
          });
        const { identity } = tokens;
        if (identity === undefined) throw refused(tenant, 'no_identity', provider);
        // The client may serve several tenants; the identity is of the one that the browser began with.
        const answer = await options.onSignedIn(
          { ...identity, tenant },
          { request, returnTo: flow.returnTo, provider, tokens },
        );
        audit.note({
          type: 'sign_in.accepted',
          tenant,
          subject: identity.subject,
          facts: { provider, issuer: identity.issuer },
        });
        return withCookie(answer, clearCookie);
      }),

    async handle(request) {
      const { pathname } = new URL(request.url);
      const [, provider = '', action = ''] = pathname.startsWith(`${basePath}/`)
        ? (/^([\w.-]{1,60})\/(start|callback)$/.exec(pathname.slice(basePath.length + 1)) ?? [])
        : [];
      if (action === 'start') return handlers.start(request, provider);
      if (action === 'callback') return handlers.callback(request, provider);
      return refusal(notFound());
    },
  };
  return handlers;
}

/** The answer with one more cookie; its headers may be immutable. */
function withCookie(answer: Response, cookie: string): Response {
  const headers = new Headers(answer.headers);
  headers.append('set-cookie', cookie);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}
