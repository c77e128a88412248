/** Uploads of a store that fails over: each belongs to the store at which it was begun. */

import { driverError } from '../driver-errors.ts';
import type { DriverUploads, OpenUpload } from '../driver-uploads.ts';
import { compareKeys } from '../keys.ts';
import { at, type Member } from './member.ts';
import type { Router, RouterSetup } from './router.ts';

/** `name` of the store and the upload's id there, in one. */
export function writeUploadId(store: string, id: string): string {
  return Buffer.from(JSON.stringify([store, id])).toString('base64url');
}

/** @throws `not_found` for what is no id of any of the members */
export function readUploadId(members: readonly Member[], text: string): readonly [Member, string] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (cause) {
    throw driverError('no_upload', { cause });
  }
  const [name, id] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const member = members.find((one) => one.name === name);
  if (member === undefined || typeof id !== 'string') throw driverError('no_upload');
  return [member, id];
}

/** Uploads of one member. */
export function uploadsOf(member: Member): DriverUploads {
  return member.driver.uploads as DriverUploads;
}

/** All open uploads of all members, each with its store in its id. */
export async function listUploads(
  members: readonly Member[],
  ...[{ prefix }, call]: Parameters<DriverUploads['list']>
): Promise<{ readonly items: readonly OpenUpload[] }> {
  const items: OpenUpload[] = [];
  for (const member of members) {
    let cursor: string | undefined;
    do {
      const page = await at(member, () => uploadsOf(member).list({ prefix, cursor }, call));
      for (const upload of page.items)
        items.push({ ...upload, uploadId: writeUploadId(member.name, upload.uploadId) });
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return { items: items.sort((a, b) => compareKeys(a.key, b.key)) };
}

/** Makes them. All members have uploads. */
export function failoverUploads(setup: RouterSetup, write: Router['write']): DriverUploads {
  const { members } = setup;
  return {
    // Nothing is visible of it yet, so it may be begun anew elsewhere; what it leaves is swept.
    create: (key, upload, call) =>
      write({ key, condition: upload, repeats: true, isInvisible: true }, call, async (_, member) =>
        writeUploadId(member.name, await uploadsOf(member).create(key, upload, call)),
      ),
    putPart: (key, uploadId, part, call) => {
      const [member, id] = readUploadId(members, uploadId);
      return at(member, () => uploadsOf(member).putPart(key, id, part, call));
    },
    listParts: (key, uploadId, call) => {
      const [member, id] = readUploadId(members, uploadId);
      return at(member, () => uploadsOf(member).listParts(key, id, call));
    },
    complete: (key, uploadId, parts, complete, call) => {
      const [member, id] = readUploadId(members, uploadId);
      return write({ key, condition: complete, replaces: true, only: member }, call, () =>
        uploadsOf(member).complete(key, id, parts, complete, call),
      );
    },
    async abort(key, uploadId, call) {
      const [member, id] = readUploadId(members, uploadId);
      await at(member, () => uploadsOf(member).abort(key, id, call));
    },
    list: (options, call) => listUploads(members, options, call),
  };
}
