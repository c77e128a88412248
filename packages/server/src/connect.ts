/** Accounts that users connect at vendors, by the rows of providers that `@im/auth` has. */
import {
  type ConnectionClient,
  type Connections,
  type ConnectUser,
  createConnectHandlers,
  createConnections,
  createEnvelope,
  createOAuthClient,
  type OAuthProvider,
  type OAuthProviderId,
  oauthProviders,
} from '@im/auth/oauth';
import { type Clock, ConfigurationError, type Logger, type StateStore } from '@im/core';
import type { HubSettings } from './settings.ts';

/** Answers what browsers and programs ask under `/connect`. */
export interface HubConnect extends AsyncDisposable {
  /** For `connectionTokens` of `@im/auth/oauth`, which gives integrations the tokens of their users. */
  readonly connections: Connections;
  /** As this user; without one for what a provider's page sends, which proves nothing and is sent on. */
  handle(request: Request, user?: ConnectUser): Promise<Response>;
}

/** Makes it of settings that were checked. Opens nothing. @throws `ConfigurationError` for a key or a client that cannot be */
export function createConnect(
  settings: NonNullable<HubSettings['connect']>,
  common: { readonly state: StateStore; readonly clock: Clock; readonly logger: Logger },
): HubConnect {
  const { baseUrl, sealingKey, providers, returnTo, allowedOrigins = [] } = settings;
  const { origin } = new URL(baseUrl);
  const envelope = createEnvelope({ keys: [{ id: 'hub', key: sealingKey }] });
  const clients = Object.entries(providers).map(([id, row]): [string, ConnectionClient] => [
    id,
    {
      provider: rowOf(id),
      clientId: row.clientId,
      credential:
        row.clientSecret === undefined
          ? { method: 'none' }
          : { method: secretMethod(id), secret: row.clientSecret },
      redirectUri: new URL(`/connect/${id}/callback`, baseUrl).href,
      variables: row.variables,
    },
  ]);
  checkClients(clients);
  const connections = createConnections({ ...common, envelope, clients: Object.fromEntries(clients) });
  const users = new WeakMap<Request, ConnectUser>();
  const handlers = createConnectHandlers({
    ...common,
    envelope,
    connections,
    scopes: Object.fromEntries(Object.entries(providers).map(([id, { scopes }]) => [id, scopes])),
    authenticate: (request) => users.get(request),
    returnTo,
    allowedOrigins: [...allowedOrigins, origin],
  });
  return {
    connections,
    handle: (given, user) => {
      const request = user === undefined ? given : ownRequest(given, origin);
      if (user !== undefined) users.set(request, user);
      return handlers.handle(request);
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

/** The handlers want to know of a change that a page of ours sent it; of a program, which says nothing, the door has judged that already. */
function ownRequest(request: Request, origin: string): Request {
  const { headers, method } = request;
  if (method === 'GET' || headers.has('origin') || headers.has('sec-fetch-site')) return request;
  return new Request(request.url, {
    method,
    headers: { ...Object.fromEntries(headers), origin },
    signal: request.signal,
  });
}

/** Says at once what would else be found by the first user. @throws `ConfigurationError` with every fault */
function checkClients(clients: readonly (readonly [string, ConnectionClient])[]): void {
  const faults = clients.flatMap(([id, client]) => {
    try {
      createOAuthClient(client);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.faults.map((fault) => ({ ...fault, path: `connect.providers.${id}.${fault.path}` }));
    }
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** How the provider takes a secret: in the header where it does, else in the form. */
function secretMethod(id: string): 'client_secret_basic' | 'client_secret_post' {
  const { authentication } = rowOf(id);
  return authentication.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post';
}

const rowOf = (id: string): OAuthProvider => oauthProviders[id as OAuthProviderId];
