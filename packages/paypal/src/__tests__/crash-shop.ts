/** A shop over PayPal, in a process of its own that is killed. The fake stands in its parent, behind a gate. */
import { createIntegration } from '@im/core';
import { serveCrashShop } from '@im/payments/crash';
import { paypalDriver } from '../driver/paypal-driver.ts';
import type { PaypalOptions } from '../options.ts';
import { paypal } from '../paypal.ts';

serveCrashShop((options: PaypalOptions, { state, clock }) =>
  paypalDriver(createIntegration(paypal, { options, state, clock })),
);
