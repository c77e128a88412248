/**
 * What `npm start` runs: the hub on the sandbox. Every provider of the workspace runs against its own fake, for two
 * tenants, with a gentle flow of calls and of data, in bad weather now and then; the dashboard is on. `--check` starts it, walks
 * through the weather, looks at every endpoint, compares and stops. Real keys in the environment move a provider out of
 * the sandbox.
 */
import { parseArgs } from 'node:util';
import { createRegistry, isIntegrationError } from '@im/core';
import {
  createServer,
  type HubServer,
  ListenError,
  type Sandbox,
  sandboxTable,
  sandboxWeather,
  startSandbox,
} from '@im/server';
import { memory, memoryHarness } from '@im/testing';
import { checkHub } from './start-check.ts';
import { type DataFlow, startDataFlow } from './start-flow.ts';
import { openOversight, slaTarget } from './start-oversight.ts';

/** Made up, so that the page has something to add up. */
const prices = [
  { provider: 'spotify', perCall: 0.0002, currency: 'EUR' },
  { provider: 'aws-s3', perCall: 0.000005, currency: 'USD' },
  { provider: 'stripe', perCall: 0.001, currency: 'EUR' },
];

const usage = `npm start -- [options]

  --port <number>   default 8080; 0 takes any that is free
  --check           start, look at every endpoint, compare, stop`;

const endpoints: readonly (readonly [string, string])[] = [
  ['dashboard', '/'],
  ['health', '/integrations/health'],
  ['one of them', '/integrations/health/{name}?tenant={tenant}'],
  ['status', '/integrations/status'],
  ['events', '/integrations/events'],
  ['metrics', '/integrations/metrics'],
  ['probes', '/livez /readyz /startupz'],
  ['description', '/docs'],
];

const tenants = ['acme', 'zest'];
const impatient = { breaker: { halfOpenAfterMs: 2_000 } };

/** Wrong use of the command line. */
class UsageError extends Error {}

function readCommandLine(args: readonly string[]): { readonly port: number; readonly check: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, check: { type: 'boolean' } },
    });
    const { check = false, port = check ? '0' : '8080' } = values;
    if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return { port: Number(port), check };
    throw new UsageError(`--port must be a number up to 65535, not ${JSON.stringify(port)}`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { port, check } = readCommandLine(args);
  const registry = createRegistry({ health: { checkIntervalMs: 10_000 } });
  const running: { sandbox?: Sandbox; flow?: DataFlow } = {};
  const time = { weatherMs: 0 };
  // The check waits for circuits to close again, so they try sooner.
  for (const tenant of tenants)
    registry.configureTenant(tenant, { slaTarget, resilience: check ? impatient : undefined });
  const resources = new AsyncDisposableStack();
  const hub = createServer({
    registry,
    port,
    title: '@im hub, sandbox',
    prices,
    note: (integration) => running.sandbox?.note(integration),
    oversight: openOversight(registry, check ? () => {} : print, resources),
  });
  const stop = async () => {
    await running.flow?.[Symbol.asyncDispose]();
    await resources.disposeAsync();
    // The hub first: it drains the registry, for whose last calls the fakes must still be there.
    await hub.close();
    await running.sandbox?.[Symbol.asyncDispose]();
  };

  try {
    await hub.listen();
    const sandbox = await startSandbox({
      registry,
      from: import.meta.dirname,
      also: [{ definition: memory, options: memoryHarness.options, samples: memoryHarness.samples }],
      env: process.env,
      tenants,
      ...(check
        ? { everyMs: 20, faults: false, weather: sandboxWeather, weatherMs: () => time.weatherMs }
        : {}),
    });
    running.sandbox = sandbox;
    await registry.enableAll();
    sandbox.flow();
    running.flow = startDataFlow({ registry, rows: sandbox.rows, everyMs: check ? 100 : 5_000 });
    show(sandbox, running.flow, hub, sandboxTable(sandbox.rows, registry));
    if (check) await verify(hub, sandbox, time, running.flow);
  } catch (error) {
    await stop();
    throw error;
  }
  if (check) await stop();
  else stopOnSignal(stop);
}

function show({ problems }: Sandbox, { counts }: DataFlow, { url }: HubServer, table: string): void {
  print(`\n${table}\n`);
  for (const problem of problems) print(`! ${problem}`);
  for (const { kind, says, firstMs, everyMs, lastsMs } of sandboxWeather)
    print(
      `${kind.padEnd(14)} for ${lastsMs / 1_000} s, at the next vendor every ${everyMs / 1_000} s from ${firstMs / 1_000} s on: ${says}`,
    );
  if (counts.length > 0) print('data flow      what Spotify finds becomes a file in S3, for each tenant');
  print('');
  for (const [what, path] of endpoints) print(`${what.padEnd(14)} ${url}${path}`);
}

async function verify(
  { url }: HubServer,
  sandbox: Sandbox,
  time: { weatherMs: number },
  { counts }: DataFlow,
): Promise<void> {
  const { rows, problems, weather } = sandbox;
  const at = (weatherMs: number) => {
    time.weatherMs = weatherMs;
  };
  const found = [...problems, ...(await checkHub(url, rows, { spells: sandboxWeather, weather, at }))];
  for (const { tenant, copied, changed } of counts)
    if (copied === 0 || changed > 0)
      found.push(`the data flow of ${tenant}: ${copied} files copied, ${changed} changed on the way`);
  for (const problem of found) print(`✗ ${problem}`);
  if (found.length > 0) process.exitCode = 1;
  else print('\n✓ every endpoint answers, and they agree with each other and with the weather');
}

function stopOnSignal(stop: () => Promise<void>): void {
  print('\nCtrl+C stops it.');
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    print('\nstopping …');
    stop().then(() => print('stopped'), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown): void {
  const expected = error instanceof UsageError || error instanceof ListenError || isIntegrationError(error);
  const text = expected ? error.message : error instanceof Error ? error.stack : String(error);
  const hint =
    error instanceof ListenError ? 'npm start -- --port 8090' : error instanceof UsageError ? usage : '';
  process.stderr.write(`npm start: ${text}\n${hint === '' ? '' : `\n${hint}\n`}`);
  const wrongInput =
    error instanceof UsageError || (isIntegrationError(error) && error.code === 'invalid_argument');
  process.exitCode = wrongInput ? 2 : 1;
}

await main(process.argv.slice(2)).catch(fail);
