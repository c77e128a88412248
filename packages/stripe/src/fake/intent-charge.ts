/** A confirmed payment: the customer is asked where that must be, and the method charged. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { type Decline, needsAuthentication, notAuthenticated } from './cards.ts';
import { authorizationSeconds, tryCharge } from './charges.ts';
import type { Input } from './input.ts';
import { finish, release } from './intent-end.ts';
import { natureOf } from './methods.ts';
import { declined } from './refusals.ts';

/** Days of a bank debit. */
const debitSeconds = 4 * 86_400;

/** Where the customer authenticates. */
export type PageOf = (intent: { readonly id: string }, account: Account) => string;

/** Goes on with a payment: asks the customer, or charges. @throws an answer of 402 when it is declined */
export function goOn(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  input: Input,
  pageOf: PageOf,
): Stripe.PaymentIntent {
  const isAlone = input.flag('off_session') === true;
  const nature = natureOf(method);
  const how = nature.card?.authenticates;
  intent.last_payment_error = null;
  const asks =
    how === 'always' ||
    how === 'off_session_too' ||
    (!isAlone && (how === 'when_present' || how === 'unless_set_up')) ||
    (isAlone && how === 'unless_set_up' && !nature.isSetUp);
  if (asks && (isAlone || input.flag('error_on_requires_action') === true))
    return decline(account, intent, method, needsAuthentication, null);
  if (asks) return ask(account, intent, input.text('return_url'), pageOf);
  return charge(account, intent, method, false);
}

function ask(
  account: Account,
  intent: Stripe.PaymentIntent,
  return_url: string | undefined,
  pageOf: PageOf,
): Stripe.PaymentIntent {
  intent.status = 'requires_action';
  intent.next_action =
    return_url === undefined
      ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } as never }
      : { type: 'redirect_to_url', redirect_to_url: { return_url, url: pageOf(intent, account) } };
  account.emit('payment_intent.requires_action', intent);
  return intent;
}

/** The customer has authenticated, or has not. */
export function finishIntent(
  account: Account,
  intent: Stripe.PaymentIntent,
  isApproved: boolean,
): Stripe.PaymentIntent {
  const method = account.find('payment_method', intent.payment_method as string | null);
  if (intent.status !== 'requires_action' || method === undefined)
    throw new Error(`${intent.id} waits for nobody: its status is ${intent.status}`);
  intent.next_action = null;
  try {
    if (!isApproved) return decline(account, intent, method, notAuthenticated, null);
    if (intent.confirmation_method === 'manual') {
      intent.status = 'requires_confirmation';
      return intent;
    }
    return charge(account, intent, method, true);
  } catch (thrown) {
    // A decline is for the page to tell, by what the intent says.
    if (intent.status === 'requires_payment_method') return intent;
    throw thrown;
  }
}

function charge(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.PaymentIntent {
  const nature = natureOf(method);
  intent.next_action = null;
  if (nature.bank !== undefined && intent.status !== 'processing') {
    intent.status = 'processing';
    account.emit('payment_intent.processing', intent);
    account.later(account.now + debitSeconds, () => settleDebit(account, intent, method));
    return intent;
  }
  const isManual = intent.capture_method === 'manual';
  const wantsMore = intent.payment_method_options?.card?.request_multicapture === 'if_available';
  const { charge: made, decline: reason } = tryCharge(account, {
    amount: intent.amount,
    currency: intent.currency,
    method,
    customer: intent.customer as string | null,
    intent,
    description: intent.description,
    capture: !isManual,
    authenticated,
    multicapture: isManual && wantsMore && nature.card?.multicapture !== false,
  });
  if (reason !== undefined) return decline(account, intent, method, reason, made);
  intent.latest_charge = made.id;
  keep(account, intent, method);
  if (isManual) hold(account, intent, made);
  else succeed(account, intent);
  return intent;
}

/** A debit ends when the bank has answered. */
export function settleDebit(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): void {
  if (intent.status !== 'processing') return;
  try {
    charge(account, intent, method, false);
  } catch (thrown) {
    // A decline: the intent and its events tell it.
    if ((intent.status as string) !== 'requires_payment_method') throw thrown;
  }
}

/** Keeps the method with the customer, where it was to be kept. */
function keep(account: Account, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
  const nature = natureOf(method);
  if (intent.setup_future_usage !== null && intent.customer !== null) {
    nature.isSetUp = true;
    if (method.customer === null) {
      method.customer = intent.customer as string;
      account.emit('payment_method.attached', method);
    }
  }
  if (method.customer === null) nature.isSpent = true;
}

function hold(account: Account, intent: Stripe.PaymentIntent, made: Stripe.Charge): void {
  intent.status = 'requires_capture';
  intent.amount_capturable = intent.amount;
  account.emit('payment_intent.amount_capturable_updated', intent);
  account.later(account.now + authorizationSeconds, () => {
    if (intent.status !== 'requires_capture') return;
    account.emit('charge.expired', made);
    if (intent.amount_received > 0) finish(account, intent);
    else release(account, intent, 'expired');
  });
}

function succeed(account: Account, intent: Stripe.PaymentIntent): void {
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  account.emit('payment_intent.succeeded', intent);
}

function decline(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  reason: Decline,
  made: Stripe.Charge | null,
): never {
  const { code, decline_code, message } = reason;
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  if (made !== null) intent.latest_charge = made.id;
  intent.last_payment_error = {
    ...(made !== null && { charge: made.id }),
    code,
    ...(decline_code !== undefined && { decline_code }),
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    message,
    payment_method: method,
    type: code === notAuthenticated.code ? 'invalid_request_error' : 'card_error',
  };
  account.emit('payment_intent.payment_failed', intent);
  throw declined(message, {
    ...(made !== null && { charge: made.id }),
    code,
    ...(decline_code !== undefined && { decline_code }),
    payment_intent: structuredClone(intent),
    payment_method: structuredClone(method),
  });
}
