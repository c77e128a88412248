/** Makes one object of an upload's parts, by a tree of compositions where there are more than one takes. */
import type { DriverCall, DriverComplete, ObjectAttributes, ObjectInfo, UploadedPart } from '@im/storage';
import { type ComposeSource, mostSources } from '../operations/copies.ts';
import type { GcsClient } from './client.ts';
import { names, toAttributes, toCondition, toInfo } from './facts.ts';
import { lostAnswer, rethrow } from './failures.ts';
import { toName } from './keys.ts';
import { pooled } from './pool.ts';
import { type Beginning, folderOf, partName } from './upload-layout.ts';

/** Compositions at the same time. */
const concurrency = 16;

/** Makes the object: parts by the dozen, then the key itself. */
export async function composeUpload(
  client: GcsClient,
  key: string,
  uploadId: string,
  parts: readonly UploadedPart[],
  begun: Beginning,
  { checksum, ifMatch, ifNoneMatch }: DriverComplete,
  call: DriverCall,
): Promise<ObjectInfo> {
  const condition = toCondition({ ifMatch, ifNoneMatch });
  let sources: ComposeSource[] = parts.map(({ number, etag }) => ({
    name: partName(uploadId, number),
    generation: etag,
  }));
  for (let level = 1; sources.length > mostSources; level += 1)
    sources = await composeLevel(client, uploadId, level, sources, begun.storageClass, call);
  const attributes = toAttributes(begun satisfies ObjectAttributes, checksum, uploadId);
  const name = toName(key);
  try {
    const object = await client.composeObject(
      name,
      sources,
      { ...condition, attributes, deleteSources: true },
      call,
    );
    return toInfo(object, key);
  } catch (error) {
    // Whichever call it was that wrote the object, the id is this upload's alone. What it was made of may be gone since.
    const look = () => client.getObjectMetadata(name, {}, call);
    const ours = await lostAnswer(error, look, ({ metadata }) => metadata[names.write] === uploadId);
    if (ours !== undefined) return toInfo(ours, key);
    return rethrow('parts')(error);
  }
}

async function composeLevel(
  client: GcsClient,
  uploadId: string,
  level: number,
  sources: readonly ComposeSource[],
  storageClass: string | undefined,
  call: DriverCall,
): Promise<ComposeSource[]> {
  const groups = Array.from({ length: Math.ceil(sources.length / mostSources) }, (_, index) =>
    sources.slice(index * mostSources, (index + 1) * mostSources),
  );
  return pooled(groups, concurrency, async (group, index) => {
    const name = `${folderOf(uploadId)}tree-${level}-${index}`;
    const { generation } = await client
      .composeObject(
        name,
        group,
        { attributes: { contentType: 'application/octet-stream', storageClass } },
        call,
      )
      .catch(rethrow('parts'));
    return { name, generation };
  });
}
