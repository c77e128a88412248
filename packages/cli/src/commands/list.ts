import { type AnyDefinition, describeOperations } from '@im/core';
import type { LoadedConfig } from '@im/core/config';
import { defineCommand } from '../command.ts';
import { findConfiguration, openConfiguration, unknownName } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Installed, loadInstalled } from '../installed.ts';
import { configOptions } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import { signatureOf } from '../signature.ts';

/** `im list`. */
export const list = defineCommand({
  name: 'list',
  summary: 'Lists what is installed and what is configured, or the operations of one',
  about:
    'Finds installed packages by their manifests, from here upwards, as Node does. With a name: its operations.',
  arguments: [{ name: '[integration]', says: 'package, id, or name in the configuration' }],
  options: configOptions,
  examples: [
    ['im list', 'what there is'],
    ['im list spotify', 'its operations, what repeating each does, and the scopes they need'],
  ],
  json: '{ installed: [{ use, id, title, version, contract, category, operations }], configured: […], problems } or { id, title, docs, operations: [{ name, effect, kind, parameters, docs?, scopes?, deprecated? }] }',
  async run({ args: [wanted], options, io, screen }) {
    const config =
      findConfiguration(options, io) === undefined
        ? undefined
        : (await openConfiguration(options, io)).config;
    const { installed, problems } = await loadInstalled(io.cwd);
    if (wanted === undefined) showAll(installed, config, problems, screen);
    else showOne(definitionFor(wanted, installed, config), screen);
    return exitCodes.fine;
  },
});

function definitionFor(
  wanted: string,
  installed: readonly Installed[],
  config: LoadedConfig | undefined,
): AnyDefinition {
  const configured = config?.integrations.find(({ name }) => name === wanted)?.definition;
  const found = installed.find(({ definition, specifier }) => [specifier, definition.id].includes(wanted));
  if (configured !== undefined) return configured;
  if (found !== undefined) return found.definition;
  const known = [
    ...installed.map((one) => one.definition.id),
    ...(config?.integrations ?? []).map(({ name }) => name),
  ];
  throw unknownName('integration', wanted, [...new Set(known)]);
}

function showAll(
  installed: readonly Installed[],
  config: LoadedConfig | undefined,
  problems: readonly string[],
  screen: Screen,
): void {
  const configured = config?.integrations ?? [];
  if (screen.json) {
    screen.document({
      installed: installed.map(({ specifier, version, definition }) => ({
        use: specifier,
        id: definition.id,
        title: definition.title,
        version,
        contract: definition.contract,
        category: definition.category,
        operations: describeOperations(definition).length,
      })),
      configured: configured.map(({ name, tenant, definition, required, enabled }) => ({
        name,
        tenant,
        provider: definition.id,
        required,
        enabled,
      })),
      problems,
    });
    return;
  }
  const { colours } = screen;
  screen.print(colours.bold(`Installed, ${installed.length}`));
  screen.table(
    ['use', 'version', 'title', 'category', 'operations'],
    installed.map(({ specifier, version, definition }) => [
      [specifier, colours.cyan],
      version,
      definition.title,
      definition.category,
      String(describeOperations(definition).length),
    ]),
  );
  if (installed.length === 0) screen.print('nothing; for example: npm install @im/spotify');
  if (config !== undefined) {
    screen.print(
      `\n${colours.bold(`Configured in ${config.file} (${config.environment}), ${configured.length}`)}`,
    );
    screen.table(
      ['integration', 'tenant', 'provider', ''],
      configured.map(({ name, tenant, definition, required, enabled }) => [
        name,
        tenant,
        definition.id,
        enabled ? (required ? 'required' : '') : ['not enabled', colours.dim],
      ]),
    );
  }
  for (const problem of problems) screen.note(`${colours.yellow('!')} ${problem}`);
}

function showOne(definition: AnyDefinition, screen: Screen): void {
  const { id, title, docs } = definition;
  const operations = describeOperations(definition);
  if (screen.json) {
    const described = operations.map(({ argumentCount: _, ...operation }) => operation);
    screen.document({ id, title, docs, operations: described });
    return;
  }
  const { colours } = screen;
  const paints = {
    read: colours.green,
    idempotent: colours.green,
    keyed: colours.yellow,
    unsafe: colours.red,
  };
  screen.print(`${colours.bold(title)}  ${colours.dim(docs)}`);
  screen.table(
    ['operation', 'effect', 'needs', ''],
    operations.map((operation) => [
      [signatureOf(operation), colours.cyan],
      [operation.effect, paints[operation.effect]],
      operation.scopes?.join(', ') ?? '',
      operation.deprecated === undefined
        ? operation.kind === 'pages'
          ? 'in pages'
          : ''
        : `deprecated ${operation.deprecated}`,
    ]),
  );
}
