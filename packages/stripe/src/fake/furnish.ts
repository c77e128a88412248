/** What an account begins with, so that every operation finds something to work on. Ids are the same for the same account. */

import type { Account } from './account.ts';
import { newCustomer } from './blank.ts';
import { failPayout, payOutAll } from './books.ts';
import { createPrice, createProduct } from './catalogue.ts';
import { createCheckout } from './checkout.ts';
import { openDispute } from './disputes.ts';
import { idOf } from './ids.ts';
import { readInput } from './input.ts';
import { createIntent } from './intents.ts';
import { attach, methodFor } from './methods.ts';
import { createPortalConfiguration } from './portal.ts';
import { refund } from './refunds.ts';
import { createSetup } from './setups.ts';
import { createSubscription } from './subscription-create.ts';

const nowhere = () => 'https://hooks.stripe.com/none';
const input = (given: Readonly<Record<string, string | number>>) =>
  readInput(Object.entries(given).map(([name, value]) => [name, String(value)] as const));

/** Ids of what {@link furnish} makes, by what it is for. */
export function furnishedIds(account: string) {
  const of = (prefix: string, number: number) => idOf(account, prefix, number);
  return {
    /** Has a method, which is its default, and subscriptions. */
    customer: of('cus', 1),
    /** To be changed, and to be deleted. */
    customerToDelete: of('cus', 2),
    method: of('pm', 1),
    methodToDetach: of('pm', 2),
    /** Captured, with a refund. */
    captured: of('pi', 1),
    /** Authorized. */
    authorized: of('pi', 4),
    /** With a method, to be confirmed. */
    open: of('pi', 5),
    openToCancel: of('pi', 6),
    charge: of('ch', 1),
    refund: of('re', 1),
    /** Waits for the customer's bank account. */
    refundToCancel: of('re', 2),
    dispute: of('du', 1),
    disputeToClose: of('du', 2),
    setup: of('seti', 1),
    openSetup: of('seti', 2),
    setupToCancel: of('seti', 3),
    mandate: of('mandate', 1),
    payout: of('po', 1),
    product: of('prod', 1),
    price: of('price', 1),
    subscription: of('sub', 1),
    subscriptionToCancel: of('sub', 2),
    pausedSubscription: of('sub', 3),
    invoice: of('in', 1),
    /** Its subscription waits for the first payment. */
    openInvoice: of('in', 4),
    checkout: of('cs_test', 1),
    portal: of('bpc', 1),
    event: of('evt', 1),
    endpoint: of('we', 1),
  };
}

/** Fills a new account. */
export function furnish(account: Account): void {
  const customer = account.add<'customer'>(newCustomer(account, { email: 'ada@example.com', name: 'Ada' }));
  account.add<'customer'>(newCustomer(account, { email: 'bob@example.com', name: 'Bob' }));
  account.add<'customer'>(newCustomer(account, { email: 'cleo@example.com', name: 'Cleo' }));
  for (const name of ['pm_card_visa', 'pm_card_mastercard'])
    attach(account, methodFor(account, name), customer.id);
  const { method } = furnishedIds(account.id);
  customer.invoice_settings.default_payment_method = method;

  const payment = (more: Readonly<Record<string, string | number>>) =>
    createIntent(
      account,
      input({
        amount: 5_000,
        currency: 'usd',
        'automatic_payment_methods[allow_redirects]': 'never',
        ...more,
      }),
      nowhere,
    );
  const confirmed = { confirm: 'true', payment_method: 'pm_card_bypassPending' };
  const [first, ...disputed] = [payment(confirmed), payment(confirmed), payment(confirmed)];
  payment({ confirm: 'true', payment_method: 'pm_card_visa', capture_method: 'manual' });
  payment({ payment_method: 'pm_card_visa' });
  payment({});
  if (first !== undefined) {
    refund(account, input({ payment_intent: first.id, amount: 1_000 }));
    refund(account, input({ payment_intent: first.id, amount: 500 })).status = 'requires_action';
  }
  for (const { latest_charge } of disputed)
    openDispute(account, account.get('charge', latest_charge as string), { reason: 'product_not_received' });

  const setup = (more: Readonly<Record<string, string>>) => createSetup(account, input(more), nowhere);
  setup({ confirm: 'true', payment_method: 'pm_card_visa', customer: customer.id });
  setup({ payment_method: 'pm_card_visa' });
  setup({});

  const product = createProduct(account, input({ name: 'Plan' }));
  createProduct(account, input({ name: 'Old plan' }));
  const price = createPrice(
    account,
    input({ product: product.id, currency: 'usd', unit_amount: 1_500, 'recurring[interval]': 'month' }),
  );
  createPrice(account, input({ product: product.id, currency: 'usd', unit_amount: 4_900 }));
  subscribe(account, customer.id, price.id);

  for (const success_url of ['https://shop.test/one', 'https://shop.test/two'])
    createCheckout(
      account,
      input({ mode: 'payment', success_url, 'line_items[0][price]': price.id, 'line_items[0][quantity]': 1 }),
      'https://checkout.stripe.com',
    );
  for (const headline of ['Shop', 'Other shop'])
    createPortalConfiguration(account, input({ 'business_profile[headline]': headline }));
  for (const path of ['one', 'two'])
    account.add<'webhook_endpoint'>({
      id: account.idFor('webhook_endpoint'),
      object: 'webhook_endpoint',
      api_version: null,
      application: null,
      created: account.now,
      description: null,
      enabled_events: ['*'],
      livemode: false,
      metadata: {},
      status: 'enabled',
      url: `https://shop.test/${path}`,
    });
  const payout = payOutAll(account, 'usd');
  if (payout !== undefined) failPayout(account, payout);
  payment(confirmed);
  payment(confirmed);
  payOutAll(account, 'usd');
  payment(confirmed);
}

/** One that runs, one to be ended, one that is paused, one that waits for its first payment. */
function subscribe(account: Account, customer: string, price: string): void {
  const items = { customer, 'items[0][price]': price };
  createSubscription(account, input(items));
  createSubscription(account, input(items));
  const paused = createSubscription(account, input({ ...items, trial_period_days: 1 }));
  paused.status = 'paused';
  createSubscription(account, input({ ...items, payment_behavior: 'default_incomplete' }));
}
