/** One sample call of each operation, in an order in which each finds what it needs. */
import { systemClock } from '@im/core';
import type { Harness, Samples } from '@im/testing';
import { createAccounts } from '../../common/fake/accounts.ts';
import { sampleTenant } from '../../common/fake/server.ts';
import type { kms } from '../kms.ts';
import { contextBytes, macOf, makeMaterial, seal, signMessage } from './crypto.ts';
import { builtInKeys, startFake } from './start-fake.ts';
import { createKmsState } from './state.ts';

/** What the built-in keys of `tenant` have made: the same in each fake, since their material is. */
function made(tenant: string) {
  const account = createAccounts(systemClock, 1).of(tenant);
  const state = createKmsState(systemClock, 'us-east-1');
  const [data, , signing, mac] = Object.values(builtInKeys).map((spec) => state.create(account, { spec }));
  const material = (key: typeof data) => makeMaterial(key?.spec ?? '', `${account.accountId}/${key?.id}`);
  const bytesOf = (key: typeof data) => {
    const own = material(key);
    return own.kind === 'pair' ? new Uint8Array() : own.bytes;
  };
  const pair = material(signing);
  const message = { bytes: Buffer.from('a message'), isDigest: false };
  const sealed = seal(bytesOf(data), Buffer.from('of a sample'), contextBytes({ tenant: 'acme' }));
  return {
    ciphertext: Buffer.concat([Buffer.from(data?.id ?? ''), sealed]),
    signature:
      pair.kind === 'pair' ? signMessage(pair.privateKey, message, 'ECDSA_SHA_256') : new Uint8Array(),
    mac: macOf(bytesOf(mac), Buffer.from('a message'), 'HMAC_SHA_256'),
  };
}

const context = { tenant: 'acme' };
const es256 = { algorithm: 'ECDSA_SHA_256' } as const;
const hs256 = { algorithm: 'HMAC_SHA_256' } as const;

function samplesFor(tenant: string): Samples<typeof kms> {
  const { ciphertext, signature, mac } = made(tenant);
  return {
    listAliases: [],
    listKeys: [],
    describeKey: ['alias/data'],
    encrypt: ['alias/data', 'a little text', { context }],
    decrypt: [ciphertext, { context }],
    reEncrypt: [ciphertext, 'alias/other', { from: context, to: { tenant: 'acme', moved: 'yes' } }],
    generateDataKey: ['alias/data', { context }],
    generateDataKeyWithoutPlaintext: ['alias/data', { bytes: 64 }],
    generateRandom: [16],
    sign: ['alias/signing', 'a message', es256],
    verify: ['alias/signing', 'a message', signature, es256],
    generateMac: ['alias/mac', 'a message', hs256],
    verifyMac: ['alias/mac', 'a message', mac, hs256],
    getPublicKey: ['alias/signing'],
    createKey: [{ description: 'made by a sample', tags: { team: 'tests' } }],
    createAlias: ['alias/made-by-a-sample', 'alias/other'],
    updateAlias: ['alias/made-by-a-sample', 'alias/data'],
    disableKey: ['alias/other'],
    enableKey: ['alias/other'],
    enableRotation: ['alias/data', 90],
    getRotation: ['alias/data'],
    scheduleKeyDeletion: ['alias/other', 7],
    cancelKeyDeletion: ['alias/other'],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof kms> = { startFake, samples: samplesFor(sampleTenant), samplesFor };
