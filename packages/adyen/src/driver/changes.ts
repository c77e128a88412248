/**
 * What stands in a record before a change is sent. Adyen answers every change with "received" and says only by webhook whether it could be done, so the
 * amounts that are free are reserved here, by compare and set: of two that meet, one is refused at once.
 */
import { allows, type DriverPayment } from '@im/payments';
import { type PaymentRecord, type Reservation, reservationName } from './record.ts';
import { refusal } from './refuse.ts';
import { isLetGo, type RenderRules, render, reservedOf } from './render.ts';

/** What is to be done. */
export interface Change {
  readonly kind: Reservation['kind'];
  readonly reference: string;
  /** Nothing for a void. */
  readonly minor: bigint;
  /** Of a capture: nothing is captured after it. */
  readonly final?: boolean | undefined;
}

/** Whether it was reserved or told before: then it is being sent again, with the same key. */
export function isKnown(record: PaymentRecord, { kind, reference }: Change): boolean {
  return (
    Object.hasOwn(record.reserved, reservationName(kind, reference)) ||
    Object.values(record.moves).some((move) => move.kind === kind && move.reference === reference)
  );
}

/**
 * Reserves what it needs.
 *
 * @throws IntegrationError `failed_precondition` for what the payment's status, its amounts or another change under way forbid
 */
export function reserve(record: PaymentRecord, change: Change, rules: RenderRules): PaymentRecord {
  const payment = render(record, rules);
  if (payment === undefined) throw noPayment();
  if (isKnown(record, change)) return record;
  const { kind, reference, minor, final } = change;
  if (!allows(kind, payment.status))
    throw forbidden('status', `a payment that is ${payment.status} does not allow a ${kind}`);
  checks[kind](record, payment, change, rules);
  const reservation: Reservation = { kind, minor: String(minor), final, at: rules.now };
  return { ...record, reserved: { ...record.reserved, [reservationName(kind, reference)]: reservation } };
}

/** Takes a reservation back, for what was surely not done. */
export function release(record: PaymentRecord, { kind, reference }: Change): PaymentRecord {
  const { [reservationName(kind, reference)]: _, ...reserved } = record.reserved;
  return { ...record, reserved };
}

type Check = (record: PaymentRecord, payment: DriverPayment, change: Change, rules: RenderRules) => void;

const checks: Readonly<Record<Change['kind'], Check>> = {
  capture: (record, { amount, captured }, { minor, final }, rules) => {
    refuseWhileGoing(record, 'void', rules);
    const under = reservedOf(record, 'capture', rules.now);
    if (isLetGo(record, rules) || under.some((one) => one.final === true))
      throw forbidden('amount', 'the rest of the authorization was let go');
    if (final === false && !rules.multiplePartialCaptures)
      throw forbidden(
        'multiple_partial_captures',
        'the account has no multiple partial captures: what is left would be let go',
        'have Adyen enable them, and set multiplePartialCaptures; or capture once',
      );
    checkLeft(minor, amount.minor - captured.minor - sumOf(under));
  },
  refund: (record, { captured, refunded }, { minor }, rules) =>
    checkLeft(minor, captured.minor - refunded.minor - sumOf(reservedOf(record, 'refund', rules.now))),
  void: (record, _payment, _change, rules) => {
    refuseWhileGoing(record, 'capture', rules);
    refuseWhileGoing(record, 'void', rules);
  },
};

function refuseWhileGoing(record: PaymentRecord, kind: Change['kind'], { now }: RenderRules): void {
  if (reservedOf(record, kind, now).length > 0)
    throw forbidden('status', `a ${kind} of this payment is under way`);
}

function checkLeft(minor: bigint, left: bigint): void {
  if (minor > left) throw forbidden('amount', `only ${left} minor units are left`);
}

function sumOf(reserved: readonly Reservation[]): bigint {
  return reserved.reduce((all, { minor }) => all + BigInt(minor), 0n);
}

function forbidden(
  reason: string,
  says: string,
  remedy = 'retrieve the payment, and look at its status and amounts',
) {
  return refusal('failed_precondition', reason, says, remedy);
}

/** Nothing was told of such a payment. */
export function noPayment() {
  return refusal(
    'not_found',
    'payment',
    'nothing was told of such a payment',
    'use an id that this integration gave',
  );
}
