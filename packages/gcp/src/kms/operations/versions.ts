/** Operations on the versions of a key. */
import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { fromPageToken, pageTokenPage } from '@im/http';
import { pageQuery } from '../../common/fields.ts';
import { changed } from '../../common/repeat.ts';
import type { CryptoKeyVersion, KeyFilter, KeyVersionState } from '../model.ts';
import { wireKeyVersion, wireKeyVersions } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

const versions = 'keyRings.cryptoKeys.cryptoKeyVersions';

export function versionOperations({ rest, names }: Connection) {
  const get = (name: string, call: Call) => rest.get(name, '', wireKeyVersion, call);
  /** Destroying and restoring ask for a certain state before; a repeated attempt meets the one that it led to. */
  const move = async (
    verb: 'destroy' | 'restore',
    keyVersion: string,
    leadsTo: readonly KeyVersionState[],
    call: Call,
  ): Promise<CryptoKeyVersion> => {
    const name = await names.version(keyVersion, call);
    return changed(
      call,
      rest.post(name, `:${verb}`, wireKeyVersion, call, { json: {} }),
      () => get(name, call),
      ({ state }) => leadsTo.includes(state),
    );
  };
  const setState = async (state: 'ENABLED' | 'DISABLED', keyVersion: string, call: Call) => {
    const init = { json: { state }, query: { updateMask: 'state' } };
    return rest.patch(await names.version(keyVersion, call), '', wireKeyVersion, call, init);
  };

  return {
    /** The versions of a key, destroyed ones too. */
    listCryptoKeyVersions: pages(
      read(
        async (key: string, filter: KeyFilter | undefined, call: Call) => {
          const query = { ...pageQuery(call, mostItems, fromPageToken(call)), filter: filter?.filter };
          const name = await names.key(key, call);
          const wire = await rest.get(name, '/cryptoKeyVersions', wireKeyVersions, call, { query });
          return pageTokenPage(wire.cryptoKeyVersions, wire.nextPageToken, wire.totalSize);
        },
        notes(versions, 'list', 'cryptoKeyVersions.list'),
      ),
    ),
    /** A version: its state and its algorithm. */
    getCryptoKeyVersion: read(
      async (keyVersion: string, call: Call) => get(await names.version(keyVersion, call), call),
      notes(versions, 'get', 'cryptoKeyVersions.get'),
    ),
    /** Adds a version with new material. For `encrypt-decrypt` it is not used before `updatePrimaryVersion`. */
    createCryptoKeyVersion: unsafe(
      async (key: string, call: Call) =>
        rest.post(await names.key(key, call), '/cryptoKeyVersions', wireKeyVersion, call, { json: {} }),
      notes(versions, 'create', 'cryptoKeyVersions.create'),
    ),
    /** Lets a version be used again. */
    enableCryptoKeyVersion: idempotent(
      (keyVersion: string, call: Call) => setState('ENABLED', keyVersion, call),
      notes(versions, 'patch', 'cryptoKeyVersions.update'),
    ),
    /** Keeps a version from being used, for now. It may work for up to three hours still. */
    disableCryptoKeyVersion: idempotent(
      (keyVersion: string, call: Call) => setState('DISABLED', keyVersion, call),
      notes(versions, 'patch', 'cryptoKeyVersions.update'),
    ),
    /** Has a version destroyed when the key's `destroyDelaySeconds` are over; until then it can be restored. */
    destroyCryptoKeyVersion: idempotent(
      (keyVersion: string, call: Call) =>
        move('destroy', keyVersion, ['destroy-scheduled', 'destroyed'], call),
      notes(versions, 'destroy', 'cryptoKeyVersions.destroy'),
    ),
    /** Takes a destruction back. The version is disabled then. */
    restoreCryptoKeyVersion: idempotent(
      (keyVersion: string, call: Call) => move('restore', keyVersion, ['disabled'], call),
      notes(versions, 'restore', 'cryptoKeyVersions.restore'),
    ),
  };
}
