import { ConfigurationError, type ConfigurationFault } from '../configuration-error.ts';
import { type IntegrationError, isIntegrationError } from '../errors.ts';
import { parseOptions } from '../options.ts';
import { mergeResilience } from '../resilience/options.ts';
import type { Entry } from './entry.ts';
import type { EnableReport } from './types.ts';

/**
 * Checks everything, then starts it, at most `concurrency` at the same time.
 *
 * @throws {@link ConfigurationError} with every fault of every entry, before anything starts; the signal's reason, with
 * what has started left as it is; the error of the first required entry that cannot start, once all were tried
 */
export async function enableEntries(
  entries: readonly Entry[],
  concurrency: number,
  signal: AbortSignal | undefined,
): Promise<EnableReport> {
  signal?.throwIfAborted();
  const faults = entries.flatMap(faultsOf);
  if (faults.length > 0) throw new ConfigurationError(faults);
  const failures = new Map<Entry, IntegrationError>();
  const waiting = entries.values();
  const worker = async () => {
    for (const entry of waiting) {
      const failure = await entry.life.start(signal);
      if (failure !== undefined) failures.set(entry, failure);
    }
  };
  const count = Math.min(Math.max(1, concurrency), entries.length);
  const results = await Promise.allSettled(Array.from({ length: count }, worker));
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
  for (const entry of entries) if (entry.required && failures.has(entry)) throw failures.get(entry);
  return {
    started: entries.filter((entry) => !failures.has(entry)).map((entry) => entry.status()),
    failed: [...failures].map(([entry, error]) => ({ status: entry.status(), error })),
  };
}

function faultsOf(entry: Entry): readonly ConfigurationFault[] {
  return [
    ...faultsFrom(entry.path('options'), () =>
      parseOptions(entry.definition, entry.options, entry.path('options')),
    ),
    ...faultsFrom(entry.path('resilience'), () =>
      mergeResilience(entry.definition.resilience, entry.tenant.settings.resilience, entry.resilience),
    ),
  ];
}

function faultsFrom(path: string, check: () => unknown): readonly ConfigurationFault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    if (isIntegrationError(error))
      return [{ path, says: error.message, remedy: error.remedy ?? 'correct it' }];
    throw error;
  }
}
