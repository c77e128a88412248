/** Buckets and objects of the fake, each object with its generations. */
import { hash } from 'node:crypto';
import type { Clock } from '@im/core';
import { compareKeys } from '@im/storage';
import { refuse } from './refuse.ts';

/** What a request says of an object, in the service's own spelling. */
export interface FakeAttributes {
  contentType?: string;
  contentEncoding?: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  storageClass?: string;
  metadata?: Record<string, string>;
  temporaryHold?: boolean;
  eventBasedHold?: boolean;
  retention?: { mode: string; retainUntilTime: string };
}

/** One generation. */
export interface FakeObject {
  readonly bucket: FakeBucket;
  readonly name: string;
  readonly generation: string;
  metageneration: number;
  attributes: FakeAttributes;
  /** Replaced by `tamper` alone. */
  bytes: Uint8Array;
  /** Absent for composed ones. */
  readonly md5: string | undefined;
  readonly componentCount: number | undefined;
  readonly createdAt: number;
  updatedAt: number;
  deletedAt?: number;
}

/** A bucket. */
export interface FakeBucket {
  readonly name: string;
  readonly projectId: string;
  readonly createdAt: number;
  readonly location: string;
  readonly storageClass: string;
  readonly versioning: boolean;
  readonly objectRetention: boolean;
  readonly softDeleteSeconds: number;
  /** Generations by name, oldest first; the last is the present one unless it has `deletedAt`. */
  readonly objects: Map<string, FakeObject[]>;
}

/** What is written. */
export interface FakeWrite {
  readonly bytes: Uint8Array;
  readonly attributes: FakeAttributes;
  readonly composedOf?: number;
}

/** Makes an empty store. */
export function createStore(clock: Clock) {
  const buckets = new Map<string, FakeBucket>();
  let latest = 0;
  const nextGeneration = (): string => {
    latest = Math.max(latest + 1, clock.now() * 1_000);
    return String(latest);
  };

  const keyOf = (projectId: string, name: string) => JSON.stringify([projectId, name]);
  const present = (bucket: FakeBucket, name: string): FakeObject | undefined => {
    const last = bucket.objects.get(name)?.at(-1);
    return last?.deletedAt === undefined ? last : undefined;
  };
  /** @throws 404 */
  const find = (bucket: FakeBucket, name: string, generation: string | null): FakeObject => {
    const found =
      generation === null
        ? present(bucket, name)
        : bucket.objects.get(name)?.find((one) => one.generation === generation);
    return found ?? refuse(404, `No such object: ${bucket.name}/${name}`);
  };
  /** Refuses to take away what is locked: https://cloud.google.com/storage/docs/object-lock */
  const checkUnlocked = ({ bucket, name, attributes }: FakeObject): void => {
    const { temporaryHold, eventBasedHold, retention } = attributes;
    const what = `Object '${bucket.name}/${name}'`;
    if (temporaryHold || eventBasedHold)
      refuse(
        403,
        `${what} is under active ${temporaryHold ? 'Temporary' : 'Event-Based'} hold and cannot be deleted, overwritten or archived until hold is removed.`,
        'objectUnderActiveHold',
      );
    if (retention !== undefined && Date.parse(retention.retainUntilTime) > clock.now())
      refuse(
        403,
        `${what} is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until ${retention.retainUntilTime}`,
        'retentionPolicyNotMet',
      );
  };
  const removeGeneration = ({ bucket, name, generation }: FakeObject): void => {
    const rest = (bucket.objects.get(name) ?? []).filter((one) => one.generation !== generation);
    if (rest.length === 0) bucket.objects.delete(name);
    else bucket.objects.set(name, rest);
  };
  /** Makes way: the present generation becomes an earlier one, or goes. */
  const archive = (object: FakeObject): void => {
    checkUnlocked(object);
    if (object.bucket.versioning) object.deletedAt = clock.now();
    else removeGeneration(object);
  };
  const destroy = (object: FakeObject): void => {
    checkUnlocked(object);
    removeGeneration(object);
  };

  return {
    buckets,
    /**
     * A bucket as an account meets it. Names are those of all projects together there; here each has its own, so that every tenant's
     * `sample-bucket` is another.
     *
     * @returns the account's own; else anyone's of this name, to be refused as foreign
     */
    bucketFor: (projectId: string, name: string): FakeBucket | undefined =>
      buckets.get(keyOf(projectId, name)) ?? [...buckets.values()].find((bucket) => bucket.name === name),
    present,
    find,
    createBucket(
      wanted: Pick<FakeBucket, 'name' | 'projectId'> & Partial<Omit<FakeBucket, 'objects'>>,
    ): FakeBucket {
      const key = keyOf(wanted.projectId, wanted.name);
      if (buckets.has(key))
        refuse(409, 'Your previous request to create the named bucket succeeded and you already own it.');
      const bucket: FakeBucket = {
        location: 'US',
        storageClass: 'STANDARD',
        versioning: false,
        objectRetention: false,
        softDeleteSeconds: 604_800,
        createdAt: clock.now(),
        ...wanted,
        objects: new Map(),
      };
      buckets.set(key, bucket);
      return bucket;
    },
    write(bucket: FakeBucket, name: string, { bytes, attributes, composedOf }: FakeWrite): FakeObject {
      if (attributes.retention !== undefined && !bucket.objectRetention)
        refuse(400, 'Object retention is not enabled on this bucket.', 'invalid');
      const old = present(bucket, name);
      if (old !== undefined) archive(old);
      const now = clock.now();
      const object: FakeObject = {
        bucket,
        name,
        generation: nextGeneration(),
        metageneration: 1,
        attributes: { storageClass: bucket.storageClass, ...attributes },
        bytes,
        md5: composedOf === undefined ? hash('md5', bytes, 'base64') : undefined,
        componentCount: composedOf,
        createdAt: now,
        updatedAt: now,
      };
      bucket.objects.set(name, [...(bucket.objects.get(name) ?? []), object]);
      return object;
    },
    /** Makes an object an earlier generation of itself, or no more where the bucket keeps none. */
    archive,
    /** Deletes for good, whatever the bucket keeps. */
    destroy,
    /** Objects in order, those of one name from the oldest on. */
    listed(bucket: FakeBucket, versions: boolean): FakeObject[] {
      return [...bucket.objects]
        .sort(([one], [other]) => compareKeys(one, other))
        .flatMap(([, generations]) =>
          versions ? generations : generations.filter(({ deletedAt }) => deletedAt === undefined),
        );
    },
  };
}

/** Made by {@link createStore}. */
export type FakeStore = ReturnType<typeof createStore>;
