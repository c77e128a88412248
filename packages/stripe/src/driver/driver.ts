/**
 * The driver of Stripe: PaymentIntents as payments. They confirm by themselves (`confirmation_method: automatic`): when the customer has done what
 * was asked, Stripe goes on, whether the browser comes back or not.
 *
 * @see {@link https://docs.stripe.com/payments/paymentintents/lifecycle | Stripe: How PaymentIntents and SetupIntents work}
 */
import { type Clock, IntegrationError, isIntegrationError, systemClock } from '@im/core';
import type { DriverCall, DriverPayment, PaymentAbility, PaymentDriver } from '@im/payments';
import type { Stripe } from 'stripe';
import { stripeErrorOf } from '../client/failures.ts';
import { toStripeAmount } from '../currencies.ts';
import { moving, reading, type StripeClient } from './client.ts';
import { confirmed, paramsOf, payerOf } from './create.ts';
import { stripeLists } from './lists.ts';
import { findByReference } from './lookup.ts';
import { chargeOf, isRefused, toPayment, wholeIntent } from './payment.ts';
import { captureNote, confirmedKey, referenceKey } from './reference.ts';
import { stripeTraits } from './traits.ts';
import { stripeVault } from './vault.ts';
import { stripeWebhooks } from './webhooks.ts';

/** What every account can do. */
export type StripeAbility = keyof (typeof stripeTraits)['abilities'];

/** Settings of the driver. */
export interface StripeDriverOptions {
  /**
   * Whether cards are authorized so that they can be captured in several parts: at most 45, of cards alone, and for accounts on IC+ pricing.
   * Default false. https://docs.stripe.com/payments/multicapture
   */
  readonly multiCapture?: boolean | undefined;
  /** By which it is decided how far back what a search does not find yet is looked for. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The driver of a client. */
export function stripeDriver(
  client: StripeClient,
  options: StripeDriverOptions & { readonly multiCapture: true },
): PaymentDriver<StripeAbility | 'multiCapture', Stripe>;
export function stripeDriver(
  client: StripeClient,
  options?: StripeDriverOptions,
): PaymentDriver<StripeAbility, Stripe>;
export function stripeDriver(
  client: StripeClient,
  { multiCapture = false, clock = systemClock }: StripeDriverOptions = {},
): PaymentDriver<PaymentAbility, Stripe> {
  const now = () => clock.now();
  const shelves = { search: client.searchPaymentIntents, list: client.listPaymentIntents };
  const expand = wholeIntent;

  /** With all its refunds: an intent that is expanded has the latest ten. */
  const tell = async (intent: Stripe.PaymentIntent, call: DriverCall): Promise<DriverPayment> => {
    if (intent.amount_received === 0) return toPayment(intent, []);
    const { id, refunds } = chargeOf(intent);
    if (refunds?.has_more === false) return toPayment(intent, refunds.data);
    return toPayment(intent, await client.listRefunds({ charge: id }, reading(call)).toArray());
  };
  const retrieve = (id: string, call: DriverCall) =>
    client.retrievePaymentIntent(id, { expand }, reading(call));
  /** After something was done, a read that fails must not look as if nothing was. */
  const tellAfter = (intent: Stripe.PaymentIntent | undefined, id: string, call: DriverCall) =>
    asUncertain(async () => tell(intent ?? (await retrieve(id, call)), call));

  return {
    name: 'stripe',
    abilities: { ...stripeTraits.abilities, ...(multiCapture && { multiCapture: true }) } as Record<
      PaymentAbility,
      true
    >,
    facts: stripeTraits.facts,
    async create(create, call) {
      const payer = await payerOf(client, create, call);
      const params = paramsOf(create, payer, multiCapture);
      // Of what was made this instant nothing was given back.
      return toPayment(await orRefused(client.createPaymentIntent(params, moving(call))), []);
    },
    async confirm(id, { method, returnUrl, returned }, call) {
      const intent = await retrieve(id, call);
      const waits = intent.status === 'requires_action';
      // The customer is back, and Stripe has gone on by itself, or will.
      if (waits && (returned !== undefined || method === undefined)) return tell(intent, call);
      const canBegin =
        intent.status === 'requires_payment_method' || intent.status === 'requires_confirmation';
      if ((!waits && !canBegin) || isRefused(intent)) throw notPossible(`a payment that is ${intent.status}`);
      // Before, for a refusal in between would look like one in the browser, after which the customer may go on.
      if (intent.metadata[confirmedKey] === undefined)
        await client.updatePaymentIntent(id, { metadata: confirmed }, moving(call, 'mark'));
      const params = {
        ...(method !== undefined && { payment_method: method }),
        ...(returnUrl !== undefined && { return_url: returnUrl }),
        expand,
      };
      return tellAfter(await orRefused(client.confirmPaymentIntent(id, params, moving(call))), id, call);
    },
    async capture(id, { reference, amount, final }, call) {
      const { amount: amount_to_capture } = toStripeAmount(amount);
      const params = {
        amount_to_capture,
        ...(multiCapture && { final_capture: final }),
        metadata: captureNote(reference, amount_to_capture),
        expand,
      };
      return tellAfter(await client.capturePaymentIntent(id, params, moving(call)), id, call);
    },
    void: async (id, _reference, call) =>
      tellAfter(await client.cancelPaymentIntent(id, { expand }, moving(call)), id, call),
    async refund(id, { reference, amount, reason }, call) {
      // Of what is only authorized, Stripe's word for letting go is a refund too.
      const { status, amount_received } = await client.retrievePaymentIntent(id, undefined, reading(call));
      if (amount_received === 0)
        throw notPossible(`a payment that is ${status}, of which nothing was captured,`);
      const params = {
        payment_intent: id,
        amount: toStripeAmount(amount).amount,
        ...reasonOf(reason, reference),
        expand: expand.map((path) => `payment_intent.${path}`),
      };
      const { payment_intent } = await client.createRefund(params, moving(call));
      return tellAfter(
        typeof payment_intent === 'object' ? (payment_intent ?? undefined) : undefined,
        id,
        call,
      );
    },
    async find(query, call) {
      const id = query.id ?? (await findByReference(shelves, query.reference, now(), call))?.id;
      if (id === undefined) return undefined;
      try {
        return await tell(await retrieve(id, call), call);
      } catch (error) {
        if (isIntegrationError(error) && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    vault: stripeVault(client, now),
    ...stripeLists(client, tell),
    webhooks: stripeWebhooks(client),
    native: () => client.native(),
  };
}

/** Stripe knows three reasons, of which `fraudulent` blocks the card; any other is noted. */
function reasonOf(reason: string | undefined, reference: string) {
  const known = (['duplicate', 'fraudulent', 'requested_by_customer'] as const).find((one) => one === reason);
  const isOther = reason !== undefined && known === undefined;
  return {
    ...(known !== undefined && { reason: known }),
    metadata: { [referenceKey]: reference, ...(isOther && { im_reason: reason.slice(0, 500) }) },
  };
}

/** A decline is no failure: Stripe's error has the payment in it. */
async function orRefused(work: Promise<Stripe.PaymentIntent>): Promise<Stripe.PaymentIntent> {
  try {
    return await work;
  } catch (error) {
    const { statusCode, payment_intent } = stripeErrorOf(error) ?? {};
    if (statusCode === 402 && payment_intent !== undefined && isRefused(payment_intent))
      return payment_intent;
    throw error;
  }
}

/** What fails in it fails after something was done. */
async function asUncertain<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    const says = 'it was done, and what became of it could not be read';
    throw new IntegrationError(says, { ...error, effect: 'unknown' }, { cause: error });
  }
}

function notPossible(what: string): IntegrationError {
  return new IntegrationError(`${what} does not allow this`, {
    code: 'failed_precondition',
    provider: 'stripe',
    effect: 'none',
    reason: 'status',
    remedy: 'retrieve it and look at its status',
  });
}
