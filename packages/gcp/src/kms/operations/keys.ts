/** Operations on keys and key rings themselves. */
import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { fromPageToken, pageTokenPage } from '@im/http';
import { pageQuery } from '../../common/fields.ts';
import { checkId, invalid, lastPart, parentName } from '../../common/resource.ts';
import type { CryptoKeyChanges, KeyFilter, NewCryptoKey } from '../model.ts';
import { ringRule } from '../names.ts';
import { toKeyChanges, toNewKey } from '../settings.ts';
import { wireCryptoKey, wireCryptoKeys, wireKeyRing, wireKeyRings } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

const keys = 'keyRings.cryptoKeys';

export const keyOperations = ({ rest, names }: Connection) => ({
  /** The key rings of a location. Default: that of the options. */
  listKeyRings: pages(
    read(
      async (location: string | undefined, filter: KeyFilter | undefined, call: Call) => {
        const query = { ...pageQuery(call, mostItems, fromPageToken(call)), filter: filter?.filter };
        const name = await names.location(location, call);
        const wire = await rest.get(name, '/keyRings', wireKeyRings, call, { query });
        return pageTokenPage(wire.keyRings, wire.nextPageToken, wire.totalSize);
      },
      notes('keyRings', 'list', 'keyRings.list'),
    ),
  ),
  /** A key ring. */
  getKeyRing: read(
    async (ring: string, call: Call) => rest.get(await names.ring(ring, call), '', wireKeyRing, call),
    notes('keyRings', 'get', 'keyRings.get'),
  ),
  /** Makes a key ring, for good: it can never be deleted. */
  createKeyRing: unsafe(
    async (ring: string, call: Call) => {
      const name = await names.ring(ring, call);
      const keyRingId = checkId(ringRule, lastPart(name));
      const parent = parentName(name);
      return rest.post(parent, '/keyRings', wireKeyRing, call, { json: {}, query: { keyRingId } });
    },
    notes('keyRings', 'create', 'keyRings.create'),
  ),
  /** The keys of a key ring. */
  listCryptoKeys: pages(
    read(
      async (ring: string, filter: KeyFilter | undefined, call: Call) => {
        const query = { ...pageQuery(call, mostItems, fromPageToken(call)), filter: filter?.filter };
        const name = await names.ring(ring, call);
        const wire = await rest.get(name, '/cryptoKeys', wireCryptoKeys, call, { query });
        return pageTokenPage(wire.cryptoKeys, wire.nextPageToken, wire.totalSize);
      },
      notes(keys, 'list', 'cryptoKeys.list'),
    ),
  ),
  /** A key with its primary version. */
  getCryptoKey: read(
    async (key: string, call: Call) => rest.get(await names.key(key, call), '', wireCryptoKey, call),
    notes(keys, 'get', 'cryptoKeys.get'),
  ),
  /** Makes a key, for good, with its first version. */
  createCryptoKey: unsafe(
    async (key: string, settings: NewCryptoKey, call: Call) => {
      const json = toNewKey(settings);
      const name = await names.key(key, call);
      const query = {
        cryptoKeyId: lastPart(name),
        skipInitialVersionCreation: settings.withoutVersion === true ? true : undefined,
      };
      return rest.post(parentName(name), '/cryptoKeys', wireCryptoKey, call, { json, query });
    },
    notes(keys, 'create', 'cryptoKeys.create'),
  ),
  /** Changes labels and rotation; what is left out stays, `null` takes it away. */
  updateCryptoKey: idempotent(
    async (key: string, changes: CryptoKeyChanges, call: Call) => {
      const { body, updateMask } = toKeyChanges(changes);
      const name = await names.key(key, call);
      return rest.patch(name, '', wireCryptoKey, call, { json: body, query: { updateMask } });
    },
    notes(keys, 'patch', 'cryptoKeys.update'),
  ),
  /** Makes a version the one that encrypts. */
  updatePrimaryVersion: idempotent(
    async (key: string, version: string, call: Call) => {
      if (!/^[1-9]\d*$/.test(version))
        throw invalid(`the version is ${JSON.stringify(version)}; give its number, such as "2"`);
      const json = { cryptoKeyVersionId: version };
      return rest.post(await names.key(key, call), ':updatePrimaryVersion', wireCryptoKey, call, { json });
    },
    notes(keys, 'updatePrimaryVersion', 'cryptoKeys.update'),
  ),
});
