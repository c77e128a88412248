/** Runs the cases, with or without a test runner. */
import { memoryState } from '@im/core';
import { type CaseReport, type CaseResult, createPortSuite, type PortSuite } from '@im/testing';
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

/** The suite, for whoever registers its cases as tests. */
export const paymentSuite: PortSuite<PaymentCase, PaymentHarness> = createPortSuite({
  cases: paymentCases,
  open: (harness: PaymentHarness, one) => harness.open(one.opens),
  contextOf,
  whyNot: (one, context) => {
    const says = whyNot(one, context);
    if (says === undefined) needHooks(one, context);
    return says;
  },
});

/** Runs one case against a processor of its own. */
export const runPaymentCase: (one: PaymentCase, harness: PaymentHarness) => Promise<CaseResult> =
  paymentSuite.run;

/** Runs every case, one after the other, or those that are named. */
export const runPaymentConformance: (
  harness: PaymentHarness,
  options?: { readonly ids?: readonly string[] | undefined },
) => Promise<CaseReport> = paymentSuite.runAll;
