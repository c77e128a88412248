/** The driver is a payment processor, by the port's own suite. */
import { describePaymentGateway } from '@im/payments/vitest';
import { paymentHarness } from './__tests__/payments.ts';

describePaymentGateway('PayPal', paymentHarness);
