/** Objects and buckets as the JSON API shows them. */
import type { FakeResponse } from '@im/testing';
import { crc32c } from './crc32c.ts';
import type { FakeBucket, FakeObject } from './store.ts';

const time = (at: number) => new Date(at).toISOString();
/** Sums of bytes that do not change, so that each is made once. */
const sums = new WeakMap<Uint8Array, string>();

/** The CRC-32C of an object's bytes. */
export function sumOf({ bytes }: FakeObject): string {
  const known = sums.get(bytes) ?? crc32c(bytes);
  sums.set(bytes, known);
  return known;
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export function objectResource(object: FakeObject, origin: string): Readonly<Record<string, unknown>> {
  const { bucket, name, generation, attributes, md5, componentCount, deletedAt } = object;
  const path = `b/${bucket.name}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket.name}/${name}/${generation}`,
    selfLink: `${origin}/storage/v1/${path}`,
    mediaLink: `${origin}/download/storage/v1/${path}?generation=${generation}&alt=media`,
    name,
    bucket: bucket.name,
    generation,
    metageneration: String(object.metageneration),
    ...attributes,
    size: String(object.bytes.byteLength),
    ...(md5 && { md5Hash: md5 }),
    get crc32c() {
      return sumOf(object);
    },
    ...(componentCount && { componentCount }),
    etag: etagOf(object),
    timeCreated: time(object.createdAt),
    updated: time(object.updatedAt),
    timeStorageClassUpdated: time(object.createdAt),
    ...(deletedAt !== undefined && { timeDeleted: time(deletedAt) }),
  };
}

/** Differs with generation and metageneration, and is not in quotes, as it is not there. */
export function etagOf({ generation, metageneration }: FakeObject): string {
  return Buffer.from(`${generation}/${metageneration}`).toString('base64');
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function bucketResource(bucket: FakeBucket, origin: string): Readonly<Record<string, unknown>> {
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    selfLink: `${origin}/storage/v1/b/${bucket.name}`,
    name: bucket.name,
    projectNumber: '123412341234',
    metageneration: '1',
    location: bucket.location,
    locationType: 'multi-region',
    storageClass: bucket.storageClass,
    etag: 'CAE=',
    timeCreated: time(bucket.createdAt),
    updated: time(bucket.createdAt),
    ...(bucket.versioning && { versioning: { enabled: true } }),
    ...(bucket.objectRetention && { objectRetention: { mode: 'Enabled' } }),
    softDeletePolicy: { retentionDurationSeconds: String(bucket.softDeleteSeconds) },
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
  };
}

/** What the parameter `fields` leaves of an answer: https://cloud.google.com/storage/docs/json_api#partial-response */
export function answer(value: Readonly<Record<string, unknown>>, query: URLSearchParams): FakeResponse {
  const fields = query.get('fields');
  return { json: fields === null ? value : partOf(value, parseFields(fields)) };
}

interface Fields extends ReadonlyMap<string, Fields | undefined> {}

/** `a,b(c,d/e)` as a tree. */
function parseFields(text: string): Fields {
  let at = 0;
  const parse = (): Fields => {
    const fields = new Map<string, Fields | undefined>();
    for (; at < text.length && text[at] !== ')'; at += text[at] === ',' ? 1 : 0) {
      const [name = ''] = /^[\w*]+/.exec(text.slice(at)) ?? [];
      if (name === '') break;
      at += name.length;
      let inside: Fields | undefined;
      if (text[at] === '(') {
        at += 1;
        inside = parse();
        at += 1;
      } else if (text[at] === '/') {
        at += 1;
        const [below = ''] = /^[\w*]+/.exec(text.slice(at)) ?? [];
        at += below.length;
        inside = new Map([[below, undefined]]);
      }
      fields.set(name, inside);
    }
    return fields;
  };
  return parse();
}

function partOf(value: unknown, fields: Fields | undefined): unknown {
  if (fields === undefined || fields.has('*')) return value;
  if (Array.isArray(value)) return value.map((one) => partOf(one, fields));
  if (typeof value !== 'object' || value === null) return value;
  const part: Record<string, unknown> = {};
  for (const [name, inside] of fields)
    if (name in value) part[name] = partOf(value[name as keyof typeof value], inside);
  return part;
}
