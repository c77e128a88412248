/** The suite as vitest tests. Only this file imports vitest. */
import { describePort } from '@im/testing/vitest';
import { paymentSuite } from './conformance/run.ts';
import type { PaymentHarness } from './conformance/types.ts';

/** Registers every case as a test; one that does not apply is shown as skipped, with the reason. */
export function describePaymentGateway(name: string, harness: PaymentHarness): void {
  describePort(`${name} is a payment processor`, paymentSuite, harness, { timeoutMs: 60_000 });
}
