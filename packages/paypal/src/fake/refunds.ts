/** Where money goes back. */
import { compareMoney, type Money, money as moneyOf, subtractMoney } from '@im/payments';
import type { Account, Capture, Refund } from './account.ts';
import { refuse } from './requests.ts';
import { refundedOf, showRefund } from './show.ts';
import { book, emit, type World } from './world.ts';

const refundMs = 180 * 86_400_000;

/** What a refund is asked to be. */
export interface RefundRequest {
  /** Absent: all that is left. */
  readonly amount: Money | undefined;
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
  readonly note: string | undefined;
}

/** Gives money of a capture back. */
export function refundCapture(
  world: World,
  account: Account,
  capture: Capture,
  request: RefundRequest,
): Refund {
  const now = world.clock.now();
  const { status, order, createdAt } = capture;
  if (status === 'PENDING') refuse(422, 'PENDING_CAPTURE');
  if (status === 'DECLINED' || status === 'FAILED') refuse(422, 'REFUND_NOT_ALLOWED');
  if (status === 'REFUNDED') refuse(422, 'CAPTURE_FULLY_REFUNDED');
  if (now > createdAt + refundMs) refuse(422, 'REFUND_TIME_LIMIT_EXCEEDED');
  const left = subtractMoney(capture.amount, refundedOf(capture));
  const amount = request.amount ?? left;
  if (amount.currency !== left.currency) refuse(422, 'REFUND_CAPTURE_CURRENCY_MISMATCH');
  if (compareMoney(amount, left) > 0) refuse(422, 'REFUND_AMOUNT_EXCEEDED');
  const isDisputed = [...account.books.disputes.values()].some(
    (dispute) => dispute.capture === capture && dispute.status !== 'RESOLVED',
  );
  if (isDisputed && compareMoney(amount, left) < 0) refuse(422, 'TRANSACTION_DISPUTED');
  const isTaken = [...account.books.refunds.values()].some(
    ({ invoiceId }) => invoiceId === request.invoiceId,
  );
  if (request.invoiceId !== undefined && isTaken && account.settings.rejectsDuplicateInvoices)
    refuse(422, 'DUPLICATE_INVOICE_ID');
  const refund: Refund = {
    id: world.nextId('refund'),
    capture,
    amount,
    status: 'COMPLETED',
    invoiceId: request.invoiceId,
    customId: request.customId,
    note: request.note,
    createdAt: now,
  };
  capture.refunds.push(refund);
  account.books.refunds.set(refund.id, refund);
  capture.status = compareMoney(amount, left) === 0 ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  capture.updatedAt = now;
  order.updatedAt = now;
  book(account, {
    id: refund.id,
    code: 'T1107',
    amount: moneyOf(-amount.minor, amount.currency),
    fee: undefined,
    at: now,
    reference: capture.id,
    invoiceId: request.invoiceId,
    customId: undefined,
  });
  emit(world, account, {
    type: 'PAYMENT.CAPTURE.REFUNDED',
    resourceType: 'refund',
    resource: showRefund(world, refund),
    summary: 'A payment was refunded',
    about: [order.id, capture.id],
  });
  return refund;
}
