/**
 * Configuration from a YAML file: environments, tenants, templates, references to the environment and to secrets.
 * `docs/configuration.md` describes the format.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve as resolvePath } from 'node:path';
import { applyTo, type ChangedRegistry, type ConfigChanges, changesBetween } from './config/changes.ts';
import { addFault } from './config/checking.ts';
import { findDefinitions } from './config/definitions.ts';
import { type ExplainedValue, explain } from './config/explain.ts';
import { FaultList } from './config/fault-list.ts';
import {
  type CheckContext,
  checkNames,
  integrationOf,
  type LoadedIntegration,
  type LoadedTenant,
  type PlannedIntegration,
  planOf,
  settingsOf,
} from './config/integrations.ts';
import { effectiveIn } from './config/layers.ts';
import { hasReference } from './config/references.ts';
import { abortable, readSecrets, resolve, type SecretReader, secretsIn } from './config/resolve.ts';
import { absent, childOf, emptyMap, mapOf, type SourceNode, start, toPlain } from './config/source.ts';
import { fileSchema } from './config/structure.ts';
import { loadYaml, readYaml } from './config/yaml.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { AnyDefinition } from './integration.ts';
import { checkOptions } from './options/check.ts';
import { type EnvironmentVariables, environmentVariables } from './options.ts';

export {
  applyChanges,
  type ChangedRegistry,
  type ChangeReport,
  type ConfigChanges,
} from './config/changes.ts';
export type { ExplainedValue } from './config/explain.ts';
export type { LoadedIntegration, LoadedTenant } from './config/integrations.ts';
export { configJsonSchema } from './config/json-schema.ts';
export type { SecretReader } from './config/resolve.ts';
export { type Discovery, discover, type InstalledIntegration, loadIntegration } from './discover.ts';

/** How a configuration is loaded. All have defaults. */
export interface LoadConfigOptions {
  /** Which of the file's `environments` holds. Default: what the file says under `environment`, else `production`. */
  readonly environment?: string | undefined;
  /** Where `${env:NAME}` looks. Default: the process's variables. */
  readonly env?: EnvironmentVariables | undefined;
  /** Where `${secret:path}` looks. Each path is asked for once. Default: none, and every reference to one is a fault. */
  readonly secrets?: SecretReader | undefined;
  /** Definitions known in code: found under `use` by id or as `@im/<id>`, without loading a package. */
  readonly definitions?: readonly AnyDefinition[] | undefined;
  /** Folder from which packages and files under `use` are looked up. Default: the file's, else the working directory. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A configuration, checked as a whole. Printing it shows no secret. */
export interface LoadedConfig {
  /** The file, as it was named. */
  readonly file: string;
  /** The environment that holds. */
  readonly environment: string;
  readonly tenants: readonly LoadedTenant[];
  /** By tenant, then as in the file. */
  readonly integrations: readonly LoadedIntegration[];
  /**
   * Registers everything. When one cannot be registered, those before it are taken out again.
   *
   * @throws what `registry.register` threw
   */
  apply(registry: ChangedRegistry): Promise<void>;
  /** What is different in `other`. Secrets are compared by their value. */
  diff(other: LoadedConfig): ConfigChanges;
}

/**
 * Reads a configuration, puts together what holds in the chosen environment, resolves references, loads the packages
 * used and checks all options. Nothing is registered or started.
 *
 * @param source path of a file, or its text with a name for messages
 * @throws {@link ConfigurationError} with every fault, each with line and column: first those of the YAML itself, else
 * those of structure, references, packages and options together; `IntegrationError` `failed_precondition` when the
 * package `yaml` is not installed; the signal's reason
 */
export async function loadConfig(
  source: ConfigSource,
  options: LoadConfigOptions = {},
): Promise<LoadedConfig> {
  const { env = environmentVariables(), signal } = options;
  const { file, faults, environment, effective, planned, found } = await plan(source, options, env);
  const secrets = await readSecrets(secretPathsIn(planned), options.secrets, signal);
  const context: CheckContext = { file, resolver: { env, secrets }, definitions: found, faults };
  checkNames(planned, context);
  const tenants = effective.tenants.map((tenant) => settingsOf(tenant, context));
  const settings = new Map(tenants.map((tenant) => [tenant.name, tenant.settings]));
  const integrations = planned.flatMap(
    (one) => integrationOf(one, settings.get(one.tenant.name) ?? {}, context) ?? [],
  );
  throwFaults(faults.sorted());
  return loaded({ file, environment, tenants, integrations });
}

/**
 * Tells of each value that holds where it comes from: a line of the file, a variable, the secret store, the provider
 * or its default. Values that cannot be had now (a variable that is not set) are told of too; no secret is read.
 *
 * @throws {@link ConfigurationError} for a file that cannot be read as YAML; `IntegrationError` `failed_precondition`
 * when the package `yaml` is not installed; the signal's reason
 */
export async function explainConfig(
  source: ConfigSource,
  options: Omit<LoadConfigOptions, 'secrets'> = {},
): Promise<readonly ExplainedValue[]> {
  const { env = environmentVariables() } = options;
  const { file, effective, planned, found } = await plan(source, options, env);
  return explain(effective.tenants, planned, { file, env, found });
}

/** Path of a file, or its text with a name for messages. */
export type ConfigSource = string | { readonly text: string; readonly name: string };

/** What is written, put together for the chosen environment, with the definitions that it uses. */
async function plan(source: ConfigSource, options: LoadConfigOptions, env: EnvironmentVariables) {
  const { signal, definitions = [] } = options;
  signal?.throwIfAborted();
  const file = typeof source === 'string' ? source : source.name;
  const text = typeof source === 'string' ? await readText(source, signal) : source.text;
  const root = await readRoot(text, file);
  const faults = new FaultList(file);
  checkStructure(root, faults);

  const { environment, chosen } = environmentOf(root, options.environment, env, faults);
  const effective = effectiveIn(root, environment, chosen);
  for (const fault of effective.faults) faults.add(fault);
  const planned = effective.tenants.flatMap((tenant) => planOf(tenant, env));

  const from = options.from ?? (typeof source === 'string' ? dirname(resolvePath(source)) : process.cwd());
  const uses = planned.flatMap(({ use }) => (use === undefined ? [] : [use]));
  const found = await abortable(findDefinitions(uses, definitions, from), signal);
  return { file, faults, environment, effective, planned, found };
}

function loaded(
  parts: Pick<LoadedConfig, 'file' | 'environment' | 'tenants' | 'integrations'>,
): LoadedConfig {
  const config: LoadedConfig = {
    ...parts,
    apply: (registry) => applyTo(registry, config),
    diff: (other) => changesBetween(config, other),
  };
  return config;
}

async function readText(file: string, signal: AbortSignal | undefined): Promise<string> {
  const bytes = await readFile(file, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const says = code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${code})`;
    throw new ConfigurationError([
      { path: '', says, remedy: 'correct the path, or its permissions', place: { file } },
    ]);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const remedy = 'save it as UTF-8';
    throw new ConfigurationError([{ path: '', says: 'the file is not UTF-8 text', remedy, place: { file } }]);
  }
}

async function readRoot(text: string, file: string): Promise<SourceNode> {
  const { documents, faults } = readYaml(await loadYaml(), text, file);
  throwFaults(faults);
  const [root, second] = documents;
  if (documents.length > 1) {
    const place = { file, ...(second?.place ?? start) };
    throwFaults([{ path: '', says: 'there is more than one document', remedy: 'keep one to a file', place }]);
  }
  return root ?? emptyMap();
}

function throwFaults(faults: ConfigurationError['faults']): void {
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** Faults of form anywhere in the file, also in environments and templates that are not used now. */
function checkStructure(root: SourceNode, faults: FaultList): void {
  const plain = toPlain(root, ({ value }) =>
    typeof value === 'string' && hasReference(value) ? absent : value,
  );
  for (const fault of checkOptions(fileSchema, plain).faults ?? [])
    addFault(faults, fault, root, [], root.place);
}

function environmentOf(
  root: SourceNode,
  asked: string | undefined,
  env: EnvironmentVariables,
  faults: FaultList,
): { readonly environment: string; readonly chosen: boolean } {
  if (asked !== undefined) return { environment: asked, chosen: true };
  const node = childOf(root, 'environment');
  if (node?.kind !== 'scalar' || node.value === null) return { environment: 'production', chosen: false };
  const { value, faults: unresolved } = resolve(mapOf({ environment: { node, keyPlace: node.place } }), {
    env,
    secrets: new Map(),
  });
  for (const fault of unresolved) faults.add(fault);
  const { environment } = value as { readonly environment?: unknown };
  return typeof environment === 'string'
    ? { environment, chosen: true }
    : { environment: 'production', chosen: false };
}

/** Secrets that must be read: those of integrations that are enabled. */
function secretPathsIn(planned: readonly PlannedIntegration[]): readonly string[] {
  return planned.flatMap(({ enabled, node }) => (enabled ? secretsIn(node) : []));
}
