/**
 * Payment intents: how they begin, change and are confirmed.
 *
 * @see {@link https://docs.stripe.com/payments/paymentintents/lifecycle | Stripe: How PaymentIntents and SetupIntents work}
 */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { amountOf } from './amounts.ts';
import { newPaymentIntent } from './blank.ts';
import type { Input } from './input.ts';
import { goOn, type PageOf } from './intent-charge.ts';
import { unexpected } from './intent-end.ts';
import { checkUsable, methodFor } from './methods.ts';
import { invalid } from './refusals.ts';

const settings =
  'automatic_payment_methods capture_method customer description metadata payment_method payment_method_options payment_method_types receipt_email setup_future_usage shipping statement_descriptor statement_descriptor_suffix transfer_group';
const confirmations = 'error_on_requires_action mandate_data off_session return_url use_stripe_sdk';

/** Begins a payment, and goes on with it when it is asked to. */
export function createIntent(account: Account, input: Input, pageOf: PageOf): Stripe.PaymentIntent {
  input.only(`amount currency confirm confirmation_method ${settings} ${confirmations}`);
  const intent = newPaymentIntent(account, amountOf(input));
  if (input.flag('confirm') !== true && input.has('off_session'))
    throw invalid('You can only set `off_session` when `confirm` is true.', { param: 'off_session' });
  configure(account, intent, input);
  intent.confirmation_method =
    input.choice('confirmation_method', ['automatic', 'manual'] as const) ?? 'automatic';
  if (input.flag('confirm') === true) checkConfirmable(account, intent, input);
  account.add<'payment_intent'>(intent);
  account.emit('payment_intent.created', intent);
  return input.flag('confirm') === true
    ? goOn(account, intent, checkConfirmable(account, intent, input), input, pageOf)
    : intent;
}

/** Changes what is not done yet. */
export function updateIntent(
  account: Account,
  intent: Stripe.PaymentIntent,
  input: Input,
): Stripe.PaymentIntent {
  input.only(`amount currency ${settings}`);
  const isOver = !['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(
    intent.status,
  );
  if (isOver && input.has('amount'))
    throw unexpected(
      intent,
      `This PaymentIntent's amount could not be updated because it has a status of ${intent.status}.`,
    );
  if (input.has('amount')) {
    const amount = input.integer('amount');
    if (amount === undefined || amount < 1)
      throw invalid('This value must be greater than or equal to 1.', {
        code: 'parameter_invalid_integer',
        param: 'amount',
      });
    intent.amount = amount;
  }
  configure(account, intent, input);
  return intent;
}

function configure(account: Account, intent: Stripe.PaymentIntent, input: Input): void {
  const customer = input.text('customer');
  if (customer !== undefined) intent.customer = account.get('customer', customer, 'customer').id;
  intent.metadata = input.metadata(intent.metadata);
  if (input.has('description')) intent.description = input.text('description') ?? null;
  intent.receipt_email = input.text('receipt_email') ?? intent.receipt_email;
  intent.capture_method =
    input.choice('capture_method', ['automatic', 'automatic_async', 'manual'] as const) ??
    intent.capture_method;
  intent.setup_future_usage =
    input.choice('setup_future_usage', ['off_session', 'on_session'] as const) ?? intent.setup_future_usage;
  const types = input.texts('payment_method_types');
  if (types.length > 0) intent.payment_method_types = types;
  else if (intent.automatic_payment_methods === null && !input.has('amount_details')) {
    const automatic = input.inside('automatic_payment_methods').only('enabled allow_redirects');
    if (automatic.flag('enabled') !== false)
      intent.automatic_payment_methods = {
        enabled: true,
        allow_redirects: automatic.choice('allow_redirects', ['always', 'never'] as const) ?? 'always',
      };
  }
  const card = input.inside('payment_method_options').only('card us_bank_account').inside('card');
  const request_multicapture = card.choice('request_multicapture', ['if_available', 'never'] as const);
  if (request_multicapture === 'if_available')
    intent.payment_method_options = {
      card: { request_multicapture },
    } as Stripe.PaymentIntent.PaymentMethodOptions;
  const method = input.text('payment_method');
  if (method !== undefined) {
    intent.payment_method = methodFor(account, method).id;
    if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation';
  }
}

function checkConfirmable(
  account: Account,
  intent: Stripe.PaymentIntent,
  input: Input,
): Stripe.PaymentMethod {
  const method = account.find('payment_method', intent.payment_method as string | null);
  if (method === undefined)
    throw invalid(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      { code: 'payment_intent_unexpected_state' },
    );
  checkUsable(method, intent.customer as string | null);
  if (method.type === 'us_bank_account' && intent.currency !== 'usd')
    throw invalid('The currency provided is invalid for payment method type us_bank_account.', {
      param: 'currency',
    });
  const redirects = intent.automatic_payment_methods?.allow_redirects === 'always';
  if (redirects && !input.has('return_url') && input.flag('off_session') !== true)
    throw invalid(
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you do not want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.',
      { param: 'return_url' },
    );
  return method;
}

/** Goes on with a payment. @throws an answer of 402 when it is declined; of 400 where it cannot go on */
export function confirmIntent(
  account: Account,
  intent: Stripe.PaymentIntent,
  input: Input,
  pageOf: PageOf,
): Stripe.PaymentIntent {
  input.only(`${settings} ${confirmations} client_secret`);
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status))
    throw unexpected(
      intent,
      intent.status === 'succeeded'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
    );
  configure(account, intent, input);
  return goOn(account, intent, checkConfirmable(account, intent, input), input, pageOf);
}
