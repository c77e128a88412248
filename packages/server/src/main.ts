#!/usr/bin/env node
/** The hub as a program: `im-server --config integrations.yaml`. */
import { parseArgs } from 'node:util';
import { isIntegrationError, silentLogger, systemClock } from '@im/core';
import { loadHubConfig } from './config/load.ts';
import { openAccess, openState } from './config/open.ts';
import { ListenError } from './listen.ts';
import { jsonLogger } from './log.ts';
import { startServer } from './start.ts';

const usage = `im-server --config <file> [options]

  --config <file>         YAML file with the integrations
  --environment <name>    which of its environments holds; default: what the file says, else production
  --host <address>        default 127.0.0.1
  --port <number>         default 8080; 0 takes any that is free
  --drain-delay-ms <n>    time between "not ready" and the last new connection; default 0
  --watch                 follows the file when it changes
  --new-key <role>        makes an API key, prints it once, and ends; viewer, operator, admin
  --tenant <name>         of which tenant the new key is; default: of all
  --help                  this text

SIGTERM and SIGINT stop it without failing requests in flight; a second one stops it at once. SIGHUP has it read the file again.
Exit code: 0 stopped as told, 1 it cannot run, 2 the configuration or the command line is wrong.`;

/** Wrong use of the command line. */
class UsageError extends Error {}

function readCommandLine(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        environment: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'drain-delay-ms': { type: 'string' },
        watch: { type: 'boolean' },
        'new-key': { type: 'string' },
        tenant: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from 0 to ${most}, not ${JSON.stringify(text)}`);
}

async function main(args: readonly string[]): Promise<void> {
  const values = readCommandLine(args);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (values.config === undefined) throw new UsageError('--config is missing');
  if (values['new-key'] !== undefined) return printKey(values.config, values['new-key'], values.tenant);
  const logger = jsonLogger((line) => process.stderr.write(line));
  const hub = await startServer({
    configFile: values.config,
    environment: values.environment,
    host: values.host,
    port: readNumber('port', values.port, 65_535),
    watch: values.watch,
    drainDelayMs: readNumber('drain-delay-ms', values['drain-delay-ms'], 600_000),
    logger,
  });
  logger.info('listening', { url: hub.url });

  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    hub.close().then(() => logger.info('stopped'), fail);
  };
  process.on('SIGHUP', () => {
    hub.reload?.('signal').then(
      ({ done, failed, restartNeeded }) =>
        logger.info('reloaded', { done, failed: failed.length, restartNeeded }),
      (error: unknown) => logger.error('the configuration was not reloaded', { error }),
    );
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Makes a key where the configuration keeps them. A hub that runs on it knows the key at once. */
async function printKey(configFile: string, role: string, tenant: string | undefined): Promise<void> {
  const { access: settings, state: shared } = (await loadHubConfig(configFile)).hub;
  await using resources = new AsyncDisposableStack();
  const state = resources.use(await openState(shared, systemClock));
  const access = await openAccess(settings, { state, clock: systemClock, logger: silentLogger }, resources);
  if (access === undefined || (settings?.keysFile === undefined && shared === undefined))
    throw new UsageError(
      '--new-key needs hub.access in the configuration, and in it keysFile where no state is shared',
    );
  const name = `${role}${tenant === undefined ? '' : ` of ${tenant}`}`;
  const { key } = await access.createKey({ name, roles: [role], tenant });
  process.stdout.write(`${key.reveal()}\n`);
}

function fail(error: unknown): void {
  const usageFault = error instanceof UsageError;
  const expected = usageFault || error instanceof ListenError || isIntegrationError(error);
  const text =
    error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`im-server: ${text}\n${usageFault ? `\n${usage}\n` : ''}`);
  process.exitCode = usageFault || (isIntegrationError(error) && error.code === 'invalid_argument') ? 2 : 1;
}

await main(process.argv.slice(2)).catch(fail);
