/** The driver over the fake, as the payment suites open it. */
import type { PaymentDriver, PaymentEvent } from '@im/payments';
import type { PaymentHarness } from '@im/payments/testing';
import type { Stripe } from 'stripe';
import { fromStripeAmount, toStripeAmount } from '../currencies.ts';
import { stripeDriver } from '../driver/driver.ts';
import { referenceKey } from '../driver/reference.ts';
import { stripeTraits } from '../driver/traits.ts';
import { openStripe, type StripeSetup } from './connect.ts';

/** An account, and a driver that acts on it. */
export async function openDriver({
  multiCapture = false,
  ...setup
}: StripeSetup & { readonly multiCapture?: boolean } = {}) {
  const opened = await openStripe(setup);
  const { client, clock } = opened;
  const driver: PaymentDriver = multiCapture
    ? stripeDriver(client, { multiCapture, clock })
    : stripeDriver(client, { clock });
  return { ...opened, driver };
}

/** Where the requests of an operation go. */
const paths = {
  create: '/v1/payment_intents',
  capture: /^\/v1\/payment_intents\/[^/]+\/capture$/,
  refund: '/v1/refunds',
};

/** For `describePaymentGateway`. */
export function paymentHarness(multiCapture: boolean): PaymentHarness {
  return {
    async open({ withoutSecrets = false } = {}) {
      const { clock, fake, driver, close } = await openDriver({
        multiCapture,
        mostPerPage: 2,
        ...(withoutSecrets && { options: { webhookSecrets: [] } }),
      });
      return {
        driver,
        clock,
        advance: (ms) => clock.advance(ms),
        tokens: {
          succeeds: 'pm_card_visa',
          declined: 'pm_card_visa_chargeDeclinedInsufficientFunds',
          unmapped: fake.declining({
            code: 'card_declined',
            decline_code: 'code_of_next_year',
            message: 'No.',
          }),
          threeDSecure: 'pm_card_threeDSecure2Required',
        },
        count: async (reference) =>
          fake.ledger().filter(({ metadata }) => metadata[referenceKey] === reference).length,
        lose: (operation, part) =>
          fake.inject({
            fault: { kind: 'cut', when: part === 'request' ? 'before' : 'after' },
            method: 'POST',
            path: paths[operation],
          }),
        ...(!multiCapture && { traits: stripeTraits }),
        pageSize: 2,
        decline: async (code) => ({
          method: fake.declining({
            code: 'card_declined',
            ...(code !== 'card_declined' && { decline_code: code }),
            message: 'Your card was declined.',
          }),
        }),
        saveMethod: async (customer) => fake.save(customer),
        openDispute: async (payment, amount) =>
          fake.dispute(payment, { amount: toStripeAmount(amount).amount }),
        payOut: async (payments) => fake.payOut('EUR', payments) ?? '',
        finish: async (payment) =>
          Object.fromEntries(new URL(fake.finish(payment, 'approves') ?? '').searchParams),
        events: async () => fake.events().map(toPaymentEvent),
        sign: ({ id }, nowMs) =>
          fake.sign(fake.events().find((event) => event.id === id) as Stripe.Event, nowMs),
        close,
      };
    },
  };
}

function toPaymentEvent({ id, type, data }: Stripe.Event): PaymentEvent {
  const {
    object,
    id: own,
    amount,
    currency,
    payment_intent,
  } = data.object as Omit<Stripe.Charge, 'object'> & {
    readonly object: string;
  };
  const payment = object === 'payment_intent' ? own : payment_intent;
  return {
    id,
    type,
    ...(typeof payment === 'string' && { payment: { id: payment } }),
    ...(object === 'payment_intent' && { amount: fromStripeAmount(amount, currency) }),
  };
}
