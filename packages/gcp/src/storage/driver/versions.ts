/** Earlier generations, and what keeps one from being deleted: https://cloud.google.com/storage/docs/object-lock */
import { isIntegrationError } from '@im/core';
import type { DriverCall, DriverVersions, LockChange, VersionEntry } from '@im/storage';
import { driverError } from '@im/storage';
import type { GcsAttributes, GcsRetention } from '../model.ts';
import type { GcsClient } from './client.ts';
import { fromRetention, isGeneration } from './facts.ts';
import { worded } from './failures.ts';
import { toKey, toName, toNamePrefix, uploadsPrefix } from './keys.ts';
import { firstPage } from './list.ts';

/** The versions of one bucket. */
export function gcsVersions(client: GcsClient): DriverVersions {
  return {
    async list({ prefix, cursor, pageSize }, call) {
      const page = await firstPage(
        client,
        { prefix: toNamePrefix(prefix), versions: true },
        { pageSize, cursor, signal: call.signal },
      );
      const items = page.items.flatMap((entry): VersionEntry[] => {
        if (entry.kind !== 'object' || entry.object.name.startsWith(uploadsPrefix)) return [];
        const { name, generation, size, createdAt, deletedAt } = entry.object;
        const isLatest = deletedAt === undefined;
        const facts = { size, etag: generation, versionId: generation, modifiedAt: createdAt, isLatest };
        return [{ kind: 'version', key: toKey(name), ...facts }];
      });
      return { items, next: page.next };
    },

    async setLock(key, change, { versionId, bypassGovernance }, call) {
      if (versionId !== undefined && !isGeneration(versionId)) throw driverError('no_version');
      const name = toName(key);
      const options = {
        generation: versionId,
        overrideUnlockedRetention: bypassGovernance || undefined,
      };
      try {
        await client.patchObject(name, attributesFor(change), options, call);
      } catch (error) {
        // An account that may not, and a retention that forbids it, are both refused with 403.
        if (await isForbidden(client, error, name, versionId, change, call))
          throw driverError('locked', { cause: error });
        throw worded(error, versionId === undefined ? 'not_found' : 'no_version');
      }
    },
  };
}

/** A hold is set as one that moves no retention; both kinds are lifted, since either keeps the object. */
function attributesFor({ retention, legalHold }: LockChange): GcsAttributes {
  return {
    retention: retention === null ? null : fromRetention(retention),
    ...(legalHold === true && { temporaryHold: true }),
    ...(legalHold === false && { temporaryHold: false, eventBasedHold: false }),
  };
}

/** Whether it is the object's own retention that refused the change. */
async function isForbidden(
  client: GcsClient,
  error: unknown,
  name: string,
  generation: string | undefined,
  { retention }: LockChange,
  call: DriverCall,
): Promise<boolean> {
  if (retention === undefined || !isIntegrationError(error) || error.code !== 'permission_denied')
    return false;
  const object = await client.getObjectMetadata(name, { generation }, call);
  return object.retention !== undefined && isWeaker(object.retention, fromRetention(retention ?? undefined));
}

function isWeaker(old: GcsRetention, next: GcsRetention | null | undefined): boolean {
  return !next || next.retainUntil < old.retainUntil || (old.mode === 'Locked' && next.mode !== 'Locked');
}
