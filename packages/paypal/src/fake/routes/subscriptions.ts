/** `/v1/billing/subscriptions` */
import type { FakeRequest } from '@im/testing';
import type { Account, SubscriptionPayment } from '../account.ts';
import { bill, booked, newSubscription, showPayment, showSubscription, tell } from '../billing.ts';
import { amountOf, bodyOf, fieldsOf, found, link, patched, refuse, required, textOf } from '../requests.ts';
import { wantsAll } from '../show.ts';
import type { World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

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
