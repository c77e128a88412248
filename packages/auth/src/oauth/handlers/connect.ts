/**
 * The routes by which users connect their accounts, as functions from `Request` to `Response`, to be mounted in any server:
 *
 * | request | does |
 * |---|---|
 * | `GET <base>/<provider>/start?return_to=/settings&scope=a b&connection=<id>` | sends the browser to the provider |
 * | `GET` or `POST <base>/<provider>/callback` | stores the connection, and sends the browser to `return_to` with `connected=<id>` or `connect_error=<reason>` |
 * | `GET <base>` · `GET <base>/<id>` | the user's connections, without tokens, as JSON |
 * | `DELETE <base>/<id>` · `POST <base>/<id>/disconnect` | ends one, here and at the provider |
 *
 * Who asks is the application's word (`authenticate`); everything is looked up within that tenant and user.
 */
import { type Clock, IntegrationError, isIntegrationError, type StateStore } from '@im/core';
import { type AuditOptions, createAudit } from '../../common/audit.ts';
import type { Envelope } from '../../common/envelope.ts';
import type { RandomBytes } from '../../common/random.ts';
import { allowedReturn } from '../../common/return-to.ts';
import type { AuthorizationProof } from '../authorization.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections.ts';
import type { TenantConnections } from '../connections/tenant-connections.types.ts';
import { createFlows } from '../flows.ts';
import {
  answered,
  backByGet,
  callbackParameters,
  isFromOurPage,
  isNavigation,
  json,
  notFound,
  redirect,
  withParameter,
} from './answers.ts';

/** Who is asking, by the application's session. */
export interface ConnectUser {
  readonly tenant: string;
  readonly user: string;
}

/** Settings of {@link createConnectHandlers}. */
export interface ConnectHandlersOptions extends Pick<AuditOptions, 'logger' | 'onEvent'> {
  readonly connections: Connections;
  /** The store and the envelope for authorizations under way; those of the connections will do. */
  readonly state: StateStore;
  readonly envelope: Envelope;
  /** Gives nothing where nobody is signed in. */
  readonly authenticate: (request: Request) => ConnectUser | undefined | Promise<ConnectUser | undefined>;
  /** What each provider is asked for. A request may name fewer, never others. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** Default `/connect`. */
  readonly basePath?: string | undefined;
  /** Where browsers go when a request does not say. Default `/`. */
  readonly returnTo?: string | undefined;
  /** Origins that `return_to` may name beside paths of this application, and from which changes may come. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** The handlers. */
export interface ConnectHandlers {
  /** All of them by path; 404 for others. */
  handle(request: Request): Promise<Response>;
  start(request: Request, provider: string): Promise<Response>;
  callback(request: Request, provider: string): Promise<Response>;
  list(request: Request): Promise<Response>;
  status(request: Request, id: string): Promise<Response>;
  disconnect(request: Request, id: string): Promise<Response>;
}

interface ConnectFlow extends ConnectUser {
  readonly provider: string;
  readonly proof: AuthorizationProof;
  readonly returnTo: string;
  readonly connectionId?: string | undefined;
}

/** Makes the handlers. */
export function createConnectHandlers(options: ConnectHandlersOptions): ConnectHandlers {
  const { connections, authenticate, basePath = '/connect', allowedOrigins = [], returnTo = '/' } = options;
  const flows = createFlows<ConnectFlow>({ ...options, kind: 'connect' });
  const audit = createAudit(options);

  const userOf = async (request: Request): Promise<ConnectUser> => {
    const user = await authenticate(request);
    if (user !== undefined) return user;
    throw new IntegrationError('sign in first', { code: 'unauthenticated', reason: 'no_session' });
  };
  const refused = (user: Partial<ConnectUser>, reason: string, provider: string): IntegrationError =>
    audit.refuse({
      type: 'connect.refused',
      tenant: user.tenant ?? '',
      subject: user.user,
      code: 'invalid_argument',
      reason,
      says: 'the account was not connected',
      remedy: 'begin again from the application',
      facts: { provider: provider.slice(0, 60) },
    });
  /** The user's own connection. That of another user is as unknown as none. */
  const ownOf = async (own: TenantConnections, user: string, id: string): Promise<Connection> => {
    const connection = await own.get(id);
    if (connection.user === user) return connection;
    throw new IntegrationError('there is no such connection', {
      code: 'not_found',
      reason: 'unknown_connection',
    });
  };
  /** Those that are asked for, of those that may be. */
  const scopesOf = (wanted: string | null, allowed: readonly string[], already: readonly string[]) => {
    const named = wanted === null ? allowed : wanted.split(' ').filter((scope) => scope !== '');
    const isAllowed = named.every((scope) => allowed.includes(scope));
    return isAllowed
      ? [...new Set([...already.filter((scope) => allowed.includes(scope)), ...named])]
      : undefined;
  };

  const handlers: ConnectHandlers = {
    start: (request, provider) =>
      answered(async () => {
        const { tenant, user } = await userOf(request);
        const query = new URL(request.url).searchParams;
        const wrong = (reason: string) => refused({ tenant, user }, reason, provider);
        if (!isNavigation(request)) throw wrong('not_a_navigation');
        const target = allowedReturn(query.get('return_to') ?? returnTo, allowedOrigins);
        if (target === undefined) throw wrong('return_not_allowed');
        const own = connections.tenant(tenant);
        const connectionId = query.get('connection') ?? undefined;
        const before = connectionId === undefined ? undefined : await ownOf(own, user, connectionId);
        const allowed = Object.hasOwn(options.scopes, provider) ? options.scopes[provider] : undefined;
        const scopes = allowed && scopesOf(query.get('scope'), allowed, before?.scopes ?? []);
        if (scopes === undefined)
          throw wrong(allowed === undefined ? 'unknown_provider' : 'scope_not_allowed');
        if (before !== undefined && before.provider !== provider) throw wrong('foreign_connection');
        const client = await own.client(provider);
        const { url, proof } = await client.startAuthorization({ scopes, signal: request.signal });
        const flow: ConnectFlow = {
          tenant,
          user,
          provider,
          proof,
          returnTo: target,
          ...(connectionId && { connectionId }),
        };
        return redirect(url, await flows.begin(proof.state, flow));
      }),

    callback: (request, provider) =>
      answered(async () => {
        const parameters = await callbackParameters(request);
        if (parameters === undefined) throw refused({}, 'malformed_callback', provider);
        if (request.method === 'POST') return backByGet(request, parameters);
        const taken = await flows.take(request, parameters.get('state'));
        if (typeof taken === 'string') throw refused((await authenticate(request)) ?? {}, taken, provider);
        const { data: flow, clearCookie } = taken;
        const failed = (error: IntegrationError) =>
          redirect(withParameter(flow.returnTo, 'connect_error', error.reason ?? error.code), clearCookie);
        // Each provider has an address of its own, so that one cannot answer for another (RFC 9700 §4.4).
        if (flow.provider !== provider) return failed(refused(flow, 'wrong_provider', provider));
        const user = await authenticate(request);
        if (user?.tenant !== flow.tenant || user.user !== flow.user)
          return failed(refused(flow, 'wrong_user', provider));
        try {
          const own = connections.tenant(flow.tenant);
          const client = await own.client(provider);
          const tokens = await client.finishAuthorization({
            callback: parameters,
            proof: flow.proof,
            signal: request.signal,
          });
          const { id } = await own.add({
            user: flow.user,
            provider,
            tokens,
            connectionId: flow.connectionId,
          });
          return redirect(withParameter(flow.returnTo, 'connected', id), clearCookie);
        } catch (error) {
          if (!isIntegrationError(error)) throw error;
          refused(flow, error.reason ?? error.code, provider);
          return failed(error);
        }
      }),

    list: (request) =>
      answered(async () => {
        const { tenant, user } = await userOf(request);
        return json({ connections: await connections.tenant(tenant).list({ user }) });
      }),

    status: (request, id) =>
      answered(async () => {
        const { tenant, user } = await userOf(request);
        return json(await ownOf(connections.tenant(tenant), user, id));
      }),

    disconnect: (request, id) =>
      answered(async () => {
        const { tenant, user } = await userOf(request);
        if (!isFromOurPage(request, allowedOrigins)) {
          throw audit.refuse({
            type: 'connect.refused',
            tenant,
            subject: user,
            code: 'permission_denied',
            reason: 'forged_request',
            says: 'the request did not come from a page of this application',
          });
        }
        const own = connections.tenant(tenant);
        await ownOf(own, user, id);
        await own.disconnect(id, { signal: request.signal });
        return json({ state: 'revoked' });
      }),

    async handle(request) {
      const { pathname } = new URL(request.url);
      const { method } = request;
      const parts = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length + 1).split('/') : [];
      const [one = '', action = ''] = parts.map(decoded);
      if (method === 'GET' && pathname === basePath) return handlers.list(request);
      if (parts.length === 2 && action === 'start') return handlers.start(request, one);
      if (parts.length === 2 && action === 'callback') return handlers.callback(request, one);
      if (method === 'POST' && parts.length === 2 && action === 'disconnect')
        return handlers.disconnect(request, one);
      if (method === 'DELETE' && parts.length === 1) return handlers.disconnect(request, one);
      if (method === 'GET' && parts.length === 1) return handlers.status(request, one);
      return answered(() => Promise.reject(notFound()));
    },
  };
  return handlers;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
