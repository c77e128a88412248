/** Orders, authorizations, captures and refunds as PayPal shows them. */
import { addMoney, type Money, money as moneyOf, subtractMoney } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, Authorization, Capture, Order, Refund, Source } from './account.ts';
import { payerId } from './ids.ts';
import { instant, link, money } from './requests.ts';
import type { World } from './world.ts';

/** Whether the request wants the whole resource. */
export const wantsAll = (request: FakeRequest) =>
  request.headers.prefer?.includes('return=representation') === true;

const unit = (currency: Money['currency']) => (currency === 'HUF' || currency === 'TWD' ? 100n : 1n);

/** PayPal's share: 3.49 %, in whole units of the currency. */
export function feeOf({ minor, currency }: Money): Money {
  return moneyOf(((minor * 349n) / 10_000n / unit(currency)) * unit(currency), currency);
}

/** What is given back, failed refunds left out. */
export const refundedOf = ({ refunds, amount }: Capture): Money =>
  refunds
    .filter(({ status }) => status === 'COMPLETED' || status === 'PENDING')
    .reduce((sum, refund) => addMoney(sum, refund.amount), moneyOf(0n, amount.currency));

/** What was captured of an authorization or order, failed captures left out. */
export const capturedOf = (captures: readonly Capture[], currency: Money['currency']): Money =>
  captures
    .filter(({ status }) => status !== 'DECLINED' && status !== 'FAILED')
    .reduce((sum, capture) => addMoney(sum, capture.amount), moneyOf(0n, currency));

const customIdOf = ({ units }: Order) =>
  typeof units[0]?.custom_id === 'string' ? { custom_id: units[0].custom_id } : {};
const invoiceIdOf = ({ units }: Order) =>
  typeof units[0]?.invoice_id === 'string' ? { invoice_id: units[0].invoice_id } : {};

export function showAuthorization(world: World, authorization: Authorization, isNested = false) {
  const { id, order, amount, status, createdAt, updatedAt, expiresAt, responseCode } = authorization;
  const place = `/v2/payments/authorizations/${id}`;
  return {
    id,
    status,
    ...(status === 'PENDING' && { status_details: { reason: 'PENDING_REVIEW' } }),
    amount: money(amount),
    ...invoiceIdOf(order),
    ...customIdOf(order),
    seller_protection: { status: 'NOT_ELIGIBLE' },
    expiration_time: instant(expiresAt),
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    ...(responseCode !== undefined && { processor_response: { response_code: responseCode } }),
    ...(!isNested && { supplementary_data: { related_ids: { order_id: order.id } } }),
    links: [
      link(world.base, 'self', place),
      link(world.base, 'capture', `${place}/capture`, 'POST'),
      link(world.base, 'void', `${place}/void`, 'POST'),
      link(world.base, 'reauthorize', `${place}/reauthorize`, 'POST'),
      link(world.base, 'up', `/v2/checkout/orders/${order.id}`),
    ],
  };
}

export function showCapture(world: World, capture: Capture, isNested = false) {
  const { id, order, amount, status, reason, isFinal, invoiceId, createdAt, updatedAt, responseCode } =
    capture;
  const place = `/v2/payments/captures/${id}`;
  const fee = feeOf(amount);
  const isGood = status !== 'DECLINED' && status !== 'FAILED' && status !== 'PENDING';
  return {
    id,
    status,
    ...(reason !== undefined && { status_details: { reason } }),
    amount: money(amount),
    ...(invoiceId !== undefined && { invoice_id: invoiceId }),
    ...customIdOf(order),
    final_capture: isFinal,
    seller_protection: { status: 'NOT_ELIGIBLE' },
    ...(isGood && {
      seller_receivable_breakdown: {
        gross_amount: money(amount),
        paypal_fee: money(fee),
        net_amount: money(subtractMoney(amount, fee)),
      },
    }),
    ...(responseCode !== undefined && { processor_response: { response_code: responseCode } }),
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    ...(!isNested && {
      supplementary_data: {
        related_ids: {
          order_id: order.id,
          ...(capture.authorization !== undefined && { authorization_id: capture.authorization.id }),
        },
      },
    }),
    links: [
      link(world.base, 'self', place),
      link(world.base, 'refund', `${place}/refund`, 'POST'),
      link(
        world.base,
        'up',
        capture.authorization === undefined
          ? `/v2/checkout/orders/${order.id}`
          : `/v2/payments/authorizations/${capture.authorization.id}`,
      ),
    ],
  };
}

export function showRefund(
  world: World,
  { id, capture, amount, status, invoiceId, customId, note, createdAt }: Refund,
) {
  return {
    id,
    status,
    ...(status === 'PENDING' && { status_details: { reason: 'ECHECK' } }),
    amount: money(amount),
    ...(invoiceId !== undefined && { invoice_id: invoiceId }),
    ...(customId !== undefined && { custom_id: customId }),
    ...(note !== undefined && { note_to_payer: note }),
    seller_payable_breakdown: {
      gross_amount: money(amount),
      paypal_fee: money(moneyOf(0n, amount.currency)),
      net_amount: money(amount),
      total_refunded_amount: money(refundedOf(capture)),
    },
    create_time: instant(createdAt),
    update_time: instant(createdAt),
    links: [
      link(world.base, 'self', `/v2/payments/refunds/${id}`),
      link(world.base, 'up', `/v2/payments/captures/${capture.id}`),
    ],
  };
}

/** The customer behind a wallet. */
const payerOf = ({ email = 'customer@personal.example.com' }: Source) => ({
  email_address: email,
  payer_id: payerId('payer', email),
  name: { given_name: 'Robin', surname: 'Example' },
  address: { country_code: 'DE' },
});

function showSource({ source, savedAs }: Order): Record<string, unknown> {
  if (source === undefined) return {};
  const saved =
    source.saveFor === undefined || savedAs === undefined
      ? {}
      : {
          attributes: {
            vault: { id: savedAs, status: 'VAULTED', customer: { id: source.saveFor.customer } },
          },
        };
  if (source.kind === 'card') {
    const { brand, lastDigits, expiry } = source.card ?? {
      brand: 'VISA',
      lastDigits: '1111',
      expiry: '2032-04',
    };
    return { card: { brand, last_digits: lastDigits, expiry, type: 'CREDIT', ...saved } };
  }
  const { email_address, payer_id: account_id, name } = payerOf(source);
  const account = { email_address, account_id, name };
  return {
    [source.kind]:
      source.kind === 'paypal'
        ? { ...account, account_status: 'VERIFIED', ...saved }
        : { ...account, ...saved },
  };
}

/** Where the customer goes: with a payment source that is known to PayPal the link has another name. */
function customerLinks(world: World, order: Order) {
  const page = `/checkoutnow?token=${order.id}`;
  if (order.status === 'PAYER_ACTION_REQUIRED') return [link(world.site, 'payer-action', page)];
  return order.status === 'CREATED' ? [link(world.site, 'approve', page)] : [];
}

export function showOrder(world: World, _account: Account, order: Order, isWhole: boolean) {
  const { id, status, intent, units, source, createdAt, updatedAt } = order;
  const action = intent === 'CAPTURE' ? 'capture' : 'authorize';
  const links = [
    link(world.base, 'self', `/v2/checkout/orders/${id}`),
    ...customerLinks(world, order),
    ...(status === 'APPROVED' || status === 'CREATED'
      ? [link(world.base, action, `/v2/checkout/orders/${id}/${action}`, 'POST')]
      : []),
  ];
  const payments = paymentsOf(world, order);
  // A minimal answer shows the payments of a completed order, and nothing else.
  const shownUnits = isWhole ? units : units.map(({ reference_id }) => ({ reference_id }));
  const [first, ...others] = shownUnits;
  const isPaid = Object.keys(payments).length > 0;
  return {
    id,
    status,
    ...(isWhole && { intent, create_time: instant(createdAt), update_time: instant(updatedAt) }),
    ...(source !== undefined && { payment_source: showSource(order) }),
    ...(isWhole &&
      source?.kind === 'paypal' &&
      status !== 'PAYER_ACTION_REQUIRED' && { payer: payerOf(source) }),
    ...((isWhole || isPaid) && {
      purchase_units: [{ ...first, ...trackersOf(world, order), ...(isPaid && { payments }) }, ...others],
    }),
    links,
  };
}

function paymentsOf(world: World, { authorizations, captures }: Order): Record<string, unknown> {
  const refunds = captures.flatMap((capture) => capture.refunds);
  return {
    ...(authorizations.length > 0 && {
      authorizations: authorizations.map((one) => showAuthorization(world, one, true)),
    }),
    ...(captures.length > 0 && { captures: captures.map((one) => showCapture(world, one, true)) }),
    ...(refunds.length > 0 && { refunds: refunds.map((one) => showRefund(world, one)) }),
  };
}

function trackersOf(world: World, { id, units, trackers }: Order): Record<string, unknown> {
  if (trackers.length === 0) return {};
  const shipping = typeof units[0]?.shipping === 'object' ? units[0].shipping : {};
  return {
    shipping: {
      ...shipping,
      trackers: trackers.map((tracker) => ({
        id: tracker.id,
        status: tracker.status,
        links: [
          link(world.base, 'up', `/v2/checkout/orders/${id}`),
          link(world.base, 'update', `/v2/checkout/orders/${id}/trackers/${tracker.id}`, 'PATCH'),
        ],
      })),
    },
  };
}
