/** Subscriptions: billed on the fake's clock, whenever somebody looks. */
import { type Currency, type Money, money as moneyOf } from '@im/payments';
import type { Account, Subscription, SubscriptionPayment } from './account.ts';
import { amountOf, type Fields, fieldsOf, instant, link, listOf, money, textOf } from './requests.ts';
import { cyclesOf } from './routes/catalog.ts';
import { feeOf } from './show.ts';
import { book, emit, type World } from './world.ts';

export function showSubscription(world: World, subscription: Subscription) {
  const { id, status, plan, fields, createdAt, updatedAt, billed, nextBillingAt, payments } = subscription;
  const { application_context: _, ...shown } = fields;
  const place = `/v1/billing/subscriptions/${id}`;
  const last = payments.findLast((payment) => payment.status === 'COMPLETED');
  return {
    ...shown,
    id,
    status,
    status_update_time: instant(updatedAt),
    plan_id: plan.id,
    plan_overridden: fields.plan !== undefined,
    start_time: textOf(fields.start_time) ?? instant(createdAt),
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    ...(status !== 'APPROVAL_PENDING' && {
      billing_info: {
        outstanding_balance: money(moneyOf(subscription.outstanding, currencyOf(subscription))),
        cycle_executions: cyclesOf(plan).map((cycle) => {
          const completed = billed.get(Number(cycle.sequence)) ?? 0;
          const total = Number(cycle.total_cycles ?? 1);
          return {
            tenure_type: cycle.tenure_type,
            sequence: cycle.sequence,
            cycles_completed: completed,
            cycles_remaining: total === 0 ? 0 : Math.max(total - completed, 0),
            total_cycles: total,
          };
        }),
        ...(last !== undefined && { last_payment: { amount: money(last.amount), time: instant(last.at) } }),
        ...(nextBillingAt !== undefined && { next_billing_time: instant(nextBillingAt) }),
        failed_payments_count: subscription.failures,
      },
    }),
    links: [
      ...(status === 'APPROVAL_PENDING'
        ? [link(world.site, 'approve', `/webapps/billing/subscriptions?ba_token=${id}`)]
        : []),
      link(world.base, 'self', place),
      link(world.base, 'edit', place, 'PATCH'),
      ...(status === 'ACTIVE'
        ? ['cancel', 'suspend', 'capture'].map((rel) => link(world.base, rel, `${place}/${rel}`, 'POST'))
        : []),
    ],
  };
}

export const showPayment = ({ id, amount, at, status }: SubscriptionPayment) => ({
  id,
  status,
  amount_with_breakdown: {
    gross_amount: money(amount),
    fee_amount: money(feeOf(amount)),
    net_amount: money(moneyOf(amount.minor - feeOf(amount).minor, amount.currency)),
  },
  payer_name: { given_name: 'Robin', surname: 'Example' },
  payer_email: 'customer@personal.example.com',
  time: instant(at),
});

/** The cycle that is billed next, or none when all are done. */
function cycleOf({ plan, billed }: Subscription): Fields | undefined {
  return cyclesOf(plan).find((cycle) => {
    const total = Number(cycle.total_cycles ?? 1);
    return total === 0 || (billed.get(Number(cycle.sequence)) ?? 0) < total;
  });
}

function priceOf(cycle: Fields, { fields }: Subscription): Money | undefined {
  const own = listOf(fieldsOf(fields.plan).billing_cycles)
    .map(fieldsOf)
    .find(({ sequence }) => sequence === cycle.sequence);
  const scheme = fieldsOf(own?.pricing_scheme ?? cycle.pricing_scheme);
  if (scheme.fixed_price === undefined) return undefined;
  const price = amountOf(scheme.fixed_price, '/fixed_price');
  return moneyOf(price.minor * BigInt(textOf(fields.quantity) ?? '1'), price.currency);
}

function currencyOf(subscription: Subscription): Currency {
  const priced = cyclesOf(subscription.plan).flatMap((cycle) => priceOf(cycle, subscription) ?? []);
  return priced[0]?.currency ?? 'EUR';
}

/** The instant one interval after `at`. */
function after(at: number, cycle: Fields): number {
  const { interval_unit: unit, interval_count: count = 1 } = fieldsOf(cycle.frequency);
  const date = new Date(at);
  const steps = Number(count);
  if (unit === 'DAY' || unit === 'WEEK')
    date.setUTCDate(date.getUTCDate() + steps * (unit === 'WEEK' ? 7 : 1));
  else if (unit === 'YEAR') date.setUTCFullYear(date.getUTCFullYear() + steps);
  else date.setUTCMonth(date.getUTCMonth() + steps);
  return date.getTime();
}

/** Emits an event about the subscription. */
export function tell(world: World, account: Account, subscription: Subscription, what: string): void {
  emit(world, account, {
    type: `BILLING.SUBSCRIPTION.${what}`,
    resourceType: 'subscription',
    resource: showSubscription(world, subscription),
    summary: `Subscription ${what.toLowerCase()}`,
    about: [],
  });
}

/** The customer agreed: the first payment is due at once. */
export function startSubscription(world: World, account: Account, subscription: Subscription): void {
  subscription.status = 'ACTIVE';
  subscription.updatedAt = world.clock.now();
  const start = Date.parse(textOf(subscription.fields.start_time) ?? '');
  subscription.nextBillingAt = Number.isNaN(start) ? world.clock.now() : Math.max(start, world.clock.now());
  tell(world, account, subscription, 'ACTIVATED');
  bill(world, account, subscription);
}

/** Bills all that came due until now. */
export function bill(world: World, account: Account, subscription: Subscription): void {
  while (
    subscription.status === 'ACTIVE' &&
    subscription.nextBillingAt !== undefined &&
    subscription.nextBillingAt <= world.clock.now()
  ) {
    const cycle = cycleOf(subscription);
    if (cycle === undefined) {
      end(world, account, subscription);
      return;
    }
    const at = subscription.nextBillingAt;
    const amount = priceOf(cycle, subscription);
    if (amount !== undefined) charge(world, account, subscription, amount, at);
    const sequence = Number(cycle.sequence);
    subscription.billed.set(sequence, (subscription.billed.get(sequence) ?? 0) + 1);
    subscription.nextBillingAt = after(at, cycle);
    if (cycleOf(subscription) === undefined) end(world, account, subscription);
  }
}

function end(world: World, account: Account, subscription: Subscription): void {
  subscription.status = 'EXPIRED';
  subscription.nextBillingAt = undefined;
  tell(world, account, subscription, 'EXPIRED');
}

function charge(world: World, account: Account, subscription: Subscription, price: Money, at: number): void {
  const status = subscription.declines ? 'DECLINED' : 'COMPLETED';
  const { auto_bill_outstanding: addsUp } = fieldsOf(subscription.plan.fields.payment_preferences);
  const owed = addsUp === true && status === 'COMPLETED' ? subscription.outstanding : 0n;
  const amount = moneyOf(price.minor + owed, price.currency);
  subscription.outstanding -= owed;
  const payment: SubscriptionPayment = { id: world.nextId('sale'), amount, at, status };
  subscription.payments.push(payment);
  if (status === 'DECLINED') {
    subscription.outstanding += amount.minor;
    subscription.failures += 1;
    tell(world, account, subscription, 'PAYMENT.FAILED');
    const { payment_failure_threshold: most = 0 } = fieldsOf(subscription.plan.fields.payment_preferences);
    if (Number(most) > 0 && subscription.failures >= Number(most)) {
      subscription.status = 'SUSPENDED';
      tell(world, account, subscription, 'SUSPENDED');
    }
    return;
  }
  booked(world, account, subscription, payment);
}

/** Writes a payment into the account's books, and tells of it. */
export function booked(
  world: World,
  account: Account,
  { id }: Subscription,
  payment: SubscriptionPayment,
): void {
  const { amount, at } = payment;
  const fee = moneyOf(-feeOf(amount).minor, amount.currency);
  book(account, {
    id: payment.id,
    code: 'T0002',
    amount,
    fee,
    at,
    reference: id,
    invoiceId: undefined,
    customId: undefined,
  });
  emit(world, account, {
    type: 'PAYMENT.SALE.COMPLETED',
    resourceType: 'sale',
    resourceVersion: '1.0',
    resource: {
      id: payment.id,
      state: 'completed',
      amount: { total: money(amount).value, currency: amount.currency },
      billing_agreement_id: id,
      create_time: instant(at),
    },
    summary: 'Payment completed',
    about: [],
  });
}

/** One that waits for its customer. */
export function newSubscription(
  world: World,
  id: string,
  plan: Subscription['plan'],
  fields: Fields,
): Subscription {
  const now = world.clock.now();
  return {
    id,
    status: 'APPROVAL_PENDING',
    plan,
    fields,
    createdAt: now,
    updatedAt: now,
    billed: new Map(),
    nextBillingAt: undefined,
    outstanding: 0n,
    failures: 0,
    payments: [],
    declines: false,
  };
}
