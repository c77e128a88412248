import { resolve } from 'node:path';
import type { LogFields, Logger } from '@im/core';
import { defineCommand } from '../command.ts';
import { loadOptionsFor, needConfiguration } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { listening, loadServer, untilStopped } from '../hub-process.ts';
import type { Io } from '../io.ts';
import { configOptions, count, duration, flag, text } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import { oneLine } from '../output/width.ts';

/** `im serve`. */
export const serve = defineCommand({
  name: 'serve',
  summary: 'Runs the hub from a configuration',
  about:
    'Health, metrics, status and the page, until Ctrl-C or SIGTERM; requests in flight are not failed. A second signal stops at once. The log goes to standard error.',
  options: {
    host: text('--host <address>', 'default: 127.0.0.1'),
    port: count('-p, --port <number>', 'default: 8080; 0 takes any that is free', 0, 65_535),
    drainDelay: duration(
      '--drain-delay <time>',
      'between "not ready" and the last new connection; default: none',
    ),
    watch: flag('-w, --watch', 'follow the configuration when it changes'),
    ...configOptions,
  },
  examples: [
    ['im serve', 'the configuration here, at http://127.0.0.1:8080'],
    ['im serve -e production --host 0.0.0.0 --drain-delay 10s', 'behind a load balancer'],
  ],
  json: '{ url } once it listens; the log as NDJSON on standard error',
  async run({ options, io, screen }) {
    const file = needConfiguration(options, io);
    const server = await loadServer('the hub');
    const { host, port, drainDelay: drainDelayMs } = options;
    const hub = await listening(server, async () =>
      server.startServer({
        ...(await loadOptionsFor(file, options, io)),
        configFile: resolve(io.cwd, file),
        ...(host === undefined ? {} : { host }),
        ...(port === undefined ? {} : { port }),
        ...(drainDelayMs === undefined ? {} : { drainDelayMs }),
        ...(options.watch ? { watch: true } : {}),
        clock: io.clock,
        logger: screen.json ? server.jsonLogger((line) => io.stderr.write(line)) : plainLogger(io, screen),
      }),
    );
    await using _hub = hub;
    if (screen.json) screen.item({ url: hub.url });
    await untilStopped(io, screen, hub);
    return exitCodes.fine;
  },
});

/** A log for people. */
function plainLogger({ clock }: Io, screen: Screen): Logger {
  const { colours } = screen;
  const at = (paint: (text: string) => string, level: string) => (message: string, fields?: LogFields) => {
    const facts = Object.entries(fields ?? {}).map(([key, value]) => `${key}=${factText(value)}`);
    const time = colours.dim(new Date(clock.now()).toISOString().slice(11, 19));
    screen.note(
      `${time} ${paint(level)} ${oneLine(message)} ${colours.dim(oneLine(facts.join(' ')))}`.trimEnd(),
    );
  };
  const plain = (text: string) => text;
  return {
    debug: () => undefined,
    info: at(plain, 'info '),
    warn: at(colours.yellow, 'warn '),
    error: at(colours.red, 'error'),
  };
}

function factText(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
