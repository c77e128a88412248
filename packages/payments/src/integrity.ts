/**
 * Compares what a vendor says with what was asked and with what was known. An answer about another amount, currency or reference is never a
 * success; what is old never takes a payment back.
 */
import type { GatewayContext, PaymentAlert } from './context.ts';
import { readDecline } from './declines.ts';
import type { PaymentFacts } from './driver.ts';
import { type Place, paymentError } from './errors.ts';
import type { OperationRecord } from './journal.ts';
import { readRecord } from './journal.ts';
import { equalMoney, formatMoney, isMoney, type Money, money } from './money.ts';
import type { DriverPayment, Movement, Payment } from './payment.ts';
import { mergeStatus, type PaymentStatus } from './states.ts';

/** What was seen of a payment so far. */
export interface Seen {
  readonly status: PaymentStatus;
  readonly captured: string;
  readonly refunded: string;
  /** How many captures and refunds have failed. It only grows, so that more of them means later. */
  readonly failed: number;
}

/** Tells everybody who has to know, and gives the error. */
export function breach(
  context: GatewayContext,
  place: Place,
  kind: PaymentAlert['kind'],
  says: string,
): Error {
  const { operation, reference, payment } = place;
  let cause: unknown;
  try {
    context.onAlert({ kind, gateway: context.name, operation, reference, payment, says });
  } catch (error) {
    // An alert that fails must not hide what it was about.
    cause = error;
  }
  const fields = {
    code: 'internal',
    effect: 'unknown',
    reason: kind,
    remedy: 'do not ship; compare the payment at the processor with the order',
  } as const;
  return paymentError(says, place, fields, cause === undefined ? undefined : { cause });
}

/**
 * Checks a payment that a driver gave: whole in itself, ours by the record of its creation, and merged with what was seen of it before.
 *
 * @throws {@link IntegrationError} `internal` with the reason `integrity` or `contradiction`, after the alert
 */
export async function absorb(context: GatewayContext, told: DriverPayment, place: Place): Promise<Payment> {
  const here = { ...place, payment: told.id };
  const fault = faultIn(told) ?? (await faultByRecord(context, told));
  if (fault !== undefined) throw breach(context, here, 'integrity', fault);
  const { merged, isNews } = await mergeSeen(context, told, here);
  if (told.declineCode === undefined) return merged;
  const decline = readDecline(context.driver.facts.declines, told.declineCode);
  if (!decline.mapped && isNews)
    context.unmapped.set(decline.code, (context.unmapped.get(decline.code) ?? 0) + 1);
  return { ...merged, decline };
}

/** What is wrong with an answer to an operation, beside what {@link absorb} finds. */
export function faultInAnswer(
  asked: OperationRecord,
  told: DriverPayment,
  references: boolean,
): string | undefined {
  if (asked.payment !== undefined && told.id !== asked.payment)
    return `the answer is about payment ${JSON.stringify(told.id)}`;
  if (asked.kind === 'create') {
    if (told.reference !== asked.reference)
      return `the answer is about reference ${JSON.stringify(told.reference)}`;
    return amountFault(told.amount, asked);
  }
  if (asked.kind !== 'capture' && asked.kind !== 'refund') return undefined;
  const movement = movementOf(asked, told);
  if (movement !== undefined) return amountFault(movement.amount, asked);
  return references ? `no ${asked.kind} of this reference is in the answer` : undefined;
}

/** Whether the vendor has done it, by what `find` gave for the payment. `undefined`: that proves neither. */
export function happened(
  asked: OperationRecord,
  found: DriverPayment | undefined,
  { references, lookup }: Pick<PaymentFacts, 'references' | 'lookup'>,
): boolean | undefined {
  if (found !== undefined && shows(asked, found)) return true;
  const wasAsked = asked.payment === undefined ? lookup === 'reference' : lookup !== 'none';
  const wouldShow = references || (asked.kind !== 'capture' && asked.kind !== 'refund');
  return wasAsked && (wouldShow || found === undefined) ? false : undefined;
}

function shows(asked: OperationRecord, found: DriverPayment): boolean {
  switch (asked.kind) {
    case 'create':
      return found.reference === asked.reference;
    case 'void':
      return found.status === 'voided';
    case 'confirm':
      return found.status !== 'created' && found.status !== 'requires_action';
    default:
      return movementOf(asked, found) !== undefined;
  }
}

function movementOf(asked: OperationRecord, told: DriverPayment): Movement | undefined {
  const movements = asked.kind === 'capture' ? told.captures : told.refunds;
  return movements.find(({ reference }) => reference === asked.reference);
}

function amountFault(told: Money, asked: Pick<OperationRecord, 'minor' | 'currency'>): string | undefined {
  if (String(told.minor) === asked.minor && told.currency === asked.currency) return undefined;
  return `the processor says ${formatMoney(told)} ${told.currency}, and that was not asked for`;
}

/** What is wrong with a payment by itself. */
export function faultIn(told: DriverPayment): string | undefined {
  const movements = [...told.captures, ...told.refunds];
  const amounts = [told.amount, told.captured, told.refunded, ...movements.map(({ amount }) => amount)];
  if (!amounts.every(isMoney)) return 'an amount in the answer is no money';
  if (amounts.some(({ currency }) => currency !== told.amount.currency)) return 'the answer mixes currencies';
  if (amounts.some(({ minor }) => minor < 0n)) return 'an amount in the answer is negative';
  if (!equalMoney(told.captured, sum(told.captures, told.amount)))
    return 'the captures do not add up to what is captured';
  if (!equalMoney(told.refunded, sum(told.refunds, told.amount)))
    return 'the refunds do not add up to what is refunded';
  if (told.captured.minor > told.amount.minor) return 'more is captured than was asked for';
  if (told.refunded.minor > told.captured.minor) return 'more is refunded than was captured';
  return undefined;
}

function sum(movements: readonly Movement[], { currency }: Money): Money {
  const counted = movements.filter(({ status }) => status !== 'failed');
  return money(
    counted.reduce((all, { amount }) => all + amount.minor, 0n),
    currency,
  );
}

async function faultByRecord(context: GatewayContext, told: DriverPayment): Promise<string | undefined> {
  const created = await readRecord(context, 'create', told.reference);
  // What was given up is at another processor now, and has no amount of its own here.
  if (created === undefined || created.record.minor === undefined) return undefined;
  const { payment } = created.record;
  if (payment !== undefined && payment !== told.id)
    return `reference ${JSON.stringify(told.reference)} is payment ${JSON.stringify(payment)}, and not this one`;
  return amountFault(told.amount, created.record);
}

const seenKey = (payment: string) => `seen/${payment}`;

/** What was seen of a payment so far, by the vendor's id. */
export async function readSeen({ state }: GatewayContext, payment: string): Promise<Seen | undefined> {
  const stored = await state.get(seenKey(payment));
  return stored && (JSON.parse(stored.value) as Seen);
}

interface Merged {
  readonly merged: Payment;
  /** Whether something of it was not known before. */
  readonly isNews: boolean;
}

async function mergeSeen(context: GatewayContext, told: DriverPayment, place: Place): Promise<Merged> {
  const { declineCode: _, ...facts } = told;
  const key = seenKey(told.id);
  for (;;) {
    const stored = await context.state.get(key);
    const seen = stored && (JSON.parse(stored.value) as Seen);
    const failed = [...told.captures, ...told.refunds].filter((one) => one.status === 'failed').length;
    const news = seen === undefined ? 1 : failed - seen.failed;
    const status =
      news > 0 || seen === undefined
        ? told.status
        : news < 0
          ? seen.status
          : mergeStatus(seen.status, told.status);
    if (status === undefined)
      throw breach(
        context,
        place,
        'contradiction',
        `the payment was ${seen?.status}, and the processor now says ${told.status}`,
      );
    const captured = news > 0 ? told.captured : later(told.captured, seen?.captured, news < 0);
    const refunded = news > 0 ? told.refunded : later(told.refunded, seen?.refunded, news < 0);
    const next: Seen = {
      status,
      captured: String(captured.minor),
      refunded: String(refunded.minor),
      failed: Math.max(failed, seen?.failed ?? 0),
    };
    const value = JSON.stringify(next);
    if (
      value === stored?.value ||
      (await context.state.compareAndSet(key, stored?.version, value)) !== undefined
    )
      return {
        merged: { ...facts, status, captured, refunded } as Payment,
        isNews: value !== stored?.value,
      };
  }
}

/** The larger of two sums, or the one that was seen where what is told is older. */
function later(told: Money, seen: string | undefined, isOlder: boolean): Money {
  if (seen === undefined || (!isOlder && BigInt(seen) <= told.minor)) return told;
  return money(BigInt(seen), told.currency);
}
