/** Comparing by bytes, where what is stored beside the objects does not tell. */
import { errorCode, isIntegrationError } from '@im/core';
import { createDigest, createVerifier, type Digest } from '../checksum.ts';
import type { Checksum, DriverBody, DriverCall, ObjectInfo } from '../driver.ts';
import { cancelBody, readObject, streamOfBody } from '../read-object.ts';
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

/** An object whose bytes are on their way. */
export interface OpenObject {
  readonly member: Member;
  readonly body: DriverBody;
}

/** One key of two stores; `undefined` where there is no such object. */
export function openBoth(
  from: Member,
  to: Member,
  key: string,
  call: DriverCall,
): Promise<[OpenObject | undefined, OpenObject | undefined]> {
  const openAt = async (member: Member): Promise<OpenObject | undefined> => {
    try {
      return { member, body: await at(member, (driver) => driver.get(key, {}, call)) };
    } catch (error) {
      if (errorCode(error) === 'not_found') return undefined;
      throw error;
    }
  };
  return both(openAt(from), openAt(to));
}

/** Both, or the failure of either with nothing left open. */
async function both<Open extends OpenObject | undefined>(
  one: Promise<Open>,
  other: Promise<Open>,
): Promise<[Open, Open]> {
  const [mine, theirs] = await Promise.allSettled([one, other]);
  if (mine.status === 'fulfilled' && theirs.status === 'fulfilled') return [mine.value, theirs.value];
  for (const outcome of [mine, theirs]) if (outcome.status === 'fulfilled') await letGo(outcome.value);
  throw (mine.status === 'rejected' ? mine : (theirs as PromiseRejectedResult)).reason;
}

/** Lets go of what was opened. */
export async function letGo(...objects: readonly (OpenObject | undefined)[]): Promise<void> {
  await Promise.all(objects.map((object) => object && cancelBody(object.body)));
}

/** Asks for an object. @throws what `get` throws */
async function open({ member, info }: Held, call: DriverCall): Promise<OpenObject> {
  const body = await at(member, (driver) => driver.get(info.key, { ifMatch: info.etag }, call));
  return { member, body };
}

/** Feeds all bytes of an object to digests. What is stored of its own checksum is not looked at. */
async function readThrough(
  { member, body }: OpenObject,
  digests: readonly Digest[],
  call: DriverCall,
): Promise<void> {
  const { offset, length, info } = body;
  const bare = { ...info, checksum: undefined };
  const place = { driver: member.driver.name, store: member.name, operation: 'verify', key: info.key };
  const streamed = { info: bare, offset, length, stream: streamOfBody(body) };
  for await (const piece of readObject(streamed, place, call.signal, undefined).stream())
    for (const digest of digests) digest.update(piece);
}

/** The checksum of the bytes, made as `like` was. */
async function checksumOfBytes(object: OpenObject, like: Checksum, call: DriverCall): Promise<string> {
  const digest = createVerifier(like);
  await readThrough(object, [digest], call);
  return digest.value();
}

/** The bytes' SHA-256; `undefined` when they are not those of the stored checksum. */
async function soundDigest(object: OpenObject, call: DriverCall): Promise<string | undefined> {
  const { checksum } = object.body.info;
  const digest = createDigest('sha256');
  const verifier = checksum && createVerifier(checksum);
  await readThrough(object, verifier === undefined ? [digest] : [digest, verifier], call);
  return verifier === undefined || verifier.value() === checksum?.value ? digest.value() : undefined;
}

/**
 * Compares by size, then by the stored checksums where both are alike; else reads one side, where the other has a checksum to
 * hold it to; else both.
 */
export async function compareContent(one: Held, other: Held, call: DriverCall): Promise<Comparison> {
  const { size } = one.info;
  if (size !== other.info.size) return { isSame: false, why: 'size', bytesRead: 0 };
  const stored = sameBytes(one.info, other.info);
  if (stored !== undefined) return outcome(stored, 0);
  const [known, unknown] = one.info.checksum === undefined ? [other, one] : [one, other];
  const { checksum } = known.info;
  if (checksum === undefined) {
    const [mine, theirs] = await both(open(one, call), open(other, call));
    return compareBytes(mine, theirs, call);
  }
  const found = await checksumOfBytes(await open(unknown, call), checksum, call);
  return outcome(found === checksum.value, size);
}

/** Reads both, whatever is stored, and holds each to its own checksum. */
export async function compareBytes(
  one: OpenObject,
  other: OpenObject,
  call: DriverCall,
): Promise<Comparison> {
  const { size } = one.body.info;
  if (size !== other.body.info.size) {
    await letGo(one, other);
    return { isSame: false, why: 'size', bytesRead: 0 };
  }
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
