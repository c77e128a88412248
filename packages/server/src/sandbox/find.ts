/** Which integrations are installed, and what each brings for the sandbox. No list is kept by hand. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '@im/core';
import { discover, loadIntegration } from '@im/core/config';
import type { Harness, ProviderFake, StartFakeOptions } from '@im/testing';

/** Starts a provider's fake. */
export type StartFake = (options?: StartFakeOptions) => Promise<ProviderFake<AnyDefinition>>;

/** Arguments for one call of each operation. */
export type SampleCalls = Readonly<Record<string, readonly unknown[]>>;

/** An integration that the sandbox can run. */
export interface Candidate {
  readonly definition: AnyDefinition;
  /** Absent: it has no fake, or needs none. */
  readonly startFake?: StartFake | undefined;
  /** Options without a fake, for one that talks to nobody. */
  readonly options?: unknown;
  /** Arguments for a call of each operation, for the data flow. */
  readonly samples?: SampleCalls | undefined;
  /** The same for the account of one tenant, when they differ from one account to the next. */
  readonly samplesFor?: ((tenant: string) => SampleCalls) | undefined;
}

/** Everything installed above `from`. */
export interface Found {
  readonly candidates: readonly Candidate[];
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[];
}

/** Looks through the packages that Node would find from the folder `from`. */
export async function findCandidates(from: string): Promise<Found> {
  const { integrations, broken } = await discover(from);
  const problems = broken.map(({ path, says }) => `${path}: ${says}`);
  const candidates: Candidate[] = [];
  for (const { specifier } of integrations) {
    try {
      const definition = await loadIntegration(specifier, { from });
      candidates.push({ definition, ...(await loadTesting(specifier, from)) });
    } catch (error) {
      problems.push(`${specifier}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { candidates, problems };
}

/** What `<package>/testing` exports; nothing when there is no such subpath. */
async function loadTesting(specifier: string, from: string): Promise<Omit<Candidate, 'definition'>> {
  let file: string;
  try {
    file = createRequire(join(from, 'resolve.js')).resolve(`${specifier}/testing`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' || code === 'MODULE_NOT_FOUND') return {};
    throw error;
  }
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const harness = Object.values(module).find(isHarness);
  // A harness may start the fake with what its samples name.
  const startFake = harness?.startFake ?? module.startFake;
  return {
    startFake: typeof startFake === 'function' ? (startFake as StartFake) : undefined,
    options: harness?.options,
    samples: harness?.samples as Candidate['samples'],
    samplesFor: harness?.samplesFor as Candidate['samplesFor'],
  };
}

function isHarness(value: unknown): value is Harness<AnyDefinition> {
  return typeof value === 'object' && value !== null && 'samples' in value;
}
