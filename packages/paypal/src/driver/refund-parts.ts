/**
 * A refund of a payment that was captured in several parts. PayPal refunds captures, one at a time, so that what is more than any of them has left
 * is given back in parts, one a capture. All parts together are one refund of ours:
 *
 * 1. each has our reference as its `invoice_id`, which must be unique at PayPal: parts after the first end in `~2`, `~3`;
 * 2. each says in its `custom_id` how much all of them together are;
 * 3. while parts are missing, the others are shown without our reference: the refund has not happened yet, and a repetition goes on with it.
 */
import { addMoney, compareMoney, type Money, type Movement, money, subtractMoney } from '@im/payments';
import { fromDecimal, toDecimal } from '../money.ts';
import type { Capture, Refund } from '../wire/payments.ts';

/** Bytes that the ending of a part may take: ten captures at most. */
export const partBytes = 3;

/** How the whole is written: `whole-90.00-EUR`. */
export const wholeOf = (amount: Money): string => `whole-${toDecimal(amount)}-${amount.currency}`;

/** What a part is called at PayPal. */
export const partReference = (reference: string, number: number): string =>
  number === 1 ? reference : `${reference}~${number}`;

function readWhole(customId: string | undefined): Money | undefined {
  const [, value, currency] = /^whole-([\d.]+)-([A-Z]{3})$/.exec(customId ?? '') ?? [];
  return value === undefined || currency === undefined ? undefined : fromDecimal(value, currency);
}

/** Our reference, without the ending of a part. */
function referenceOf({ invoiceId, customId }: Refund): string | undefined {
  return readWhole(customId) === undefined ? invoiceId : invoiceId?.replace(/~\d{1,2}$/, '');
}

const statuses: Readonly<Record<string, Movement['status']>> = { COMPLETED: 'succeeded', PENDING: 'pending' };
const statusOf = ({ status }: Refund): Movement['status'] => statuses[status] ?? 'failed';

/** Parts of the refund of this reference that count. */
export function partsDone(refunds: readonly Refund[], reference: string): readonly Refund[] {
  return refunds.filter((refund) => referenceOf(refund) === reference && statusOf(refund) !== 'failed');
}

/** Refunds as they are ours: complete ones are one, the parts of others have no reference. */
export function mergeRefunds(refunds: readonly Refund[]): readonly Movement[] {
  const movements: Movement[] = [];
  const done = new Set<string>();
  for (const refund of refunds) {
    const { id, amount, customId } = refund;
    const reference = referenceOf(refund);
    const whole = readWhole(customId);
    const status = statusOf(refund);
    if (whole === undefined || reference === undefined || status === 'failed') {
      movements.push({ id, reference, amount, status });
      continue;
    }
    const parts = partsDone(refunds, reference);
    if (compareMoney(sum(parts, whole.currency), whole) !== 0) {
      movements.push({ id, amount, status });
      continue;
    }
    if (done.has(reference)) continue;
    done.add(reference);
    const isPending = parts.some((part) => statusOf(part) === 'pending');
    movements.push({ id, reference, amount: whole, status: isPending ? 'pending' : 'succeeded' });
  }
  return movements;
}

const sum = (refunds: readonly Refund[], currency: Money['currency']): Money =>
  refunds.reduce((all, { amount }) => addMoney(all, amount), money(0n, currency));

/** A part to be sent. */
export interface RefundPart {
  readonly capture: string;
  readonly amount: Money;
  /** From 1, over all parts of the refund. */
  readonly number: number;
}

/**
 * What is still to be sent of a refund: from the capture that fits, else from the largest on.
 *
 * @returns `undefined` when the captures have not enough left
 */
export function planRefund(
  captures: readonly Capture[],
  refunds: readonly Refund[],
  done: readonly Refund[],
  amount: Money,
): readonly RefundPart[] | undefined {
  const left = captures
    .filter(({ status }) => status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED')
    .map((capture) => ({
      capture: capture.id,
      left: subtractMoney(capture.amount, refundedOf(capture, refunds)),
    }))
    .filter((one) => one.left.minor > 0n)
    .toSorted((one, other) => compareMoney(other.left, one.left));
  let rest = subtractMoney(amount, sum(done, amount.currency));
  const fitting = left.findLast((one) => compareMoney(one.left, rest) >= 0);
  const parts: RefundPart[] = [];
  for (const one of fitting === undefined ? left : [fitting]) {
    if (rest.minor <= 0n) break;
    const part = compareMoney(one.left, rest) < 0 ? one.left : rest;
    parts.push({ capture: one.capture, amount: part, number: done.length + parts.length + 1 });
    rest = subtractMoney(rest, part);
  }
  return rest.minor > 0n ? undefined : parts;
}

/** Which capture a refund is of stands in its link `up`. */
function refundedOf({ id, amount }: Capture, refunds: readonly Refund[]): Money {
  const own = refunds.filter(
    (refund) =>
      statusOf(refund) !== 'failed' &&
      refund.links.some(({ rel, href }) => rel === 'up' && href.endsWith(`/${id}`)),
  );
  return sum(own, amount.currency);
}
