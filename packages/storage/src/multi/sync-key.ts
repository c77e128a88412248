/** Brings one key of one store to the state it has in another, whatever both are. */
import { errorCode, IntegrationError } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { differentAttributes, isUnchanged, sameBytes } from './compare.ts';
import { copyObject } from './copy-object.ts';
import { at, keepable, type Member } from './member.ts';

/** What had to be done. */
export type SyncOutcome = 'same' | 'copied' | 'deleted';

/** Rounds in which the source changes under our hands. */
const mostRounds = 10;

/**
 * When it resolves, the target had the source's state at some instant after the call, and source and target agreed then, unless
 * somebody else wrote to the target.
 *
 * @throws {@link IntegrationError} `unavailable` when the source changes faster than it can be copied
 */
export async function syncKey(from: Member, to: Member, key: string, call: DriverCall): Promise<SyncOutcome> {
  let before = await stateOf(from, key, call);
  let outcome: SyncOutcome = 'same';
  for (let round = 0; round < mostRounds; round += 1) {
    const done = await bring(from, to, key, before, call);
    if (done !== undefined && done !== 'same') outcome = done;
    const after = await stateOf(from, key, call);
    if (done !== undefined && isUnchanged(before, after)) return outcome;
    before = after;
  }
  throw new IntegrationError(`the object changes faster than it can be copied, at store ${from.name}`, {
    code: 'unavailable',
    provider: 'storage',
    operation: 'syncKey',
    remedy: 'it is tried again later',
  });
}

/**
 * What is there; `undefined` when surely nothing is. That nothing is there will delete an object, so a second question has to
 * confirm it: a bucket that is gone has no such object either, but cannot be listed.
 */
async function stateOf(member: Member, key: string, call: DriverCall): Promise<ObjectInfo | undefined> {
  const found = await headOf(member, key, call);
  if (found !== undefined) return found;
  await at(member, (driver) => driver.list({ prefix: key, pageSize: 1 }, call));
  return undefined;
}

/** What is there, as far as `head` tells. */
export async function headOf(member: Member, key: string, call: DriverCall): Promise<ObjectInfo | undefined> {
  try {
    return await at(member, (driver) => driver.head(key, {}, call));
  } catch (error) {
    if (errorCode(error) === 'not_found') return undefined;
    throw error;
  }
}

/** `undefined`: the source is not as it was; look again. */
async function bring(
  from: Member,
  to: Member,
  key: string,
  info: ObjectInfo | undefined,
  call: DriverCall,
): Promise<SyncOutcome | undefined> {
  const there = await headOf(to, key, call);
  if (info === undefined) {
    if (there === undefined) return 'same';
    await deleteKey(to, key, call);
    return 'deleted';
  }
  if (there !== undefined && isSame(info, there, to)) return 'same';
  try {
    await copyObject({ from, to, info, signal: call.signal });
    return 'copied';
  } catch (error) {
    call.signal.throwIfAborted();
    const now = await headOf(from, key, call);
    if (isUnchanged(info, now)) throw error;
    return undefined;
  }
}

/** Whether the target has the object already, as far as it can be told without reading it. */
function isSame(info: ObjectInfo, there: ObjectInfo, to: Member): boolean {
  const wanted = { ...there, ...keepable(to.driver, info) };
  return sameBytes(info, there) === true && differentAttributes(wanted, there).length === 0;
}

/** Deletes, and throws what became of it. */
export async function deleteKey(member: Member, key: string, call: DriverCall): Promise<void> {
  const [result] = await at(member, (driver) => driver.delete([{ key }], call));
  if (result?.error !== undefined) throw result.error;
}
