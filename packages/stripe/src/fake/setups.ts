/** Setup intents: methods made ready for payments without the customer, and the mandates that come of it. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newSetupIntent } from './blank.ts';
import type { Input } from './input.ts';
import type { PageOf } from './intent-charge.ts';
import { checkUsable, methodFor, natureOf } from './methods.ts';
import { declined, invalid, refused } from './refusals.ts';

const settings =
  'automatic_payment_methods customer description metadata payment_method payment_method_types usage';
const confirmations = 'mandate_data return_url use_stripe_sdk';
const open = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export function createSetup(account: Account, input: Input, pageOf: PageOf): Stripe.SetupIntent {
  input.only(`confirm ${settings} ${confirmations}`);
  const setup = newSetupIntent(account, {});
  configure(account, setup, input);
  const confirms = input.flag('confirm') === true;
  if (confirms) checkMethod(account, setup);
  account.add<'setup_intent'>(setup);
  account.emit('setup_intent.created', setup);
  return confirms ? confirm(account, setup, input, pageOf) : setup;
}

export function updateSetup(account: Account, setup: Stripe.SetupIntent, input: Input): Stripe.SetupIntent {
  input.only(settings);
  configure(account, setup, input);
  return setup;
}

function configure(account: Account, setup: Stripe.SetupIntent, input: Input): void {
  const customer = input.text('customer');
  if (customer !== undefined) setup.customer = account.get('customer', customer, 'customer').id;
  setup.metadata = input.metadata(setup.metadata ?? {});
  if (input.has('description')) setup.description = input.text('description') ?? null;
  setup.usage = input.choice('usage', ['off_session', 'on_session'] as const) ?? setup.usage;
  const types = input.texts('payment_method_types');
  if (types.length > 0) setup.payment_method_types = types;
  const method = input.text('payment_method');
  if (method === undefined) return;
  setup.payment_method = methodFor(account, method).id;
  if (setup.status === 'requires_payment_method') setup.status = 'requires_confirmation';
}

function checkMethod(account: Account, setup: Stripe.SetupIntent): Stripe.PaymentMethod {
  const method = account.find('payment_method', setup.payment_method as string | null);
  if (method === undefined)
    throw invalid("You cannot confirm this SetupIntent because it's missing a payment method.", {
      code: 'setup_intent_unexpected_state',
    });
  checkUsable(method, setup.customer as string | null);
  return method;
}

/** @throws an answer of 402 for a card that is declined */
export function confirmSetup(
  account: Account,
  setup: Stripe.SetupIntent,
  input: Input,
  pageOf: PageOf,
): Stripe.SetupIntent {
  input.only(`${settings} ${confirmations} client_secret`);
  if (!open.includes(setup.status)) throw unexpected(setup, 'confirm');
  configure(account, setup, input);
  return confirm(account, setup, input, pageOf);
}

function confirm(
  account: Account,
  setup: Stripe.SetupIntent,
  input: Input,
  pageOf: PageOf,
): Stripe.SetupIntent {
  const method = checkMethod(account, setup);
  const { card } = natureOf(method);
  if (card?.decline !== undefined && card.failsAttach !== false && card.authenticates === undefined) {
    const { code, decline_code, message } = card.decline;
    setup.status = 'requires_payment_method';
    setup.payment_method = null;
    const words = { code, ...(decline_code !== undefined && { decline_code }) };
    setup.last_setup_error = { ...words, message, payment_method: method, type: 'card_error' };
    account.emit('setup_intent.setup_failed', setup);
    throw declined(message, { ...words, setup_intent: structuredClone(setup) });
  }
  if (card?.authenticates === undefined || card.authenticates === 'when_present')
    return succeed(account, setup, method);
  const return_url = input.text('return_url');
  setup.status = 'requires_action';
  setup.next_action =
    return_url === undefined
      ? { type: 'use_stripe_sdk', use_stripe_sdk: {} as never }
      : { type: 'redirect_to_url', redirect_to_url: { return_url, url: pageOf(setup, account) } };
  account.emit('setup_intent.requires_action', setup);
  return setup;
}

/** The customer has authenticated, or has not. */
export function finishSetup(
  account: Account,
  setup: Stripe.SetupIntent,
  isApproved: boolean,
): Stripe.SetupIntent {
  const method = account.find('payment_method', setup.payment_method as string | null);
  if (setup.status !== 'requires_action' || method === undefined)
    throw new Error(`${setup.id} waits for nobody: its status is ${setup.status}`);
  setup.next_action = null;
  if (isApproved) return succeed(account, setup, method);
  setup.status = 'requires_payment_method';
  setup.payment_method = null;
  setup.last_setup_error = {
    code: 'setup_intent_authentication_failure',
    message: 'We are unable to authenticate your payment method.',
    payment_method: method,
    type: 'invalid_request_error',
  };
  account.emit('setup_intent.setup_failed', setup);
  return setup;
}

function succeed(
  account: Account,
  setup: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
): Stripe.SetupIntent {
  setup.status = 'succeeded';
  natureOf(method).isSetUp = true;
  if (setup.customer !== null && method.customer === null) {
    method.customer = setup.customer as string;
    account.emit('payment_method.attached', method);
  }
  setup.mandate = newMandate(account, method).id;
  account.emit('setup_intent.succeeded', setup);
  return setup;
}

/** The customer's permission. */
export function newMandate(account: Account, method: Stripe.PaymentMethod): Stripe.Mandate {
  return account.add<'mandate'>({
    id: account.idFor('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: account.now,
      type: 'online',
      online: { ip_address: '127.0.0.1', user_agent: 'fake' },
    },
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details: { type: method.type, [method.type]: {} } as Stripe.Mandate.PaymentMethodDetails,
    status: 'active',
    type: 'multi_use',
  });
}

export function cancelSetup(account: Account, setup: Stripe.SetupIntent, input: Input): Stripe.SetupIntent {
  input.only('cancellation_reason');
  if (!open.includes(setup.status)) throw unexpected(setup, 'cancel');
  setup.status = 'canceled';
  setup.next_action = null;
  setup.cancellation_reason =
    input.choice('cancellation_reason', ['abandoned', 'duplicate', 'requested_by_customer'] as const) ?? null;
  account.emit('setup_intent.canceled', setup);
  return setup;
}

function unexpected(setup: Stripe.SetupIntent, verb: string) {
  return refused(`You cannot ${verb} this SetupIntent because it has a status of ${setup.status}.`, {
    code: 'setup_intent_unexpected_state',
    setup_intent: structuredClone(setup),
  });
}
