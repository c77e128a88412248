/** Lists in XML, as the lean lane gets them. */
import type { Page } from '@im/core';
import { quoted } from '../facts.ts';
import { fromListedKey } from '../keys.ts';
import type { ListedObject } from '../model.ts';
import type { XmlElement } from '../xml.ts';

/** A page of `ListObjectsV2`: objects and shared prefixes, in the order of their keys. */
export function readListedObjects(result: XmlElement): Page<ListedObject> {
  const decode = result.text('EncodingType') === 'url' ? fromListedKey : (key: string) => key;
  const objects = result.children('Contents').map(
    (one): ListedObject => ({
      kind: 'object',
      key: decode(one.text('Key') ?? ''),
      size: Number(one.text('Size') ?? 0),
      etag: quoted(one.text('ETag') ?? ''),
      modifiedAt: Date.parse(one.text('LastModified') ?? '') || 0,
      storageClass: one.text('StorageClass') ?? 'STANDARD',
    }),
  );
  const prefixes = result
    .children('CommonPrefixes')
    .map((one): ListedObject => ({ kind: 'prefix', key: decode(one.text('Prefix') ?? '') }));
  return {
    items: inOrder(objects, prefixes),
    next: result.text('IsTruncated') === 'true' ? result.text('NextContinuationToken') : undefined,
  };
}

/** Both are in order already; S3 tells them apart. */
export function inOrder(
  objects: readonly ListedObject[],
  prefixes: readonly ListedObject[],
): readonly ListedObject[] {
  if (prefixes.length === 0) return objects;
  return [...objects, ...prefixes].sort((one, other) =>
    Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)),
  );
}
