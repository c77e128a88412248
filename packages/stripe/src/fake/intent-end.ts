/** What is done with a payment that is confirmed: captured, canceled, let go. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { takeFrom } from './charges.ts';
import type { Input } from './input.ts';
import { invalid, refused } from './refusals.ts';

/** Takes what is held. @throws an answer of 400 */
export function captureIntent(
  account: Account,
  intent: Stripe.PaymentIntent,
  input: Input,
): Stripe.PaymentIntent {
  input.only('amount_to_capture final_capture metadata statement_descriptor statement_descriptor_suffix');
  const made = account.find('charge', intent.latest_charge as string | null);
  if (intent.status !== 'requires_capture' || made === undefined)
    throw unexpected(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    );
  const amount = input.integer('amount_to_capture') ?? intent.amount_capturable;
  if (amount > intent.amount_capturable)
    throw refused(
      'The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.',
      { code: 'amount_too_large', payment_intent: structuredClone(intent) },
    );
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount_to_capture',
    });
  const isLast = input.flag('final_capture') !== false;
  if (!isLast && made.payment_method_details?.card?.multicapture?.status !== 'available')
    throw refused('This PaymentIntent does not support multiple captures.', {
      code: 'payment_intent_invalid_parameter',
      param: 'final_capture',
    });
  intent.metadata = input.metadata(intent.metadata);
  intent.amount_received += amount;
  intent.amount_capturable -= amount;
  takeFrom(account, made, amount, isLast || intent.amount_capturable === 0);
  account.emit('charge.captured', made);
  if (isLast || intent.amount_capturable === 0) finish(account, intent);
  else account.emit('payment_intent.amount_capturable_updated', intent);
  return intent;
}

/** All is taken that will be. */
export function finish(account: Account, intent: Stripe.PaymentIntent): void {
  intent.amount_capturable = 0;
  intent.status = 'succeeded';
  account.emit('payment_intent.succeeded', intent);
}

/** Ends a payment. @throws an answer of 400 once money was taken */
export function cancelIntent(
  account: Account,
  intent: Stripe.PaymentIntent,
  input: Input,
): Stripe.PaymentIntent {
  input.only('cancellation_reason');
  const reasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;
  const reason = input.choice('cancellation_reason', reasons) ?? null;
  if (['succeeded', 'canceled', 'processing'].includes(intent.status))
    throw unexpected(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, processing.`,
    );
  return release(account, intent, reason);
}

/** Lets go what was held, and ends. */
export function release(
  account: Account,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  Object.assign(intent, {
    status: 'canceled',
    cancellation_reason: reason,
    canceled_at: account.now,
    amount_capturable: 0,
    next_action: null,
  });
  account.emit('payment_intent.canceled', intent);
  return intent;
}

/** An answer of 400 that names the status. */
export function unexpected(intent: Stripe.PaymentIntent, message: string) {
  return refused(message, {
    code: 'payment_intent_unexpected_state',
    payment_intent: structuredClone(intent),
  });
}
