/** Uploads in parts: a folder each, outside the objects, good in any process until it is completed or aborted. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@im/core';
import { createDigest } from '../checksum.ts';
import { driverError } from '../driver-errors.ts';
import type { DriverUpload, DriverUploads, OpenUpload, UploadedPart } from '../driver-uploads.ts';
import { compareKeys } from '../keys.ts';
import { openContainer, pieceBytes, piecesOf } from './container.ts';
import { type ObjectFacts, removeFolder, type StoreFolder } from './store-folder.ts';
import { isSystemError, withSystemErrors } from './system-errors.ts';

interface UploadFacts {
  readonly key: string;
  readonly startedAt: number;
  readonly upload: DriverUpload;
}
type PartFacts = Omit<UploadedPart, 'size'>;

const about = 'upload';
const partPrefix = 'part-';
const partName = (number: number) => `${partPrefix}${number}`;
const idPattern = /^[0-9a-f-]{36}$/;

/** The uploads of one folder. */
export function filesystemUploads(folder: StoreFolder, clock: Clock): DriverUploads {
  const pathOf = (uploadId: string) => {
    if (!idPattern.test(uploadId)) throw driverError('no_upload');
    return join(folder.uploads, uploadId);
  };
  const readUpload = async (uploadId: string): Promise<UploadFacts | undefined> => {
    const found = await openContainer<UploadFacts>(join(pathOf(uploadId), about));
    await found?.file.close();
    return found?.facts;
  };
  const find = async (key: string, uploadId: string): Promise<UploadFacts> => {
    const facts = await readUpload(uploadId);
    if (facts?.key !== key) throw driverError('no_upload');
    return facts;
  };
  const readPart = async (uploadId: string, number: number) => {
    const found = await openContainer<PartFacts>(join(pathOf(uploadId), partName(number)));
    if (found === undefined) throw driverError('parts');
    return found;
  };
  async function* piecesOfParts(
    uploadId: string,
    parts: readonly UploadedPart[],
  ): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(pieceBytes);
    for (const part of parts) {
      const { file, size, facts } = await readPart(uploadId, part.number);
      try {
        if (facts.etag !== part.etag) throw driverError('parts');
        yield* piecesOf(file, 0, size, buffer);
      } finally {
        await file.close();
      }
    }
  }

  return {
    create: (key, upload, call) =>
      withSystemErrors(async () => {
        await folder.prepare();
        const uploadId = randomUUID();
        const facts: UploadFacts = { key, startedAt: clock.now(), upload };
        await folder.withTemporary([], facts, call, async (path) => {
          // Whole or not at all, so that no killed process leaves an upload that nobody finds.
          const staging = `${path}-upload`;
          try {
            await mkdir(staging);
            await rename(path, join(staging, about));
            await rename(staging, pathOf(uploadId));
          } finally {
            await removeFolder(staging);
          }
        });
        return uploadId;
      }),
    putPart: (key, uploadId, { number, bytes, checksum }, call) =>
      withSystemErrors(async () => {
        await find(key, uploadId);
        const digest = createDigest(checksum.algorithm);
        digest.update(bytes);
        if (digest.value() !== checksum.value) throw driverError('checksum');
        await folder.prepare();
        const facts: PartFacts = { number, etag: randomUUID(), checksum: checksum.value };
        await folder.withTemporary([bytes], facts, call, async (path) => {
          call.signal.throwIfAborted();
          await rename(path, join(pathOf(uploadId), partName(number))).catch(gone);
        });
        return { ...facts, size: bytes.byteLength };
      }),
    listParts: (key, uploadId) =>
      withSystemErrors(async () => {
        await find(key, uploadId);
        const parts: UploadedPart[] = [];
        for (const name of await readdir(pathOf(uploadId)).catch(gone)) {
          if (!name.startsWith(partPrefix)) continue;
          const { file, size, facts } = await readPart(uploadId, Number(name.slice(partPrefix.length)));
          await file.close();
          parts.push({ ...facts, size });
        }
        return parts.sort((a, b) => a.number - b.number);
      }),
    complete: (key, uploadId, parts, { checksum, size, ifMatch, ifNoneMatch }, call) =>
      withSystemErrors(async () => {
        const { upload } = await find(key, uploadId);
        const { contentType, metadata } = upload;
        const facts: ObjectFacts = {
          ...{ key, contentType, metadata, checksum },
          etag: `"${randomUUID()}"`,
          modifiedAt: clock.now(),
        };
        await folder.prepare();
        await folder.withTemporary(piecesOfParts(uploadId, parts), facts, call, (path) =>
          folder.publish(path, key, { ifMatch, ifNoneMatch }, call),
        );
        await removeFolder(pathOf(uploadId));
        return { ...facts, size };
      }),
    abort: (key, uploadId) =>
      withSystemErrors(async () => {
        if ((await readUpload(uploadId))?.key === key) await removeFolder(pathOf(uploadId));
      }),
    list: ({ prefix }) =>
      withSystemErrors(async () => {
        await folder.prepare();
        const items: OpenUpload[] = [];
        for (const uploadId of await readdir(folder.uploads)) {
          const facts = idPattern.test(uploadId) ? await readUpload(uploadId) : undefined;
          if (facts?.key.startsWith(prefix))
            items.push({ key: facts.key, uploadId, startedAt: facts.startedAt });
        }
        return { items: items.sort((a, b) => compareKeys(a.key, b.key)) };
      }),
  };
}

/** The upload was completed or aborted since it was looked up. */
function gone(error: unknown): never {
  throw isSystemError(error, 'ENOENT') ? driverError('no_upload') : error;
}
