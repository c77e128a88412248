/**
 * Generated parts of Markdown files: the table of packages in the root's README (`<!-- packages -->`), options
 * (`<!-- options -->`) and operations (`<!-- operations -->`) in those of providers, the options of the pipeline in
 * `docs/resilience.md` (`<!-- resilience -->`), and the payment processors in `docs/payments.md` (`<!-- processors -->`). The definitions and the
 * schemas are the source.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AnyDefinition,
  describeOperations,
  type OptionRow,
  optionTable,
  resilienceOptions,
} from '@im/core';
import type { Fault } from '../lib/fault.ts';
import { type Footprints, type Installed, readFootprints } from '../lib/footprints.ts';
import { floors, type Workspace, type WorkspacePackage } from '../lib/workspace.ts';
import { definitionsOf, type FoundIntegration } from './definitions.ts';
import { processorTable } from './processors.ts';
import { hasPlace, replaceBetween, table } from './render.ts';

/** A file with generated parts, as it is and as it should be. */
export interface GeneratedFile {
  /** From the root. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** Places that the file should have and has not. */
  readonly missing: readonly string[];
}

/** All of them. */
export async function generatedFiles(workspace: Workspace): Promise<GeneratedFile[]> {
  const found = await Promise.all(
    workspace.packages.map(async (one) => ({ one, integrations: await definitionsOf(workspace, one) })),
  );
  const definitions = found.flatMap(({ integrations }) => integrations.map(({ definition }) => definition));
  const files = [
    generate(workspace, 'README.md', { packages: packageTable(found, readFootprints(workspace.root)) }),
    generate(workspace, 'docs/resilience.md', { resilience: resilienceTable() }),
    generate(workspace, 'docs/payments.md', { processors: processorTable(definitions) }),
  ];
  for (const { one, integrations } of found) {
    if (integrations.length === 0) continue;
    const places = {
      options: each(integrations, optionsTable),
      operations: each(integrations, operationsTable),
    };
    files.push(generate(workspace, `${one.folder}/README.md`, places));
  }
  return files.filter((file) => file !== undefined);
}

/** What is stale or missing, for `npm run check`. */
export async function catalogFaults(workspace: Workspace): Promise<Fault[]> {
  return (await generatedFiles(workspace)).flatMap(({ file, before, after, missing }) => [
    ...missing.map((name) => ({
      place: file,
      says: `has no place for the table: <!-- ${name} --> and <!-- /${name} -->`,
    })),
    ...(before === after ? [] : [{ place: file, says: 'is stale; run npm run catalog' }]),
  ]);
}

function generate(
  workspace: Workspace,
  file: string,
  places: Readonly<Record<string, string>>,
): GeneratedFile | undefined {
  const path = join(workspace.root, file);
  if (!existsSync(path)) return undefined;
  const before = readFileSync(path, 'utf8');
  const names = Object.keys(places);
  const after = names.reduce((text, name) => replaceBetween(text, name, places[name] ?? ''), before);
  return { file, before, after, missing: names.filter((name) => !hasPlace(before, name)) };
}

/** One table; of several integrations each under a heading with what to import. */
function each(
  integrations: readonly FoundIntegration[],
  write: (definition: AnyDefinition) => string,
): string {
  if (integrations.length === 1) return integrations.map(({ definition }) => write(definition)).join('');
  return integrations
    .map(
      ({ definition, subpath, export: name }) =>
        `### \`${name}\` of \`${definition.package ?? `@im/${definition.id}`}${subpath.slice(1)}\`\n\n${write(definition)}`,
    )
    .join('\n\n');
}

interface FoundPackage {
  readonly one: WorkspacePackage;
  readonly integrations: readonly FoundIntegration[];
}

function packageTable(found: readonly FoundPackage[], footprints: Footprints): string {
  const floorOf = ({ one }: FoundPackage) => floors.indexOf(one.floor ?? 'apps');
  const sorted = [...found].sort((a, b) => floorOf(a) - floorOf(b) || a.one.name.localeCompare(b.one.name));
  const rows = sorted.map(({ one, integrations }) => {
    const operations = integrations.flatMap(({ definition }) => describeOperations(definition));
    return [
      `[${one.name}](${one.folder})`,
      one.floor ?? '',
      integrations[0]?.definition.category ?? '',
      integrations.length === 0 ? '' : String(operations.length),
      installedText(footprints[one.name]),
      one.manifest.description ?? '',
    ];
  });
  return table(['package', 'floor', 'category', 'operations', 'installed alone', 'what it is'], rows);
}

function installedText(installed: Installed | undefined): string {
  return installed === undefined ? '' : `${installed.packages} packages, ${installed.megabytes} MB`;
}

function optionsTable(definition: AnyDefinition): string {
  const rows = optionTable(definition.options, definition.id).map((row) => [
    `\`${row.name}\``,
    [row.type, row.unit].filter(Boolean).join(', '),
    standing(row),
    row.env === undefined ? '' : `\`${row.env}\``,
    row.description,
  ]);
  return table(['option', 'type', 'default', 'environment', 'meaning'], rows);
}

/** The line of a section stands above those of its parts. */
function resilienceTable(): string {
  const sections = Object.groupBy(optionTable(resilienceOptions), ({ name }) => name.split('.', 1)[0] ?? '');
  const depth = ({ name }: OptionRow) => name.split('.').length;
  const rows = Object.values(sections).flatMap((rows = []) =>
    rows.toSorted((one, other) => depth(one) - depth(other)),
  );
  const isSection = ({ type }: OptionRow) => type.startsWith('false');
  const lines = rows.map((row) => [
    `\`${row.name}\``,
    isSection(row) ? (row.default === 'false' ? 'off' : 'on') : standing(row),
    row.description,
  ]);
  return table(['option', 'default', 'meaning'], lines);
}

function standing(row: OptionRow): string {
  if (row.default !== undefined) return `\`${row.default}\``;
  return row.required ? 'required' : '';
}

function operationsTable(definition: AnyDefinition): string {
  const rows = describeOperations(definition).map(({ name, effect, kind, docs, deprecated, scopes = [] }) => [
    docs === undefined ? `\`${name}\`` : `[\`${name}\`](${docs})`,
    kind === 'pages' ? `${effect}, pages` : effect,
    scopes.map((scope) => `\`${scope}\``).join(' '),
    deprecated === undefined ? '' : `deprecated ${deprecated}`,
  ]);
  return table(['operation', 'effect', 'scope', 'note'], rows);
}
