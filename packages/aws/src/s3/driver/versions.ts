/** Earlier versions, and the locks on them. */
import type { DriverVersions, VersionEntry } from '@im/storage';
import { fromStoredKey, toStoredKey } from '../keys.ts';
import { callOf, type DriverContext, firstPage, readCursor, store, writeCursor } from './support.ts';

/** Makes the part of the driver. */
export function versionsOf({ client, dialect }: DriverContext): DriverVersions {
  const list: DriverVersions['list'] = async ({ prefix, cursor, pageSize }, call) => {
    const page = await firstPage(
      client.listObjectVersions(
        { prefix: toStoredKey(prefix) },
        { ...callOf(call), cursor: readCursor(cursor), pageSize },
      ),
    );
    const items = page.items.map((entry): VersionEntry => {
      const key = fromStoredKey(entry.key);
      if (entry.kind === 'deletion') return { ...entry, key };
      const { storageClass: _, ...version } = entry;
      return { ...version, key };
    });
    return { items, next: writeCursor(page.next) };
  };
  if (!dialect.abilities.includes('objectLock')) return { list };
  return {
    list,
    async setLock(key, { retention, legalHold }, { versionId, bypassGovernance }, call) {
      const stored = store(key);
      if (legalHold !== undefined)
        await client.putObjectLegalHold(stored, legalHold, { versionId }, callOf(call));
      if (retention !== undefined)
        await client.putObjectRetention(stored, retention, { versionId, bypassGovernance }, callOf(call));
    },
  };
}
