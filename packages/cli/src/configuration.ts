/** The configuration that a command works with: where it is found, and what it is read with. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { createRegistry, type EnvironmentVariables, type Registry, suggest } from '@im/core';
import {
  type LoadConfigOptions,
  type LoadedConfig,
  type LoadedIntegration,
  loadConfig,
} from '@im/core/config';
import type { OptionValues } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandError, usageError } from './failure.ts';
import { loadServer } from './hub-process.ts';
import type { Io } from './io.ts';
import type { configOptions } from './options.ts';

/** Names under which a configuration is found without being named. */
const usualNames = ['integrations.yaml', 'integrations.yml'];

/** What commands that read the configuration were given. */
export type ConfigOptions = OptionValues<typeof configOptions>;

/** Path of the configuration, as it was named; `undefined` when none was, and none has a usual name. */
export function findConfiguration({ config }: Pick<ConfigOptions, 'config'>, io: Io): string | undefined {
  const named = config ?? nonEmpty(io.env.IM_CONFIG);
  return named ?? usualNames.find((name) => existsSync(join(io.cwd, name)));
}

/** The same. @throws {@link CommandError} when there is none */
export function needConfiguration(options: ConfigOptions, io: Io): string {
  const file = findConfiguration(options, io);
  if (file !== undefined) return file;
  throw new CommandError('there is no configuration here: neither integrations.yaml nor IM_CONFIG', {
    code: 'configuration',
    exitCode: exitCodes.configuration,
    remedy: 'name one with --config, or make one: im init',
  });
}

/** What `loadConfig` and its relatives are called with. */
export async function loadOptionsFor(
  file: string,
  options: ConfigOptions,
  io: Io,
): Promise<LoadConfigOptions & { readonly env: EnvironmentVariables; readonly from: string }> {
  const from = dirname(resolve(io.cwd, file));
  const folder = options.secrets ?? nonEmpty(io.env.IM_SECRETS);
  return {
    environment: options.environment,
    env: await variables(from, options, io),
    from,
    secrets: folder === undefined ? undefined : secretsIn(resolve(io.cwd, folder)),
    signal: io.signal,
  };
}

/** Reads the configuration, and everything it uses. @throws as `loadConfig` */
export async function openConfiguration(
  options: ConfigOptions,
  io: Io,
): Promise<{ readonly file: string; readonly config: LoadedConfig }> {
  const file = needConfiguration(options, io);
  return {
    file,
    config: await loadConfig(await sourceOf(file, io), await loadOptionsFor(file, options, io)),
  };
}

/** The same, checked with the section about the hub itself, which other commands do without. @throws as `loadConfig` */
export async function openWholeConfiguration(
  options: ConfigOptions,
  io: Io,
): Promise<{ readonly file: string; readonly config: LoadedConfig }> {
  const file = needConfiguration(options, io);
  if (!hasHubSection(await readText(file, io))) return openConfiguration(options, io);
  const { loadHubConfig } = await loadServer(hubSection);
  const named = io.cwd === process.cwd() ? file : resolve(io.cwd, file);
  const { config } = await loadHubConfig(named, await loadOptionsFor(file, options, io));
  return { file, config };
}

const hubSection = 'the section `hub` of the configuration';

function hasHubSection(text: string): boolean {
  return /^(\{\s*)?["']?hub["']?\s*:/m.test(text);
}

/**
 * The text of the configuration under the name that the user gave it, without the section about the hub itself.
 *
 * @throws {@link CommandError} when it cannot be read
 */
export async function sourceOf(
  file: string,
  io: Io,
): Promise<{ readonly text: string; readonly name: string }> {
  const text = await readText(file, io);
  if (!hasHubSection(text)) return { text, name: file };
  const { splitFile } = await loadServer(hubSection);
  return { text: splitFile(text).rest, name: file };
}

async function readText(file: string, { cwd, signal }: Io): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), { encoding: 'utf8', signal });
  } catch (cause) {
    signal.throwIfAborted();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const says = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    const remedy = 'correct the path, or its permissions';
    const fields = { code: 'configuration', exitCode: exitCodes.configuration, remedy };
    throw new CommandError(`${file} ${says}`, fields, { cause });
  }
}

/** A registry of what is configured; nothing runs by itself in it. */
export async function registryOf(
  config: LoadedConfig,
  { clock }: Io,
  checkIntervalMs = 0,
): Promise<Registry> {
  const registry = createRegistry({ clock, health: { checkIntervalMs } });
  try {
    await config.apply(registry);
    return registry;
  } catch (error) {
    await registry[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * The integration that is meant by a name and, where several tenants have it, a tenant.
 *
 * @throws {@link CommandError} with the names there are
 */
export function chosenFrom(
  config: LoadedConfig,
  name: string,
  tenant: string | undefined,
): LoadedIntegration {
  const { integrations, tenants } = config;
  if (tenant !== undefined && !tenants.some((one) => one.name === tenant))
    throw unknownName(
      'tenant',
      tenant,
      tenants.map((one) => one.name),
    );
  const named = integrations.filter((one) => one.name === name && (tenant ?? one.tenant) === one.tenant);
  const [only] = named;
  if (only === undefined) {
    const reachable = integrations.filter((one) => (tenant ?? one.tenant) === one.tenant);
    throw unknownName('integration', name, [...new Set(reachable.map((one) => one.name))]);
  }
  if (named.length === 1) return only;
  const owners = named.map((one) => one.tenant);
  const usual = named.find((one) => one.tenant === 'default');
  if (usual !== undefined) return usual;
  throw usageError(`${name} belongs to several tenants`, `say whose: --tenant ${owners.join(' | ')}`);
}

/** A name that is not there, with the one that was probably meant. */
export function unknownName(kind: string, name: string, known: readonly string[]): CommandError {
  const meant = suggest(name, known);
  const list =
    known.length === 0
      ? 'there are none'
      : `there are ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' …' : ''}`;
  return usageError(
    `there is no ${kind} ${JSON.stringify(name)}`,
    meant === undefined ? list : `did you mean ${meant}?`,
  );
}

async function variables(from: string, { envFile }: ConfigOptions, io: Io): Promise<EnvironmentVariables> {
  const file = envFile === undefined ? join(from, '.env') : resolve(io.cwd, envFile);
  try {
    // What is set outside has the last word, as with `node --env-file`.
    return { ...parseEnv(await readFile(file, 'utf8')), ...io.env };
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isAbsent && envFile === undefined) return io.env;
    throw usageError(`${envFile ?? file} cannot be read`, 'correct the path, or its permissions');
  }
}

/** A secret is the file of its path below `folder`, without the line break at its end. */
function secretsIn(folder: string) {
  return async (path: string): Promise<string> => {
    const file = resolve(folder, path);
    if (!file.startsWith(`${folder}${sep}`)) throw new RangeError('outside of the folder');
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
