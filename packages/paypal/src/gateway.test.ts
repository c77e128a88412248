/** The driver is a payment processor, by the port's own suite. */
import { runPaymentConformance } from '@im/payments/testing';
import { describePaymentGateway } from '@im/payments/vitest';
import { expect, it } from 'vitest';
import { paymentHarness } from './__tests__/payments.ts';

describePaymentGateway('PayPal', paymentHarness(false));

it('gives declines of every code, also of those that PayPal has not described', async () => {
  const ids = ['PM-005', 'PM-024'];
  const { passed, results } = await runPaymentConformance(paymentHarness(true), { ids });
  expect(passed, JSON.stringify(results)).toBe(ids.length);
});
