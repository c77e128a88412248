/** Runs the cases, with or without a test runner. */
import { memoryState } from '@im/core';
import { hasAbility, type PaymentAbility } from '../abilities.ts';
import type { PaymentAlert } from '../context.ts';
import { createPaymentGateway } from '../gateway.ts';
import type { PaymentGateway } from '../gateway.types.ts';
import { factCases } from './fact-cases.ts';
import { lifeCases } from './life-cases.ts';
import { listCases } from './list-cases.ts';
import { mandateCases } from './mandate-cases.ts';
import { onceCases } from './once-cases.ts';
import {
  type CaseContext,
  type OpenProcessor,
  type PaymentCase,
  type PaymentHarness,
  type PaymentReport,
  type PaymentResult,
  type Want,
  wants,
} from './types.ts';
import { webhookCases } from './webhook-cases.ts';

/** All cases, in order of reading. */
export const paymentCases: readonly PaymentCase[] = [
  ...factCases,
  ...lifeCases,
  ...onceCases,
  ...webhookCases,
  ...mandateCases,
  ...listCases,
];

function contextOf(opened: OpenProcessor): CaseContext {
  const state = memoryState(opened.clock);
  const alerts: PaymentAlert[] = [];
  const options = {
    state,
    name: 'suite',
    clock: opened.clock,
    onAlert: (alert: PaymentAlert) => void alerts.push(alert),
  };
  // Cases state in `needs` which abilities they use; the runner holds them to it.
  const gateway = () =>
    createPaymentGateway(opened.driver, options) as unknown as PaymentGateway<PaymentAbility>;
  return { ...opened, gateway: gateway(), other: gateway(), state, alerts };
}

function whyNot(one: PaymentCase, context: CaseContext): string | undefined {
  const lacks = one.needs?.find((name) => !hasAbility(context.driver, name));
  if (lacks !== undefined) return `the driver does not declare ${lacks}`;
  const { keyTtlMs, lookup, currencies, stepMinor } = context.driver.facts;
  const has: Readonly<Record<Want, unknown>> = {
    keys: keyTtlMs,
    lookup: lookup === 'reference' ? true : undefined,
    noLookup: lookup === 'reference' ? undefined : true,
    lose: context.lose,
    finish: context.finish,
    unmapped: context.tokens.unmapped,
    threeDSecure: context.tokens.threeDSecure,
    traits: context.traits,
    someCurrencies: currencies === 'all' ? undefined : currencies,
    steps: stepMinor,
  };
  const missing = one.wants?.find((name) => has[name] === undefined);
  return missing && wants[missing];
}

/** Nobody can declare what is not proven. */
function needHooks({ needs = [], hooks = [] }: PaymentCase, context: CaseContext): void {
  const missing = hooks.find((name) => context[name] === undefined);
  if (missing === undefined) return;
  const declared = needs.length === 0 ? 'a decline table' : needs.join(', ');
  throw new Error(`the driver declares ${declared}, and the harness has no "${missing}" to prove it with`);
}

/** Runs one case against a processor of its own. */
export async function runPaymentCase(one: PaymentCase, harness: PaymentHarness): Promise<PaymentResult> {
  const { id, title } = one;
  try {
    const opened = await harness.open(one.opens);
    try {
      const context = contextOf(opened);
      const says = whyNot(one, context);
      if (says !== undefined) return { id, title, outcome: 'not applicable', says };
      needHooks(one, context);
      await one.run(context);
    } finally {
      await opened.close?.();
    }
    return { id, title, outcome: 'passed' };
  } catch (error) {
    return { id, title, outcome: 'failed', says: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs every case, one after the other, or those that are named. */
export async function runPaymentConformance(
  harness: PaymentHarness,
  options: { readonly ids?: readonly string[] | undefined } = {},
): Promise<PaymentReport> {
  const results: PaymentResult[] = [];
  for (const one of paymentCases)
    if (options.ids?.includes(one.id) ?? true) results.push(await runPaymentCase(one, harness));
  const count = (outcome: PaymentResult['outcome']) =>
    results.filter((one) => one.outcome === outcome).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    notApplicable: count('not applicable'),
    results,
  };
}
