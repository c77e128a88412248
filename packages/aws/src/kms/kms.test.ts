import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { Secret } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { kms } from './kms.ts';
import { harness, type KmsFake, startFake } from './testing.ts';

describeIntegration(kms, harness);

type Setup = Parameters<typeof connect<typeof kms, KmsFake>>[2];
const open = (setup: Setup = {}) => connect(kms, startFake, setup);
const context = { tenant: 'acme' };

describe('a ciphertext', () => {
  it('is read with its context, by whoever may use the key that it names itself', async () => {
    await using one = await open();
    const { ciphertext, keyArn } = await one.done(
      one.client.encrypt('alias/data', new Secret('hidden'), { context }),
    );
    expect(keyArn).toBe(one.fake.key('alias/data').arn);
    const plain = await one.done(one.client.decrypt(ciphertext, { context: { ...context } }));
    expect(plain.text().reveal()).toBe('hidden');
    expect(`${inspect(plain)} ${JSON.stringify({ plain })} ${plain}`).not.toMatch(/hidden|104/);
  });

  it.each([
    ['without its context', {}, 'InvalidCiphertextException'],
    ['with another context', { context: { tenant: 'other' } }, 'InvalidCiphertextException'],
    ['with another key', { context, keyId: 'alias/other' }, 'IncorrectKeyException'],
  ])('is refused %s', async (_how, options, reason) => {
    await using one = await open();
    const { ciphertext } = await one.done(one.client.encrypt('alias/data', 'x', { context }));
    expect(await one.failure(one.client.decrypt(ciphertext, options))).toMatchObject({
      code: 'invalid_argument',
      reason,
    });
  });

  it('moves to another key without being read here', async () => {
    await using one = await open();
    const { ciphertext } = await one.done(one.client.encrypt('alias/data', 'x', { context }));
    const moved = await one.done(
      one.client.reEncrypt(ciphertext, 'alias/other', { from: context, to: { a: 'b' } }),
    );
    const plain = await one.done(
      one.client.decrypt(moved.ciphertext, { context: { a: 'b' }, keyId: 'alias/other' }),
    );
    expect(plain.text().reveal()).toBe('x');
  });

  it('of an RSA key needs the key and the algorithm', async () => {
    await using one = await open();
    const { id } = await one.done(one.client.createKey({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' }));
    const algorithm = 'RSAES_OAEP_SHA_256';
    const { ciphertext } = await one.done(one.client.encrypt(id, 'x', { algorithm }));
    const plain = await one.done(one.client.decrypt(ciphertext, { keyId: id, algorithm }));
    expect(plain.text().reveal()).toBe('x');
  });
});

describe('a data key', () => {
  it('comes in clear and encrypted, and is another one each time', async () => {
    await using one = await open();
    const first = await one.done(one.client.generateDataKey('alias/data', { context }));
    const second = await one.done(one.client.generateDataKey('alias/data', { context, bytes: 64 }));
    const again = await one.done(one.client.decrypt(first.ciphertext, { context }));
    expect(again.reveal()).toEqual(first.plaintext.reveal());
    expect([first, second].map(({ plaintext }) => plaintext.reveal().byteLength)).toEqual([32, 64]);
  });
});

describe('a signature', () => {
  it('verifies, here and without KMS, and another is an answer, no error', async () => {
    await using one = await open();
    const options = { algorithm: 'ECDSA_SHA_256' } as const;
    const signature = await one.done(one.client.sign('alias/signing', 'a message', options));
    expect(await one.done(one.client.verify('alias/signing', 'a message', signature, options))).toBe(true);
    expect(await one.done(one.client.verify('alias/signing', 'another', signature, options))).toBe(false);
    const { spki } = await one.done(one.client.getPublicKey('alias/signing'));
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    expect(verify('sha256', Buffer.from('a message'), key, signature)).toBe(true);
  });

  it.each([
    ['ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512'],
  ] as const)('of a long message is over its hash, made here (%s)', async (spec, algorithm) => {
    await using one = await open();
    const { id } = await one.done(one.client.createKey({ spec, usage: 'SIGN_VERIFY' }));
    const message = randomBytes(100_000);
    const signature = await one.done(one.client.sign(id, message, { algorithm }));
    expect(Buffer.from(one.fake.exchanges.at(-1)?.requestBody ?? []).byteLength).toBeLessThan(500);
    const { spki } = await one.done(one.client.getPublicKey(id));
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const hash = algorithm.endsWith('512') ? 'sha512' : 'sha256';
    expect(verify(hash, message, key, signature)).toBe(true);
    expect(await one.done(one.client.verify(id, message, signature, { algorithm }))).toBe(true);
    const digest = createHash(hash).update(message).digest();
    expect(await one.done(one.client.verify(id, digest, signature, { algorithm, isDigest: true }))).toBe(
      true,
    );
    const other = createHash(hash).update('x').digest();
    expect(await one.done(one.client.verify(id, other, signature, { algorithm, isDigest: true }))).toBe(
      false,
    );
  });

  it('by a code is checked too', async () => {
    await using one = await open();
    const options = { algorithm: 'HMAC_SHA_256' } as const;
    const mac = await one.done(one.client.generateMac('alias/mac', 'x', options));
    expect(await one.done(one.client.verifyMac('alias/mac', 'x', mac, options))).toBe(true);
    expect(await one.done(one.client.verifyMac('alias/mac', 'y', mac, options))).toBe(false);
  });
});

describe('a key', () => {
  it('is refused in a state or for a use that does not allow it, with what to do', async () => {
    await using one = await open();
    await one.done(one.client.disableKey('alias/data'));
    const disabled = await one.failure(one.client.encrypt('alias/data', 'x'));
    expect(disabled).toMatchObject({ code: 'failed_precondition', reason: 'DisabledException' });
    expect(disabled.message).toBe('aws-kms.encrypt: the key is disabled; enable it');
    await one.done(one.client.enableKey('alias/data'));
    const goneAt = await one.done(one.client.scheduleKeyDeletion('alias/data', 7));
    expect(await one.done(one.client.describeKey('alias/data'))).toMatchObject({
      state: 'PendingDeletion',
      deletionAt: goneAt,
    });
    expect(await one.failure(one.client.encrypt('alias/data', 'x'))).toMatchObject({
      code: 'failed_precondition',
    });
    expect(await one.failure(one.client.encrypt('alias/mac', 'x'))).toMatchObject({
      reason: 'InvalidKeyUsageException',
    });
    expect(await one.failure(one.client.describeKey('alias/nope'))).toMatchObject({ code: 'not_found' });
  });

  it('of another account is not seen', async () => {
    await using one = await open({ tenant: 'tenant_b' });
    const { ciphertext } = await one.done(one.client.encrypt('alias/data', 'x'));
    const theirs = one.fake.key('alias/data', 'tenant_b').arn;
    await using other = await open({ options: one.fake.options('tenant_a') });
    expect(await other.failure(other.client.describeKey(theirs))).toMatchObject({ code: 'not_found' });
    expect(await other.failure(other.client.decrypt(ciphertext))).toMatchObject({ code: 'invalid_argument' });
  });
});

describe('bad input', () => {
  it('is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.encrypt('alias/data', ''),
      () => client.encrypt('alias/data', new Uint8Array(4_097)),
      () => client.decrypt(new Uint8Array()),
      () => client.generateDataKey('alias/data', { bytes: 0 }),
      () => client.generateDataKey('alias/data', { bytes: 16, spec: 'AES_128' }),
      () => client.generateRandom(1_025),
      () => client.sign('alias/signing', '', { algorithm: 'ECDSA_SHA_256' }),
      () => client.sign('alias/signing', 'short', { algorithm: 'ECDSA_SHA_256', isDigest: true }),
      () => client.createAlias('data', 'x'),
      () => client.createAlias('alias/aws/s3', 'x'),
      () => client.enableRotation('alias/data', 30),
      () => client.scheduleKeyDeletion('alias/data', 3),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});
