/** Deletes: by one request where it can be, else one by one. */
import { errorCode } from '@im/core';
import type { DeleteResult, DriverCall, DriverDelete } from '@im/storage';
import { isXmlText } from '../xml.ts';
import { callOf, type DriverContext, store } from './support.ts';

/** Deleted at once, of those that go one by one. */
const concurrency = 8;

/** Deletes them all, with a result for each in their order. */
export async function deleteObjects(
  context: DriverContext,
  targets: readonly DriverDelete[],
  call: DriverCall,
): Promise<readonly DeleteResult[]> {
  const results = new Map<DriverDelete, DeleteResult>();
  const together = targets.length > 1 && context.dialect.deletesMany ? targets.filter(canGoTogether) : [];
  const alone = targets.filter((target) => !together.includes(target));
  const next = alone.values();
  const work = async () => {
    for (const target of next) results.set(target, await deleteOne(context, target, call));
  };
  await Promise.all([
    deleteTogether(context, together, call, results),
    ...Array.from({ length: Math.min(concurrency, alone.length) }, work),
  ]);
  return targets.map((target) => results.get(target) ?? { key: target.key });
}

function canGoTogether({ key, ifMatch }: DriverDelete): boolean {
  return ifMatch === undefined && isXmlText(key) && isStorable(key);
}

function isStorable(key: string): boolean {
  try {
    return isXmlText(store(key));
  } catch {
    // Too long as it is stored: alone it fails with its own error.
    return false;
  }
}

async function deleteTogether(
  { client }: DriverContext,
  targets: readonly DriverDelete[],
  call: DriverCall,
  results: Map<DriverDelete, DeleteResult>,
): Promise<void> {
  if (targets.length === 0) return;
  const outcomes = await client.deleteObjects(
    targets.map(({ key, versionId }) => ({ key: store(key), versionId })),
    callOf(call),
  );
  for (const [index, target] of targets.entries()) {
    const { key } = target;
    const error = outcomes[index]?.error;
    const isGone = error === undefined || errorCode(error) === 'not_found';
    results.set(target, isGone ? { key } : { key, error });
  }
}

async function deleteOne(
  context: DriverContext,
  { key, ifMatch, versionId }: DriverDelete,
  call: DriverCall,
): Promise<DeleteResult> {
  try {
    const stored = store(key);
    try {
      await context.client.deleteObject(stored, { ifMatch, versionId }, callOf(call));
    } catch (error) {
      if (errorCode(error) === 'not_found') return { key };
      const mayBeGone = ifMatch !== undefined && errorCode(error) === 'failed_precondition';
      // Some refuse the condition where nothing is; deleting nothing is fine.
      if (!mayBeGone || !(await isAbsent(context, stored, call))) throw error;
    }
    return { key };
  } catch (error) {
    if (call.signal.aborted) throw error;
    return { key, error };
  }
}

async function isAbsent({ client }: DriverContext, stored: string, call: DriverCall): Promise<boolean> {
  try {
    await client.headObject(stored, {}, callOf(call));
    return false;
  } catch (error) {
    if (errorCode(error) === 'not_found') return true;
    throw error;
  }
}
