/** A hub from a configuration file. */
import { createRegistry, errorCode, silentLogger } from '@im/core';
import { type LoadConfigOptions, loadConfig } from '@im/core/config';
import { createServer, type HubServer, type ServerOptions } from './server.ts';

/** What {@link startServer} takes, beside everything that {@link createServer} and `loadConfig` take. */
export interface StartServerOptions extends Omit<ServerOptions, 'registry'>, LoadConfigOptions {
  /** Path of the YAML file. */
  readonly configFile: string;
}

/**
 * Reads the configuration, listens, and starts everything that is enabled.
 *
 * The configuration is checked as a whole first, and the address taken next, so that a fault in either leaves nothing
 * half-started. An integration that cannot start stops nobody: it is in the log and on the page, a `required` one
 * keeps the hub from being ready, and the checks bring it back when its vendor is back.
 *
 * @throws `ConfigurationError` with every fault of the file; {@link ListenError}; the signal's reason
 */
export async function startServer(options: StartServerOptions): Promise<HubServer> {
  const { configFile, environment, env, secrets, definitions, from, signal, ...server } = options;
  const config = await loadConfig(configFile, { environment, env, secrets, definitions, from, signal });
  const { clock, logger = silentLogger } = server;
  const registry = createRegistry({ clock, logger });
  const hub = createServer({ ...server, registry });
  try {
    await config.apply(registry);
    await hub.listen();
    const { failed } = await registry.enableAll({ signal });
    for (const { status, error } of failed) {
      logger.warn('an integration did not start', { name: status.name, tenant: status.tenant, error });
    }
  } catch (error) {
    // A required one that is down now may be up later; the hub says 503 until then.
    const mayPass = errorCode(error) !== 'invalid_argument' && hub.listening && !signal?.aborted;
    if (!mayPass) {
      await hub.close();
      throw error;
    }
    logger.error('a required integration did not start; the hub is not ready until it does', { error });
  }
  return hub;
}
