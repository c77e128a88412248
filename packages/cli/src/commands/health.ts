import { sleep } from '@im/core';
import { defineCommand } from '../command.ts';
import { type ConfigOptions, openConfiguration, registryOf } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { type HubIntegration, type HubOptions, namedHub } from '../hub.ts';
import type { Io } from '../io.ts';
import { configOptions, duration, flag, hubOptions, text } from '../options.ts';
import { countLine, healthTable, isUsable } from '../output/health.ts';
import type { Screen } from '../output/screen.ts';
import { watchScreen } from '../output/watch.ts';

/** Milliseconds between two looks, unless told otherwise. */
const usualEveryMs = 2_000;

/** Least time between two checks of one integration, milliseconds: vendors are not asked as often as the table is drawn. */
const leastCheckMs = 10_000;

/** `im health`. */
export const health = defineCommand({
  name: 'health',
  summary: 'Shows the health of a running hub, or of the configuration here',
  about: `With --hub or IM_HUB it asks that hub; else it starts what is configured here, checks it, and checks every ten seconds while it watches. --watch draws a table that keeps up (q ends it); where no terminal is, it prints a line for each integration, and one more whenever something changes.`,
  options: {
    watch: flag('-w, --watch', 'keep up until q or Ctrl-C'),
    every: duration('--every <time>', 'time between two looks; default: 2s'),
    tenant: text('-t, --tenant <name>', 'only integrations of this tenant'),
    ...hubOptions,
    ...configOptions,
  },
  examples: [
    ['im health --hub http://127.0.0.1:8080', 'one look at a hub'],
    ['im health --watch --every 500ms', 'a live table of what is configured here'],
    ['im health --watch --json', 'a line of NDJSON for each look'],
  ],
  json: '{ at, ok, integrations: [status] }, with --watch one a line',
  async run({ options, io, screen }) {
    const { tenant, every: everyMs = usualEveryMs } = options;
    await using source = await openSource(
      options,
      io,
      screen,
      options.watch ? Math.max(everyMs, leastCheckMs) : 0,
    );
    const look = async (signal?: AbortSignal): Promise<readonly HubIntegration[]> =>
      (await source.list(signal)).filter((one) => (tenant ?? one.tenant) === one.tenant);
    if (options.watch) {
      await (screen.live
        ? watchScreen({ io, screen, everyMs, look, title: source.title })
        : watchLines(look, screen, () => sleep(io.clock, everyMs, io.signal), io.clock.now));
      return exitCodes.fine;
    }
    const integrations = await look();
    const ok = integrations.every(isUsable);
    if (screen.json) screen.document({ at: io.clock.now(), ok, integrations });
    else {
      screen.table(...healthTable(integrations, screen, io.clock.now()));
      screen.print(countLine(integrations, screen.colours));
    }
    return ok ? exitCodes.fine : exitCodes.wrong;
  },
});

/** Where the list comes from: a hub, or a registry in this process. */
interface Source extends AsyncDisposable {
  readonly title: string;
  list(signal?: AbortSignal): Promise<readonly HubIntegration[]>;
}

async function openSource(
  options: HubOptions & ConfigOptions,
  io: Io,
  screen: Screen,
  checkIntervalMs: number,
): Promise<Source> {
  const hub = namedHub(options, io);
  if (hub !== undefined)
    return { title: hub.url, list: hub.list, [Symbol.asyncDispose]: async () => undefined };
  const { file, config } = await openConfiguration(options, io);
  const registry = await registryOf(config, io, checkIntervalMs);
  try {
    using _spinner = screen.spin('starting …');
    const enabled = config.integrations.filter((one) => one.enabled);
    await Promise.all(enabled.map((one) => registry.enable(one, { signal: io.signal })));
  } catch (error) {
    await registry[Symbol.asyncDispose]();
    throw error;
  }
  return {
    title: file,
    list: async () => registry.list(),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

/** A line for each integration, and one more whenever its status changes; with `--json` a line for each look. */
async function watchLines(
  look: () => Promise<readonly HubIntegration[]>,
  screen: Screen,
  pause: () => Promise<void>,
  now: () => number,
): Promise<void> {
  const before = new Map<string, string>();
  for (;;) {
    const integrations = await look();
    if (screen.json) screen.item({ at: now(), ok: integrations.every(isUsable), integrations });
    else
      for (const one of integrations) {
        const { name, tenant, status, breaker, reasons } = one;
        const says = [status, breaker === 'closed' ? '' : `circuit ${breaker}`, reasons[0]?.says ?? ''];
        const line = `${tenant}/${name} ${says.filter((part) => part !== '').join(', ')}`;
        if (before.get(`${tenant}/${name}`) === line) continue;
        before.set(`${tenant}/${name}`, line);
        screen.print(`${new Date(now()).toISOString()} ${line}`);
      }
    await pause();
  }
}
