/** Comparing by bytes, where what is stored beside the objects does not tell. */
import { isIntegrationError } from '@im/core';
import { createDigest, createVerifier, type Digest } from '../checksum.ts';
import type { Checksum, DriverCall, ObjectInfo } from '../driver.ts';
import { readObject, streamOfBody } from '../read-object.ts';
import { sameBytes } from './compare.ts';
import { at, type Member } from './member.ts';

/** How two objects were compared, and what came of it. */
export interface Comparison {
  readonly isSame: boolean;
  /** Bytes that had to be read. */
  readonly bytesRead: number;
  /** Why they are not the same. */
  readonly why?: 'size' | 'checksum' | 'damaged' | undefined;
}

/** An object in its store. */
export interface Held {
  readonly member: Member;
  readonly info: ObjectInfo;
}

/** Feeds all bytes of an object to digests. What is stored of its own checksum is not looked at. */
async function readThrough(
  { member, info }: Held,
  digests: readonly Digest[],
  call: DriverCall,
): Promise<void> {
  const body = await at(member, (driver) => driver.get(info.key, { ifMatch: info.etag }, call));
  const bare = { ...info, checksum: undefined };
  const place = { driver: member.driver.name, store: member.name, operation: 'verify', key: info.key };
  const streamed = { info: bare, offset: body.offset, length: body.length, stream: streamOfBody(body) };
  for await (const piece of readObject(streamed, place, call.signal, undefined).stream())
    for (const digest of digests) digest.update(piece);
}

/** The checksum of the bytes, made as `like` was. */
async function checksumOfBytes(held: Held, like: Checksum, call: DriverCall): Promise<string> {
  const digest = createVerifier(like);
  await readThrough(held, [digest], call);
  return digest.value();
}

/** The bytes' SHA-256; `undefined` when they are not those of the stored checksum. */
async function soundDigest(held: Held, call: DriverCall): Promise<string | undefined> {
  const { checksum } = held.info;
  const digest = createDigest('sha256');
  const verifier = checksum && createVerifier(checksum);
  await readThrough(held, verifier === undefined ? [digest] : [digest, verifier], call);
  return verifier === undefined || verifier.value() === checksum?.value ? digest.value() : undefined;
}

/**
 * Compares by size, then by the stored checksums where both are alike; else reads one side, where the other has a checksum to
 * hold it to; else both. `deep` reads both whatever is stored, and holds each to its own checksum.
 */
export async function compareContent(
  one: Held,
  other: Held,
  deep: boolean,
  call: DriverCall,
): Promise<Comparison> {
  const { size } = one.info;
  if (size !== other.info.size) return { isSame: false, why: 'size', bytesRead: 0 };
  const stored = sameBytes(one.info, other.info);
  if (!deep && stored !== undefined) return outcome(stored, 0);
  const [known, unknown] = one.info.checksum === undefined ? [other, one] : [one, other];
  const { checksum } = known.info;
  if (!deep && checksum !== undefined)
    return outcome((await checksumOfBytes(unknown, checksum, call)) === checksum.value, size);
  const [mine, theirs] = await Promise.all([soundDigest(one, call), soundDigest(other, call)]);
  if (mine === undefined || theirs === undefined)
    return { isSame: false, why: 'damaged', bytesRead: size * 2 };
  return outcome(mine === theirs, size * 2);
}

const outcome = (isSame: boolean, bytesRead: number): Comparison =>
  isSame ? { isSame, bytesRead } : { isSame, why: 'checksum', bytesRead };

/** Whether the failure is the object's own: it went or changed while it was looked at. */
export function isGone(error: unknown): boolean {
  return isIntegrationError(error) && (error.code === 'not_found' || error.code === 'failed_precondition');
}
