/** Orders: https://developer.paypal.com/docs/api/orders/v2/ */
import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeAddress,
  maybeMoney,
  maybeName,
  maybeText,
  wire,
  wireLinks,
  wireMoney,
} from './common.ts';
import { wireAuthorization, wireCapture, wireRefund } from './payments.ts';

/** What became of an instruction to keep the payment method. */
const maybeVaulted = maybe(
  wire({
    vault: maybe(wire({ id: maybeText, status: maybeText, customer: maybe(wire({ id: maybeText })) })),
  }),
);

/** What the order is paid with. */
const maybeSource = maybe(
  wire({
    card: maybe(
      wire({
        name: maybeText,
        brand: maybeText,
        last_digits: maybeText,
        expiry: maybeText,
        type: maybeText,
        attributes: maybeVaulted,
      }),
    ),
    paypal: maybe(
      wire({
        email_address: maybeText,
        account_id: maybeText,
        account_status: maybeText,
        name: maybeName,
        attributes: maybeVaulted,
      }),
    ),
    venmo: maybe(
      wire({
        email_address: maybeText,
        account_id: maybeText,
        user_name: maybeText,
        attributes: maybeVaulted,
      }),
    ),
  }),
);

const wireTracker = wire({ id: maybeText, status: maybeText, links: wireLinks });

const wirePurchaseUnit = wire({
  reference_id: maybeText,
  /** Left out of a minimal answer. */
  amount: maybeMoney,
  description: maybeText,
  custom_id: maybeText,
  invoice_id: maybeText,
  soft_descriptor: maybeText,
  payee: maybe(wire({ email_address: maybeText, merchant_id: maybeText })),
  items: listOf(
    wire({
      name: maybeText,
      quantity: maybeText,
      sku: maybeText,
      category: maybeText,
      unit_amount: wireMoney,
    }),
  ),
  shipping: maybe(wire({ name: maybeName, address: maybeAddress, trackers: listOf(wireTracker) })),
  payments: maybe(
    wire({
      authorizations: listOf(wireAuthorization),
      captures: listOf(wireCapture),
      refunds: listOf(wireRefund),
    }),
  ),
});

export const wireOrder = wire({
  id: z.string(),
  status: maybeText,
  intent: maybeText,
  create_time: maybeText,
  update_time: maybeText,
  payer: maybe(
    wire({ payer_id: maybeText, email_address: maybeText, name: maybeName, address: maybeAddress }),
  ),
  payment_source: maybeSource,
  purchase_units: listOf(wirePurchaseUnit),
  links: wireLinks,
});

/** An order. `status`: CREATED, SAVED, PAYER_ACTION_REQUIRED, APPROVED, COMPLETED, VOIDED. */
export type Order = z.output<typeof wireOrder>;
/** What an order is about. */
export type OrderUnit = z.output<typeof wirePurchaseUnit>;
