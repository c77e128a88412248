/** Keys and their use: what the fake signs and encrypts is verified here by other means. */

import {
  constants,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify as verifyData,
} from 'node:crypto';
import { inspect } from 'node:util';
import { SecretBytes } from '@im/core';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import type { KeyType, NewKey, SignatureAlgorithm, VaultKey } from './key-model.ts';
import { keyVault } from './key-vault.ts';
import { sampleThings, startFake } from './testing.ts';

const { signing, wrapping, sealing } = sampleThings;
const open = () => openBench(keyVault, startFake);
const publicKeyOf = ({ publicJwk }: VaultKey) => createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
const data = Buffer.from('what is signed');

/** How `node:crypto` verifies each of them. */
const schemes: readonly (readonly [SignatureAlgorithm, string, NewKey, object])[] = [
  ['RS256', 'sha256', { type: 'RSA' }, {}],
  ['RS384', 'sha384', { type: 'RSA' }, {}],
  ['RS512', 'sha512', { type: 'RSA' }, {}],
  ...(['PS256', 'PS384', 'PS512'] as const).map(
    (name) =>
      [
        name,
        `sha${name.slice(2)}`,
        { type: 'RSA' },
        { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      ] as const,
  ),
  ['ES256', 'sha256', { type: 'EC' }, { dsaEncoding: 'ieee-p1363' }],
  ['ES256K', 'sha256', { type: 'EC', curve: 'P-256K' }, { dsaEncoding: 'ieee-p1363' }],
  ['ES384', 'sha384', { type: 'EC', curve: 'P-384' }, { dsaEncoding: 'ieee-p1363' }],
  ['ES512', 'sha512', { type: 'EC', curve: 'P-521' }, { dsaEncoding: 'ieee-p1363' }],
];

describe('signatures', () => {
  test.each(schemes)(
    '%s verifies here and in the vault, and not for other data',
    async (algorithm, digest, how, verify) => {
      await using bench = await open();
      const client = bench.client();
      const key = how.type === 'RSA' ? await client.getKey(wrapping) : await client.createKey('made', how);
      const { keyId, signature } = await client.sign(`${key.name}/${key.version}`, algorithm, { data });
      expect(keyId).toBe(key.id);
      expect(verifyData(digest, data, { key: publicKeyOf(key), ...verify }, signature)).toBe(true);
      expect(await client.verify(keyId, algorithm, { data }, signature)).toBe(true);
      expect(await client.verify(keyId, algorithm, { data: 'other data' }, signature)).toBe(false);
      const damaged = Uint8Array.from(signature, (byte, index) => (index === 20 ? byte ^ 1 : byte));
      expect(await client.verify(keyId, algorithm, { data }, damaged)).toBe(false);
    },
  );

  test('are made by the latest version, and verified by the one that made them', async () => {
    await using bench = await open();
    // The description demands a version in the path; the service and its SDKs leave it empty for the latest.
    const client = bench.client({
      via: (request) => ({ ...request, headers: { ...request.headers, 'x-im-by-hand': '1' } }),
    });
    const old = await client.sign(signing, 'ES256', { data });
    expect(bench.sent()).toEqual([`POST /keys/${signing}//sign?api-version=7.2`]);
    await client.createKey(signing, { type: 'EC' });
    const fresh = await client.sign(signing, 'ES256', { data });
    expect(fresh.keyId).not.toBe(old.keyId);
    expect(await client.verify(old.keyId, 'ES256', { data }, old.signature)).toBe(true);
    expect(await client.verify(fresh.keyId, 'ES256', { data }, old.signature)).toBe(false);
  });

  test('over a digest of another length, or by an algorithm that is none, are refused before anything is sent', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.sign(signing, 'ES256', { digest: new Uint8Array(20) }))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('ES256 signs a sha256 digest of 32 bytes, not 20'),
    });
    const unknown = 'toString' as SignatureAlgorithm;
    expect(await bench.failure(client.sign(signing, unknown, { data }))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.fake.exchanges).toEqual([]);
  });

  test('by a key that is not made for it are refused by the vault', async () => {
    await using bench = await open();
    const client = bench.client();
    const { id } = await client.getKey(signing);
    expect(await bench.failure(client.sign(id, 'RS256', { data }))).toMatchObject({
      code: 'invalid_argument',
      status: 400,
      message: expect.stringContaining(
        `key ${signing}: Azure says "Key and signing algorithm are incompatible`,
      ),
    });
  });
});

describe('encryption', () => {
  test.each(['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'] as const)(
    '%s comes back, and prints nowhere',
    async (algorithm) => {
      await using bench = await open();
      const client = bench.client();
      const { id } = await client.getKey(wrapping);
      const { keyId, ciphertext } = await client.encrypt(id, algorithm, 'dear plaintext');
      const { plaintext } = await client.decrypt(keyId, algorithm, ciphertext);
      expect(plaintext.text().reveal()).toBe('dear plaintext');
      expect(
        `${inspect(plaintext, { showHidden: true })} ${JSON.stringify({ plaintext })} ${plaintext}`,
      ).toBe('[redacted] {"plaintext":"[redacted]"} [redacted]');
    },
  );

  test('by anybody with the public half is decrypted', async () => {
    await using bench = await open();
    const client = bench.client();
    const key = await client.getKey(wrapping);
    const ciphertext = publicEncrypt(
      { key: publicKeyOf(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      Buffer.from([1, 2, 255]),
    );
    const { plaintext } = await client.decrypt(key.id, 'RSA-OAEP-256', ciphertext);
    expect([...plaintext.reveal()]).toEqual([1, 2, 255]);
    expect(() => plaintext.text()).toThrow('not UTF-8');
  });

  test('with a symmetric key is authenticated, additional data too', async () => {
    await using bench = await open();
    const client = bench.client();
    const { id } = await client.getKey(sealing);
    const additionalData = Buffer.from('tenant 7');
    const { ciphertext, ...more } = await client.encrypt(id, 'A256GCM', 'x', { additionalData });
    const opened = await client.decrypt(id, 'A256GCM', ciphertext, more);
    expect(opened.plaintext.text().reveal()).toBe('x');
    const forged = { ...more, additionalData: Buffer.from('tenant 8') };
    expect(await bench.failure(client.decrypt(id, 'A256GCM', ciphertext, forged))).toMatchObject({
      code: 'invalid_argument',
      status: 400,
    });
    const iv = randomBytes(16);
    const padded = await client.encrypt(id, 'A256CBCPAD', 'any length', { iv });
    expect((await client.decrypt(id, 'A256CBCPAD', padded.ciphertext, { iv })).plaintext.byteLength).toBe(10);
  });

  test.each([
    ['an algorithm that wraps', 'A256KW', {}, 'there is no algorithm "A256KW" to encrypt with'],
    ['an iv for GCM', 'A256GCM', { iv: new Uint8Array(12) }, 'makes its own iv'],
    ['no iv for CBC', 'A256CBC', {}, 'needs an iv of 16 random bytes'],
    [
      'additional data for RSA',
      'RSA-OAEP',
      { additionalData: new Uint8Array(1) },
      'takes no additional data',
    ],
  ])('with %s is refused before anything is sent', async (_, algorithm, more, says) => {
    await using bench = await open();
    expect(
      await bench.failure(bench.client().encrypt(sealing, algorithm as 'A256GCM', 'x', more)),
    ).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });

  test('of nothing, and decryption without what encrypt gave, are refused before anything is sent', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.encrypt(wrapping, 'RSA-OAEP', ''))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await bench.failure(client.decrypt(sealing, 'A256GCM', new Uint8Array(9)))).toMatchObject({
      message: expect.stringContaining('the authenticationTag (16 bytes) that encrypt gave'),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });
});

test('a data key is wrapped and unwrapped, by RSA and by AES', async () => {
  await using bench = await open();
  const client = bench.client();
  const dataKey = randomBytes(32);
  for (const [name, algorithm] of [
    [wrapping, 'RSA-OAEP-256'],
    [sealing, 'A256KW'],
  ] as const) {
    const { id } = await client.getKey(name);
    const { wrapped, keyId } = await client.wrapKey(id, algorithm, new SecretBytes(dataKey));
    expect(Buffer.from(wrapped).includes(dataKey)).toBe(false);
    const { unwrapped } = await client.unwrapKey(keyId, algorithm, wrapped);
    expect(Buffer.from(unwrapped.reveal()).equals(dataKey)).toBe(true);
  }
});

describe('a key', () => {
  test('that has expired, or is not valid yet, decrypts and verifies, but does not sign', async () => {
    await using bench = await open();
    const client = bench.client();
    const { keyId, signature } = await client.sign((await client.getKey(signing)).id, 'ES256', { data });
    const at = bench.clock.now();
    for (const [changes, reason] of [
      [{ expiresAt: at - 1_000 }, 'KeyExpired'],
      [{ expiresAt: at + 9_000_000, notBefore: at + 60_000 }, 'KeyNotYetValid'],
    ] as const) {
      await client.updateKey(keyId, changes);
      expect(await bench.failure(client.sign(keyId, 'ES256', { data }))).toMatchObject({
        code: 'failed_precondition',
        reason,
      });
      expect(await client.verify(keyId, 'ES256', { data }, signature)).toBe(true);
    }
  });

  test('that is disabled, or not made for the use, is refused', async () => {
    await using bench = await open();
    const client = bench.client();
    const { id } = await client.getKey(signing);
    await client.updateKey(id, { uses: ['verify'] });
    expect(await bench.failure(client.sign(id, 'ES256', { data }))).toMatchObject({
      code: 'permission_denied',
    });
    await client.updateKey(id, { uses: ['sign', 'verify'], enabled: false });
    expect(await bench.failure(client.sign(id, 'ES256', { data }))).toMatchObject({
      code: 'failed_precondition',
      reason: 'KeyDisabled',
    });
  });

  test.each([
    ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 'PS256', 'RSA'],
    ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'ES256K', 'EC-HSM'],
  ] as const)(
    'of ours (%s) signs once it is imported, and its private half stays hidden',
    async (_, make, algorithm, type) => {
      await using bench = await open();
      const client = bench.client();
      const pair = make();
      const imported = await client.importKey('ours', pair.privateKey, {
        hsm: type.endsWith('HSM'),
        uses: ['sign', 'verify'],
      });
      expect(imported).toMatchObject({ type, uses: ['sign', 'verify'] });
      expect(imported.publicJwk).toEqual(pair.publicKey.export({ format: 'jwk' }));
      const { keyId, signature } = await client.sign(imported.id, algorithm, { data });
      expect(await client.verify(keyId, algorithm, { data }, signature)).toBe(true);
      bench.fake.inject({
        method: 'PUT',
        fault: {
          kind: 'status',
          status: 400,
          body: JSON.stringify({
            error: { code: 'BadParameter', message: String(pair.privateKey.export({ format: 'jwk' }).d) },
          }),
        },
      });
      const error = await bench.failure(client.importKey('ours', pair.privateKey));
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(
        String(pair.privateKey.export({ format: 'jwk' }).d).slice(0, 20),
      );
    },
  );

  test.each([
    [
      'a public key',
      () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
      'give the private key',
    ],
    [
      'a key of Edwards’ curve',
      () => generateKeyPairSync('ed25519').privateKey,
      'the vault takes RSA, EC and symmetric keys, not OKP',
    ],
  ])('cannot be imported from %s', async (_, make, says) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().importKey('ours', make()))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });

  test.each([
    [{ type: 'RSA', size: 1_024 }, 'RSA has no size 1024; take 2048, 3072, 4096'],
    [{ type: 'EC', size: 256 }, 'EC has no size 256; give a curve'],
    [{ type: 'RSA', curve: 'P-256' }, 'RSA has no curve; give a size'],
    [{ type: 'EC', publicExponent: 3 }, 'EC has no public exponent'],
    [{ type: 'DSA' as KeyType }, 'there is no key type "DSA"'],
  ] as const)('%j cannot be made', async (settings, says) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().createKey('made', settings))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });

  test('is deleted, recovered, purged and restored like a secret', async () => {
    await using bench = await open();
    const client = bench.client();
    const { id } = await client.getKey(signing);
    const { signature } = await client.sign(id, 'ES256', { data });
    const backup = await client.backupKey(signing);
    expect(await client.deleteKey(signing)).toMatchObject({ name: signing, type: 'EC' });
    await client.recoverDeletedKey(signing);
    await client.deleteKey(signing);
    await client.purgeDeletedKey(signing);
    expect(await bench.failure(client.getKey(signing))).toMatchObject({
      code: 'not_found',
      reason: 'KeyNotFound',
    });
    await client.restoreKey(backup);
    expect(await client.verify(id, 'ES256', { data }, signature)).toBe(true);
  });
});

test('a symmetric key is imported for a managed HSM', async () => {
  await using bench = await open();
  const client = bench.client();
  const key = await client.importKey('ours', createSecretKey(randomBytes(16)), { hsm: true });
  expect(key).toMatchObject({ type: 'oct-HSM', publicJwk: undefined });
  const { ciphertext, ...more } = await client.encrypt(key.id, 'A128GCM', 'x');
  expect((await client.decrypt(key.id, 'A128GCM', ciphertext, more)).plaintext.text().reveal()).toBe('x');
});
