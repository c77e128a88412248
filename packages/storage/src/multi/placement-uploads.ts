/** Uploads of a placed store: each is begun where the object will be. */

import { driverError } from '../driver-errors.ts';
import type { DriverUploads } from '../driver-uploads.ts';
import { listUploads, readUploadId, uploadsOf, writeUploadId } from './failover-uploads.ts';
import { at } from './member.ts';
import type { PlacementSetup } from './placement-driver.ts';
import type { Placer } from './placer.ts';

/** Makes them. All members have uploads. */
export function placementUploads({ members }: PlacementSetup, placer: Placer): DriverUploads {
  return {
    async create(key, upload, call) {
      const { size, storageClass, ifMatch } = upload;
      const there = ifMatch === undefined ? undefined : await placer.find(key, call);
      if (ifMatch !== undefined && there === undefined) throw driverError('condition');
      const member = there ?? placer.target({ key, size, storageClass });
      const id = await at(member, () => uploadsOf(member).create(key, upload, call));
      return writeUploadId(member.name, id);
    },
    putPart: (key, uploadId, part, call) => {
      const [member, id] = readUploadId(members, uploadId);
      return at(member, () => uploadsOf(member).putPart(key, id, part, call));
    },
    listParts: (key, uploadId, call) => {
      const [member, id] = readUploadId(members, uploadId);
      return at(member, () => uploadsOf(member).listParts(key, id, call));
    },
    complete: (key, uploadId, parts, complete, call) => {
      const [fixed, id] = readUploadId(members, uploadId);
      const { checksum, size, ...condition } = complete;
      const finish = (held: typeof condition) =>
        at(fixed, () => uploadsOf(fixed).complete(key, id, parts, { checksum, size, ...held }, call));
      return placer.write({ key, size }, condition, call, (_, held) => finish(held), fixed);
    },
    async abort(key, uploadId, call) {
      const [member, id] = readUploadId(members, uploadId);
      await at(member, () => uploadsOf(member).abort(key, id, call));
    },
    list: (options, call) => listUploads(members, options, call),
  };
}
