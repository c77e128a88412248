/** The suite as vitest tests. Only this file imports vitest. */
import { describe, it } from 'vitest';
import { paymentCases, runPaymentCase } from './conformance/run.ts';
import type { PaymentHarness } from './conformance/types.ts';

/** Registers every case as a test; one that does not apply is shown as skipped, with the reason. */
export function describePaymentGateway(name: string, harness: PaymentHarness): void {
  describe(`${name} is a payment processor`, () => {
    for (const each of paymentCases)
      it(`${each.title} (${each.id})`, { timeout: 60_000 }, async ({ skip }) => {
        const { outcome, says } = await runPaymentCase(each, harness);
        if (outcome === 'not applicable') skip(says);
        if (outcome === 'failed') throw new Error(says);
      });
  });
}
