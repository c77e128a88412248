/** A hub from a configuration file. */
import { type Clock, createRegistry, errorCode, silentLogger, systemClock } from '@im/core';
import type { LoadConfigOptions } from '@im/core/config';
import { createFollower } from './config/follow.ts';
import { loadHubConfig } from './config/load.ts';
import { openAccess, openAudit, openState } from './config/open.ts';
import { watchFile } from './config/watch.ts';
import { createConnect } from './connect.ts';
import { openOversight, openTelemetry } from './oversight/open.ts';
import { createServer, type HubServer, type ServerOptions } from './server.ts';
import type { HubSettings } from './settings.ts';
import { deliverTo } from './webhooks/deliver.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What {@link startServer} takes, beside everything that {@link createServer} and `loadConfig` take. What is given here wins over the file. */
export interface StartServerOptions
  extends Omit<ServerOptions, 'registry' | 'reload' | 'resources'>,
    LoadConfigOptions {
  /** Path of the YAML file. */
  readonly configFile: string;
  /** Follows the file when it changes. Default: what the file says, else not. */
  readonly watch?: boolean | undefined;
}

/**
 * Reads the configuration, listens, and starts everything that is enabled.
 *
 * The configuration is checked as a whole first, and the address taken next, so that a fault in either leaves nothing
 * half-started. An integration that cannot start stops nobody: it is in the log and on the page, a `required` one
 * keeps the hub from being ready, and the checks bring it back when its vendor is back.
 *
 * @throws `ConfigurationError` with every fault of the file; `ListenError`; the signal's reason
 */
export async function startServer(options: StartServerOptions): Promise<HubServer> {
  const { configFile, environment, env, secrets, definitions, from, signal, watch, ...given } = options;
  const sources = { environment, env, secrets, definitions, from };
  const loaded = await loadHubConfig(configFile, { ...sources, signal });
  const { hub: settings, config } = loaded;
  const { clock = systemClock, logger = silentLogger } = given;
  const resources = new AsyncDisposableStack();
  const state = given.state ?? resources.use(await openState(settings.state, clock));
  const common = { clock, logger, state };
  const exemplars = given.exemplars ?? (await openTelemetry(settings.telemetry, logger, resources));
  const registry = createRegistry(common);
  const follow = createFollower(loaded, { load: () => loadHubConfig(configFile, sources), registry });
  let hub: HubServer | undefined;
  try {
    hub = createServer({
      ...listenSettings(settings),
      ...withoutUndefined(given),
      ...common,
      access: given.access ?? (await openAccess(settings.access, common, resources)),
      audit: given.audit ?? (await openAudit(settings.audit, clock, resources)),
      connect: given.connect ?? (settings.connect && resources.use(createConnect(settings.connect, common))),
      webhooks: given.webhooks ?? webhookOptions(settings.webhooks, clock),
      exemplars,
      oversight: given.oversight ?? (await openOversight(settings, { ...common, registry }, resources)),
      registry,
      reload: follow.reload,
      resources,
    });
    await config.apply(registry);
    await hub.listen();
    const { failed } = await registry.enableAll({ signal });
    for (const { status, error } of failed) {
      logger.warn('an integration did not start', { name: status.name, tenant: status.tenant, error });
    }
  } catch (error) {
    // A required one that is down now may be up later; the hub says 503 until then.
    if (hub?.listening !== true || errorCode(error) === 'invalid_argument' || signal?.aborted) {
      await (hub === undefined ? resources.disposeAsync() : hub.close());
      throw error;
    }
    logger.error('a required integration did not start; the hub is not ready until it does', { error });
  }
  const { reload } = hub;
  if (reload !== undefined && (watch ?? settings.watch)) {
    const changed = () =>
      reload('file').catch((error: unknown) =>
        logger.error('the changed configuration was not taken', { error }),
      );
    resources.use(watchFile(configFile, { clock, isNew: follow.isNew, changed }));
  }
  return hub;
}

/** The part of the section that the options of a server have too. */
function listenSettings({
  host,
  port,
  title,
  openToAll,
  drainDelayMs,
  network,
  rateLimit,
  limits,
  prices,
}: HubSettings) {
  return { host, port, title, openToAll, drainDelayMs, network, rateLimit, limits, prices };
}

function webhookOptions(settings: HubSettings['webhooks'], clock: Clock): ServerOptions['webhooks'] {
  if (settings === undefined) return undefined;
  const { baseUrl, ...delivery } = settings;
  return { handle: deliverTo({ ...delivery, clock }), baseUrl };
}
