/**
 * What makes "never twice" hold over retries, restarts and processes: a record of every operation that moves money.
 *
 * A record is written before the operation is sent, under our reference, with the idempotency key that all of its sendings will have.
 *
 *     (none) → sending → done       the vendor did it
 *                      → refused    the vendor surely did nothing: it may be sent anew, with a new key
 *                      → unknown    no answer: `find` is asked before it is sent again, with the same key
 *     unknown → absent              asked after it settled: the vendor does not have it; may be sent again. Never where the vendor cannot be asked
 *     (none), refused, absent → abandoned    given up for good: nothing is sent under it any more
 *
 * `sending` belongs to one caller until `settleMs` have passed; then it reads as `unknown`, for its process was killed. Every change compares
 * and sets, so that of two callers one wins. Records that are not settled stand in an index, for `reconcile`. The index is written after
 * the record and before the sending: whatever was sent is in it. Each sending has a line of its own there, its `turn`, and strikes out
 * only that one: who settles an operation late takes nothing from somebody who has begun it anew.
 */
import { randomUUID } from 'node:crypto';
import type { GatewayContext } from './context.ts';
import { noteOnDay } from './day-lines.ts';
import { type Place, paymentError } from './errors.ts';

/** Operations that move money. */
export type OperationKind = 'create' | 'confirm' | 'capture' | 'void' | 'refund';

/** One operation, as it is stored. */
export interface OperationRecord {
  readonly kind: OperationKind;
  readonly reference: string;
  /** Idempotency key. */
  readonly key: string;
  /** Differs with every sending: names its line in the index. */
  readonly turn: string;
  /** What was asked, to tell the same operation from another one of the same reference. */
  readonly asked: string;
  readonly state: 'sending' | 'unknown' | 'absent' | 'refused' | 'done' | 'abandoned';
  /** Instants, milliseconds since 1970: when the key was first sent, and last. */
  readonly firstAt: number;
  readonly sentAt: number;
  /** The vendor's id of the payment, as soon as it is known. */
  readonly payment?: string | undefined;
  /** Minor units that it moves. */
  readonly minor?: string | undefined;
  readonly currency?: string | undefined;
  /** Of a creation: its line among those of its day. */
  readonly line?: string | undefined;
}

/** A record with the version it was read at. */
export interface StoredRecord {
  readonly record: OperationRecord;
  readonly version: string;
}

/** What the caller wants to do. */
export type Wanted = Pick<OperationRecord, 'kind' | 'reference' | 'asked' | 'payment' | 'minor' | 'currency'>;

const bucketCount = 16;
const keyOf = (kind: OperationKind, reference: string) => `operation/${kind}/${reference}`;
const bucketKey = (bucket: number) => `open/${bucket}`;

/** The record of an operation, if it was ever begun. */
export async function readRecord(
  { state }: GatewayContext,
  kind: OperationKind,
  reference: string,
): Promise<StoredRecord | undefined> {
  const stored = await state.get(keyOf(kind, reference));
  return stored && { record: JSON.parse(stored.value) as OperationRecord, version: stored.version };
}

/**
 * Makes the caller the one who sends. Before anything is sent, the record and its line in the index are written.
 *
 * @throws {@link IntegrationError} `unavailable` while somebody else is sending the same
 */
export async function beginRecord(
  context: GatewayContext,
  wanted: Wanted,
  known: StoredRecord | undefined,
  place: Place,
): Promise<StoredRecord> {
  const now = context.clock.now();
  const old = known?.record;
  const goesOn = old !== undefined && old.state !== 'refused';
  const record: OperationRecord = {
    ...wanted,
    ...(wanted.kind === 'create' && {
      line: goesOn ? old.line : await noteOnDay(context, wanted.reference, now),
    }),
    // "All that is left" was less before than it is now, or more: a repetition is of what was asked then.
    ...(goesOn && { minor: old.minor, currency: old.currency, payment: old.payment }),
    key: goesOn ? old.key : randomUUID(),
    turn: randomUUID(),
    state: 'sending',
    firstAt: goesOn ? old.firstAt : now,
    sentAt: now,
  };
  const version = await context.state.compareAndSet(
    keyOf(wanted.kind, wanted.reference),
    known?.version,
    JSON.stringify(record),
  );
  if (version === undefined) throw busy(place, context.settleMs);
  await changeIndex(context, record, (lines) => lines.add(lineOf(record)));
  return { record, version };
}

/** Writes what became of an operation. Somebody who has taken it over meanwhile keeps it. */
export async function settleRecord(
  context: GatewayContext,
  { record, version }: StoredRecord,
  change: Partial<OperationRecord> & Pick<OperationRecord, 'state'>,
): Promise<void> {
  const next = { ...record, ...change };
  const written = await context.state.compareAndSet(
    keyOf(record.kind, record.reference),
    version,
    JSON.stringify(next),
  );
  if (written !== undefined && isSettled(next)) await forget(context, next);
}

/**
 * Gives an operation up, so that nobody can send it any more.
 *
 * @returns whether it is given up now; `false`: it was done, is being sent, or may have been done
 */
export async function abandonRecord(
  context: GatewayContext,
  kind: OperationKind,
  reference: string,
): Promise<boolean> {
  const known = await readRecord(context, kind, reference);
  if (known?.record.state === 'abandoned') return true;
  if (known !== undefined && known.record.state !== 'refused' && known.record.state !== 'absent')
    return false;
  const now = context.clock.now();
  const begun = known?.record ?? { kind, reference, key: '', turn: '', asked: '', firstAt: now, sentAt: now };
  const record: OperationRecord = { ...begun, state: 'abandoned' };
  const written = await context.state.compareAndSet(
    keyOf(kind, reference),
    known?.version,
    JSON.stringify(record),
  );
  return written !== undefined;
}

/** Whether nothing is left to find out. */
export function isSettled({ state }: OperationRecord): boolean {
  return state !== 'sending' && state !== 'unknown';
}

/** A line of the index. */
export type OpenOperation = Pick<OperationRecord, 'kind' | 'reference' | 'turn'>;

/** Strikes one line out of the index. */
export async function forget(context: GatewayContext, record: OpenOperation): Promise<void> {
  await changeIndex(context, record, (lines) => lines.delete(lineOf(record)));
}

/** Every line of the index. An operation that was sent more than once may have several. */
export async function openOperations({ state }: GatewayContext): Promise<readonly OpenOperation[]> {
  const buckets = await Promise.all(
    Array.from({ length: bucketCount }, (_, bucket) => state.get(bucketKey(bucket))),
  );
  return buckets.flatMap((stored) => {
    const lines = stored === undefined ? [] : (JSON.parse(stored.value) as string[]);
    return lines.map((line) => {
      const [kind, reference, turn] = JSON.parse(line) as [OperationKind, string, string];
      return { kind, reference, turn };
    });
  });
}

/** Somebody else has the operation in hand. */
export function busy(place: Place, retryAfterMs: number) {
  return paymentError('the same operation is being sent by somebody else', place, {
    code: 'unavailable',
    effect: 'unknown',
    retryAfterMs,
    reason: 'in_progress',
    remedy: 'call again with the same reference; it is not done twice',
  });
}

function lineOf({ kind, reference, turn }: OpenOperation): string {
  return JSON.stringify([kind, reference, turn]);
}

async function changeIndex(
  { state }: GatewayContext,
  record: OpenOperation,
  change: (lines: Set<string>) => unknown,
): Promise<void> {
  let sum = 0;
  for (const char of record.reference) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  const key = bucketKey(sum % bucketCount);
  for (;;) {
    const stored = await state.get(key);
    const lines = new Set(stored === undefined ? [] : (JSON.parse(stored.value) as string[]));
    change(lines);
    const written = await state.compareAndSet(key, stored?.version, JSON.stringify([...lines]));
    if (written !== undefined) return;
  }
}
