import type { Stripe } from 'stripe';
import type { Account } from '../account.ts';
import { newCustomer } from '../blank.ts';
import { balanceOf, linesOf, linesOfPayout, payOut } from '../books.ts';
import type { Input } from '../input.ts';
import { pageOf, searchPage } from '../lists.ts';
import { attach, detach, methodFor, methodOf } from '../methods.ts';
import { invalid, missing } from '../refusals.ts';
import { cancelSubscription } from '../subscription-changes.ts';
import { listing, one, type Routes } from './route.ts';

const customers = { write: 'Customers: write', read: 'Customers: read' };
const methods = { write: 'PaymentMethods: write', read: 'PaymentMethods: read' };
const payouts = { write: 'Payouts: write', read: 'Payouts: read' };

function change(account: Account, customer: Stripe.Customer, input: Input): Stripe.Customer {
  input.only(
    'description email invoice_settings metadata name phone preferred_locales tax_exempt payment_method',
  );
  for (const field of ['description', 'email', 'name', 'phone'] as const)
    if (input.has(field)) customer[field] = input.text(field) ?? null;
  customer.metadata = input.metadata(customer.metadata);
  const first = input.text('payment_method');
  if (first !== undefined) attach(account, methodFor(account, first), customer.id);
  const method = input.inside('invoice_settings').text('default_payment_method');
  if (method !== undefined) {
    const own = account.get('payment_method', method, 'invoice_settings[default_payment_method]');
    if (own.customer !== customer.id)
      throw invalid(
        `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
        {
          code: 'resource_missing',
          param: 'invoice_settings[default_payment_method]',
        },
      );
    customer.invoice_settings.default_payment_method = method;
  }
  return customer;
}

/** A customer, or what is left of one that was deleted. */
const deleted = new WeakMap<Account, Set<string>>();

function remove(account: Account, id: string): Stripe.DeletedCustomer {
  const customer = account.get('customer', id);
  for (const subscription of account.all('subscription'))
    if (subscription.customer === id && subscription.ended_at === null)
      cancelSubscription(account, subscription, inputOfNothing);
  for (const method of account.all('payment_method')) if (method.customer === id) detach(account, method);
  account.remove(id);
  const gone = deleted.get(account) ?? new Set();
  deleted.set(account, gone.add(id));
  account.emit('customer.deleted', customer);
  return { id, object: 'customer', deleted: true };
}

const inputOfNothing = { only: () => inputOfNothing } as unknown as Input;

/** Customers and their methods, and the account's own money. */
export const customerRoutes: Routes = {
  'POST /v1/customers': [
    customers.write,
    ({ account, input }) => {
      const customer = account.add<'customer'>(newCustomer(account, {}));
      change(account, customer, input);
      account.emit('customer.created', customer);
      return customer;
    },
  ],
  'GET /v1/customers': listing('customer', customers.read, 'email'),
  'GET /v1/customers/search': [
    customers.read,
    ({ account, input, path, isIndexed }) => searchPage(account, 'customer', input, path, isIndexed),
  ],
  'GET /v1/customers/:id': [
    customers.read,
    ({ account, id }) =>
      deleted.get(account)?.has(id) ? { id, object: 'customer', deleted: true } : account.get('customer', id),
  ],
  'POST /v1/customers/:id': [
    customers.write,
    ({ account, input, id }) => {
      const customer = change(account, account.get('customer', id, 'customer'), input);
      account.emit('customer.updated', customer);
      return customer;
    },
  ],
  'DELETE /v1/customers/:id': [customers.write, ({ account, id }) => remove(account, id)],
  'GET /v1/customers/:id/payment_methods': [
    methods.read,
    ({ account, input, id, path }) => {
      account.get('customer', id, 'customer');
      return pageOf(
        account.all('payment_method').filter(({ customer }) => customer === id),
        input,
        path,
        'type',
      );
    },
  ],

  /** For pages in the browser, with a publishable key. */
  'POST /v1/payment_methods': [methods.write, ({ account, input }) => methodOf(account, input)],
  'GET /v1/payment_methods/:id': one('payment_method', methods.read),
  'POST /v1/payment_methods/:id': [
    methods.write,
    ({ account, input, id }) => {
      input.only('billing_details card metadata');
      const method = account.get('payment_method', id, 'payment_method');
      if (method.customer === null)
        throw invalid('You must save this PaymentMethod to a customer before you can update it.');
      const details = input.inside('billing_details').only('address email name phone');
      method.billing_details = {
        ...method.billing_details,
        name: details.text('name') ?? method.billing_details.name,
        email: details.text('email') ?? method.billing_details.email,
      };
      method.metadata = input.metadata(method.metadata ?? {});
      account.emit('payment_method.updated', method);
      return method;
    },
  ],
  'POST /v1/payment_methods/:id/attach': [
    methods.write,
    ({ account, input, id }) => {
      const method = methodFor(account, id);
      attach(account, method, input.only('customer').needed('customer'));
      return method;
    },
  ],
  'POST /v1/payment_methods/:id/detach': [
    methods.write,
    ({ account, id }) => {
      const method = account.find('payment_method', id);
      if (method === undefined) throw missing('PaymentMethod', id, 'payment_method');
      detach(account, method);
      return method;
    },
  ],

  'GET /v1/balance': ['Balance: read', ({ account }) => balanceOf(account)],
  'GET /v1/balance_transactions': [
    'Balance Transactions: read',
    ({ account, input, path }) => {
      const payout = input.text('payout');
      const lines =
        payout === undefined
          ? linesOf(account)
          : linesOfPayout(account, account.get('payout', payout, 'payout').id).map((line) => ({
              ...line,
              payout,
            }));
      return pageOf(lines, input, path, 'payout currency source type');
    },
  ],
  'POST /v1/payouts': [
    payouts.write,
    ({ account, input }) => {
      input.only('amount currency description metadata method statement_descriptor');
      input.needed('amount');
      const currency = input.needed('currency').toLowerCase();
      const amount = input.integer('amount') ?? 0;
      if (amount < 1) throw invalid('This value must be greater than or equal to 1.', { param: 'amount' });
      if ((currency === 'huf' || currency === 'twd') && amount % 100 !== 0)
        throw invalid(`Amounts of payouts in ${currency} must be evenly divisible by 100.`, {
          param: 'amount',
        });
      return payOut(account, amount, currency, {
        description: input.text('description') ?? null,
        metadata: input.metadata(),
      });
    },
  ],
  'GET /v1/payouts': listing('payout', payouts.read, 'status'),
  'GET /v1/payouts/:id': one('payout', payouts.read),
};
