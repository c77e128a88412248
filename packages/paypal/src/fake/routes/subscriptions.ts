/** `/v1/billing/subscriptions`: bills on the fake's clock, whenever somebody looks. */
import { type Currency, type Money, money as moneyOf } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, Subscription, SubscriptionPayment } from '../account.ts';
import {
  amountOf,
  bodyOf,
  type Fields,
  fieldsOf,
  found,
  instant,
  link,
  listOf,
  money,
  patched,
  refuse,
  required,
  textOf,
} from '../requests.ts';
import { feeOf, wantsAll } from '../show.ts';
import { book, emit, type World } from '../world.ts';
import { cyclesOf } from './catalog.ts';
import { keys, type RouteTable } from './table.ts';

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

const showPayment = ({ id, amount, at, status }: SubscriptionPayment) => ({
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

function tell(world: World, account: Account, subscription: Subscription, what: string): void {
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

function charge(world: World, account: Account, subscription: Subscription, amount: Money, at: number): void {
  const status = subscription.declines ? 'DECLINED' : 'COMPLETED';
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

function booked(world: World, account: Account, { id }: Subscription, payment: SubscriptionPayment): void {
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

export function subscriptionRoutes(world: World): RouteTable {
  const subscriptionOf = (request: FakeRequest, account: Account) => {
    const subscription = found(account.books.subscriptions.get(request.params.id ?? ''));
    bill(world, account, subscription);
    return subscription;
  };
  const create = (request: FakeRequest, account: Account) => {
    const { plan_id: _, auto_renewal: __, ...fields } = bodyOf(request);
    const plan = account.books.plans.get(required(bodyOf(request), 'plan_id'));
    if (plan === undefined) return refuse(400, 'INVALID_PARAMETER_VALUE', '/plan_id');
    if (plan.status !== 'ACTIVE') return refuse(422, 'PLAN_STATUS_INVALID');
    if (fields.quantity !== undefined && plan.fields.quantity_supported !== true)
      return refuse(422, 'SUBSCRIPTION_CANNOT_HAVE_QUANTITY');
    const subscription = newSubscription(world, `I-${world.nextId('subscription')}`, plan, fields);
    account.books.subscriptions.set(subscription.id, subscription);
    tell(world, account, subscription, 'CREATED');
    const shape = () => {
      const full = showSubscription(world, subscription);
      return wantsAll(request) ? full : { id: full.id, status: full.status, links: full.links };
    };
    return { show: shape };
  };
  const turn =
    (to: string, from: readonly string[], what: string) => (request: FakeRequest, account: Account) => {
      const subscription = subscriptionOf(request, account);
      required(bodyOf(request), 'reason');
      if (!from.includes(subscription.status)) return refuse(422, 'SUBSCRIPTION_STATUS_INVALID');
      subscription.status = to;
      subscription.updatedAt = world.clock.now();
      if (to === 'CANCELLED') subscription.nextBillingAt = undefined;
      subscription.fields = { ...subscription.fields, status_change_note: textOf(bodyOf(request).reason) };
      tell(world, account, subscription, what);
      return { status: 204 };
    };

  return {
    'POST /v1/billing/subscriptions': { keys: keys.billing, run: create },
    'GET /v1/billing/subscriptions/:id': (request, account) => ({
      json: showSubscription(world, subscriptionOf(request, account)),
    }),
    'PATCH /v1/billing/subscriptions/:id': (request, account) => {
      const subscription = subscriptionOf(request, account);
      if (subscription.status !== 'ACTIVE' && subscription.status !== 'SUSPENDED')
        return refuse(422, 'SUBSCRIPTION_STATUS_INVALID');
      const next = patched(request, subscription.fields, {
        custom_id: ['add', 'replace'],
        'billing_info/outstanding_balance': ['replace'],
        'subscriber/shipping_address': ['add', 'replace'],
        shipping_amount: ['add', 'replace'],
      });
      const {
        'billing_info/outstanding_balance': balance,
        'subscriber/shipping_address': address,
        ...fields
      } = next;
      if (balance !== undefined) {
        const { minor } = amountOf(balance, '/billing_info/outstanding_balance');
        if (minor > subscription.outstanding) return refuse(422, 'AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE');
        subscription.outstanding = minor;
      }
      subscription.fields =
        address === undefined
          ? fields
          : { ...fields, subscriber: { ...fieldsOf(fields.subscriber), shipping_address: address } };
      return { status: 204 };
    },
    'POST /v1/billing/subscriptions/:id/revise': (request, account) => {
      const subscription = subscriptionOf(request, account);
      const { plan_id: planId, ...fields } = bodyOf(request);
      const plan = planId === undefined ? subscription.plan : account.books.plans.get(String(planId));
      if (plan === undefined) return refuse(400, 'INVALID_PARAMETER_VALUE', '/plan_id');
      if (plan.fields.product_id !== subscription.plan.fields.product_id)
        return refuse(422, 'PLAN_PRODUCT_NOT_COMPATIBLE');
      return {
        json: {
          ...fields,
          plan_id: plan.id,
          plan_overridden: fields.plan !== undefined,
          links: [
            link(world.site, 'approve', `/webapps/billing/subscriptions/update?ba_token=${subscription.id}`),
            link(world.base, 'self', `/v1/billing/subscriptions/${subscription.id}`),
          ],
        },
      };
    },
    'POST /v1/billing/subscriptions/:id/suspend': turn('SUSPENDED', ['ACTIVE'], 'SUSPENDED'),
    'POST /v1/billing/subscriptions/:id/cancel': turn(
      'CANCELLED',
      ['ACTIVE', 'SUSPENDED', 'APPROVAL_PENDING'],
      'CANCELLED',
    ),
    'POST /v1/billing/subscriptions/:id/activate': turn('ACTIVE', ['SUSPENDED'], 'RE-ACTIVATED'),
    'POST /v1/billing/subscriptions/:id/capture': {
      keys: { ...keys.billing, isSlow: true },
      run: (request, account) => {
        const subscription = subscriptionOf(request, account);
        const amount = amountOf(bodyOf(request).amount, '/amount');
        required(bodyOf(request), 'note');
        if (subscription.status !== 'ACTIVE') return refuse(422, 'SUBSCRIPTION_STATUS_INVALID');
        if (subscription.outstanding === 0n) return refuse(422, 'ZERO_OUTSTANDING_BALANCE');
        if (amount.minor > subscription.outstanding)
          return refuse(422, 'AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE');
        subscription.outstanding -= amount.minor;
        const payment: SubscriptionPayment = {
          id: world.nextId('sale'),
          amount,
          at: world.clock.now(),
          status: 'COMPLETED',
        };
        subscription.payments.push(payment);
        booked(world, account, subscription, payment);
        return { status: 200, show: () => showPayment(payment) };
      },
    },
    'GET /v1/billing/subscriptions/:id/transactions': (request, account) => {
      const subscription = subscriptionOf(request, account);
      const [from, to] = ['start_time', 'end_time'].map((name) => {
        const text = request.query.get(name) ?? refuse(400, 'MISSING_REQUIRED_PARAMETER', name);
        return Date.parse(text);
      }) as [number, number];
      const payments = subscription.payments.filter(({ at }) => at >= from && at <= to);
      return {
        json: {
          transactions: payments.map(showPayment),
          links: [link(world.base, 'self', `/v1/billing/subscriptions/${subscription.id}/transactions`)],
        },
      };
    },
  };
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
