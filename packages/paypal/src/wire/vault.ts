/** Payment method tokens: https://developer.paypal.com/docs/api/payment-tokens/v3/ */
import { z } from 'zod';
import { listOf, maybe, maybeNumber, maybeText, wire, wireLinks } from './common.ts';

const maybeCustomer = maybe(wire({ id: maybeText }));

const maybeMethod = maybe(
  wire({
    card: maybe(
      wire({
        name: maybeText,
        brand: maybeText,
        last_digits: maybeText,
        expiry: maybeText,
        verification_status: maybeText,
      }),
    ),
    paypal: maybe(
      wire({ email_address: maybeText, payer_id: maybeText, account_id: maybeText, description: maybeText }),
    ),
    venmo: maybe(wire({ email_address: maybeText, user_name: maybeText, payer_id: maybeText })),
    apple_pay: maybe(
      wire({ card: maybe(wire({ brand: maybeText, last_digits: maybeText, expiry: maybeText })) }),
    ),
  }),
);

export const wireSetupToken = wire({
  id: z.string(),
  status: maybeText,
  customer: maybeCustomer,
  payment_source: maybeMethod,
  links: wireLinks,
});

export const wirePaymentToken = wire({
  id: z.string(),
  customer: maybeCustomer,
  payment_source: maybeMethod,
  links: wireLinks,
});

export const wirePaymentTokens = wire({
  customer: maybeCustomer,
  payment_tokens: listOf(wirePaymentToken),
  total_items: maybeNumber,
  total_pages: maybeNumber,
});

/** A method that is about to be saved. `status`: CREATED, PAYER_ACTION_REQUIRED, APPROVED, VAULTED, TOKENIZED. */
export type SetupToken = z.output<typeof wireSetupToken>;
/** A saved method. No digit of a card but the last ones. */
export type PaymentToken = z.output<typeof wirePaymentToken>;
