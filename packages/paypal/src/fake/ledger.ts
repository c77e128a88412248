/** Where money moves: authorizations, captures, refunds. Every function is one instant, and refuses as PayPal documents it. */
import { addMoney, compareMoney, type Money, money as moneyOf } from '@im/payments';
import type { Account, Authorization, Behaviour, Capture, Order, Source } from './account.ts';
import { refuse } from './requests.ts';
import { capturedOf, feeOf, showAuthorization, showCapture, showOrder } from './show.ts';
import { book, emit, type World } from './world.ts';

/** A day. */
export const dayMs = 86_400_000;
/** How long an authorization can be captured, and how long its money is there for sure: https://developer.paypal.com/docs/checkout/advanced/authorization-honor/ */
export const authorizationMs = 29 * dayMs;
export const honorMs = 3 * dayMs;
/** Most captures of one authorization, and most refunds of one capture. */
const mostCaptures = 10;

/** What a capture is asked to be. */
export interface CaptureRequest {
  readonly amount: Money;
  readonly invoiceId: string | undefined;
  readonly isFinal: boolean;
}

/** A wallet that will not pay refuses as a whole; a card that will not is there, and declined. */
function checkWallet(source: Source): void {
  const { kind, behaviour } = source;
  if (kind === 'card') return;
  if (behaviour.kind === 'declines') refuse(422, behaviour.code);
}

const codeOf = (behaviour: Behaviour) => (behaviour.kind === 'declines' ? behaviour.code : '0000');

/** Refuses the second payment of an invoice. */
function checkInvoice(account: Account, invoiceId: string | undefined): void {
  if (invoiceId === undefined || !account.settings.rejectsDuplicateInvoices) return;
  const isTaken = [...account.books.captures.values()].some(
    (capture) =>
      capture.invoiceId === invoiceId && capture.status !== 'DECLINED' && capture.status !== 'FAILED',
  );
  if (isTaken) refuse(422, 'DUPLICATE_INVOICE_ID');
}

/** Holds the money of an order. */
export function authorizeOrder(world: World, account: Account, order: Order, source: Source): Authorization {
  const now = world.clock.now();
  const isDeclined = source.kind === 'card' && source.behaviour.kind === 'declines';
  if (source.kind !== 'card' && source.behaviour.kind === 'declines') refuse(422, 'TRANSACTION_REFUSED');
  const authorization: Authorization = {
    id: world.nextId('authorization'),
    order,
    amount: order.amount,
    status: isDeclined ? 'DENIED' : source.behaviour.kind === 'pends' ? 'PENDING' : 'CREATED',
    createdAt: now,
    updatedAt: now,
    expiresAt: now + authorizationMs,
    parent: undefined,
    responseCode: source.kind === 'card' ? codeOf(source.behaviour) : undefined,
  };
  order.authorizations.push(authorization);
  account.books.authorizations.set(authorization.id, authorization);
  complete(world, account, order, source, !isDeclined);
  if (!isDeclined)
    emit(world, account, {
      type: 'PAYMENT.AUTHORIZATION.CREATED',
      resourceType: 'authorization',
      resource: showAuthorization(world, authorization),
      summary: 'A payment authorization was created',
      about: [order.id, authorization.id],
    });
  return authorization;
}

/** Takes the money of an order of intent `CAPTURE`. */
export function captureOrder(world: World, account: Account, order: Order, source: Source): Capture {
  checkWallet(source);
  const invoiceId = typeof order.units[0]?.invoice_id === 'string' ? order.units[0].invoice_id : undefined;
  checkInvoice(account, invoiceId);
  const request = { amount: order.amount, invoiceId, isFinal: true };
  const capture = addCapture(world, account, order, undefined, source.behaviour, source.kind, request);
  complete(world, account, order, source, capture.status !== 'DECLINED');
  tell(world, account, capture);
  return capture;
}

/** Takes money of an authorization. */
export function captureAuthorization(
  world: World,
  account: Account,
  authorization: Authorization,
  request: CaptureRequest,
): Capture {
  const { status, amount, order } = authorization;
  const refusals = {
    VOIDED: 'AUTHORIZATION_VOIDED',
    DENIED: 'AUTHORIZATION_DENIED',
    CAPTURED: 'AUTHORIZATION_ALREADY_CAPTURED',
  };
  if (status in refusals) refuse(422, refusals[status as keyof typeof refusals]);
  if (status === 'PENDING') refuse(422, 'TRANSACTION_REFUSED');
  if (world.clock.now() >= authorization.expiresAt) refuse(422, 'AUTHORIZATION_EXPIRED');
  if (request.amount.currency !== amount.currency) refuse(422, 'AUTH_CAPTURE_CURRENCY_MISMATCH');
  const own = order.captures.filter((capture) => capture.authorization === authorization);
  if (own.length >= mostCaptures) refuse(422, 'MAX_CAPTURE_COUNT_EXCEEDED');
  const sum = addMoney(capturedOf(own, amount.currency), request.amount);
  if (compareMoney(sum, most(amount)) > 0) refuse(422, 'MAX_CAPTURE_AMOUNT_EXCEEDED');
  checkInvoice(account, request.invoiceId);
  const source = order.source;
  const capture = addCapture(
    world,
    account,
    order,
    authorization,
    source?.behaviour ?? { kind: 'pays' },
    source?.kind,
    request,
  );
  if (capture.status !== 'DECLINED') {
    const isDone = request.isFinal || compareMoney(sum, amount) >= 0;
    authorization.status = isDone ? 'CAPTURED' : 'PARTIALLY_CAPTURED';
    authorization.updatedAt = world.clock.now();
  }
  tell(world, account, capture);
  return capture;
}

/** 115 % of the authorization, and at most 75 USD more; the latter is reckoned in the currency itself here. */
export function most({ minor, currency }: Money): Money {
  const more = (minor * 15n) / 100n;
  return moneyOf(minor + (more > 7_500n ? 7_500n : more), currency);
}

function addCapture(
  world: World,
  account: Account,
  order: Order,
  authorization: Authorization | undefined,
  behaviour: Behaviour,
  kind: Source['kind'] | undefined,
  { amount, invoiceId, isFinal }: CaptureRequest,
): Capture {
  const now = world.clock.now();
  // What was authorized was accepted then.
  const isDeclined = authorization === undefined && behaviour.kind === 'declines';
  const isPending = authorization === undefined && behaviour.kind === 'pends';
  const capture: Capture = {
    id: world.nextId('capture'),
    order,
    authorization,
    amount,
    status: isDeclined ? 'DECLINED' : isPending ? 'PENDING' : 'COMPLETED',
    invoiceId,
    isFinal,
    reason: isPending && behaviour.kind === 'pends' ? behaviour.reason : undefined,
    responseCode:
      kind === 'card' ? codeOf(authorization === undefined ? behaviour : { kind: 'pays' }) : undefined,
    createdAt: now,
    updatedAt: now,
    refunds: [],
  };
  order.captures.push(capture);
  order.updatedAt = now;
  account.books.captures.set(capture.id, capture);
  if (capture.status === 'COMPLETED') bookCapture(account, capture);
  return capture;
}

function bookCapture(account: Account, { id, amount, createdAt, invoiceId, order }: Capture): void {
  const customId = order.units[0]?.custom_id;
  book(account, {
    id,
    code: 'T0006',
    amount,
    fee: moneyOf(-feeOf(amount).minor, amount.currency),
    at: createdAt,
    reference: order.id,
    invoiceId,
    customId: typeof customId === 'string' ? customId : undefined,
  });
}

/** The order is done; a method that was to be saved is. */
function complete(world: World, account: Account, order: Order, source: Source, isPaid: boolean): void {
  order.status = 'COMPLETED';
  order.source = source;
  order.updatedAt = world.clock.now();
  if (!isPaid) return;
  if (source.saveFor !== undefined) {
    const id = world.nextId('payment token').toLowerCase();
    const { saveFor: _, ...saved } = source;
    account.books.methods.set(id, {
      id,
      customer: source.saveFor.customer,
      source: { ...saved, vaultId: id },
    });
    order.savedAs = id;
    emit(world, account, {
      type: 'VAULT.PAYMENT-TOKEN.CREATED',
      resourceType: 'payment_token',
      resourceVersion: '3.0',
      resource: { id, customer: { id: source.saveFor.customer }, metadata: { order_id: order.id } },
      summary: 'A payment token has been saved.',
      about: [],
    });
  }
  emit(world, account, {
    type: 'CHECKOUT.ORDER.COMPLETED',
    resourceType: 'checkout-order',
    resource: showOrder(world, account, order, true),
    summary: 'Checkout Order Completed',
    about: [order.id],
  });
}

function tell(world: World, account: Account, capture: Capture): void {
  const { id, order, status } = capture;
  const kind = { COMPLETED: 'COMPLETED', PENDING: 'PENDING', DECLINED: 'DECLINED', FAILED: 'DECLINED' }[
    status as 'COMPLETED'
  ];
  emit(world, account, {
    type: `PAYMENT.CAPTURE.${kind}`,
    resourceType: 'capture',
    resource: showCapture(world, capture),
    summary: `Payment ${kind.toLowerCase()}`,
    about: [order.id, id],
  });
}

/** What becomes of a pending capture: the bank pays, or does not. */
export function settleCapture(world: World, account: Account, capture: Capture, isPaid: boolean): void {
  if (capture.status !== 'PENDING')
    throw new Error(`capture ${capture.id} is ${capture.status}, not pending`);
  capture.status = isPaid ? 'COMPLETED' : 'DECLINED';
  capture.reason = undefined;
  capture.updatedAt = world.clock.now();
  if (isPaid) bookCapture(account, capture);
  tell(world, account, capture);
}
