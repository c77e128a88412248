/** Operations on keys themselves: https://learn.microsoft.com/rest/api/keyvault/keys */
import type { KeyObject } from 'node:crypto';
import { type Call, idempotent, pages, read, type Secret, unsafe } from '@im/core';
import { path } from '@im/http';
import type { Vault } from '../connection.ts';
import type { ImportSettings, KeySettings, NewKey, VaultKey } from '../key-model.ts';
import { fromKeySettings, toCreateRequest, toImportRequest } from '../key-settings.ts';
import { wireDeletedKey, wireDeletedKeyItem, wireKey, wireKeyItem } from '../key-wire.ts';
import { lifecycle, notes } from './lifecycle.ts';

export function keyOperations(vault: Vault) {
  const { names } = vault;
  const keys = lifecycle(vault, 'key', {
    current: wireKey,
    item: wireKeyItem,
    deleted: wireDeletedKey,
    deletedItem: wireDeletedKeyItem,
  });

  return {
    /** Makes a key, or a further version of the key of this name, which becomes the latest one. */
    createKey: unsafe(
      async (key: string, settings: NewKey, call: Call): Promise<VaultKey> => {
        const name = names.readWhole('key', key);
        const json = toCreateRequest(settings);
        const about = keys.about(name);
        const request = { method: 'POST', path: path`keys/${name}/create`, about, json } as const;
        return vault.send(request, wireKey, call);
      },
      notes('key', 'create-key', 'create/action'),
    ),
    /** Brings a key of your own in: a private or symmetric `KeyObject` of `node:crypto`, which prints nowhere. */
    importKey: unsafe(
      async (
        key: string,
        material: KeyObject,
        settings: ImportSettings | undefined,
        call: Call,
      ): Promise<VaultKey> => {
        const name = names.readWhole('key', key);
        const { json, hides } = toImportRequest(material, settings ?? {});
        const about = keys.about(name);
        return vault.send({ method: 'PUT', path: path`keys/${name}`, about, json, hides }, wireKey, call);
      },
      notes('key', 'import-key', 'import/action'),
    ),
    /** A version of a key, with its public half. `version`: default the latest. */
    getKey: read(
      async (key: string, version: string | undefined, call: Call): Promise<VaultKey> => {
        const thing = names.read('key', key, version);
        const request = { method: 'GET', path: keys.pathOf(thing), about: keys.about(thing.name) } as const;
        return vault.send(request, wireKey, call);
      },
      notes('key', 'get-key', 'read'),
    ),
    /** Changes settings of one version (`name/version`); what is left out stays. */
    updateKey: idempotent(
      async (key: string, changes: KeySettings, call: Call): Promise<VaultKey> => {
        const thing = names.readVersion('key', key);
        const json = fromKeySettings(changes);
        const about = keys.about(thing.name);
        return vault.send({ method: 'PATCH', path: keys.pathOf(thing), about, json }, wireKey, call);
      },
      notes('key', 'update-key', 'update/action'),
    ),
    /** The keys of the vault, without versions. */
    listKeys: pages(read((call: Call) => keys.list(call), notes('key', 'get-keys', 'read'))),
    /** The versions of a key. */
    listKeyVersions: pages(
      read(
        (key: string, call: Call) => keys.listVersions(key, call),
        notes('key', 'get-key-versions', 'read'),
      ),
    ),
    /** Deletes a key and all of its versions; it can be recovered for as long as the vault was set to. */
    deleteKey: idempotent(
      (key: string, call: Call) => keys.remove(key, call),
      notes('key', 'delete-key', 'delete'),
    ),
    /** A deleted key. It takes some seconds to appear. */
    getDeletedKey: read(
      (key: string, call: Call) => keys.getDeleted(key, call),
      notes('key', 'get-deleted-key', 'read'),
    ),
    /** The deleted keys that can be recovered. */
    listDeletedKeys: pages(
      read((call: Call) => keys.listDeleted(call), notes('key', 'get-deleted-keys', 'read')),
    ),
    /** Brings a deleted key back, all versions. It takes some seconds to appear. */
    recoverDeletedKey: idempotent(
      (key: string, call: Call) => keys.recover(key, call),
      notes('key', 'recover-deleted-key', 'recover/action'),
    ),
    /** Does away with a deleted key for good: what it encrypted can never be read again. */
    purgeDeletedKey: idempotent(
      (key: string, call: Call) => keys.purge(key, call),
      notes('key', 'purge-deleted-key', 'purge/action'),
    ),
    /** All versions of a key, encrypted so that only Key Vault can read them, in base64url. */
    backupKey: read(
      (key: string, call: Call) => keys.backup(key, call),
      notes('key', 'backup-key', 'backup/action'),
    ),
    /** Brings back what `backupKey` gave, in a vault of the same subscription and geography. `already_exists` where the name is taken. */
    restoreKey: unsafe(
      (backup: Secret | string, call: Call) => keys.restore(backup, call),
      notes('key', 'restore-key', 'restore/action'),
    ),
  };
}
