/** Sends an operation that moves money, so that it happens once: see `journal.ts` for the states of its record. */
import { errorCode, type IntegrationErrorFields, isIntegrationError } from '@im/core';
import { type GatewayContext, placeOf, run } from './context.ts';
import type { MovingCall } from './driver.ts';
import { completeError, type Place, paymentError } from './errors.ts';
import { absorb, breach, faultInAnswer, happened } from './integrity.ts';
import {
  beginRecord,
  busy,
  type OperationRecord,
  readRecord,
  type StoredRecord,
  settleRecord,
  type Wanted,
} from './journal.ts';
import type { DriverPayment, Payment } from './payment.ts';

/** One operation to be done once. */
export interface Move {
  readonly wanted: Wanted;
  /**
   * Looks at the payment before the first sending: refuses what its state forbids, or gives the payment where nothing is left to do. Not called
   * for a repetition.
   */
  readonly check: () => Promise<Payment | undefined>;
  /** `record` says how much: a repetition moves what the first sending would have moved. */
  readonly send: (call: MovingCall, record: OperationRecord) => Promise<DriverPayment>;
}

/**
 * Does it, or finds out that it was done. What is sent has a record before it is sent.
 *
 * @throws {@link IntegrationError} with `effect: 'unknown'` when nobody can know yet; the same reference finds out, and so does `reconcile`
 */
export async function moveMoney(
  context: GatewayContext,
  operation: string,
  { wanted, check, send }: Move,
  signal: AbortSignal,
): Promise<Payment> {
  const { kind, reference, payment } = wanted;
  const place = placeOf(context, operation, { reference, payment });
  const known = await run(place, signal, () => readRecord(context, kind, reference));
  if (known?.record.state === 'abandoned')
    throw paymentError('this reference was given up', place, {
      code: 'failed_precondition',
      reason: 'abandoned',
      remedy: 'ask where it went instead, or use another reference',
    });
  refuseOther(known?.record, wanted, place);
  if (known?.record.state === 'done') return lookUp(context, known.record, place, signal);
  if (known === undefined || known.record.state === 'refused') {
    const asItIs = await check();
    if (asItIs !== undefined) return asItIs;
  }
  const isAgain = known !== undefined && known.record.state !== 'refused';
  if (known?.record.state === 'sending') {
    const leftMs = known.record.sentAt + context.settleMs - context.clock.now();
    if (leftMs > 0) throw busy(place, leftMs);
  }
  const begun = await run(place, signal, () => beginRecord(context, wanted, known, place));
  if (isAgain) {
    const found = await findOut(context, begun, known.record, place, signal);
    if (found !== undefined) return found;
  }
  const told = await sendOnce(context, begun, isAgain, send, place, signal);
  return accept(context, begun, told, place, signal);
}

/** Writes down what the vendor did, after comparing it with what was asked. */
export async function accept(
  context: GatewayContext,
  begun: StoredRecord,
  told: DriverPayment,
  place: Place,
  signal: AbortSignal,
): Promise<Payment> {
  return run(place, signal, async () => {
    const fault = faultInAnswer(begun.record, told, context.driver.facts.references);
    try {
      if (fault !== undefined) throw breach(context, { ...place, payment: told.id }, 'integrity', fault);
      const payment = await absorb(context, told, place);
      await settleRecord(context, begun, { state: 'done', payment: told.id });
      return payment;
    } catch (error) {
      await settleRecord(context, begun, { state: 'unknown' });
      throw error;
    }
  });
}

async function sendOnce(
  context: GatewayContext,
  begun: StoredRecord,
  isAgain: boolean,
  send: Move['send'],
  place: Place,
  signal: AbortSignal,
): Promise<DriverPayment> {
  // Somebody else may have taken it over while this process was suspended.
  if (context.clock.now() - begun.record.sentAt >= context.settleMs)
    throw paymentError('so much time has passed that somebody else may be sending it', place, {
      code: 'unavailable',
      effect: 'unknown',
      reason: 'in_progress',
      remedy: 'call again with the same reference; it is not done twice',
    });
  try {
    return await run(place, signal, (call) =>
      send({ ...call, idempotencyKey: begun.record.key }, begun.record),
    );
  } catch (error) {
    // An abort leaves the record as it is: nobody waits for what becomes of it, and in `settleMs` it reads as unknown.
    if (signal.aborted && error === signal.reason) throw error;
    // A refusal of a repetition says nothing of the first sending.
    const isRefused = !isAgain && isIntegrationError(error) && error.effect === 'none';
    await settleRecord(context, begun, { state: isRefused ? 'refused' : 'unknown' });
    if (isRefused) throw error;
    throw uncertain(error, place);
  }
}

function uncertain(error: unknown, place: Place): unknown {
  const fields: IntegrationErrorFields = {
    code: errorCode(error),
    ...(isIntegrationError(error) && { ...error }),
    effect: 'unknown',
    reason: 'outcome_unknown',
    remedy: 'call again with the same reference, or reconcile; it is not done twice',
  };
  return paymentError('nobody knows whether it was done', place, fields, { cause: error });
}

/** Whether the vendor surely knows the key of a sending still, when another one with it arrives: that may take as long as a call. */
export function isKeyKnown(
  { driver, clock, settleMs }: GatewayContext,
  { firstAt }: OperationRecord,
): boolean {
  const { keyTtlMs } = driver.facts;
  return keyTtlMs !== undefined && clock.now() - firstAt + settleMs < keyTtlMs;
}

/** Sending it again could do it twice, and nobody can be asked. */
export function unknownForGood(place: Place) {
  return paymentError(
    'nobody can know whether it was done: the processor has forgotten the key and does not show it',
    place,
    {
      code: 'failed_precondition',
      effect: 'unknown',
      reason: 'outcome_unknown',
      remedy:
        'look for it in the processor’s own pages: if it is there, have its webhook sent again; if not, use a new reference',
    },
  );
}

/** Asks the vendor whether the earlier sending did it. `undefined`: it may be sent again. */
async function findOut(
  context: GatewayContext,
  begun: StoredRecord,
  earlier: OperationRecord,
  place: Place,
  signal: AbortSignal,
): Promise<Payment | undefined> {
  const { facts } = context.driver;
  try {
    const told = await run(place, signal, (call) => context.driver.find(queryOf(earlier), call));
    const did = happened(earlier, told, facts);
    if (told !== undefined && did) return await accept(context, begun, told, place, signal);
    if (isKeyKnown(context, earlier)) return undefined;
    const settled = context.clock.now() - earlier.sentAt >= context.settleMs;
    if (did === false && settled) return undefined;
    if (did === undefined) throw unknownForGood(place);
    throw paymentError('nobody knows yet whether it was done', place, {
      code: 'unavailable',
      effect: 'unknown',
      reason: 'outcome_unknown',
      retryAfterMs: context.settleMs,
      remedy: 'call again later with the same reference',
    });
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw error;
    // `sentAt` stays that of the earlier sending: this call has sent nothing.
    await settleRecord(context, begun, { state: 'unknown', sentAt: earlier.sentAt });
    throw completeError(error, place, signal);
  }
}

async function lookUp(
  context: GatewayContext,
  record: OperationRecord,
  place: Place,
  signal: AbortSignal,
): Promise<Payment> {
  return run(place, signal, async (call) => {
    const told = await context.driver.find(queryOf(record), call);
    if (told === undefined)
      throw breach(context, place, 'integrity', 'what was done before is not at the processor any more');
    return absorb(context, told, place);
  });
}

/** By the vendor's id where it is known. */
export function queryOf({ payment, reference }: Pick<OperationRecord, 'payment' | 'reference'>) {
  return payment === undefined ? { reference } : { id: payment };
}

function refuseOther(record: OperationRecord | undefined, wanted: Wanted, place: Place): void {
  if (record === undefined || record.asked === wanted.asked) return;
  throw paymentError('this reference stands for another operation, or one with other arguments', place, {
    code: 'invalid_argument',
    reason: 'reference_reused',
    remedy: 'give each operation a reference of its own',
  });
}
