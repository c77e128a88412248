/** `/v2/checkout/orders` */
import type { FakeRequest } from '@im/testing';
import type { Account, Order, Tracker } from '../account.ts';
import { lapse } from '../authorizations.ts';
import { authorizeOrder, captureOrder } from '../ledger.ts';
import {
  amountOf,
  bodyOf,
  fieldsOf,
  found,
  isObject,
  listOf,
  refuse,
  required,
  textOf,
} from '../requests.ts';
import { showOrder, wantsAll } from '../show.ts';
import { type NamedSource, sourceOf } from '../sources.ts';
import type { World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

/** The customer has three hours to go to PayPal, and from then on three to agree and be charged. */
export const orderMs = 3 * 3_600_000;

/** The order, unless it has expired: then there is none any more. */
export function orderOf(world: World, account: Account, id: string | undefined): Order {
  const order = found(account.books.orders.get(id ?? ''));
  for (const authorization of order.authorizations) lapse(world, account, authorization);
  const isOpen = order.status !== 'COMPLETED' && order.status !== 'VOIDED';
  if (isOpen && world.clock.now() >= order.touchedAt + orderMs) return refuse(404, 'INVALID_RESOURCE_ID');
  return order;
}

export function orderRoutes(world: World): RouteTable {
  const show = (order: Order, account: Account, request: FakeRequest) => () =>
    showOrder(world, account, order, wantsAll(request));

  const create = (request: FakeRequest, account: Account) => {
    const body = bodyOf(request);
    const intent = required(body, 'intent');
    if (intent !== 'CAPTURE' && intent !== 'AUTHORIZE')
      return refuse(400, 'INVALID_PARAMETER_VALUE', '/intent');
    const units = listOf(body.purchase_units).map(fieldsOf);
    const [first, ...others] = units;
    if (first === undefined) return refuse(400, 'INVALID_ARRAY_MIN_ITEMS', '/purchase_units');
    if (units.length > 10) refuse(400, 'INVALID_ARRAY_MAX_ITEMS', '/purchase_units');
    if (intent === 'AUTHORIZE' && others.length > 0) refuse(422, 'UNSUPPORTED_INTENT');
    const amount = amountOf(first.amount, '/purchase_units/@reference_id==default/amount/value');
    if (amount.minor > 99_999_999_999_999_999n) refuse(422, 'MAX_VALUE_EXCEEDED');
    const named = sourceOf(account, body.payment_source);
    const now = world.clock.now();
    const order: Order = {
      id: world.nextId('order'),
      intent,
      status: 'CREATED',
      amount,
      units: units.map((unit) => ({
        reference_id: 'default',
        ...unit,
        payee: { email_address: account.email, merchant_id: account.merchantId },
      })),
      source: undefined,
      returnUrl: undefined,
      cancelUrl: undefined,
      createdAt: now,
      updatedAt: now,
      touchedAt: now,
      authorizations: [],
      captures: [],
      trackers: [],
      savedAs: undefined,
    };
    if (named !== undefined) {
      if (request.headers['paypal-request-id'] === undefined) refuse(400, 'PAYPAL_REQUEST_ID_REQUIRED');
      name(order, named);
      if (named.source.vaultId !== undefined) charge(account, order, named);
      else order.status = 'PAYER_ACTION_REQUIRED';
    }
    account.books.orders.set(order.id, order);
    return { show: show(order, account, request) };
  };

  /** Keeps what the merchant named, for the page where the customer agrees. */
  const name = (order: Order, { source, returnUrl, cancelUrl }: NamedSource) => {
    order.source = source;
    order.returnUrl = returnUrl ?? order.returnUrl;
    order.cancelUrl = cancelUrl ?? order.cancelUrl;
  };

  /** Charges a saved method, or has the customer asked first. */
  const charge = (account: Account, order: Order, { source, isWithoutCustomer }: NamedSource) => {
    if (source.behaviour.kind === 'asks' && !isWithoutCustomer) {
      order.status = 'PAYER_ACTION_REQUIRED';
      return;
    }
    if (order.intent === 'CAPTURE') captureOrder(world, account, order, source);
    else authorizeOrder(world, account, order, source);
  };

  /** Captures or authorizes an order that is approved, or by a saved method that is named now. */
  const pay = (request: FakeRequest, account: Account, intent: Order['intent']) => {
    const order = orderOf(world, account, request.params.id);
    if (order.intent !== intent) refuse(422, 'ACTION_DOES_NOT_MATCH_INTENT');
    if (order.status === 'COMPLETED')
      refuse(422, intent === 'CAPTURE' ? 'ORDER_ALREADY_CAPTURED' : 'ORDER_ALREADY_AUTHORIZED');
    const named = sourceOf(account, bodyOf(request).payment_source);
    if (named?.source.vaultId !== undefined) {
      const asks = named.source.behaviour.kind === 'asks' && !named.isWithoutCustomer;
      if (asks && order.status !== 'APPROVED') {
        name(order, named);
        order.status = 'PAYER_ACTION_REQUIRED';
        refuse(422, 'PAYER_ACTION_REQUIRED');
      }
      // A card's refusal by its processor is an answer; a wallet's is an error, and the order stays.
      charge(account, order, asks ? { ...named, isWithoutCustomer: true } : named);
      return { show: show(order, account, request) };
    }
    if (order.status !== 'APPROVED' || order.source === undefined) return refuse(422, 'ORDER_NOT_APPROVED');
    charge(account, order, {
      source: order.source,
      returnUrl: undefined,
      cancelUrl: undefined,
      isWithoutCustomer: true,
    });
    return { show: show(order, account, request) };
  };

  return {
    'POST /v2/checkout/orders': { keys: keys.orders, run: create },
    'GET /v2/checkout/orders/:id': (request, account) => ({
      json: showOrder(world, account, orderOf(world, account, request.params.id), true),
    }),
    'PATCH /v2/checkout/orders/:id': (request, account) => {
      const order = orderOf(world, account, request.params.id);
      if (order.status === 'COMPLETED') return refuse(422, 'ORDER_ALREADY_COMPLETED');
      patchUnits(request, order);
      order.updatedAt = world.clock.now();
      return { status: 204 };
    },
    'POST /v2/checkout/orders/:id/confirm-payment-source': (request, account) => {
      const order = orderOf(world, account, request.params.id);
      if (order.status === 'COMPLETED') return refuse(422, 'ORDER_CANNOT_BE_CONFIRMED');
      const named = sourceOf(account, bodyOf(request).payment_source);
      if (named === undefined) return refuse(422, 'NO_PAYMENT_SOURCE_PROVIDED');
      name(order, named);
      const isReady = named.source.vaultId !== undefined && named.source.behaviour.kind !== 'asks';
      order.status = isReady ? 'APPROVED' : 'PAYER_ACTION_REQUIRED';
      order.touchedAt = world.clock.now();
      return { json: showOrder(world, account, order, wantsAll(request)) };
    },
    'POST /v2/checkout/orders/:id/capture': {
      keys: keys.moving,
      run: (request, account) => pay(request, account, 'CAPTURE'),
    },
    'POST /v2/checkout/orders/:id/authorize': {
      keys: keys.moving,
      run: (request, account) => pay(request, account, 'AUTHORIZE'),
    },
    'POST /v2/checkout/orders/:id/track': (request, account) => {
      const order = orderOf(world, account, request.params.id);
      const body = bodyOf(request);
      const capture = order.captures.find(({ id }) => id === required(body, 'capture_id'));
      if (capture === undefined) return refuse(422, 'CAPTURE_ID_NOT_FOUND');
      if (capture.status !== 'COMPLETED') return refuse(422, 'CAPTURE_STATUS_NOT_VALID');
      const tracker: Tracker = {
        id: `${capture.id}${required(body, 'tracking_number')}`,
        status: textOf(body.status) ?? 'SHIPPED',
        capture,
      };
      order.trackers.push(tracker);
      return { status: 201, json: showOrder(world, account, order, true) };
    },
    'PATCH /v2/checkout/orders/:id/trackers/:tracker_id': (request, account) => {
      const order = account.books.orders.get(request.params.id ?? '');
      const tracker = order?.trackers.find(({ id }) => id === request.params.tracker_id);
      if (tracker === undefined) return refuse(404, 'TRACKER_ID_NOT_FOUND');
      for (const { path, value } of operationsOf(request)) {
        if (path !== '/status' && path !== '/items' && path !== '/notify_payer')
          refuse(400, 'FIELD_NOT_PATCHABLE', String(path));
        if (path === '/status' && typeof value === 'string') tracker.status = value;
      }
      return { status: 204 };
    },
  };
}

function operationsOf(request: FakeRequest): readonly Record<string, unknown>[] {
  const operations: unknown = request.json();
  if (!Array.isArray(operations) || operations.length === 0)
    return refuse(400, 'MISSING_REQUIRED_PARAMETER', '/');
  return operations.map(fieldsOf);
}

/** Fields of a purchase unit that can be changed: https://developer.paypal.com/docs/api/orders/v2/#orders_patch */
const patchable = [
  'description',
  'custom_id',
  'invoice_id',
  'soft_descriptor',
  'amount',
  'shipping/address',
  'shipping/name',
];

function patchUnits(request: FakeRequest, order: Order): void {
  for (const { op, path, value } of operationsOf(request)) {
    const [, reference, field] =
      /^\/purchase_units\/@reference_id=='([^']*)'\/(.+)$/.exec(String(path)) ?? [];
    if (field === undefined) refuse(422, 'INVALID_JSON_POINTER_FORMAT', String(path));
    const unit = order.units.find(({ reference_id }) => reference_id === reference);
    if (unit === undefined) refuse(422, 'REFERENCE_ID_NOT_FOUND', String(path));
    if (!patchable.includes(field)) refuse(400, 'FIELD_NOT_PATCHABLE', String(path));
    const [name = '', inner] = field.split('/');
    const holder =
      inner === undefined ? unit : ((isObject(unit[name]) ? unit[name] : {}) as Record<string, unknown>);
    const key = inner ?? name;
    if (op === 'add' ? key in holder : !(key in holder)) refuse(400, 'INVALID_PATCH_OPERATION', String(path));
    if (op === 'remove') delete holder[key];
    else holder[key] = value;
    if (inner !== undefined) unit[name] = holder;
    if (field === 'amount') Object.assign(order, { amount: amountOf(value, String(path)) });
  }
}
