/** What the fake answers to requests that use a key. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FakeRequest } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf, bytesOf, type GoogleRoutes, isObject } from '../../common/fake/service.ts';
import { checkEnabled, keyOf, precondition, versionOf, wrongPurpose } from './find.ts';
import {
  type Message,
  macOf,
  oaepDecrypted,
  publicPemOf,
  seal,
  sealedBy,
  signatureOf,
  unseal,
} from './material.ts';
import { type FakeKeyVersion, type KmsWorld, materialOf } from './world.ts';

type Handler = GoogleRoutes<KmsWorld>[string];

const mostBytes = 65_536;

/** Checksums are neither computed nor compared: a request that brings one is told so, as one is whose checksum was lost. */
const unverified = (...fields: readonly string[]) =>
  Object.fromEntries(fields.map((field) => [`verified${field}Crc32c`, false]));

function limited(value: unknown, field: string): Buffer {
  const bytes = bytesOf(value, field);
  if (bytes.byteLength <= mostBytes) return bytes;
  throw googleError(400, `${field} is too large: ${bytes.byteLength} bytes, at most ${mostBytes}.`);
}

const sealing = (find: (request: FakeRequest, world: KmsWorld) => FakeKeyVersion): Handler => {
  return (request, world) => {
    const version = checkEnabled(find(request, world));
    const { place, algorithm } = materialOf(world, version);
    if (algorithm?.kind !== 'symmetric') throw wrongPurpose(version.name, algorithm?.purpose ?? 'another');
    const body = bodyOf(request);
    const additional = limited(body.additionalAuthenticatedData, 'additional_authenticated_data');
    const ciphertext = seal(place, limited(body.plaintext, 'plaintext'), additional);
    const { name, protectionLevel } = version;
    return {
      json: {
        name,
        ciphertext: ciphertext.toString('base64'),
        protectionLevel,
        ...unverified('Plaintext', 'AdditionalAuthenticatedData'),
      },
    };
  };
};

const primaryOf = (request: FakeRequest, world: KmsWorld): FakeKeyVersion => {
  const key = keyOf(request, world);
  if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(key.name, key.purpose);
  const version = key.versions[(key.primary ?? 0) - 1];
  if (version === undefined) throw precondition(`CryptoKey ${key.name} has no primary version.`);
  return version;
};

const decrypt: Handler = (request, world) => {
  const key = keyOf(request, world);
  if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(key.name, key.purpose);
  const body = bodyOf(request);
  const ciphertext = bytesOf(body.ciphertext, 'ciphertext');
  const additional = limited(body.additionalAuthenticatedData, 'additional_authenticated_data');
  const version = key.versions[(sealedBy(ciphertext) ?? 0) - 1];
  const opened = version && unseal(materialOf(world, checkEnabled(version)).place, ciphertext, additional);
  if (version === undefined || opened === undefined)
    return googleError(400, "Decryption failed: verify that 'name' refers to the correct CryptoKey.");
  return {
    json: {
      plaintext: opened.toString('base64'),
      usedPrimary: key.versions[(key.primary ?? 0) - 1] === version,
      protectionLevel: version.protectionLevel,
    },
  };
};

function messageOf(body: Readonly<Record<string, unknown>>): Message {
  if (!isObject(body.digest)) return { data: limited(body.data, 'data') };
  for (const name of ['sha256', 'sha384', 'sha512'] as const) {
    if (body.digest[name] !== undefined)
      return { name, digest: bytesOf(body.digest[name], `digest.${name}`) };
  }
  throw googleError(400, 'One of digest or data must be set.');
}

const asymmetricSign: Handler = (request, world) => {
  const version = checkEnabled(versionOf(request, world));
  const { place, algorithm } = materialOf(world, version);
  if (algorithm?.purpose !== 'ASYMMETRIC_SIGN') throw wrongPurpose(version.name, version.algorithm);
  const signature = signatureOf(place, algorithm, messageOf(bodyOf(request)));
  if (typeof signature === 'string')
    return googleError(400, `Algorithm ${version.algorithm} signs ${signature}.`);
  const { name, protectionLevel } = version;
  return {
    json: {
      name,
      signature: signature.toString('base64'),
      protectionLevel,
      ...unverified('Digest', 'Data'),
    },
  };
};

const asymmetricDecrypt: Handler = (request, world) => {
  const version = checkEnabled(versionOf(request, world));
  const { place, algorithm } = materialOf(world, version);
  if (algorithm?.kind !== 'oaep') throw wrongPurpose(version.name, version.algorithm);
  const plaintext = oaepDecrypted(place, algorithm, bytesOf(bodyOf(request).ciphertext, 'ciphertext'));
  if (plaintext === undefined) return googleError(400, 'Decryption failed: the ciphertext is invalid.');
  const { protectionLevel } = version;
  return { json: { plaintext: plaintext.toString('base64'), protectionLevel, ...unverified('Ciphertext') } };
};

const publicKey: Handler = (request, world) => {
  const version = checkEnabled(versionOf(request, world));
  const { place, algorithm } = materialOf(world, version);
  if (algorithm === undefined || !algorithm.purpose.startsWith('ASYMMETRIC'))
    throw wrongPurpose(version.name, version.algorithm);
  const { name, protectionLevel } = version;
  return {
    json: { name, pem: publicPemOf(place, algorithm), algorithm: version.algorithm, protectionLevel },
  };
};

function macFor(request: FakeRequest, world: KmsWorld) {
  const version = checkEnabled(versionOf(request, world));
  const { place, algorithm } = materialOf(world, version);
  if (algorithm?.kind !== 'mac') throw wrongPurpose(version.name, version.algorithm);
  const body = bodyOf(request);
  return { version, body, mac: macOf(place, algorithm.digest, limited(body.data, 'data')) };
}

const macSign: Handler = (request, world) => {
  const { version, mac } = macFor(request, world);
  const { name, protectionLevel } = version;
  return { json: { name, mac: mac.toString('base64'), protectionLevel, ...unverified('Data') } };
};

const macVerify: Handler = (request, world) => {
  const { version, body, mac } = macFor(request, world);
  const given = bytesOf(body.mac, 'mac');
  const success = given.length === mac.length && timingSafeEqual(given, mac);
  const { name, protectionLevel } = version;
  return {
    json: { name, success, verifiedSuccessIntegrity: success, protectionLevel, ...unverified('Data', 'Mac') },
  };
};

const random: Handler = (request) => {
  const { lengthBytes, protectionLevel } = bodyOf(request);
  const length = Number(lengthBytes ?? 0);
  if (!Number.isInteger(length) || length < 8 || length > 1_024)
    return googleError(400, 'length_bytes must be between 8 and 1024.');
  if (protectionLevel !== 'HSM') return googleError(400, 'protection_level must be HSM.');
  return { json: { data: randomBytes(length).toString('base64') } };
};

const key = '/v1/projects/:project/locations/:location/keyRings/:ring/cryptoKeys/:key';
const version = `${key}/cryptoKeyVersions/:version`;

export const useRoutes: GoogleRoutes<KmsWorld> = {
  [`POST ${key}:encrypt`]: sealing(primaryOf),
  [`POST ${version}:encrypt`]: sealing(versionOf),
  [`POST ${key}:decrypt`]: decrypt,
  [`POST ${version}:asymmetricSign`]: asymmetricSign,
  [`POST ${version}:asymmetricDecrypt`]: asymmetricDecrypt,
  [`GET ${version}/publicKey`]: publicKey,
  [`POST ${version}:macSign`]: macSign,
  [`POST ${version}:macVerify`]: macVerify,
  'POST /v1/projects/:project/locations/:location:generateRandomBytes': random,
};
