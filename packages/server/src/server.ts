/** The hub: the routes on a socket, from start to a stop that fails nobody. */
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import {
  type Clock,
  type Logger,
  memoryState,
  type Registry,
  type StateStore,
  silentLogger,
  sleep,
  systemClock,
} from '@im/core';
import type { HubAccess } from './access/access.ts';
import { createDoor } from './access/door.ts';
import { type AuditLog, memoryAuditLog } from './audit/audit-log.ts';
import type { HubConnect } from './connect.ts';
import { listen, openRefused } from './listen.ts';
import { type ClientLimits, createListener } from './listener.ts';
import { isLoopback } from './network/addresses.ts';
import { createNetwork, type NetworkRules } from './network/network.ts';
import { createRateLimit, type RateLimitRule } from './network/rate-limit.ts';
import { problemResponse, toProblem } from './problem.ts';
import { oneAtATime, type Reload, type ReloadReport } from './reload.ts';
import { audited } from './routes/audited.ts';
import type { HubApp } from './routes/context.ts';
import { createRoutes } from './routes/index.ts';
import { checkSettings, networkSettings, rateLimitSettings } from './settings.ts';
import { version } from './version.ts';
import { createViews, type Note } from './view.ts';
import { createWebhookInbox, type WebhookOptions } from './webhooks/inbox.ts';

/** How a hub is made. Everything but the registry has a default. */
export interface ServerOptions {
  /** What is shown. The hub takes it over: {@link HubServer.close} disposes it. */
  readonly registry: Registry;
  /** Stands on the page and in the description. Default `@im hub`. */
  readonly title?: string | undefined;
  /** Address to listen on. Default `127.0.0.1`: the answers name tenants, so open it on purpose and behind a proxy. */
  readonly host?: string | undefined;
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number | undefined;
  readonly limits?: ClientLimits | undefined;
  /** Who may call. Default: everybody, and then it listens on loopback alone. Probes are open in any case. */
  readonly access?: HubAccess | undefined;
  /** Listens beyond loopback although no access is configured: for networks where everybody may do everything. Default false. */
  readonly openToAll?: boolean | undefined;
  /** Which addresses may reach it. Default: all. */
  readonly network?: NetworkRules | undefined;
  /** How many requests are taken of a caller, and of an address. Default: no limit. */
  readonly rateLimit?: RateLimits | undefined;
  /** Where actions are recorded. Default: in memory, for as long as the hub lives. */
  readonly audit?: AuditLog | undefined;
  /** Accounts that users connect. Default: there are no routes under `/connect`. */
  readonly connect?: HubConnect | undefined;
  /** Reads the configuration again, for `POST /admin/reload`. Default: there is no such route. */
  readonly reload?: Reload | undefined;
  /**
   * Milliseconds between "not ready" and the moment when no connection is taken any more, for load balancers to
   * notice. Default 0; behind one give a little more than the interval of its probes.
   */
  readonly drainDelayMs?: number | undefined;
  /** Milliseconds that requests in flight may take to end. Default 10 000. */
  readonly graceMs?: number | undefined;
  /** Milliseconds for which open connections may still bring a request, once no new ones are taken. Default 1 000. */
  readonly settleMs?: number | undefined;
  /** Most integrations with metric labels of their own; the rest is summed up. Default 2 000. */
  readonly maxMetricIntegrations?: number | undefined;
  /** A remark on an integration, such as where its fake runs. */
  readonly note?: Note | undefined;
  /** Default: {@link systemClock}. Socket time-outs are the machine's own in any case. */
  readonly clock?: Clock | undefined;
  /** What is done with webhooks. Default: nothing, so that each is refused and sent again. {@link deliverTo} hands them on. */
  readonly webhooks?: WebhookOptions | undefined;
  /** What a fleet of hubs must agree on, such as limits. Default: in the memory of this process. The hub leaves it open. */
  readonly state?: StateStore | undefined;
  /** Disposed of last when the hub is closed: what it was given and should not outlive it, such as the audit log. */
  readonly resources?: AsyncDisposable | undefined;
  /** Default: {@link silentLogger}. */
  readonly logger?: Logger | undefined;
}

/** Limits of requests; fixed windows, counted in the state store. */
export interface RateLimits {
  /** Of one caller; without access, of one address. */
  readonly caller?: RateLimitRule | undefined;
  /** Of one address, whoever sends them. */
  readonly address?: RateLimitRule | undefined;
}

/** A hub. */
export interface HubServer extends AsyncDisposable {
  /** The routes, to be mounted elsewhere or called in a test without a socket. The socket adds the security headers. */
  readonly app: HubApp;
  /** `http://127.0.0.1:8080`, without a slash at the end; before {@link HubServer.listen} with the port that was asked for. */
  readonly url: string;
  /** Whether it takes connections. */
  readonly listening: boolean;
  /**
   * Begins to take requests.
   *
   * @returns the URL
   * @throws {@link ListenError} when the address cannot be had
   */
  listen(): Promise<string>;
  /**
   * Reads the configuration again and follows it, on record as done by `subject`. Absent where no {@link ServerOptions.reload} is given.
   *
   * @throws what reading it threw; then everything stays as it was
   */
  readonly reload?: ((subject: string) => Promise<ReloadReport>) | undefined;
  /**
   * Not ready any more → no new connections → requests in flight end → the registry is disposed. A second call waits
   * for the first.
   */
  close(): Promise<void>;
}

/**
 * Makes a hub that is not listening yet.
 *
 * @throws `ConfigurationError` with every fault of the options that are data
 */
export function createServer(options: ServerOptions): HubServer {
  const {
    registry,
    title = '@im hub',
    host = '127.0.0.1',
    port = 8080,
    logger = silentLogger,
    clock = systemClock,
    state = memoryState(clock),
  } = options;
  const network = createNetwork(checkSettings(networkSettings, options.network ?? {}, 'network'), logger);
  const rules = checkSettings(rateLimitSettings, options.rateLimit ?? {}, 'rateLimit');
  const limitOf = (name: 'caller' | 'address') => {
    const rule = rules[name];
    return rule && createRateLimit({ name, rule, state, clock, logger });
  };
  const door = createDoor({
    access: options.access,
    isLocal: options.access === undefined && options.openToAll !== true,
    network,
    perAddress: limitOf('address'),
    perCaller: limitOf('caller'),
    logger,
  });
  const audit = options.audit ?? memoryAuditLog(clock);
  let draining = false;
  let closing: Promise<void> | undefined;

  const isDraining = () => draining;
  const views = createViews({
    registry,
    title,
    clock,
    note: options.note ?? (() => undefined),
    draining: isDraining,
  });
  const follow =
    options.reload &&
    oneAtATime(options.reload, () => {
      network.reload();
    });
  const reload =
    follow && ((subject: string) => audited({ audit, logger }, { subject, action: 'hub.reload' }, follow));
  const app = createRoutes({
    registry,
    viewOf: views.of,
    title,
    version,
    clock,
    logger,
    state,
    maxMetricIntegrations: options.maxMetricIntegrations ?? 2_000,
    door,
    isDraining,
    inbox: createWebhookInbox(options.webhooks, { registry, state, logger }),
    audit,
    connect: options.connect,
    reload,
  });
  const listener = createListener(
    getRequestListener(app.fetch, {
      hostname: host,
      overrideGlobalObjects: false,
      errorHandler: () => problemResponse(toProblem(400, 'The target of the request is not valid')),
    }),
    options.limits,
  );
  const { server } = listener;

  const close = async () => {
    draining = true;
    listener.leave();
    if (server.listening) {
      logger.info('shutting down');
      if (options.drainDelayMs) await sleep(clock, options.drainDelayMs);
      const cut = await listener.stop(options.graceMs ?? 10_000, options.settleMs ?? 1_000);
      if (cut > 0) logger.warn('connections were cut after the grace period', { cut });
    }
    views.close();
    await registry[Symbol.asyncDispose]();
    await options.resources?.[Symbol.asyncDispose]();
  };

  const hub: HubServer = {
    app,
    reload,
    get url() {
      const address = server.address() as AddressInfo | null;
      return `http://${host.includes(':') ? `[${host}]` : host}:${address?.port ?? port}`;
    },
    get listening() {
      return server.listening;
    },
    listen: async () => {
      if (options.access === undefined && !options.openToAll && !isLoopback(host))
        throw openRefused(host, port);
      await listen(server, host, port);
      return hub.url;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
    [Symbol.asyncDispose]: () => hub.close(),
  };
  return hub;
}
