import { describePaymentGateway } from '@im/payments/vitest';
import { paymentHarness } from '../__tests__/payments.ts';

describePaymentGateway('Stripe', paymentHarness(false));
describePaymentGateway('Stripe with several captures', paymentHarness(true));
