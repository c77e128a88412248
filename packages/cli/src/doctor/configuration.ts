/** The configuration: every fault with its place, and what the environment gives. */
import { explainConfig, type LoadedConfig } from '@im/core/config';
import {
  type ConfigOptions,
  findConfiguration,
  loadOptionsFor,
  openWholeConfiguration,
  sourceOf,
} from '../configuration.ts';
import { toFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import type { Finding } from './finding.ts';

const area = 'configuration';

/** Looks at it. `config` is there when it has no fault. */
export async function examineConfiguration(
  options: ConfigOptions,
  io: Io,
): Promise<{ readonly findings: readonly Finding[]; readonly config: LoadedConfig | undefined }> {
  const file = findConfiguration(options, io);
  if (file === undefined) {
    const says = 'there is no integrations.yaml here, and IM_CONFIG names none';
    return { findings: [{ area, level: 'warning', says, remedy: 'make one: im init' }], config: undefined };
  }
  const environment = await examineEnvironment(file, options, io);
  try {
    const { config } = await openWholeConfiguration(options, io);
    const { integrations, tenants } = config;
    const says = `${file} is right for ${config.environment}, with ${integrations.length} integrations of ${tenants.length} tenants`;
    return { findings: [{ area, level: 'fine', says }, ...environment], config };
  } catch (error) {
    io.signal.throwIfAborted();
    const { message, remedy, faults } = toFailure(error);
    const findings = (
      faults ?? [{ path: '', says: message, remedy: remedy ?? 'mend it', place: { file } }]
    ).map(
      ({ path, says, remedy, place }): Finding => ({
        area: place?.variable === undefined ? area : 'environment',
        level: 'wrong',
        says: path === '' ? says : `${path} ${says}`,
        remedy,
        place,
      }),
    );
    return { findings: [...findings, ...environment], config: undefined };
  }
}

/** What variables the file refers to give; those that are not set are faults of the configuration. */
async function examineEnvironment(file: string, options: ConfigOptions, io: Io): Promise<readonly Finding[]> {
  const loading = await loadOptionsFor(file, options, io);
  const values = await sourceOf(file, io)
    .then((source) => explainConfig(source, loading))
    .catch(() => {
      io.signal.throwIfAborted();
      // What is wrong with the file is told when it is loaded.
      return [];
    });
  const names = values.flatMap(({ from, place }) =>
    from === 'environment' ? (place?.variable?.split(', ') ?? []) : [],
  );
  const used = [...new Set(names)].sort();
  const padded = used.filter((name) => /^\s|\s$|^(["']).*\1$/s.test(loading.env[name] ?? ''));
  return [
    ...(used.length === 0
      ? []
      : [
          {
            area: 'environment',
            level: 'fine',
            says: `taken from the environment: ${used.join(', ')}`,
          } as const,
        ]),
    ...padded.map(
      (name): Finding => ({
        area: 'environment',
        level: 'warning',
        says: `${name} begins or ends with a blank or a quote, which is a part of its value`,
        remedy: `set ${name} without it`,
      }),
    ),
  ];
}
