/**
 * The checksum of an object in parts is known only when all parts are, and metadata has to be given before the first one. A
 * service that keeps no checksums itself is given it afterwards, as a tag, if it has tags: the only thing that can be added to an
 * object without writing it anew. It names the etag of the object that it is of, so that it says nothing of another one that came between.
 */
import type { Checksum } from '@im/storage';
import type { S3Head } from '../model.ts';
import { storedChecksum } from './info.ts';

const tagName = 'im-checksum';

/** The tags that say it. */
export function checksumTags(checksum: Checksum, etag: string): Readonly<Record<string, string>> {
  const { algorithm, value, partBytes } = checksum;
  return { [tagName]: `${etag.replaceAll('"', '')}/${algorithm}:${value}:${partBytes}` };
}

/** What the tags of an object say. Absent: nothing, or of another object. */
export function findTaggedChecksum(
  { etag }: Pick<S3Head, 'etag'>,
  tags: Readonly<Record<string, string>>,
): Checksum | undefined {
  const [of, stored] = (tags[tagName] ?? '').split('/');
  return of === etag.replaceAll('"', '') ? storedChecksum(stored) : undefined;
}
