import { definePort, type Port } from '@im/core';
import type { PaymentDriver } from './driver.ts';

/**
 * The port of payments: `provides: [{ port: paymentGateway, toDriver: (client) => toDriver(client) }]`. What a registry gives for it is a
 * driver; `createPaymentGateway(driver, { state })` makes it a gateway.
 */
export const paymentGateway: Port<PaymentDriver> = definePort<PaymentDriver>('paymentGateway');
