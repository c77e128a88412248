/** Operations on secrets: https://learn.microsoft.com/rest/api/keyvault/secrets */
import { type Call, idempotent, pages, read, Secret, unsafe } from '@im/core';
import { path } from '@im/http';
import type { Vault } from '../connection.ts';
import type { SecretProperties, SecretSettings, SecretValue } from '../model.ts';
import { invalid } from '../names.ts';
import { fromSecretSettings, wireDeletedSecret, wireSecret, wireSecretValue } from '../wire.ts';
import { lifecycle, notes } from './lifecycle.ts';

/** The vendor's limit for a value, in bytes. */
const mostBytes = 25_600;

export function secretOperations(vault: Vault) {
  const { names } = vault;
  const secrets = lifecycle(vault, 'secret', {
    current: wireSecret,
    item: wireSecret,
    deleted: wireDeletedSecret,
    deletedItem: wireDeletedSecret,
  });

  return {
    /** A secret with its value. `version`: default the latest. A disabled version is refused with `failed_precondition`; an expired one is not. */
    getSecret: read(
      async (secret: string, version: string | undefined, call: Call): Promise<SecretValue> => {
        const thing = names.read('secret', secret, version);
        const request = {
          method: 'GET',
          path: secrets.pathOf(thing),
          about: secrets.about(thing.name),
        } as const;
        return vault.send(request, wireSecretValue, call);
      },
      notes('secret', 'get-secret', 'getSecret/action'),
    ),
    /** Makes a version that becomes the latest one, and the secret where there is none. At most 25 KiB. */
    setSecret: unsafe(
      async (
        secret: string,
        value: Secret | string,
        settings: SecretSettings | undefined,
        call: Call,
      ): Promise<SecretProperties> => {
        const name = names.readWhole('secret', secret);
        const text = value instanceof Secret ? value.reveal() : value;
        const size = Buffer.byteLength(text);
        if (size > mostBytes) throw invalid(`the value of ${name} has ${size} bytes; ${mostBytes} are taken`);
        const json = { value: text, ...fromSecretSettings(settings ?? {}) };
        const about = secrets.about(name);
        const request = { method: 'PUT', path: path`secrets/${name}`, about, json, hides: [text] } as const;
        return vault.send(request, wireSecret, call);
      },
      notes('secret', 'set-secret', 'setSecret/action'),
    ),
    /** Changes settings of one version (`name/version`); what is left out stays. The value is changed by `setSecret`. */
    updateSecret: idempotent(
      async (secret: string, changes: SecretSettings, call: Call): Promise<SecretProperties> => {
        const thing = names.readVersion('secret', secret);
        const about = secrets.about(thing.name);
        const json = fromSecretSettings(changes);
        return vault.send({ method: 'PATCH', path: secrets.pathOf(thing), about, json }, wireSecret, call);
      },
      notes('secret', 'update-secret', 'update/action'),
    ),
    /** The secrets of the vault, without values and versions. */
    listSecrets: pages(
      read((call: Call) => secrets.list(call), notes('secret', 'get-secrets', 'readMetadata/action')),
    ),
    /** The versions of a secret, without values. */
    listSecretVersions: pages(
      read(
        (secret: string, call: Call) => secrets.listVersions(secret, call),
        notes('secret', 'get-secret-versions', 'readMetadata/action'),
      ),
    ),
    /** Deletes a secret and all of its versions; it can be recovered for as long as the vault was set to. */
    deleteSecret: idempotent(
      (secret: string, call: Call) => secrets.remove(secret, call),
      notes('secret', 'delete-secret', 'delete'),
    ),
    /** A deleted secret, without its value. It takes some seconds to appear. */
    getDeletedSecret: read(
      (secret: string, call: Call) => secrets.getDeleted(secret, call),
      notes('secret', 'get-deleted-secret', 'readMetadata/action'),
    ),
    /** The deleted secrets that can be recovered. */
    listDeletedSecrets: pages(
      read(
        (call: Call) => secrets.listDeleted(call),
        notes('secret', 'get-deleted-secrets', 'readMetadata/action'),
      ),
    ),
    /** Brings a deleted secret back, all versions. It takes some seconds to appear. */
    recoverDeletedSecret: idempotent(
      (secret: string, call: Call) => secrets.recover(secret, call),
      notes('secret', 'recover-deleted-secret', 'recover/action'),
    ),
    /** Does away with a deleted secret for good. */
    purgeDeletedSecret: idempotent(
      (secret: string, call: Call) => secrets.purge(secret, call),
      notes('secret', 'purge-deleted-secret', 'purge/action'),
    ),
    /** All versions of a secret, encrypted so that only Key Vault can read them, in base64url. */
    backupSecret: read(
      (secret: string, call: Call) => secrets.backup(secret, call),
      notes('secret', 'backup-secret', 'backup/action'),
    ),
    /** Brings back what `backupSecret` gave, in a vault of the same subscription and geography. `already_exists` where the name is taken. */
    restoreSecret: unsafe(
      (backup: Secret | string, call: Call) => secrets.restore(backup, call),
      notes('secret', 'restore-secret', 'restore/action'),
    ),
  };
}
