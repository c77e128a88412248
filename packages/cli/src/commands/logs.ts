import { eventKinds, sleep } from '@im/core';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandError, usageError } from '../failure.ts';
import { type HubEvent, happenings, namedHub } from '../hub.ts';
import { choice, flag, hubOptions, text } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import { oneLine } from '../output/width.ts';

/** First and longest pause before a stream that broke is asked for again, milliseconds. */
const [firstPauseMs, longestPauseMs] = [500, 15_000];

/** `im logs`. */
export const logs = defineCommand({
  name: 'logs',
  summary: 'Follows what happens at a running hub',
  about:
    'Status changes, circuits, retries, limits, checks and changes of the configuration, as they happen, until Ctrl-C. A stream that breaks is taken up again where it broke off.',
  options: {
    tenant: text('-t, --tenant <name>', 'only of this tenant'),
    integration: text('-i, --integration <name>', 'only of integrations of this name'),
    provider: text('--provider <id>', 'only of this provider'),
    kind: choice('-k, --kind <kind>', 'only of this kind', eventKinds),
    once: flag('--once', 'end when the hub ends the stream, instead of asking again'),
    ...hubOptions,
  },
  examples: [
    ['im logs --hub http://127.0.0.1:8080', 'everything'],
    ['im logs --tenant acme --kind status --json', 'status changes of one tenant as NDJSON'],
  ],
  json: '{ at, name, tenant, provider, kind, says } one a line',
  async run({ options, io, screen }) {
    const { tenant, integration, provider, kind } = options;
    const hub = namedHub(options, io);
    if (hub === undefined) throw usageError('no hub is named', 'give --hub <url>, or set IM_HUB');
    const query = new URLSearchParams();
    if (tenant !== undefined) query.set('tenant', tenant);
    if (provider !== undefined) query.set('provider', provider);
    const isWanted = (event: HubEvent) =>
      (integration ?? event.name) === event.name && (kind ?? event.kind) === event.kind;

    let [lastId, pauseMs] = [undefined as string | undefined, firstPauseMs];
    for (let reached = false; ; ) {
      try {
        for await (const one of hub.events(query, lastId)) {
          [reached, lastId, pauseMs] = [true, one.id ?? lastId, firstPauseMs];
          for (const event of happenings(one)) if (isWanted(event)) show(event, screen);
        }
        if (options.once) return exitCodes.fine;
      } catch (error) {
        io.signal.throwIfAborted();
        // A hub that refuses, or was never there, is the caller's to mend; one that was there may come back.
        if (error instanceof CommandError && (!reached || error.exitCode !== exitCodes.unavailable))
          throw error;
        screen.note(`${error instanceof Error ? oneLine(error.message) : 'the stream broke'}; asking again`);
      }
      await sleep(io.clock, pauseMs, io.signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  },
});

function show(event: HubEvent, screen: Screen): void {
  if (screen.json) {
    screen.item(event);
    return;
  }
  const { colours } = screen;
  const { at, tenant, name, kind, says } = event;
  const where = oneLine(`${tenant}/${name}`);
  const paint = /→ (unhealthy|open|isolated)/.test(says) ? colours.red : (text: string) => text;
  const time = colours.dim(new Date(at).toISOString());
  screen.print(`${time} ${colours.cyan(where)} ${colours.dim(oneLine(kind))} ${paint(oneLine(says))}`);
}
