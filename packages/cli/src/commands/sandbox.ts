import { createRegistry } from '@im/core';
import type { Sandbox } from '@im/server';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPeer } from '../failure.ts';
import { listening, loadServer, untilStopped } from '../hub-process.ts';
import { count, duration, flag, texts } from '../options.ts';

/** `im sandbox`. */
export const sandboxCommand = defineCommand({
  name: 'sandbox',
  summary: 'Runs the hub on the fakes of what is installed',
  about:
    'Every installed integration against its own fake, for two tenants, with a gentle flow of calls and some bad weather at the vendors, so that there is something to see; no account is needed. One whose real keys stand in the environment leaves the sandbox only with --real.',
  options: {
    port: count('-p, --port <number>', 'default: 8080; 0 takes any that is free', 0, 65_535),
    tenant: texts('-t, --tenant <name>', 'a tenant; may be given several times; default: acme and zest'),
    every: duration('--every <time>', 'time between two calls of one integration; default: 800ms'),
    calm: flag('--calm', 'no faults and no weather'),
    real: flag('--real', 'use real keys that stand in the environment'),
  },
  examples: [
    ['im sandbox', 'the page is at http://127.0.0.1:8080'],
    ['im sandbox --port 0 --calm --tenant acme', 'any free port, nothing fails, one tenant'],
  ],
  json: '{ url, integrations: [{ name, tenant, provider, mode, where }], problems } once it runs',
  async run({ options, io, screen }) {
    const server = await loadServer('the sandbox');
    const { memory, memoryHarness } = await loadPeer(
      '@im/testing',
      'the sandbox',
      () => import('@im/testing'),
    );
    const { port, tenant: tenants, every: everyMs, calm, real } = options;
    const registry = createRegistry({ clock: io.clock, health: { checkIntervalMs: 10_000 } });
    const running: { sandbox?: Sandbox } = {};
    const hub = server.createServer({
      registry,
      title: '@im hub, sandbox',
      clock: io.clock,
      note: (one) => running.sandbox?.note(one),
      ...(port === undefined ? {} : { port }),
    });
    await using _end = {
      [Symbol.asyncDispose]: async () => {
        // The hub first: it drains the registry, for whose last calls the fakes must still be there.
        await hub.close();
        await running.sandbox?.[Symbol.asyncDispose]();
      },
    };
    await listening(server, () => hub.listen());
    const sandbox = await server.startSandbox({
      registry,
      from: io.cwd,
      also: [{ definition: memory, options: memoryHarness.options, samples: memoryHarness.samples }],
      env: real ? io.env : {},
      everyMs,
      faults: !calm,
      clock: io.clock,
      ...(tenants.length === 0 ? {} : { tenants }),
    });
    running.sandbox = sandbox;
    {
      using _spinner = screen.spin('starting …');
      await registry.enableAll({ signal: io.signal });
    }
    sandbox.flow();
    if (screen.json)
      screen.document({ url: hub.url, integrations: sandbox.rows, problems: sandbox.problems });
    else screen.print(server.sandboxTable(sandbox.rows, registry));
    for (const problem of sandbox.problems) screen.note(`! ${problem}`);
    await untilStopped(io, screen, hub);
    return exitCodes.fine;
  },
});
