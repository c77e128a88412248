/**
 * What `npm start` runs: the hub on the sandbox. Every provider of the workspace runs against its own fake, for two
 * tenants, with a gentle flow of calls; the status page is on. `--check` starts it, looks at every endpoint, compares
 * and stops. Real keys in the environment move a provider out of the sandbox.
 */
import { parseArgs } from 'node:util';
import { createRegistry, isIntegrationError } from '@im/core';
import { createServer, ListenError, type Sandbox, sandboxTable, startSandbox } from '@im/server';
import { memory, memoryHarness } from '@im/testing';
import { checkHub } from './start-check.ts';

const usage = 'npm start -- [--port <number>] [--check]';

const { values, fault } = readCommandLine();
if (fault === undefined) await start(values).catch(fail);
else {
  process.stderr.write(`npm start: ${fault}\n${usage}\n`);
  process.exitCode = 2;
}

function readCommandLine() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, check: { type: 'boolean' } } });
    const { port = values.check ? '0' : '8080' } = values;
    if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535)
      return { values: { port: Number(port), check: values.check ?? false } };
    return {
      values: { port: 0, check: false },
      fault: `--port must be a number up to 65535, not ${JSON.stringify(port)}`,
    };
  } catch (error) {
    return {
      values: { port: 0, check: false },
      fault: error instanceof Error ? error.message : String(error),
    };
  }
}

async function start({ port, check }: { readonly port: number; readonly check: boolean }): Promise<void> {
  const registry = createRegistry({ health: { checkIntervalMs: 10_000 } });
  let sandbox: Sandbox | undefined;
  const hub = createServer({
    registry,
    port,
    title: '@im hub, sandbox',
    note: (integration) => sandbox?.note(integration),
  });
  const stop = async () => {
    // The hub first: it drains the registry, for whose last calls the fakes must still be there.
    await hub.close();
    await sandbox?.[Symbol.asyncDispose]();
  };
  try {
    await hub.listen();
    sandbox = await startSandbox({
      registry,
      from: import.meta.dirname,
      also: [{ definition: memory, ...memoryHarness, startFake: undefined }],
      env: process.env,
      everyMs: check ? 20 : 800,
      faults: !check,
    });
    await registry.enableAll();
    sandbox.flow();
  } catch (error) {
    await stop();
    throw error;
  }

  print(`\n${sandboxTable(sandbox.rows, registry)}\n`);
  for (const problem of sandbox.problems) print(`! ${problem}`);
  for (const [what, path] of endpoints) print(`${what.padEnd(14)} ${hub.url}${path}`);
  if (check) {
    const problems = await checkHub(hub.url, sandbox.rows).finally(stop);
    for (const problem of [...problems, ...sandbox.problems]) print(`✗ ${problem}`);
    if (problems.length + sandbox.problems.length > 0) process.exitCode = 1;
    else print('\n✓ every endpoint answers, and they agree');
    return;
  }
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

const endpoints: readonly (readonly [string, string])[] = [
  ['status page', '/'],
  ['health', '/integrations/health'],
  ['one of them', '/integrations/health/{name}?tenant={tenant}'],
  ['status', '/integrations/status'],
  ['metrics', '/integrations/metrics'],
  ['description', '/openapi.json'],
];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown): void {
  const expected = error instanceof ListenError || isIntegrationError(error);
  process.stderr.write(
    `npm start: ${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  if (error instanceof ListenError) process.stderr.write(`Another port: npm start -- --port 8090\n`);
  process.exitCode = isIntegrationError(error) && error.code === 'invalid_argument' ? 2 : 1;
}
