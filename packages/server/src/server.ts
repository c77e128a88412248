/** The hub: the routes on a socket, from start to a stop that fails nobody. */
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { memoryState, silentLogger, sleep, systemClock } from '@im/core';
import { createDoor } from './access/door.ts';
import { memoryAuditLog } from './audit/audit-log.ts';
import { createCosts } from './costs.ts';
import { listen, openRefused } from './listen.ts';
import { createListener } from './listener.ts';
import { isLoopback } from './network/addresses.ts';
import { createNetwork } from './network/network.ts';
import { createRateLimit } from './network/rate-limit.ts';
import { problemResponse, toProblem } from './problem.ts';
import { oneAtATime, type ReloadReport } from './reload.ts';
import { audited } from './routes/audited.ts';
import type { HubApp } from './routes/context.ts';
import { createRoutes } from './routes/index.ts';
import type { ServerOptions } from './server-options.ts';
import { checkRules } from './settings.ts';
import { version } from './version.ts';
import { createViews } from './view.ts';
import { createWebhookInbox } from './webhooks/inbox.ts';

export type { RateLimits, ServerOptions } from './server-options.ts';

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
  const { access } = options;
  const isLocal = access === undefined && options.openToAll !== true;
  const rules = checkRules({
    network: options.network,
    rateLimit: options.rateLimit,
    prices: options.prices,
  });
  const network = createNetwork(rules.network ?? {}, logger);
  const limitOf = (name: 'caller' | 'address') => {
    const rule = rules.rateLimit?.[name];
    return rule && createRateLimit({ name, rule, state, clock, logger });
  };
  const [perCaller, perAddress] = [limitOf('caller'), limitOf('address')];
  const door = createDoor({ access, isLocal, network, perCaller, perAddress, logger });
  const audit = options.audit ?? memoryAuditLog(clock);
  let draining = false;
  const isDraining = () => draining;
  let closing: Promise<void> | undefined;

  const views = createViews({
    registry,
    title,
    clock,
    note: options.note ?? (() => undefined),
    costs: createCosts(rules.prices ?? []),
    draining: isDraining,
  });
  const follow = options.reload && oneAtATime(options.reload, network.reload);
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
    oversight: options.oversight ?? {},
    exemplars: options.exemplars,
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
      if (isLocal && !isLoopback(host)) throw openRefused(host, port);
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
