/** What the bucket of every fresh account holds, so that each operation has something to work on. */
import { checksum, etagOf } from './integrity.ts';
import type { FakeBucket } from './state.ts';

/** Keys that every fresh account has. */
export const sampleKeys = {
  object: 'samples/hello.txt',
  others: ['samples/a.txt', 'samples/b.txt', 'samples/c.txt'],
  /** Of an upload that was begun, and has its first part. */
  upload: 'samples/large.bin',
} as const;

/** Ids of uploads of that key, the same in each account: one to send to, one to complete, one to abort. */
export const sampleUploads = {
  open: 'upload-open',
  complete: 'upload-complete',
  abort: 'upload-abort',
} as const;

/** What the objects and the part say. */
export const sampleText = 'a line of a sample\n';

const bytes = new TextEncoder().encode(sampleText);
const object = {
  headers: { 'content-type': 'text/plain' },
  storageClass: 'STANDARD',
  tags: {},
  lock: undefined,
};

/** The part of {@link sampleUploads}. */
export const samplePart = { number: 1, etag: etagOf(bytes), checksums: {} } as const;

/** Fills a bucket. */
export function seedBucket(bucket: FakeBucket, now: number): void {
  for (const key of [sampleKeys.object, ...sampleKeys.others])
    bucket.add(key, {
      ...object,
      bytes,
      etag: etagOf(bytes),
      checksums: { sha256: checksum('sha256', bytes) },
      checksumType: 'FULL_OBJECT',
    });
  for (const id of Object.values(sampleUploads)) {
    const parts = new Map([[samplePart.number, { ...samplePart, bytes, modifiedAt: now }]]);
    bucket.uploads.set(id, {
      id,
      key: sampleKeys.upload,
      startedAt: now,
      object,
      algorithm: undefined,
      parts,
    });
  }
}
