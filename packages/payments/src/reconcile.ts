/** Finds out what became of operations whose outcome nobody knew. Moves no money. */
import { errorCode } from '@im/core';
import { type GatewayContext, placeOf, run } from './context.ts';
import { happened } from './integrity.ts';
import {
  forget,
  isSettled,
  type OpenOperation,
  type OperationKind,
  openOperations,
  readRecord,
  settleRecord,
} from './journal.ts';
import { accept, isKeyKnown, queryOf, unknownForGood } from './move-money.ts';
import type { Payment } from './payment.ts';

/** What became of one operation. */
export interface Reconciled {
  readonly kind: OperationKind;
  readonly reference: string;
  /**
   * `done`: the vendor did it. `absent`: it did not, and will not. `open`: too early to tell, or the vendor does not show it; a call with the same
   * reference finishes it, unless `error` says that nobody can know any more. `failed`: `error` says why it could not be found out, or that the
   * answer was not what was asked.
   */
  readonly outcome: 'done' | 'absent' | 'open' | 'failed';
  readonly payment?: Payment | undefined;
  readonly error?: unknown;
}

/** Goes over every operation that is not settled, one after the other. One that fails stops no other; an abort stops all. */
export async function reconcile(
  context: GatewayContext,
  signal: AbortSignal,
): Promise<readonly Reconciled[]> {
  const results: Reconciled[] = [];
  const place = placeOf(context, 'reconcile');
  const seen = new Set<string>();
  for (const line of await run(place, signal, () => openOperations(context))) {
    const { kind, reference } = line;
    const operation = { kind, reference };
    try {
      const isFirst = !seen.has(JSON.stringify(operation));
      seen.add(JSON.stringify(operation));
      const result = await reconcileOne(context, line, isFirst, signal);
      if (result !== undefined) results.push({ ...operation, ...result });
    } catch (error) {
      signal.throwIfAborted();
      results.push({ ...operation, outcome: 'failed', error });
    }
  }
  return results;
}

async function reconcileOne(
  context: GatewayContext,
  operation: OpenOperation,
  isFirst: boolean,
  signal: AbortSignal,
): Promise<Omit<Reconciled, 'kind' | 'reference'> | undefined> {
  const place = placeOf(context, 'reconcile', { reference: operation.reference });
  const stored = await run(place, signal, () => readRecord(context, operation.kind, operation.reference));
  if (stored === undefined || isSettled(stored.record)) {
    await run(place, signal, () => forget(context, operation));
    return undefined;
  }
  // An older line of an operation that was just looked at: it goes once that is settled.
  if (!isFirst) return undefined;
  const { record } = stored;
  const isFresh = context.clock.now() - record.sentAt < context.settleMs;
  if (record.state === 'sending' && isFresh) return { outcome: 'open' };
  const told = await run(place, signal, async (call) => {
    try {
      return await context.driver.find(queryOf(record), call);
    } catch (error) {
      if (errorCode(error) === 'not_found') return undefined;
      throw error;
    }
  });
  const did = happened(record, told, context.driver.facts);
  if (told !== undefined && did)
    return { outcome: 'done', payment: await accept(context, stored, told, place, signal) };
  if (did === undefined && !isFresh && !isKeyKnown(context, record))
    return { outcome: 'open', error: unknownForGood(place) };
  if (did === undefined || isFresh) return { outcome: 'open' };
  await run(place, signal, () => settleRecord(context, stored, { state: 'absent' }));
  return { outcome: 'absent' };
}
