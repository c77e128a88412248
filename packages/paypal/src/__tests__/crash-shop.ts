/** A shop over PayPal, in a process of its own that is killed. The fake stands in its parent, behind a gate. */
import { createIntegration } from '@im/core';
import { serveCrashShop } from '@im/payments/crash';
import { paypalDriver } from '../driver/paypal-driver.ts';
import type { PaypalOptions } from '../options.ts';
import { paypal } from '../paypal.ts';

/** Time-outs are for vendors: on a machine that is busy with a hundred orders none may go off. */
const patience = 20;

serveCrashShop((options: PaypalOptions, { state, clock }) =>
  paypalDriver(
    createIntegration(paypal, {
      options,
      state,
      clock: {
        now: () => clock.now(),
        schedule: (delayMs, work, how) => clock.schedule(delayMs * patience, work, how),
      },
    }),
  ),
);
