import { constants, createHash, createPublicKey, publicDecrypt, publicEncrypt, verify } from 'node:crypto';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { kms } from './kms.ts';
import { fakeProject, harness, sampleKeys, startFake } from './testing.ts';

describeIntegration(kms, harness);

const open = () => openBench(kms, startFake);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const { data, signing, envelope, mac, ring } = sampleKeys;
const whole = `projects/${fakeProject}/locations/global/keyRings/app/cryptoKeys/data`;

describe('encryption', () => {
  test('what was encrypted comes back, and says which version was used', async () => {
    await using bench = await open();
    const client = bench.client();
    const encrypted = await client.encrypt(data, 'ünïcode\u{1F511}');
    expect(encrypted).toMatchObject({ name: `${whole}/cryptoKeyVersions/1`, protectionLevel: 'software' });
    expect(text(encrypted.ciphertext)).not.toContain('code');
    expect(text((await client.decrypt(data, encrypted.ciphertext)).plaintext)).toBe('ünïcode\u{1F511}');
  });

  test.each([0, 1, 65_536])('%i bytes are encrypted and come back', async (length) => {
    await using bench = await open();
    const client = bench.client();
    const plaintext = new Uint8Array(length).fill(0xfe);
    const { ciphertext } = await client.encrypt(whole, plaintext);
    expect(Buffer.compare((await client.decrypt(whole, ciphertext)).plaintext, plaintext)).toBe(0);
  });

  test('after a rotation old ciphertexts still come back, and new ones use the new version', async () => {
    await using bench = await open();
    const client = bench.client();
    const before = await client.encrypt(data, 'old');
    expect(await client.createCryptoKeyVersion(data)).toMatchObject({ version: '2', state: 'enabled' });
    expect((await client.encrypt(data, 'x')).name).toMatch(/\/1$/);
    expect((await client.updatePrimaryVersion(data, '2')).primary?.version).toBe('2');
    const after = await client.encrypt(data, 'new');
    expect(after.name).toMatch(/\/2$/);
    expect(text((await client.decrypt(data, before.ciphertext)).plaintext)).toBe('old');
    expect(text((await client.decrypt(data, after.ciphertext)).plaintext)).toBe('new');
  });

  test('a key rotates by itself on its day', async () => {
    await using bench = await open();
    const client = bench.client();
    const day = 86_400;
    await client.createCryptoKey('app/rotating', {
      purpose: 'encrypt-decrypt',
      nextRotationAt: '2030-01-02T00:00:00Z',
      rotateEverySeconds: day,
    });
    await bench.clock.advance(2.5 * day * 1_000);
    expect(await client.getCryptoKey('app/rotating')).toMatchObject({
      primary: { version: '3' },
      nextRotationAt: '2030-01-04T00:00:00.000000Z',
    });
  });

  test('additional data must be the same, the key too, and nothing may be damaged', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.createCryptoKey('app/other', { purpose: 'encrypt-decrypt' });
    const { ciphertext } = await client.encrypt(data, 'x', Buffer.from('for order 7'));
    const damaged = ciphertext.with(-1, (ciphertext.at(-1) ?? 0) ^ 1);
    expect(text((await client.decrypt(data, ciphertext, Buffer.from('for order 7'))).plaintext)).toBe('x');
    for (const work of [
      () => client.decrypt(data, ciphertext),
      () => client.decrypt(data, ciphertext, Buffer.from('for order 8')),
      () => client.decrypt(data, damaged, Buffer.from('for order 7')),
      () => client.decrypt('app/other', ciphertext, Buffer.from('for order 7')),
      () => bench.client({ tenant: 'tenant_b' }).decrypt(data, ciphertext, Buffer.from('for order 7')),
    ]) {
      expect(await bench.failure(work())).toMatchObject({ code: 'invalid_argument', status: 400 });
    }
  });

  test.each([
    ['a plaintext of 64 KiB and a byte', (c) => c.encrypt(data, new Uint8Array(65_537))],
    ['too much additional data', (c) => c.encrypt(data, 'x', new Uint8Array(65_537))],
    ['an empty ciphertext', (c) => c.decrypt(data, new Uint8Array())],
    ['a digest of the wrong length', (c) => c.asymmetricSign(signing, { sha256: new Uint8Array(20) })],
    ['seven random bytes', (c) => c.generateRandomBytes(7)],
    ['1,025 random bytes', (c) => c.generateRandomBytes(1_025)],
    ['a key without its ring', (c) => c.encrypt('data', 'x')],
    ['a version without a number', (c) => c.macSign('app/mac/latest', 'x')],
    ['a whole name of a ring as a key', (c) => c.getCryptoKey(`projects/p/locations/l/keyRings/r`)],
    ['a key for signing without an algorithm', (c) => c.createCryptoKey('app/x', { purpose: 'mac' })],
    [
      'a rotation of a key that cannot rotate',
      (c) =>
        c.createCryptoKey('app/x', {
          purpose: 'mac',
          algorithm: 'HMAC_SHA256',
          nextRotationAt: '2031-01-01T00:00:00Z',
        }),
    ],
    ['a change of nothing', (c) => c.updateCryptoKey(data, {})],
  ] as readonly (readonly [
    string,
    (client: ReturnType<Awaited<ReturnType<typeof open>>['client']>) => Promise<unknown>,
  ])[])('%s is refused before anything is sent', async (_, work) => {
    await using bench = await open();
    expect(await bench.failure(work(bench.client()))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
    expect(bench.sent()).toEqual([]);
  });
});

describe('signatures verify with other libraries', () => {
  const message = Buffer.from('a message');
  const digestOf = (name: 'sha256' | 'sha384' | 'sha512') => createHash(name).update(message).digest();
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

  test.each([
    ['EC_SIGN_P256_SHA256', 'sha256', {}],
    ['EC_SIGN_P384_SHA384', 'sha384', {}],
    ['EC_SIGN_SECP256K1_SHA256', 'sha256', {}],
    ['RSA_SIGN_PSS_2048_SHA256', 'sha256', pss],
    ['RSA_SIGN_PKCS1_2048_SHA256', 'sha256', { padding: constants.RSA_PKCS1_PADDING }],
  ] as const)('%s over a digest, and over data', async (algorithm, name, how) => {
    await using bench = await open();
    const client = bench.client();
    await client.createCryptoKey('app/signer', { purpose: 'asymmetric-sign', algorithm });
    const { pem, algorithm: told } = await client.getPublicKey('app/signer/1');
    expect(told).toBe(algorithm);
    const digest = digestOf(name);
    const toSign = name === 'sha384' ? { sha384: digest } : { sha256: digest };
    const key = { key: createPublicKey(pem), ...how };
    const { signature } = await client.asymmetricSign('app/signer/1', toSign);
    expect(verify(name, message, key, signature)).toBe(true);
    expect(verify(name, Buffer.from('another'), key, signature)).toBe(false);
    const ofData = await client.asymmetricSign('app/signer/1', { data: message });
    expect(verify(name, message, key, ofData.signature)).toBe(true);
  });

  test('a hundred signatures over a curve all verify', async () => {
    await using bench = await open();
    const client = bench.client();
    const key = createPublicKey((await client.getPublicKey(signing)).pem);
    for (let count = 0; count < 100; count += 1) {
      const one = Buffer.from(`message ${count}`);
      const sha256 = createHash('sha256').update(one).digest();
      const { signature } = await client.asymmetricSign(signing, { sha256 });
      expect(verify('sha256', one, key, signature)).toBe(true);
    }
  });

  test('Ed25519 and raw RSA sign data', async () => {
    await using bench = await open();
    const client = bench.client();
    const make = (key: string, algorithm: string) =>
      client.createCryptoKey(key, { purpose: 'asymmetric-sign', algorithm });
    await make('app/ed', 'EC_SIGN_ED25519');
    await make('app/raw', 'RSA_SIGN_RAW_PKCS1_2048');
    const ed = await client.asymmetricSign('app/ed/1', { data: message });
    const raw = await client.asymmetricSign('app/raw/1', { data: message });
    const pems = await Promise.all(['app/ed/1', 'app/raw/1'].map((one) => client.getPublicKey(one)));
    expect(verify(null, message, pems[0]?.pem ?? '', ed.signature)).toBe(true);
    expect(publicDecrypt(pems[1]?.pem ?? '', raw.signature).equals(message)).toBe(true);
    expect(
      await bench.failure(client.asymmetricSign('app/ed/1', { sha256: digestOf('sha256') })),
    ).toMatchObject({ code: 'invalid_argument' });
  });

  test('a digest of another kind than the algorithm’s is refused by the vendor', async () => {
    await using bench = await open();
    const error = await bench.failure(bench.client().asymmetricSign(signing, { sha512: digestOf('sha512') }));
    expect(error).toMatchObject({ code: 'invalid_argument', status: 400 });
  });

  test('what is encrypted with the public key is decrypted by the vendor', async () => {
    await using bench = await open();
    const client = bench.client();
    const { pem: key } = await client.getPublicKey(envelope);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const ciphertext = publicEncrypt({ key, padding, oaepHash: 'sha256' }, message);
    expect(text((await client.asymmetricDecrypt(envelope, ciphertext)).plaintext)).toBe('a message');
    expect(await bench.failure(client.asymmetricDecrypt(envelope, new Uint8Array(256)))).toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('a MAC is known again, and no other', async () => {
    await using bench = await open();
    const client = bench.client();
    const signed = await client.macSign(mac, 'data');
    expect(signed.mac).toHaveLength(32);
    expect(await client.macVerify(mac, 'data', signed.mac)).toBe(true);
    expect(await client.macVerify(mac, 'dat4', signed.mac)).toBe(false);
    expect(await client.macVerify(mac, 'data', signed.mac.slice(1))).toBe(false);
  });

  test('random bytes are as many as were asked for, and others each time', async () => {
    await using bench = await open();
    const client = bench.client();
    const [one, other] = [await client.generateRandomBytes(8), await client.generateRandomBytes(1_024)];
    expect([one.length, other.length]).toEqual([8, 1_024]);
    expect(await client.generateRandomBytes(8)).not.toEqual(one);
  });
});

describe('answers that cannot be right', () => {
  const answer = (json: object) => ({
    fault: {
      kind: 'status' as const,
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    },
  });

  test('one of another key is refused', async () => {
    await using bench = await open();
    const name = whole.replace('/data', '/data2');
    bench.fake.inject({ path: /:encrypt$/, ...answer({ name, ciphertext: 'eA==' }) });
    expect(await bench.failure(bench.client().encrypt(data, 'x'))).toMatchObject({ code: 'internal' });
  });

  test('one that contradicts itself is asked for again', async () => {
    await using bench = await open();
    const client = bench.client();
    const signed = await client.macSign(mac, 'data');
    const name = `projects/${fakeProject}/locations/global/keyRings/app/cryptoKeys/mac/cryptoKeyVersions/1`;
    bench.fake.inject({
      path: /:macVerify$/,
      ...answer({ name, success: false, verifiedSuccessIntegrity: true }),
    });
    expect(await bench.clock.until(client.macVerify(mac, 'data', signed.mac))).toBe(true);
    expect(bench.sent().filter((line) => line.endsWith(':macVerify'))).toHaveLength(2);
  });
});

describe('life of a key', () => {
  test('a version that is not enabled does not work, and says why', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.disableCryptoKeyVersion(mac);
    expect(await bench.failure(client.macSign(mac, 'x'))).toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(
        /mac\/cryptoKeyVersions\/1.*current state is: DISABLED.*look at the state/,
      ),
    });
    await client.enableCryptoKeyVersion(mac);
    await client.macSign(mac, 'x');
  });

  test('a destruction can be taken back within its time, and not after it', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await client.destroyCryptoKeyVersion(mac)).toMatchObject({
      state: 'destroy-scheduled',
      destroyScheduledAt: '2030-01-31T00:00:00.000000Z',
    });
    expect(await client.restoreCryptoKeyVersion(mac)).toMatchObject({ state: 'disabled' });
    await client.destroyCryptoKeyVersion(mac);
    await bench.clock.advance(30 * 86_400_000);
    expect(await client.getCryptoKeyVersion(mac)).toMatchObject({ state: 'destroyed' });
    expect(await bench.failure(client.restoreCryptoKeyVersion(mac))).toMatchObject({
      code: 'failed_precondition',
    });
  });

  test.each(['destroyCryptoKeyVersion', 'restoreCryptoKeyVersion'] as const)(
    '%s works once though its first answer was lost',
    async (operation) => {
      await using bench = await open();
      const client = bench.client();
      if (operation === 'restoreCryptoKeyVersion') await client.destroyCryptoKeyVersion(mac);
      bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, path: /:(destroy|restore)$/ });
      const { state } = await bench.clock.until(client[operation](mac));
      expect(state).toBe(operation === 'destroyCryptoKeyVersion' ? 'destroy-scheduled' : 'disabled');
    },
  );

  test('the option keyRing completes short names, and location says where', async () => {
    await using bench = await open();
    const client = bench.client({ options: { keyRing: ring } });
    expect((await client.getCryptoKey('data')).name).toBe(whole);
    expect((await client.getCryptoKeyVersion('mac/1')).version).toBe('1');
    const there = bench.client({ options: { location: 'europe-west3' } });
    await there.createKeyRing('local');
    await there.createCryptoKey('local/k', { purpose: 'encrypt-decrypt', withoutVersion: true });
    expect(await there.getCryptoKey('local/k')).toMatchObject({
      name: `projects/${fakeProject}/locations/europe-west3/keyRings/local/cryptoKeys/k`,
      primary: undefined,
    });
    expect((await there.listKeyRings().toArray()).map(({ id }) => id)).toEqual(['local']);
    expect((await client.listKeyRings('europe-west3').toArray()).map(({ id }) => id)).toEqual(['local']);
    expect(await bench.failure(there.encrypt('local/k', 'x'))).toMatchObject({
      code: 'failed_precondition',
    });
  });

  test('ids are taken once, and what is missing is named', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.createKeyRing(ring))).toMatchObject({ code: 'already_exists' });
    expect(await bench.failure(client.createCryptoKey(data, { purpose: 'encrypt-decrypt' }))).toMatchObject({
      code: 'already_exists',
    });
    expect(await bench.failure(client.getCryptoKey('app/nothing'))).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/cryptoKeys\/nothing.*a key lives in one location only/),
    });
  });

  test('labels and rotation are changed and taken away', async () => {
    await using bench = await open();
    const client = bench.client();
    const changed = await client.updateCryptoKey(data, {
      labels: { env: 'prod' },
      nextRotationAt: '2031-01-01T00:00:00Z',
      rotateEverySeconds: 86_400,
    });
    expect(changed).toMatchObject({ labels: { env: 'prod' }, rotateEverySeconds: 86_400 });
    const bare = await client.updateCryptoKey(data, { nextRotationAt: null, rotateEverySeconds: null });
    expect(bare).toMatchObject({
      labels: { env: 'prod' },
      nextRotationAt: undefined,
      rotateEverySeconds: undefined,
    });
  });
});

test('the SDK’s own client encrypts with the same keys', async () => {
  await using bench = await open();
  const client = bench.client();
  const native = client.native();
  // The SDK adds parameters that the description of the API does not have.
  const byHand = { otherArgs: { headers: { 'x-im-by-hand': '1' } } };
  const plaintext = Buffer.from('by the SDK');
  const [encrypted] = await native.encrypt({ name: whole, plaintext }, byHand);
  await native.close();
  const ciphertext = Buffer.from(encrypted.ciphertext as Uint8Array);
  expect(text((await client.decrypt(data, ciphertext)).plaintext)).toBe('by the SDK');
});
