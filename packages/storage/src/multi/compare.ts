/** Whether two stores hold the same, by what is stored beside the objects. */
import type { Checksum, ObjectInfo } from '../driver.ts';

/** Whether the same bytes have the same value under both. */
function areComparable(one: Checksum, other: Checksum): boolean {
  return one.algorithm === other.algorithm && one.partBytes === other.partBytes;
}

/** `undefined`: what is stored does not tell; the bytes have to be read. */
export function sameBytes(one: ObjectInfo, other: ObjectInfo): boolean | undefined {
  if (one.size !== other.size) return false;
  if (one.checksum === undefined || other.checksum === undefined) return undefined;
  return areComparable(one.checksum, other.checksum)
    ? one.checksum.value === other.checksum.value
    : undefined;
}

/** What of the attributes differs. Tags only where both have them. */
export function differentAttributes(one: ObjectInfo, other: ObjectInfo): readonly string[] {
  const pairs = [
    ['content type', one.contentType, other.contentType],
    ['metadata', one.metadata, other.metadata],
    ...(one.tags !== undefined && other.tags !== undefined
      ? ([['tags', one.tags, other.tags]] as const)
      : []),
  ] as const;
  return pairs.flatMap(([name, mine, theirs]) => (inOrder(mine) === inOrder(theirs) ? [] : [name]));
}

/** Whether nothing was written in between. Some etags are hashes of the bytes, and stay when the same bytes are written again. */
export function isUnchanged(before: ObjectInfo | undefined, after: ObjectInfo | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return (
    before.etag === after.etag &&
    before.versionId === after.versionId &&
    before.modifiedAt === after.modifiedAt &&
    differentAttributes(before, after).length === 0
  );
}

function inOrder(value: string | Readonly<Record<string, string>>): string {
  return typeof value === 'string' ? value : JSON.stringify(Object.entries(value).sort());
}
