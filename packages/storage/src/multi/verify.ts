/** Whether two stores hold the same. Nothing is written. */
import { type Clock, systemClock } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { compareKeys } from '../keys.ts';
import type { StoreCall } from '../object-store.types.ts';
import { differentAttributes } from './compare.ts';
import { type Comparison, compareBytes, compareContent, isGone, letGo, openBoth } from './content.ts';
import { type AnyStore, keepable, type Member, membersOf } from './member.ts';
import { forEachOf } from './pool.ts';
import { createMeter, type TransferProgress } from './progress.ts';
import { headOf } from './sync-key.ts';
import { type ListedObject, type ObjectPair, type WalkOptions, walkPairs } from './walk-pairs.ts';

/** How to verify. */
export interface VerifyOptions extends StoreCall, WalkOptions {
  /** Reads every byte of both, whatever checksums are stored. Default false: only where they do not tell. */
  readonly deep?: boolean | undefined;
  /** Whether content type, metadata and tags count. Default true. */
  readonly attributes?: boolean | undefined;
  /** Objects at once. Default 8. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** How an object differs. `damaged`: its bytes are not those of its own checksum. */
export type Difference = 'size' | 'checksum' | 'damaged' | 'content type' | 'metadata' | 'tags';

/** What was found. Keys are in order. */
export interface VerifyReport {
  /** Nothing is missing, extra or different, and nothing failed. */
  readonly isClean: boolean;
  /** Objects that both have. */
  readonly compared: number;
  /** What only the first one has. */
  readonly missing: readonly string[];
  /** What only the second one has. */
  readonly extra: readonly string[];
  readonly different: readonly { readonly key: string; readonly why: Difference }[];
  readonly failed: readonly { readonly key: string; readonly error: unknown }[];
  /** Bytes that had to be read, of both. */
  readonly bytesRead: number;
  readonly durationMs: number;
}

/** Times that an object may change while it is looked at. */
const mostLooks = 3;

/**
 * Compares two stores, key by key.
 *
 * @throws what listing throws; the signal's reason
 */
export async function verify(
  one: AnyStore,
  other: AnyStore,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const { clock = systemClock, concurrency = 8, signal = new AbortController().signal } = options;
  const [from, to] = membersOf([one, other], 'verify') as [Member, Member];
  const call: DriverCall = { signal };
  const begun = clock.now();
  const meter = createMeter(clock, { objects: 0, bytes: 0 }, options.onProgress);
  const missing: string[] = [];
  const extra: string[] = [];
  const different: { key: string; why: Difference }[] = [];
  const failed: { key: string; error: unknown }[] = [];
  let compared = 0;
  let bytesRead = 0;

  /** Notes what only one of the two has. */
  function noteAbsent(key: string, mine: unknown, theirs: unknown): void {
    if (mine !== undefined) missing.push(key);
    if (theirs !== undefined) extra.push(key);
  }

  function note(key: string, mine: ObjectInfo, theirs: ObjectInfo, content: Comparison): void {
    compared += 1;
    bytesRead += content.bytesRead;
    const wanted = { ...theirs, ...keepable(to.driver, mine) };
    const [attribute] = options.attributes === false ? [] : differentAttributes(wanted, theirs);
    const why = content.why ?? (attribute as Difference | undefined);
    if (why !== undefined) different.push({ key, why });
  }

  async function look(key: string): Promise<void> {
    const [mine, theirs] = await Promise.all([headOf(from, key, call), headOf(to, key, call)]);
    if (mine === undefined || theirs === undefined) return noteAbsent(key, mine, theirs);
    const [one, other] = [
      { member: from, info: mine },
      { member: to, info: theirs },
    ];
    note(key, mine, theirs, await compareContent(one, other, call));
  }

  /** Where all is read in any case, what is known of an object comes with its bytes. */
  async function lookDeep(key: string): Promise<void> {
    const [mine, theirs] = await openBoth(from, to, key, call);
    if (mine === undefined || theirs === undefined) {
      noteAbsent(key, mine, theirs);
      return letGo(mine, theirs);
    }
    note(key, mine.body.info, theirs.body.info, await compareBytes(mine, theirs, call));
  }

  async function pair({ key, from: mine, to: theirs }: ObjectPair): Promise<void> {
    if (mine === undefined) extra.push(key);
    else if (theirs === undefined) missing.push(key);
    else await lookAgain(key);
    meter.done(key, (mine ?? (theirs as ListedObject)).size);
  }

  async function lookAgain(key: string): Promise<void> {
    for (let looks = 1; ; looks += 1) {
      try {
        return await (options.deep === true ? lookDeep(key) : look(key));
      } catch (error) {
        signal.throwIfAborted();
        if (isGone(error) && looks < mostLooks) continue;
        failed.push({ key, error });
        return;
      }
    }
  }

  await forEachOf(walkPairs(from, to, options, {}, call), concurrency, pair);
  signal.throwIfAborted();
  const byKey = (a: { key: string }, b: { key: string }) => compareKeys(a.key, b.key);
  const wrong = missing.length + extra.length + different.length + failed.length;
  return {
    isClean: wrong === 0,
    compared,
    missing: missing.sort(compareKeys),
    extra: extra.sort(compareKeys),
    different: different.sort(byKey),
    failed: failed.sort(byKey),
    bytesRead,
    durationMs: clock.now() - begun,
  };
}
