/** Where an upload's objects are, and what its beginning says. */
import type { DriverUpload } from '@im/storage';
import { z } from 'zod';
import { uploadsPrefix } from './keys.ts';

/** What is written when an upload begins. */
const beginning = z.object({
  key: z.string(),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
  storageClass: z.string().optional(),
  lock: z
    .object({
      retention: z.object({ mode: z.enum(['governance', 'compliance']), until: z.number() }).optional(),
      legalHold: z.boolean().optional(),
    })
    .optional(),
});
export type Beginning = z.output<typeof beginning>;

/** All of an upload's objects begin so. */
export const folderOf = (uploadId: string) => `${uploadsPrefix}${uploadId}/`;
/** Ids are ours: nothing else leads to a name. */
export const isUploadId = (uploadId: string) => /^[0-9a-f]{32}$/.test(uploadId);
export const partName = (uploadId: string, number: number) =>
  `${folderOf(uploadId)}part-${String(number).padStart(5, '0')}`;

export function toBeginning(
  key: string,
  { contentType, metadata, storageClass, lock }: DriverUpload,
): Beginning {
  return { key, contentType, metadata: { ...metadata }, storageClass, lock };
}

/** A beginning out of what is stored; `undefined` for what is none. */
export function readBeginning(bytes: Uint8Array | undefined): Beginning | undefined {
  try {
    return beginning.safeParse(JSON.parse(Buffer.from(bytes ?? []).toString())).data;
  } catch {
    // Not JSON: nobody here wrote it.
    return undefined;
  }
}
