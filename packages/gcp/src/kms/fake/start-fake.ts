/** Starts a fake of Cloud KMS, and says what the conformance suite calls. */
import { constants, publicEncrypt } from 'node:crypto';
import type { Harness, Samples, StartFakeOptions } from '@im/testing';
import { fakeProject, type GoogleFake, sampleTenant, startGoogleFake } from '../../common/fake/service.ts';
import type { kms } from '../kms.ts';
import { keyRoutes } from './key-routes.ts';
import { algorithmOf, macOf, publicPemOf, seal } from './material.ts';
import { useRoutes } from './use-routes.ts';
import { addKey, type KmsWorld } from './world.ts';

/** A running fake of Cloud KMS. Its cryptography is real, its secrets are not: they follow from the names. */
export type KmsFake = GoogleFake<typeof kms, KmsWorld>;

/** Ids in the world that every account begins with, in the location `global`. */
export const sampleKeys = {
  ring: 'app',
  /** For `encrypt-decrypt`, two versions. */
  data: 'app/data',
  /** EC_SIGN_P256_SHA256. */
  signing: 'app/signing/1',
  /** RSA_DECRYPT_OAEP_2048_SHA256. */
  envelope: 'app/envelope/1',
  /** HMAC_SHA256. */
  mac: 'app/mac/1',
} as const;

const ringName = `projects/${fakeProject}/locations/global/keyRings/${sampleKeys.ring}`;
const keyName = (key: string) => `${ringName}/cryptoKeys/${key}`;
const versionName = (key: string) => `${keyName(key)}/cryptoKeyVersions/1`;

const templates = {
  signing: ['ASYMMETRIC_SIGN', 'EC_SIGN_P256_SHA256'],
  envelope: ['ASYMMETRIC_DECRYPT', 'RSA_DECRYPT_OAEP_2048_SHA256'],
  mac: ['MAC', 'HMAC_SHA256'],
} as const;

/** Starts the fake on a free port of 127.0.0.1. Each tenant's account has keys of its own. */
export function startFake(options: StartFakeOptions = {}): Promise<KmsFake> {
  return startGoogleFake<typeof kms, KmsWorld>(options, {
    name: 'gcp-kms',
    routes: { ...keyRoutes, ...useRoutes },
    createWorld: ({ tenant, clock }) => {
      const world: KmsWorld = { tenant, clock, rings: new Map(), keys: new Map() };
      world.rings.set(ringName, clock.now());
      world.rings.set(`${ringName}-two`, clock.now());
      addKey(world, keyName('data'), { purpose: 'ENCRYPT_DECRYPT' });
      for (const [key, [purpose, algorithm]] of Object.entries(templates))
        addKey(world, keyName(key), { purpose, versionTemplate: { algorithm } });
      return world;
    },
  });
}

const plaintext = Buffer.from('what nobody else may read');
const message = 'what is signed';

function envelopeFor(tenant: string): Uint8Array {
  const algorithm = algorithmOf(templates.envelope[1]);
  if (algorithm === undefined) throw new Error('the sample key has no algorithm');
  const key = publicPemOf({ tenant, name: versionName('envelope') }, algorithm);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key, padding, oaepHash: 'sha256' }, plaintext);
}

const samplesFor = (tenant: string): Samples<typeof kms> => ({
  encrypt: [sampleKeys.data, plaintext],
  decrypt: [sampleKeys.data, seal({ tenant, name: versionName('data') }, plaintext, Buffer.alloc(0))],
  asymmetricSign: [sampleKeys.signing, { sha256: Buffer.alloc(32, 7) }],
  // A key of RSA takes a while to make: only for those who ask.
  get asymmetricDecrypt(): Samples<typeof kms>['asymmetricDecrypt'] {
    return [sampleKeys.envelope, envelopeFor(tenant)];
  },
  getPublicKey: [sampleKeys.signing],
  macSign: [sampleKeys.mac, message],
  macVerify: [
    sampleKeys.mac,
    message,
    macOf({ tenant, name: versionName('mac') }, 'sha256', Buffer.from(message)),
  ],
  generateRandomBytes: [32],
  listKeyRings: [],
  getKeyRing: [sampleKeys.ring],
  createKeyRing: ['made-by-a-sample'],
  listCryptoKeys: [sampleKeys.ring],
  getCryptoKey: [sampleKeys.data],
  createCryptoKey: ['made-by-a-sample/key', { purpose: 'encrypt-decrypt', labels: { env: 'test' } }],
  updateCryptoKey: [sampleKeys.data, { labels: { env: 'test' } }],
  createCryptoKeyVersion: [sampleKeys.data],
  listCryptoKeyVersions: [sampleKeys.data],
  getCryptoKeyVersion: [`${sampleKeys.data}/1`],
  updatePrimaryVersion: [sampleKeys.data, '1'],
  disableCryptoKeyVersion: [sampleKeys.mac],
  enableCryptoKeyVersion: [sampleKeys.mac],
  destroyCryptoKeyVersion: [sampleKeys.mac],
  restoreCryptoKeyVersion: [sampleKeys.mac],
});

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof kms> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
  forwards: {
    method: 'GET',
    path: 'v1/projects/im-fake-project/locations/global/keyRings/app/cryptoKeys/signing/cryptoKeyVersions/1/publicKey',
  },
};
