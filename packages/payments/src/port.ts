import { definePort, type Port } from '@im/core';
import type { PaymentDriver, PaymentTraits } from './driver.ts';

/**
 * The port of payments: `provides: [{ port: paymentGateway, toDriver: (client) => toDriver(client), traits: { abilities, facts } }]`. What a
 * registry gives for it is a driver; `createPaymentGateway(driver, { state })` makes it a gateway.
 */
export const paymentGateway: Port<PaymentDriver, PaymentTraits> = definePort('paymentGateway');
