/** Payment methods: of test names, of numbers that a page in the browser gives, and kept by customers. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { nobody, nulls } from './blank.ts';
import { type Behaviour, bankAccountNamed, cardNamed, cardOfNumber, type Decline } from './cards.ts';
import { word } from './ids.ts';
import type { Input } from './input.ts';
import { declined, invalid, missing } from './refusals.ts';

/** What a method does, and what became of it. */
interface Nature {
  readonly card?: Behaviour;
  readonly bank?: Decline | 'succeeds';
  /** It was set up for payments without the customer. */
  isSetUp: boolean;
  /** It was used, or taken away from its customer, and may not be used again without one. */
  isSpent: boolean;
}

const natures = new WeakMap<Stripe.PaymentMethod, Nature>();

/** What the method does. */
export function natureOf(method: Stripe.PaymentMethod): Nature {
  const nature = natures.get(method);
  if (nature === undefined) throw new Error(`nobody knows what ${method.id} does`);
  return nature;
}

function base(account: Account, type: Stripe.PaymentMethod.Type): Stripe.PaymentMethod {
  return {
    id: account.idFor('payment_method'),
    object: 'payment_method',
    billing_details: nobody,
    created: account.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type,
  };
}

/** A card. */
export function newCard(account: Account, card: Behaviour): Stripe.PaymentMethod {
  const { number, brand = 'visa', country = 'US', funding = 'credit', cvcCheck } = card;
  const method: Stripe.PaymentMethod = {
    ...base(account, 'card'),
    card: {
      brand,
      checks: { ...nulls('address_line1_check', 'address_postal_code_check'), cvc_check: cvcCheck ?? 'pass' },
      country,
      display_brand: brand,
      exp_month: 8,
      exp_year: new Date(account.now * 1_000).getUTCFullYear() + 2,
      fingerprint: word(16, number),
      funding,
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: brand !== 'amex' },
      wallet: null,
    },
  };
  natures.set(method, { card, isSetUp: false, isSpent: false });
  return account.add<'payment_method'>(method);
}

function newBankAccount(account: Account, bank: Decline | 'succeeds'): Stripe.PaymentMethod {
  const method: Stripe.PaymentMethod = {
    ...base(account, 'us_bank_account'),
    us_bank_account: {
      account_holder_type: 'individual',
      account_type: 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint: word(16, 'bank'),
      last4: '6789',
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: '110000000',
      status_details: null,
    },
  };
  natures.set(method, { bank, isSetUp: true, isSpent: false });
  return account.add<'payment_method'>(method);
}

/** The method of this id; a test name makes a new one each time. @throws an answer of 404 */
export function methodFor(account: Account, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const card = cardNamed(id);
  if (card !== undefined && id.startsWith('pm_')) return newCard(account, card);
  const bank = bankAccountNamed(id);
  if (bank !== undefined) return newBankAccount(account, bank);
  const method = account.find('payment_method', id);
  if (method === undefined) throw missing('PaymentMethod', id, param);
  return method;
}

/** What a page in the browser asks for: a method of a card's number, or of a test token. */
export function methodOf(account: Account, input: Input): Stripe.PaymentMethod {
  input.only('type card billing_details metadata');
  if (input.choice('type', ['card'] as const) === undefined) input.needed('type');
  const given = input.inside('card').only('number exp_month exp_year cvc token');
  const token = given.text('token');
  if (token !== undefined) {
    const named = token.startsWith('tok_') ? cardNamed(token) : undefined;
    if (named === undefined) throw missing('token', token, 'card[token]');
    return describe(account, newCard(account, named), input);
  }
  const card = cardOfNumber(given.needed('number'));
  if (card === undefined) throw incorrect('Your card number is incorrect.', 'incorrect_number', 'number');
  const month = given.integer('exp_month') ?? 0;
  const year = (given.integer('exp_year') ?? 0) % 2_000;
  const today = new Date(account.now * 1_000);
  if (month < 1 || month > 12)
    throw incorrect("Your card's expiration month is invalid.", 'invalid_expiry_month', 'exp_month');
  if (year * 12 + month < (today.getUTCFullYear() % 2_000) * 12 + today.getUTCMonth() + 1)
    throw incorrect("Your card's expiration year is invalid.", 'invalid_expiry_year', 'exp_year');
  const cvc = given.text('cvc');
  if (cvc !== undefined && !/^\d{3,4}$/.test(cvc))
    throw incorrect("Your card's security code is invalid.", 'invalid_cvc', 'cvc');
  const method = newCard(account, card);
  if (method.card) Object.assign(method.card, { exp_month: month, exp_year: 2_000 + year });
  return describe(account, method, input);
}

function describe(account: Account, method: Stripe.PaymentMethod, input: Input): Stripe.PaymentMethod {
  const details = input.inside('billing_details');
  method.billing_details = {
    ...nobody,
    name: details.text('name') ?? null,
    email: details.text('email') ?? null,
  };
  method.metadata = input.metadata();
  return account.add<'payment_method'>(method);
}

function incorrect(message: string, code: string, param: string) {
  return declined(message, { code, param });
}

/** Keeps the method with a customer. @throws an answer of 402 for a card that fails it */
export function attach(account: Account, method: Stripe.PaymentMethod, customer: string): void {
  account.get('customer', customer, 'customer');
  const nature = natureOf(method);
  if (method.customer !== null && method.customer !== customer)
    throw invalid('The payment method you provided has already been attached to a customer.');
  if (nature.isSpent && method.customer === null) throw spent();
  const fails = nature.card?.decline;
  if (fails !== undefined && nature.card?.failsAttach !== false && nature.card?.authenticates === undefined)
    throw declined(fails.message, {
      code: fails.code,
      ...(fails.decline_code && { decline_code: fails.decline_code }),
    });
  method.customer = customer;
  account.emit('payment_method.attached', method);
}

/** Takes it away. */
export function detach(account: Account, method: Stripe.PaymentMethod): void {
  if (method.customer === null)
    throw invalid(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
    );
  method.customer = null;
  natureOf(method).isSpent = true;
  account.emit('payment_method.detached', method);
}

/** What Stripe says of a method that may not be used again. */
export function spent() {
  return invalid(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
  );
}

/** Refuses a method of another customer, or one that may not be used again. */
export function checkUsable(method: Stripe.PaymentMethod, customer: string | null): void {
  if (method.customer !== null && method.customer !== customer)
    throw invalid(
      `The payment method you supplied (${method.id}) belongs to Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      { param: 'customer' },
    );
  if (method.customer === null && natureOf(method).isSpent) throw spent();
}
