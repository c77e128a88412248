/** The files that `im init` writes, as texts. */
import {
  type AnyDefinition,
  describeOperations,
  environmentTemplate,
  type OptionRow,
  optionTable,
  parseOptions,
} from '@im/core';
import { configJsonSchema } from '@im/core/config';
import { Document } from 'yaml';
import { toFailure } from '../failure.ts';
import { signatureOf } from '../signature.ts';

/** What was chosen. */
export interface Choice {
  readonly integrations: readonly ChosenIntegration[];
  /** Empty: everything belongs to the tenant `default`. */
  readonly tenants: readonly string[];
  /** Ending of the sample program. */
  readonly language: 'ts' | 'mjs';
}

/** One of them, as it is installed. */
export interface ChosenIntegration {
  readonly specifier: string;
  readonly export: string;
  readonly definition: AnyDefinition;
}

/** A file, by its name in the folder. */
export type NewFile = readonly [name: string, text: string];

/** All of them. */
export function newFiles(choice: Choice): readonly NewFile[] {
  const definitions = choice.integrations.map(({ definition }) => definition);
  return [
    ['integrations.yaml', configuration(choice)],
    ['integrations.schema.json', `${JSON.stringify(configJsonSchema(definitions), undefined, 2)}\n`],
    ['.env.example', definitions.map(environmentTemplate).join('\n\n')],
    [`integrations.sample.${choice.language}`, sample(choice)],
  ];
}

/** The required options of each integration, from the environment; everything else has its default. */
function configuration({ integrations, tenants }: Choice): string {
  const body = {
    integrations: Object.fromEntries(
      integrations.map(({ specifier, definition }) => {
        const options = requiredOptions(definition);
        return [definition.id, { use: specifier, ...(Object.keys(options).length === 0 ? {} : { options }) }];
      }),
    ),
  };
  const file =
    tenants.length === 0
      ? body
      : {
          templates: { standard: body },
          tenants: Object.fromEntries(tenants.map((name) => [name, { extends: 'standard' }])),
        };
  const document = new Document(file);
  document.commentBefore = [
    ' yaml-language-server: $schema=./integrations.schema.json',
    ' Values come from the environment (.env.example); `im config explain` tells of each where from.',
  ].join('\n');
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function requiredOptions(definition: AnyDefinition): Readonly<Record<string, unknown>> {
  const rows = optionTable(definition.options, definition.id).filter(({ name }) => !name.includes('*'));
  const optionsOf = (chosen: readonly OptionRow[]) => {
    const options: Record<string, unknown> = {};
    for (const { name, env } of chosen) setAt(options, name.split('.'), `\${env:${env}}`);
    return options;
  };
  const required = rows.filter((row) => row.required);
  // What is needed beside others is only known when those are there.
  const missing = missingFrom(definition, optionsOf(required));
  return optionsOf(rows.filter((row) => row.required || missing.includes(row.name)));
}

function missingFrom(definition: AnyDefinition, options: unknown): readonly string[] {
  try {
    parseOptions(definition, options);
    return [];
  } catch (error) {
    const { faults } = toFailure(error);
    return (faults ?? []).filter(({ says }) => says.startsWith('is missing')).map(({ path }) => path);
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  target[first] ??= {};
  setAt(target[first] as Record<string, unknown>, rest, value);
}

/** A program that starts everything and tells how it is. It runs on every Node that the packages run on. */
function sample({ integrations, tenants, language }: Choice): string {
  const [first] = integrations;
  const tenant = tenants[0] ?? 'default';
  const [operation] = first === undefined ? [] : describeOperations(first.definition);
  const client =
    first === undefined || operation === undefined
      ? []
      : [
          '',
          `  const client = registry.tenant('${tenant}').get(${first.export}, '${first.definition.id}');`,
          `  console.log('it can', Object.keys(client).join(', '));`,
          `  // ${operation.kind === 'pages' ? 'for await (const item of ' : 'await '}client.${signatureOf(operation)}${operation.kind === 'pages' ? ') …' : ';'}`,
        ];
  return `${[
    `// Starts what integrations.yaml says, and tells how it is: node --env-file=.env integrations.sample.${language}`,
    `import { createRegistry } from '@im/core';`,
    `import { loadConfig } from '@im/core/config';`,
    ...(first === undefined ? [] : [`import { ${first.export} } from '${first.specifier}';`]),
    '',
    `const config = await loadConfig('integrations.yaml');`,
    'const registry = createRegistry();',
    'try {',
    '  await config.apply(registry);',
    '  const { failed } = await registry.enableAll();',
    '  for (const { name, tenant, status } of registry.list()) console.log(tenant, name, status);',
    '  for (const { error } of failed) console.error(error.message);',
    ...client,
    '} finally {',
    '  await registry[Symbol.asyncDispose]();',
    '}',
  ].join('\n')}\n`;
}

/** Scripts for `package.json`. */
const scripts: Readonly<Record<string, string>> = {
  'im:check': 'im check',
  'im:serve': 'im serve',
};

/**
 * A `package.json` with our scripts; what is there stays, and so does its indentation.
 *
 * @returns `undefined` when it has them already, or is no object in JSON
 */
export function withScripts(manifest: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(manifest);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { scripts: given = {} } = value as { readonly scripts?: Readonly<Record<string, string>> };
  if (Object.keys(scripts).every((name) => name in given)) return undefined;
  const indent = /^([ \t]+)"/m.exec(manifest)?.[1] ?? 2;
  return `${JSON.stringify({ ...value, scripts: { ...scripts, ...given } }, undefined, indent)}\n`;
}
