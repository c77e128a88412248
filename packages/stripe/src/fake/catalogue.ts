/** Products and prices. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { nulls } from './blank.ts';
import type { Input } from './input.ts';
import { invalid } from './refusals.ts';

export function createProduct(account: Account, input: Input): Stripe.Product {
  input.only('active description id images metadata name shippable unit_label url');
  const id = input.text('id') ?? account.idFor('product');
  if (account.find('product', id) !== undefined)
    throw invalid(`Product already exists.`, { code: 'resource_already_exists', param: 'id' });
  const product = account.add<'product'>({
    id,
    object: 'product',
    active: input.flag('active') ?? true,
    created: account.now,
    default_price: null,
    description: input.text('description') ?? null,
    images: input.texts('images'),
    livemode: false,
    marketing_features: [],
    metadata: input.metadata(),
    name: input.needed('name'),
    package_dimensions: null,
    shippable: input.flag('shippable') ?? null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: input.text('unit_label') ?? null,
    updated: account.now,
    url: input.text('url') ?? null,
    ...({ attributes: [], features: [], statement_descriptor: null } as object),
  });
  account.emit('product.created', product);
  return product;
}

export function createPrice(account: Account, input: Input): Stripe.Price {
  input.only(
    'active currency lookup_key metadata nickname product product_data recurring tax_behavior unit_amount',
  );
  const currency = input.needed('currency').toLowerCase();
  const amount = input.integer('unit_amount');
  if (amount === undefined || amount < 0)
    throw invalid('Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.', {
      param: 'unit_amount',
    });
  const data = input.inside('product_data').only('active id metadata name');
  const product = input.has('product_data')
    ? createProduct(account, data)
    : account.get('product', input.needed('product'), 'product');
  const recurring = input.inside('recurring').only('interval interval_count usage_type');
  const interval = recurring.choice('interval', ['day', 'month', 'week', 'year'] as const);
  const price = account.add<'price'>({
    id: account.idFor('price'),
    object: 'price',
    active: input.flag('active') ?? true,
    billing_scheme: 'per_unit',
    created: account.now,
    currency,
    livemode: false,
    metadata: input.metadata(),
    product: product.id,
    recurring:
      interval === undefined
        ? null
        : {
            interval,
            interval_count: recurring.integer('interval_count') ?? 1,
            meter: null,
            trial_period_days: null,
            usage_type: 'licensed',
            ...({ aggregate_usage: null } as object),
          },
    tax_behavior: 'unspecified',
    type: interval === undefined ? 'one_time' : 'recurring',
    unit_amount: amount,
    unit_amount_decimal: String(amount) as never,
    lookup_key: input.text('lookup_key') ?? null,
    nickname: input.text('nickname') ?? null,
    ...nulls('custom_unit_amount', 'tiers_mode', 'transform_quantity'),
  });
  account.emit('price.created', price);
  return price;
}

/** Seconds since 1970 of the next period's end, by the calendar. */
export function periodEnd(start: number, { interval, interval_count }: Stripe.Price.Recurring): number {
  const date = new Date(start * 1_000);
  const { day, week, month, year } = { day: 1, week: 7, month: 1, year: 12 };
  if (interval === 'day') date.setUTCDate(date.getUTCDate() + day * interval_count);
  else if (interval === 'week') date.setUTCDate(date.getUTCDate() + week * interval_count);
  else {
    const months = (interval === 'month' ? month : year) * interval_count;
    const wanted = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + months);
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(wanted, last));
  }
  return Math.floor(date.getTime() / 1_000);
}
