/** The suites as vitest tests. Only this file imports vitest. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AnyDefinition } from '@im/core';
import { describe, it } from 'vitest';
import { conformanceCases } from './cases.ts';
import type { Suite } from './conformance/suite.ts';
import { openSuite, runCase } from './conformance.ts';
import type { Harness } from './harness.ts';
import { howToInstall, type PeerName, peerFolder } from './peers.ts';
import type { PortSuite } from './port-suite.ts';
import { type StateStoreHarness, stateStoreCases } from './state-store-cases.ts';

/** Registers every case of the conformance suite as a test; one that does not apply is shown as skipped, with the reason. */
export function describeIntegration<Definition extends AnyDefinition>(
  definition: Definition,
  harness: Harness<Definition>,
): void {
  describe(`${definition.title} keeps the contract`, () => {
    let suite: Promise<Suite> | undefined;
    for (const each of conformanceCases) {
      it(`${each.title} (${each.id}, ${each.must})`, { timeout: 60_000 }, async ({ skip }) => {
        suite ??= openSuite(definition, harness);
        const { outcome, says } = await runCase(each, await suite);
        if (outcome === 'not applicable') skip(says);
        if (outcome === 'failed') throw new Error(says);
      });
    }
  });
}

/** Registers every case of a port's suite as a test; one that does not apply is shown as skipped, with the reason. */
export function describePort<Case extends { readonly id: string; readonly title: string }, Harness>(
  title: string,
  suite: PortSuite<Case, Harness>,
  harness: Harness,
  options: { readonly timeoutMs: number },
): void {
  describe(title, () => {
    for (const each of suite.cases)
      it(`${each.title} (${each.id})`, { timeout: options.timeoutMs }, async ({ skip }) => {
        const { outcome, says } = await suite.run(each, harness);
        if (outcome === 'not applicable') skip(says);
        if (outcome === 'failed') throw new Error(says);
      });
  });
}

/** Registers every case for state stores as a test. */
export function describeStateStore(name: string, harness: StateStoreHarness): void {
  describe(`${name} is a StateStore`, () => {
    for (const each of stateStoreCases) it(`${each.title} (${each.id})`, () => each.run(harness));
  });
}

/**
 * Registers a suite that runs from the folder `name` of published test vectors, below the folder that the environment
 * variable `IM_VECTORS` names. Where it is not set the suite is skipped with a line that says so; in CI it must be set.
 */
export function describeVectors(title: string, name: string, suite: (folder: string) => void): void {
  const root = process.env.IM_VECTORS;
  if (root !== undefined) {
    const folder = join(root, name);
    describe(title, () => {
      if (existsSync(folder)) suite(folder);
      else it(`finds ${name} in IM_VECTORS`, () => Promise.reject(new Error(`${folder} does not exist`)));
    });
  } else if (process.env.CI === 'true') {
    it(`${title}: IM_VECTORS must be set in CI`, () => Promise.reject(new Error('IM_VECTORS is not set')));
  } else {
    describe.skip(`${title}: skipped, IM_VECTORS is not set`, () =>
      void it('runs from test vectors', () => {}));
  }
}

/**
 * Registers a suite that runs against an emulator of `@im/testing/peers`. Where it is not installed the suite is skipped
 * with a line that says so; in CI it must be there.
 */
export function describePeer(title: string, name: PeerName, suite: () => void): void {
  const how = howToInstall(name);
  if (peerFolder(name) !== undefined) describe(title, suite);
  else if (process.env.CI === 'true') {
    it(`${title}: ${name} must be installed in CI`, () => Promise.reject(new Error(how)));
  } else describe.skip(`${title}: skipped, ${how}`, () => void it('runs against the emulator', () => {}));
}

/**
 * Registers a suite that runs a program of the system, such as a real server, on loopback. Where one of `programs` is not on the `PATH` the suite is
 * skipped with a line that says so and how to install it; in CI all must be there.
 *
 * @param how `apt-get install slapd`
 */
export function describeProgram(
  title: string,
  programs: string | readonly string[],
  how: string,
  suite: () => void,
): void {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = [programs]
    .flat()
    .filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  const says = `${missing.join(', ')} not installed: ${how}`;
  if (missing.length === 0) describe(title, suite);
  else if (process.env.CI === 'true') it(`${title}: needed in CI`, () => Promise.reject(new Error(says)));
  else describe.skip(`${title}: skipped, ${says}`, () => void it('runs against the program', () => {}));
}
