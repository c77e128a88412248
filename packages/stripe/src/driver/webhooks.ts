import { isIntegrationError } from '@im/core';
import { type DriverWebhooks, isCurrency, type PaymentEvent } from '@im/payments';
import type { Stripe } from 'stripe';
import { fromStripeAmount } from '../currencies.ts';
import type { StripeClient } from './client.ts';

/** Verified by `verifyWebhook` of the client, so that its secrets stay where they are. */
export function stripeWebhooks(client: StripeClient): DriverWebhooks {
  return {
    async verify(webhook, nowMs) {
      const event = await client.verifyWebhook(webhook, nowMs);
      const { payment, amount } = aboutWhat(event.data.object);
      if (payment === undefined) return [{ id: event.id, type: event.type }];
      // An endpoint for Connect gets events of all connected accounts: what is not of the one we act on is about no payment of ours.
      const isOurs = event.account === undefined || (await isThere(client, payment));
      return [{ id: event.id, type: event.type, ...(isOurs && { payment: { id: payment }, amount }) }];
    },
  };
}

async function isThere(client: StripeClient, intent: string): Promise<boolean> {
  try {
    await client.retrievePaymentIntent(intent);
    return true;
  } catch (error) {
    if (isIntegrationError(error) && error.code === 'not_found') return false;
    throw error;
  }
}

interface About {
  readonly payment: string | undefined;
  readonly amount?: PaymentEvent['amount'];
}

/** The payment that an event's object is, or belongs to. */
function aboutWhat(object: Stripe.Event.Data['object']): About {
  const {
    object: kind,
    id,
    amount,
    currency,
    payment_intent,
  } = object as Partial<Stripe.PaymentIntent> &
    Pick<Stripe.Charge, 'payment_intent'> & { readonly object?: string };
  if (kind !== 'payment_intent')
    return { payment: typeof payment_intent === 'string' ? payment_intent : payment_intent?.id };
  const isMoney = amount !== undefined && isCurrency(currency?.toUpperCase());
  return { payment: id, ...(isMoney && { amount: fromStripeAmount(amount, String(currency)) }) };
}
