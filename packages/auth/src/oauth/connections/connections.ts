/** Accounts of all tenants at vendors: the clients, the tokens in memory, the listeners. What one tenant sees is in `tenant-connections.ts`. */
import { type Environment, IntegrationError, silentLogger, systemClock } from '@im/core';
import { type AuthEvent, type AuthListener, createAudit } from '../../common/audit.ts';
import type { Envelope } from '../../common/envelope.ts';
import { type RandomBytes, systemRandomBytes } from '../../common/random.ts';
import { createOAuthClient, type OAuthClient } from '../client.ts';
import type { OAuthClientOptions } from '../client-options.ts';
import type { LostRefresh } from './refresh-outcome.ts';
import { type ConnectionStore, openStore } from './store.ts';
import { openTenant } from './tenant-connections.ts';
import type { TenantConnections } from './tenant-connections.types.ts';
import { createTokenKeeper } from './token-keeper.ts';

/** An application's client at a provider. */
export type ConnectionClient = Omit<OAuthClientOptions, 'tenant'>;

/** Settings of {@link createConnections}. */
export interface ConnectionsOptions extends Environment {
  /** Seals the tokens. */
  readonly envelope: Envelope;
  /** The application's clients, by the id of the provider's row; a function where tenants have clients or variables of their own. */
  readonly clients: Readonly<
    Record<string, ConnectionClient | ((tenant: string) => ConnectionClient | Promise<ConnectionClient>)>
  >;
  /** Told of everything that happens to connections, for an audit trail. See {@link Connections.subscribe}. */
  readonly onEvent?: AuthListener | undefined;
  /** Milliseconds after which a process that was killed while it renewed a token is followed by another. Default 3,000. */
  readonly leaseMs?: number | undefined;
  /** Milliseconds for one renewal at the vendor. Default 10,000, which is also the most unless the client's own `timeoutMs` is longer. */
  readonly refreshTimeoutMs?: number | undefined;
  /** What is done when a renewal's outcome is unknown. Default `retry`. */
  readonly onLostRefresh?: LostRefresh | undefined;
  /** Milliseconds for which a token in memory is believed before the store is looked at again. Default 10,000. */
  readonly maxStaleMs?: number | undefined;
  /** Connections whose token is kept in memory at most. Default 10,000. */
  readonly maxKept?: number | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** All connections. Dispose it at the end: renewals under way are stored first. */
export interface Connections extends AsyncDisposable {
  tenant(tenant: string): TenantConnections;
  /**
   * Has `listener` called for `connection.connected`, `.refreshed`, `.refresh_failed`, `.reauth_required`, `.disconnected` of this process.
   *
   * @returns a function that ends it
   */
  subscribe(listener: AuthListener): () => void;
}

/** Clients that are kept at most; they are cheap to make. */
const maxClients = 1_000;

/** Makes it. Opens nothing. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { envelope, clock = systemClock, random = Math.random, logger = silentLogger } = options;
  const { randomBytes = systemRandomBytes, state } = options;
  if (state === undefined)
    throw new IntegrationError('connections need a state store', {
      code: 'invalid_argument',
      remedy: 'give state',
    });
  const listeners = new Set<AuthListener>(options.onEvent === undefined ? [] : [options.onEvent]);
  const tell = (event: AuthEvent) => {
    const failures: unknown[] = [];
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        failures.push(error);
      }
    }
    // Told to the log by the audit, once all have heard.
    if (failures.length > 0) throw failures[0];
  };
  const audit = createAudit({ logger, clock, onEvent: tell });
  const clients = new Map<string, Promise<OAuthClient>>();
  const storeOf = (tenant: string): ConnectionStore => openStore(state, tenant, envelope);

  const makeClient = async (tenant: string, provider: string): Promise<OAuthClient> => {
    const given = Object.hasOwn(options.clients, provider) ? options.clients[provider] : undefined;
    if (given === undefined)
      throw new IntegrationError(
        `there is no client for the provider ${JSON.stringify(provider.slice(0, 60))}`,
        {
          code: 'not_found',
          reason: 'unknown_provider',
          tenant,
        },
      );
    const { services, ...own } = typeof given === 'function' ? await given(tenant) : given;
    return createOAuthClient({
      logger,
      clock,
      services: services ?? options.services,
      randomBytes,
      ...own,
      tenant,
    });
  };
  const clientOf = (tenant: string, provider: string): Promise<OAuthClient> => {
    const key = JSON.stringify([tenant, provider]);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const made = makeClient(tenant, provider);
    if (clients.size >= maxClients) clients.delete(clients.keys().next().value ?? '');
    clients.set(key, made);
    made.catch(() => clients.delete(key));
    return made;
  };
  const keeper = createTokenKeeper({
    clock,
    random,
    logger,
    audit,
    leaseMs: options.leaseMs ?? 3_000,
    refreshTimeoutMs: options.refreshTimeoutMs ?? 10_000,
    onLostRefresh: options.onLostRefresh ?? 'retry',
    maxStaleMs: options.maxStaleMs ?? 10_000,
    maxKept: options.maxKept ?? 10_000,
    storeOf,
    clientOf,
  });

  return {
    tenant: (tenant) =>
      openTenant({
        tenant,
        store: storeOf(tenant),
        envelope,
        keeper,
        audit,
        clock,
        randomBytes,
        clientOf: (provider) => clientOf(tenant, provider),
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
