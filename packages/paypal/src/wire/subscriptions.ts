/** Plans and subscriptions: https://developer.paypal.com/docs/api/subscriptions/v1/ */
import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeAddress,
  maybeFlag,
  maybeMoney,
  maybeName,
  maybeNumber,
  maybeText,
  wire,
  wireLinks,
  wireMoney,
} from './common.ts';

const maybePricing = maybe(
  wire({
    version: maybeNumber,
    fixed_price: maybeMoney,
    pricing_model: maybeText,
    tiers: listOf(wire({ starting_quantity: z.string(), ending_quantity: maybeText, amount: wireMoney })),
  }),
);

const wireCycle = wire({
  sequence: z.number(),
  tenure_type: maybeText,
  total_cycles: maybeNumber,
  frequency: maybe(wire({ interval_unit: z.string(), interval_count: maybeNumber })),
  pricing_scheme: maybePricing,
});

export const wirePlan = wire({
  id: z.string(),
  product_id: maybeText,
  name: maybeText,
  description: maybeText,
  status: maybeText,
  billing_cycles: listOf(wireCycle),
  payment_preferences: maybe(
    wire({
      auto_bill_outstanding: maybeFlag,
      setup_fee: maybeMoney,
      setup_fee_failure_action: maybeText,
      payment_failure_threshold: maybeNumber,
    }),
  ),
  taxes: maybe(wire({ percentage: maybeText, inclusive: maybeFlag })),
  quantity_supported: maybeFlag,
  create_time: maybeText,
  update_time: maybeText,
  links: wireLinks,
});
export const wirePlans = wire({
  plans: listOf(wirePlan),
  total_items: maybeNumber,
  total_pages: maybeNumber,
});

const maybePayment = maybe(wire({ amount: wireMoney, time: maybeText, reason_code: maybeText }));

export const wireSubscription = wire({
  id: z.string(),
  status: maybeText,
  status_change_note: maybeText,
  status_update_time: maybeText,
  plan_id: maybeText,
  plan_overridden: maybeFlag,
  quantity: maybeText,
  custom_id: maybeText,
  start_time: maybeText,
  shipping_amount: maybeMoney,
  subscriber: maybe(
    wire({
      payer_id: maybeText,
      email_address: maybeText,
      name: maybeName,
      shipping_address: maybe(wire({ name: maybeName, address: maybeAddress })),
    }),
  ),
  billing_info: maybe(
    wire({
      outstanding_balance: maybeMoney,
      cycle_executions: listOf(
        wire({
          sequence: z.number(),
          tenure_type: maybeText,
          cycles_completed: maybeNumber,
          cycles_remaining: maybeNumber,
          total_cycles: maybeNumber,
        }),
      ),
      last_payment: maybePayment,
      last_failed_payment: maybePayment,
      next_billing_time: maybeText,
      final_payment_time: maybeText,
      failed_payments_count: maybeNumber,
    }),
  ),
  create_time: maybeText,
  update_time: maybeText,
  links: wireLinks,
});

export const wireRevision = wire({
  plan_id: maybeText,
  plan_overridden: maybeFlag,
  quantity: maybeText,
  links: wireLinks,
});

export const wireSubscriptionPayment = wire({
  id: z.string(),
  status: maybeText,
  time: maybeText,
  payer_email: maybeText,
  payer_name: maybeName,
  amount_with_breakdown: maybe(
    wire({ gross_amount: wireMoney, fee_amount: maybeMoney, net_amount: maybeMoney, tax_amount: maybeMoney }),
  ),
});
export const wireSubscriptionPayments = wire({
  transactions: listOf(wireSubscriptionPayment),
  total_items: maybeNumber,
});

/** What is charged, and how often. `status`: CREATED, ACTIVE, INACTIVE. */
export type Plan = z.output<typeof wirePlan>;
/** A customer's subscription. `status`: APPROVAL_PENDING, APPROVED, ACTIVE, SUSPENDED, CANCELLED, EXPIRED. */
export type Subscription = z.output<typeof wireSubscription>;
/** What a revision leads to; the customer has to agree at the link `approve` where there is one. */
export type Revision = z.output<typeof wireRevision>;
/** One payment of a subscription. `status`: COMPLETED, DECLINED, PENDING, PARTIALLY_REFUNDED, REFUNDED. */
export type SubscriptionPayment = z.output<typeof wireSubscriptionPayment>;
