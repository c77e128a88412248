/** A configuration file with a section about the hub itself. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Call,
  ConfigurationError,
  type ConfigurationFault,
  defineIntegration,
  isIntegrationError,
  read,
} from '@im/core';
import { type LoadConfigOptions, type LoadedConfig, loadConfig } from '@im/core/config';
import { type HubSettings, hubSettings } from '../settings.ts';
import { type SplitFile, splitFile } from './section.ts';

/** A file, checked as a whole. */
export interface HubConfig {
  readonly config: LoadedConfig;
  readonly hub: HubSettings;
  /** The text of the file; and of its section, to tell whether it is different. */
  readonly text: string;
  readonly written: string;
}

/** The section in the form that core's loader checks: options of something. It is never registered. */
const section = defineIntegration({
  id: 'hub',
  title: 'The hub',
  category: 'example',
  contract: 1,
  docs: 'https://spec.openapis.org/oas/v3.1.1',
  options: hubSettings,
  egress: [],
  errors: { docs: 'https://spec.openapis.org/oas/v3.1.1', rows: [] },
  connect: () => ({ settings: read(async (_call: Call) => undefined) }),
});

/** What stands before the section, in the first line, and where that puts it. */
const front = '{"integrations":{"hub":{"use":"hub","options":';
const inFront = 'integrations.hub.options';

/**
 * Reads the file. References to the environment and to secrets hold in the section too.
 *
 * @throws {@link ConfigurationError} with every fault of both parts, in the order of the file; the signal's reason
 */
export async function loadHubConfig(file: string, options: LoadConfigOptions = {}): Promise<HubConfig> {
  const text = await readText(file, options.signal);
  // What cannot be read is core's to say.
  if (text === undefined) return { config: await loadConfig(file, options), hub: {}, text: '', written: '' };
  const split = splitFile(text);
  const from = options.from ?? dirname(resolve(file));
  const { environment: _, ...others } = options;
  const [rest, own] = await Promise.allSettled([
    loadConfig({ text: split.rest, name: file }, { ...options, from }),
    loadConfig(
      { text: `${front}\n${split.json}\n}}}`, name: file },
      { ...others, from, definitions: [section] },
    ),
  ]);
  const faults = [...faultsOf(rest), ...faultsOf(own).map((fault) => placed(fault, split))];
  if (faults.length > 0) throw new ConfigurationError(faults.sort(byPlace));
  return {
    config: fulfilled(rest),
    hub: withPaths(hubSettings.parse(fulfilled(own).integrations[0]?.options ?? {}), from),
    text,
    written: split.written,
  };
}

async function readText(file: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file, { signal }));
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function faultsOf(result: PromiseSettledResult<unknown>): readonly ConfigurationFault[] {
  if (result.status === 'fulfilled') return [];
  const { reason } = result;
  if (isIntegrationError(reason) && 'faults' in reason) return reason.faults as readonly ConfigurationFault[];
  throw reason;
}

function fulfilled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}

/** Files are named from the folder of the configuration. */
function withPaths({ access, alerts, audit, network, ...others }: HubSettings, folder: string): HubSettings {
  const { geo } = network ?? {};
  return {
    ...others,
    ...(access && {
      access: { ...access, ...(access.keysFile && { keysFile: resolve(folder, access.keysFile) }) },
    }),
    ...(alerts && { alerts: { ...alerts, ...(alerts.rules && { rules: resolve(folder, alerts.rules) }) } }),
    ...(audit && { audit: { file: resolve(folder, audit.file) } }),
    ...(network && {
      network: { ...network, ...(geo && { geo: { ...geo, database: resolve(folder, geo.database) } }) },
    }),
  };
}

/** The fault with its path and its place in the file. */
function placed(fault: ConfigurationFault, split: SplitFile): ConfigurationFault {
  const path = fault.path.startsWith(inFront) ? `hub${fault.path.slice(inFront.length)}` : fault.path;
  const { line, column: _, ...place } = fault.place ?? {};
  return { ...fault, path, place: { ...place, ...(line !== undefined && split.placeOf(line - 1)) } };
}

const byPlace = (one: ConfigurationFault, other: ConfigurationFault) =>
  (one.place?.line ?? 0) - (other.place?.line ?? 0) || (one.place?.column ?? 0) - (other.place?.column ?? 0);
