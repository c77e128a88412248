/** What a payment is made with. */
import { IntegrationError } from '@im/core';
import type { DriverCreate, MovingCall } from '@im/payments';
import type { Stripe } from 'stripe';
import { toStripeAmount } from '../currencies.ts';
import { moving, type StripeClient } from './client.ts';
import { confirmedKey, referenceKey } from './reference.ts';

/** Metadata of a payment that our server confirms. */
export const confirmed = { [confirmedKey]: 'server' };

/** Who pays, and with what, where that is settled already. */
export interface Payer {
  readonly customer?: string | undefined;
  readonly method?: string | undefined;
}

/**
 * Who pays. A mandate says it, and where one is set up for nobody in particular, a customer is made.
 *
 * @throws {@link IntegrationError} `invalid_argument` for a mandate that is none
 */
export async function payerOf(client: StripeClient, create: DriverCreate, call: MovingCall): Promise<Payer> {
  const { customer, method, mandate, reference } = create;
  if (typeof mandate === 'object') {
    const [, owner, saved] = /^(cus_\w+)\/(\w+)$/.exec(mandate.id) ?? [];
    if (owner === undefined || (customer !== undefined && customer !== owner))
      throw new IntegrationError(
        owner === undefined ? 'there is no such mandate' : 'the mandate is of another customer',
        {
          code: 'invalid_argument',
          provider: 'stripe',
          effect: 'none',
          reason: 'mandate',
          remedy: 'use the mandate of a payment that set one up',
        },
      );
    return { customer: owner, method: saved };
  }
  if (mandate !== 'set_up' || customer !== undefined) return { customer, method };
  // A method is kept by a customer, and by nobody else.
  const made = await client.createCustomer(
    { metadata: { [referenceKey]: reference } },
    moving(call, 'customer'),
  );
  return { customer: made.id, method };
}

/** Parameters of a new payment. */
export function paramsOf(
  { reference, amount, capture, confirm, returnUrl, mandate, description }: DriverCreate,
  { customer, method }: Payer,
  multiCapture: boolean,
): Stripe.PaymentIntentCreateParams {
  const isAlone = typeof mandate === 'object';
  // Without a method there is nothing that could go on: the customer gives it in the browser.
  const goesOn = confirm && method !== undefined;
  const mayLeave = !goesOn || (returnUrl !== undefined && !isAlone);
  // How long an authorization lasts stands in its charge, and what a redirect is for in the method.
  const expand = [
    ...(capture === 'manual' ? ['latest_charge'] : []),
    ...(goesOn && mayLeave ? ['payment_method'] : []),
  ];
  return {
    ...toStripeAmount(amount),
    metadata: { [referenceKey]: reference, ...(goesOn && confirmed) },
    // Not the default of today, which captures later and tells the amount before.
    capture_method: capture,
    automatic_payment_methods: { enabled: true, allow_redirects: mayLeave ? 'always' : 'never' },
    ...(method !== undefined && { payment_method: method }),
    ...(customer !== undefined && { customer }),
    ...(description !== undefined && { description }),
    ...(mandate === 'set_up' && { setup_future_usage: 'off_session' as const }),
    ...(goesOn && { confirm: true }),
    ...(expand.length > 0 && { expand }),
    ...(goesOn && isAlone && { off_session: true }),
    ...(goesOn && mayLeave && returnUrl !== undefined && { return_url: returnUrl }),
    ...(multiCapture &&
      capture === 'manual' && {
        payment_method_options: { card: { request_multicapture: 'if_available' as const } },
      }),
  };
}
