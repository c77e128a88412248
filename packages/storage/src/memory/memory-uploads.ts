/** Uploads in parts, held beside the objects until they are completed. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@im/core';
import { createVerifier } from '../checksum.ts';
import { driverError } from '../driver-errors.ts';
import type { DriverUpload, DriverUploads, UploadedPart } from '../driver-uploads.ts';
import { compareKeys } from '../keys.ts';
import type { Publish } from './memory-objects.ts';

interface HeldUpload {
  readonly key: string;
  readonly startedAt: number;
  readonly upload: DriverUpload;
  readonly parts: Map<number, UploadedPart & { readonly bytes: Uint8Array }>;
}

/** The uploads of one memory driver. */
export function memoryUploads(clock: Clock, publish: Publish): DriverUploads {
  const held = new Map<string, HeldUpload>();
  const find = (key: string, uploadId: string): HeldUpload => {
    const found = held.get(uploadId);
    if (found?.key !== key) throw driverError('no_upload');
    return found;
  };
  return {
    async create(key, upload) {
      const uploadId = randomUUID();
      held.set(uploadId, { key, upload, startedAt: clock.now(), parts: new Map() });
      return uploadId;
    },
    async putPart(key, uploadId, { number, bytes, checksum }, call) {
      const { parts } = find(key, uploadId);
      call.signal.throwIfAborted();
      const verifier = createVerifier(checksum);
      const copy = new Uint8Array(bytes);
      verifier.update(copy);
      if (verifier.value() !== checksum.value) throw driverError('checksum');
      const part = { number, size: copy.byteLength, etag: randomUUID(), checksum: checksum.value };
      parts.set(number, { ...part, bytes: copy });
      return part;
    },
    listParts: async (key, uploadId) =>
      [...find(key, uploadId).parts.values()]
        .map(({ bytes: _, ...part }) => part)
        .sort((a, b) => a.number - b.number),
    async complete(key, uploadId, wanted, { checksum, ifMatch, ifNoneMatch }, call) {
      const { parts, upload } = find(key, uploadId);
      const chosen = wanted.map(({ number, etag }) => {
        const part = parts.get(number);
        if (part?.etag !== etag) throw driverError('parts');
        return part.bytes;
      });
      const info = publish(key, Buffer.concat(chosen), { ...upload, checksum, ifMatch, ifNoneMatch }, call);
      held.delete(uploadId);
      return info;
    },
    async abort(key, uploadId) {
      if (held.get(uploadId)?.key === key) held.delete(uploadId);
    },
    async list({ prefix }) {
      const items = [...held]
        .map(([uploadId, { key, startedAt }]) => ({ key, uploadId, startedAt }))
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => compareKeys(a.key, b.key));
      return { items };
    },
  };
}
