/** What key versions of the fake can do: real cryptography of `node:crypto`, so that results verify elsewhere. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { type Curve, type DigestName, signEcdsa, signPkcs1, signPss } from './prehashed.ts';

/** Which key version of which account; secret keys follow from it, so that they are the same in every fake. */
export interface KeyPlace {
  readonly tenant: string;
  /** Whole name of the version. */
  readonly name: string;
}

/** One of the vendor's algorithms. */
export type Algorithm =
  | { readonly kind: 'symmetric'; readonly purpose: 'ENCRYPT_DECRYPT' }
  | { readonly kind: 'mac'; readonly purpose: 'MAC'; readonly digest: string }
  | {
      readonly kind: 'oaep';
      readonly purpose: 'ASYMMETRIC_DECRYPT';
      readonly bits: number;
      readonly digest: string;
    }
  | RsaSigning<'pss'>
  | RsaSigning<'pkcs1'>
  | { readonly kind: 'raw'; readonly purpose: 'ASYMMETRIC_SIGN'; readonly bits: number }
  | {
      readonly kind: 'ecdsa';
      readonly purpose: 'ASYMMETRIC_SIGN';
      readonly curve: Curve;
      readonly digest: DigestName;
    }
  | { readonly kind: 'ed25519'; readonly purpose: 'ASYMMETRIC_SIGN' };

interface RsaSigning<Kind> {
  readonly kind: Kind;
  readonly purpose: 'ASYMMETRIC_SIGN';
  readonly bits: number;
  readonly digest: DigestName;
}

const curves: Readonly<Record<string, Curve>> = {
  P256: 'prime256v1',
  P384: 'secp384r1',
  SECP256K1: 'secp256k1',
};

/**
 * An algorithm by the vendor's name: https://cloud.google.com/kms/docs/algorithms
 *
 * @returns `undefined` for those that the fake does not know, post-quantum ones among them
 */
export function algorithmOf(name: string): Algorithm | undefined {
  if (name === 'GOOGLE_SYMMETRIC_ENCRYPTION') return { kind: 'symmetric', purpose: 'ENCRYPT_DECRYPT' };
  if (name === 'EC_SIGN_ED25519') return { kind: 'ed25519', purpose: 'ASYMMETRIC_SIGN' };
  const [, mac] = /^HMAC_(SHA(?:1|224|256|384|512))$/.exec(name) ?? [];
  if (mac !== undefined) return { kind: 'mac', purpose: 'MAC', digest: mac.toLowerCase() };
  const [, oaepBits, oaep] = /^RSA_DECRYPT_OAEP_(\d+)_(SHA(?:1|256|512))$/.exec(name) ?? [];
  if (oaep !== undefined)
    return {
      kind: 'oaep',
      purpose: 'ASYMMETRIC_DECRYPT',
      bits: Number(oaepBits),
      digest: oaep.toLowerCase(),
    };
  const [, rawBits] = /^RSA_SIGN_RAW_PKCS1_(\d+)$/.exec(name) ?? [];
  if (rawBits !== undefined) return { kind: 'raw', purpose: 'ASYMMETRIC_SIGN', bits: Number(rawBits) };
  const [, rsa, bits, digest] = /^RSA_SIGN_(PSS|PKCS1)_(\d+)_(SHA(?:256|512))$/.exec(name) ?? [];
  if (rsa !== undefined)
    return {
      kind: rsa === 'PSS' ? 'pss' : 'pkcs1',
      purpose: 'ASYMMETRIC_SIGN',
      bits: Number(bits),
      digest: digest?.toLowerCase() as DigestName,
    };
  const [, curve = '', hash] = /^EC_SIGN_(P256|P384|SECP256K1)_(SHA256|SHA384)$/.exec(name) ?? [];
  if (curves[curve] === undefined) return undefined;
  return {
    kind: 'ecdsa',
    purpose: 'ASYMMETRIC_SIGN',
    curve: curves[curve],
    digest: hash?.toLowerCase() as DigestName,
  };
}

function secretOf({ tenant, name }: KeyPlace): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(['key material of a fake', tenant, name]))
    .digest();
}

const header = Buffer.from('im-fake-kms:');

/** AES-256-GCM, with the number of the version in front: as the vendor's, a ciphertext says which version decrypts it. */
export function seal(place: KeyPlace, plaintext: Uint8Array, additionalData: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(Number(place.name.slice(place.name.lastIndexOf('/') + 1)));
  const cipher = createCipheriv('aes-256-gcm', secretOf(place), nonce).setAAD(additionalData);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, version, nonce, cipher.getAuthTag(), body]);
}

/** Number of the version that sealed it; `undefined` for what was never sealed by a fake. */
export function sealedBy(ciphertext: Buffer): number | undefined {
  const isSealed = ciphertext.length >= 44 && ciphertext.subarray(0, 12).equals(header);
  return isSealed ? ciphertext.readUInt32BE(12) : undefined;
}

/** @returns `undefined` where key, additional data or ciphertext are not those of {@link seal} */
export function unseal(place: KeyPlace, ciphertext: Buffer, additionalData: Uint8Array): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', secretOf(place), ciphertext.subarray(16, 28))
    .setAAD(additionalData)
    .setAuthTag(ciphertext.subarray(28, 44));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(44)), decipher.final()]);
  } catch {
    // Node's error for a tag that does not fit.
    return undefined;
  }
}

/** HMAC of the data. */
export function macOf(place: KeyPlace, digest: string, data: Uint8Array): Buffer {
  return createHmac(digest, secretOf(place)).update(data).digest();
}

/** RSA keys take seconds to make: those of a process share them, by place. */
const privateKeys = new Map<string, KeyObject>();

/** The private key of a version, made when it is first needed. */
export function privateKeyOf(place: KeyPlace, algorithm: Algorithm): KeyObject {
  const id = JSON.stringify([place.tenant, place.name, algorithm]);
  const known = privateKeys.get(id) ?? newPrivateKey(algorithm);
  privateKeys.set(id, known);
  return known;
}

function newPrivateKey(algorithm: Algorithm): KeyObject {
  if (algorithm.kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (algorithm.kind === 'ecdsa')
    return generateKeyPairSync('ec', { namedCurve: algorithm.curve }).privateKey;
  const modulusLength = 'bits' in algorithm ? algorithm.bits : 2_048;
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
}

/** SubjectPublicKeyInfo as PEM. */
export function publicPemOf(place: KeyPlace, algorithm: Algorithm): string {
  return createPublicKey(privateKeyOf(place, algorithm)).export({ type: 'spki', format: 'pem' }).toString();
}

/** What is signed: a digest under its name, or data. */
export type Message = { readonly name: DigestName; readonly digest: Buffer } | { readonly data: Buffer };

/** @returns the signature, or what the algorithm wants instead */
export function signatureOf(place: KeyPlace, algorithm: Algorithm, message: Message): Buffer | string {
  const key = () => privateKeyOf(place, algorithm);
  switch (algorithm.kind) {
    case 'ed25519':
      return 'data' in message ? sign(null, message.data, key()) : 'data';
    case 'raw':
      if (!('data' in message)) return 'data';
      return privateEncrypt({ key: key(), padding: constants.RSA_PKCS1_PADDING }, message.data);
    case 'pss':
    case 'pkcs1':
    case 'ecdsa': {
      const { digest: name } = algorithm;
      const digest = 'data' in message ? createHash(name).update(message.data).digest() : message.digest;
      if (!('data' in message) && message.name !== name) return `a ${name} digest`;
      if (algorithm.kind === 'pss') return signPss(key(), name, digest);
      if (algorithm.kind === 'pkcs1') return signPkcs1(key(), name, digest);
      return signEcdsa(key(), algorithm.curve, digest);
    }
    default:
      return 'a key for signing';
  }
}

/** @returns the plaintext; `undefined` where it was not encrypted with the public key */
export function oaepDecrypted(
  place: KeyPlace,
  algorithm: Algorithm & { readonly kind: 'oaep' },
  ciphertext: Buffer,
): Buffer | undefined {
  const key = privateKeyOf(place, algorithm);
  try {
    return privateDecrypt(
      { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: algorithm.digest },
      ciphertext,
    );
  } catch {
    // OpenSSL's error for what it cannot take apart.
    return undefined;
  }
}
