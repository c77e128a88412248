import { setImmediate } from 'node:timers/promises';
import {
  type CallOptions,
  describeOperations,
  type OperationDescription,
  type Page,
  type Pages,
} from '@im/core';
import { readArguments } from '../call-arguments.ts';
import { defineCommand } from '../command.ts';
import { chosenFrom, openConfiguration, registryOf, unknownName } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandError, usageError } from '../failure.ts';
import { configOptions, count, duration, flag, text } from '../options.ts';
import { writeResult } from '../output/result.ts';
import type { Screen } from '../output/screen.ts';
import { plainName } from '../signature.ts';

const pageOptions = {
  all: flag('--all', 'every item of every page, one a line as NDJSON, as they come'),
  cursor: text('--cursor <cursor>', 'begin after this place: `next` of an earlier answer'),
  limit: count('--limit <n>', 'most items in all'),
  pageSize: count('--page-size <n>', 'items a request', 1),
};

/** `im call`. */
export const call = defineCommand({
  name: 'call',
  summary: 'Calls an operation of a configured integration',
  about: `Arguments are JSON where they can be read as JSON, else texts; quote a text that looks like JSON: '"42"'. name=value is the parameter of that name, else a field of one object. \`im list <integration>\` shows what there is.

What repeating the call does decides what is allowed: an unsafe operation is sent once, whatever fails, and only with --yes.`,
  arguments: [
    { name: '<integration>', says: 'name in the configuration' },
    { name: '<operation>', says: 'its operation' },
    { name: '[arguments...]', says: 'JSON, texts, or name=value' },
  ],
  options: {
    tenant: text('-t, --tenant <name>', 'whose integration; needed when several have it'),
    yes: flag('-y, --yes', 'do it, also when it is unsafe to repeat'),
    page: flag('--page', 'one page, with the place where the next begins; the default for pages'),
    ...pageOptions,
    timeout: duration('--timeout <time>', 'for the whole call, retries included, as in 2s or 500ms'),
    idempotencyKey: text('--idempotency-key <key>', 'of a keyed operation: the same key is the same call'),
    ...configOptions,
  },
  examples: [
    ['im call spotify getTrack 11dFghVXANMlKmJXsNCbNl market=SE', 'one call'],
    ['im call spotify searchTracks "so what" --all --limit 100', 'a hundred items as NDJSON'],
    ['im call stripe createCustomer email=ada@example.com --idempotency-key order-7', 'safe to run again'],
    ['im call spotify createPlaylist name=Jazz public=false --yes', 'unsafe: sent once'],
  ],
  json: 'the result; a page as { items, next?, total? }; with --all one item a line',
  async run({ args: [name = '', operation = '', ...words], options, io, screen }) {
    const { config } = await openConfiguration(options, io);
    const { definition, tenant, enabled } = chosenFrom(config, name, options.tenant);
    const described = operationOf(describeOperations(definition), operation, name);
    const shown = `${name}.${operation}`;
    if (!enabled) throw usageError(`${name} is not enabled in the configuration`, 'set enabled: true');
    checkOptions(described, shown, options);
    const parameters = described.parameters.map(plainName);
    const args = readArguments(words, { shown, parameters });
    if (described.effect === 'unsafe' && !options.yes) throw refused(shown);

    await using registry = await registryOf(config, io);
    const client = registry.tenant(tenant).get(definition, name) as Readonly<
      Record<string, (...args: unknown[]) => unknown>
    >;
    const { timeout: timeoutMs, idempotencyKey, cursor, limit, pageSize } = options;
    const callOptions: CallOptions = { signal: io.signal, timeoutMs, idempotencyKey };
    const begin = (more: object) => client[operation]?.(...args, { ...callOptions, ...more });
    if (described.kind === 'pages') {
      const pages = begin({ cursor, limit, pageSize }) as Pages<unknown>;
      if (options.all) await writeItems(pages, screen);
      else screen.document(await firstPage(pages, screen));
      return exitCodes.fine;
    }
    let result: unknown;
    {
      using _spinner = screen.spin(`${shown} …`);
      result = await begin({});
    }
    await writeResult(result, io.stdout, screen);
    return exitCodes.fine;
  },
});

function operationOf(
  operations: readonly OperationDescription[],
  name: string,
  integration: string,
): OperationDescription {
  const found = operations.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    `operation of ${integration}`,
    name,
    operations.map((one) => one.name),
  );
}

/** Options that mean nothing for this operation are refused, not ignored. */
function checkOptions(
  { kind, effect }: OperationDescription,
  shown: string,
  options: Readonly<Record<string, unknown>>,
): void {
  const forPages = ['page', ...Object.keys(pageOptions)].filter(
    (key) => options[key] !== undefined && options[key] !== false,
  );
  if (kind !== 'pages' && forPages.length > 0)
    throw usageError(
      `${shown} does not answer in pages`,
      'leave out --page, --all, --cursor, --limit and --page-size',
    );
  if (options.page === true && options.all === true)
    throw usageError('--page and --all exclude each other', 'keep one of them');
  if (effect !== 'keyed' && options.idempotencyKey !== undefined)
    throw usageError(`${shown} is ${effect} and takes no idempotency key`, 'leave out --idempotency-key');
}

function refused(shown: string): CommandError {
  return new CommandError(
    `${shown} is unsafe: the vendor does it again each time it is sent, and nothing can tell whether it was done when the answer is lost`,
    {
      code: 'needs_yes',
      exitCode: exitCodes.usage,
      remedy: 'run it again with --yes; it is then sent once, whatever fails',
    },
  );
}

/** Writes items as they come, and lets signals and a reader that has gone be noticed meanwhile. */
async function writeItems(pages: Pages<unknown>, screen: Screen): Promise<void> {
  for await (const page of pages.pages()) {
    for (const item of page.items) screen.item(item);
    await setImmediate();
  }
}

async function firstPage(pages: Pages<unknown>, screen: Screen): Promise<Page<unknown>> {
  using _spinner = screen.spin('the first page …');
  for await (const page of pages.pages()) return page;
  return { items: [] };
}
