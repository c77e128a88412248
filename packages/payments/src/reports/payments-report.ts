/** The daily report: our own records of a time against what the processor has. It moves no money, and writes only what it saw. */
import { errorCode } from '@im/core';
import { type GatewayContext, placeOf, run, signalOf } from '../context.ts';
import type { DriverCall, TimeRange } from '../driver.ts';
import type { GatewayCall } from '../gateway.types.ts';
import { faultIn } from '../integrity.ts';
import { queryOf } from '../move-money.ts';
import type { DriverPayment } from '../payment.ts';
import { type RecordedPayment, recordedPayment, recordedPayments } from '../recorded.ts';
import { compareLedgers, type LedgerComparison } from './compare-ledgers.ts';

/** What became of the payments of a time. */
export interface PaymentsReport extends LedgerComparison {
  readonly gateway: string;
  readonly range: TimeRange;
  /**
   * What the processor's side was made of. `listing`: its own list of the time, so that what nobody here asked for shows too. `asking`: each of ours
   * was asked for. `told`: it cannot be asked; this is what answers and webhooks told, and only a settlement proves more.
   */
  readonly by: 'listing' | 'asking' | 'told';
  /** Payments of which nobody knows yet whether they were made. `reconcile` finds out; they are in no sum of ours. */
  readonly unknown: readonly RecordedPayment[];
  /** Payments of the processor that are no whole payments, with what is wrong. They are in no sum. */
  readonly faulty: readonly { readonly payment: string; readonly says: string }[];
}

/** Compares the payments that were begun in this time. */
export async function reportPayments(
  context: GatewayContext,
  range: TimeRange,
  call: GatewayCall | undefined,
): Promise<PaymentsReport> {
  const place = placeOf(context, 'report');
  return run(place, signalOf(call), async (driverCall) => {
    const recorded = await recordedPayments(context, range, call).toArray();
    const known = recorded.filter(({ outcome }) => outcome !== 'not_made');
    const unknown = known.filter(({ outcome }) => outcome === 'unknown');
    const ours = new Map(known.map((payment) => [payment.reference, payment]));
    const theirs = await theirSide(context, range, ours, driverCall);
    const faulty = theirs.flatMap((told) => {
      const says = faultIn(told);
      return says === undefined ? [] : [{ payment: told.id, says }];
    });
    const whole = theirs.filter((told) => !faulty.some(({ payment }) => payment === told.id));
    const open = new Set([...unknown.map(({ reference }) => reference), ...faultyReferences(theirs, whole)]);
    const isComparable = ({ reference }: { readonly reference: string }) => !open.has(reference);
    const comparison = compareLedgers(
      [...ours.values()].filter(isComparable),
      whole.filter(isComparable).map((told) => ({ ...told, payment: told.id })),
    );
    return { gateway: context.name, range, by: sourceOf(context), unknown, faulty, ...comparison };
  });
}

const sourceOf = ({ driver }: GatewayContext): PaymentsReport['by'] =>
  driver.listing !== undefined ? 'listing' : driver.facts.lookup === 'none' ? 'told' : 'asking';

/** References whose payment is faulty: they are in `faulty`, and not missing too. */
function faultyReferences(all: readonly DriverPayment[], whole: readonly DriverPayment[]): readonly string[] {
  return all.filter((told) => !whole.includes(told)).map(({ reference }) => reference);
}

/**
 * The processor's payments. At the edges of the time clocks differ, so that what is on one side alone is looked for by name; a second payment under
 * a reference of another day brings that one in.
 */
async function theirSide(
  context: GatewayContext,
  range: TimeRange,
  ours: Map<string, RecordedPayment>,
  call: DriverCall,
): Promise<readonly DriverPayment[]> {
  const theirs: DriverPayment[] = [];
  for (const told of await listAll(context, range, call)) {
    const recorded = ours.has(told.reference) ? undefined : await recordedPayment(context, told.reference);
    const { payment, outcome } = recorded?.payment ?? {};
    if (payment === told.id || outcome === 'unknown') continue;
    if (recorded !== undefined && outcome === 'made') ours.set(told.reference, recorded.payment);
    theirs.push(told);
  }
  const found = new Set(theirs.map(({ id }) => id));
  const references = new Set(theirs.map(({ reference }) => reference));
  for (const payment of ours.values()) {
    const isThere =
      payment.payment === undefined ? references.has(payment.reference) : found.has(payment.payment);
    const told = isThere ? undefined : await findOne(context, payment, call);
    if (told !== undefined && !found.has(told.id)) theirs.push(told);
  }
  return theirs;
}

async function listAll(context: GatewayContext, range: TimeRange, call: DriverCall) {
  const { listing } = context.driver;
  const all: DriverPayment[] = [];
  for (let cursor: string | undefined, more = listing !== undefined; more; more = cursor !== undefined) {
    call.signal.throwIfAborted();
    const page = await listing?.(range, cursor, call);
    all.push(...(page?.items ?? []));
    cursor = page?.next;
  }
  return all;
}

async function findOne({ driver }: GatewayContext, payment: RecordedPayment, call: DriverCall) {
  call.signal.throwIfAborted();
  try {
    return await driver.find(queryOf(payment), call);
  } catch (error) {
    if (errorCode(error) === 'not_found') return undefined;
    throw error;
  }
}
