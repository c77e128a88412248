/** Runs the conformance suite, without any test runner. */
import type { AnyDefinition, createIntegration } from '@im/core';
import { conformanceCases } from './cases.ts';
import { createVirtualClock } from './clock.ts';
import { connectByHand } from './conformance/connect.ts';
import { type AnyHarness, Suite } from './conformance/suite.ts';
import {
  type ConformanceCase,
  type ConformanceReport,
  type ConformanceResult,
  NotApplicable,
} from './conformance/types.ts';
import type { Harness } from './harness.ts';
import { countOutcomes } from './port-suite.ts';

/**
 * Prepares an integration for the cases: reads its operations, against a fake of its own where it has one.
 *
 * @param create what makes a client of a definition. Default: core's `createIntegration`
 */
export async function openSuite<Definition extends AnyDefinition>(
  definition: Definition,
  harness: Harness<Definition>,
  create?: typeof createIntegration,
): Promise<Suite> {
  const any = harness as unknown as AnyHarness;
  const clock = createVirtualClock();
  await using fake = await any.startFake?.({ clock });
  const { operations, closers } = connectByHand(definition, fake?.options() ?? any.options ?? {}, { clock });
  for (const close of closers.toReversed()) await close();
  return new Suite(definition, any, operations, create);
}

/** Runs one case. A case that does not apply is never counted as passed. */
export async function runCase(each: ConformanceCase, suite: Suite): Promise<ConformanceResult> {
  const { id, must, title } = each;
  const exception = suite.harness.exceptions?.[id];
  if (exception !== undefined)
    return { id, must, title, outcome: 'not applicable', says: `excepted by the harness: ${exception}` };
  try {
    await each.run(suite);
    return { id, must, title, outcome: 'passed' };
  } catch (error) {
    const outcome = error instanceof NotApplicable ? 'not applicable' : 'failed';
    return { id, must, title, outcome, says: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Runs every case against an integration. Nothing is thrown for a case that fails: the report says so.
 *
 * @param create what makes a client of a definition. Default: core's `createIntegration`
 * @throws what the harness threw: a fake that does not start, options that are refused
 */
export async function runConformance<Definition extends AnyDefinition>(
  definition: Definition,
  harness: Harness<Definition>,
  create?: typeof createIntegration,
): Promise<ConformanceReport> {
  const suite = await openSuite(definition, harness, create);
  const results: ConformanceResult[] = [];
  for (const each of conformanceCases) results.push(await runCase(each, suite));
  return { provider: definition.id, contract: definition.contract, ...countOutcomes(results), results };
}
