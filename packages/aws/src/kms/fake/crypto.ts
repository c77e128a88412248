/** Real cryptography behind the fake, so that what it signs verifies and what it encrypts can only be read by its key. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { signDigest, verifyDigest } from './ecdsa.ts';
import { kmsFault } from './faults.ts';

/** Key material of one key: bytes, or a pair. */
export type Material =
  | { readonly kind: 'symmetric' | 'hmac'; readonly bytes: Uint8Array }
  | { readonly kind: 'pair'; readonly privateKey: KeyObject };

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'secp256k1',
};

/** Makes the material of a key; all but RSA keys and the larger curves are the same for the same name. */
export function makeMaterial(spec: string, name: string): Material {
  const rsa = /^RSA_(\d+)$/.exec(spec)?.[1];
  if (rsa !== undefined)
    return { kind: 'pair', ...generateKeyPairSync('rsa', { modulusLength: Number(rsa) }) };
  const bytes = new Uint8Array(hkdfSync('sha256', name, '', 'key material of a fake', 32));
  if (spec === 'ECC_NIST_P256') return { kind: 'pair', privateKey: p256KeyOf(bytes) };
  const namedCurve = curves[spec];
  if (namedCurve !== undefined) return { kind: 'pair', ...generateKeyPairSync('ec', { namedCurve }) };
  return { kind: spec.startsWith('HMAC_') ? 'hmac' : 'symmetric', bytes };
}

/** The key of this private number, which is below the order of the curve but for one in 2^32. */
function p256KeyOf(d: Uint8Array): KeyObject {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', d: text(d), x: text(x), y: text(y) },
    format: 'jwk',
  });
}

/** The encryption context as bytes that are authenticated, in an order that does not depend on how it was written. */
export function contextBytes(context: Readonly<Record<string, string>>): Uint8Array {
  return Buffer.from(
    JSON.stringify(Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))),
  );
}

/** AES-256-GCM: nonce, tag, and what was encrypted. */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws `InvalidCiphertextException` when key, context or ciphertext are not those that belong together */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(context);
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    // Which of them it was is not told.
    throw kmsFault('InvalidCiphertextException', '');
  }
}

const oaepHashes: Readonly<Record<string, string>> = {
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_OAEP_SHA_256: 'sha256',
};

/** RSA-OAEP, either way. */
export function oaep(
  way: 'encrypt' | 'decrypt',
  privateKey: KeyObject,
  data: Uint8Array,
  algorithm: string,
): Uint8Array {
  const oaepHash = oaepHashes[algorithm];
  if (oaepHash === undefined)
    throw kmsFault('InvalidKeyUsageException', `${algorithm} is not an algorithm of this key.`);
  const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  try {
    return way === 'encrypt'
      ? publicEncrypt({ ...options, key: createPublicKey(privateKey) }, data)
      : privateDecrypt(options, data);
  } catch {
    throw kmsFault('InvalidCiphertextException', '');
  }
}

interface Signing {
  readonly hash: string;
  readonly options: object;
}

function signingOf(algorithm: string, key: KeyObject): Signing {
  const [, family, bits] = /^(ECDSA|RSASSA_PSS|RSASSA_PKCS1_V1_5)_SHA_(256|384|512)$/.exec(algorithm) ?? [];
  const fits = family === 'ECDSA' ? key.asymmetricKeyType === 'ec' : key.asymmetricKeyType === 'rsa';
  if (family === undefined || !fits)
    throw kmsFault('InvalidKeyUsageException', `${algorithm} is not an algorithm of this key.`);
  const padding = family === 'RSASSA_PSS' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const salt = family === 'RSASSA_PSS' ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return { hash: `sha${bits}`, options: family === 'ECDSA' ? {} : { padding, ...salt } };
}

/** Signs a message, or its hash where it is one already. */
export function signMessage(
  privateKey: KeyObject,
  { bytes, isDigest }: Message,
  algorithm: string,
): Uint8Array {
  const { hash, options } = signingOf(algorithm, privateKey);
  if (!isDigest) return sign(hash, bytes, { key: privateKey, ...options });
  const signed = algorithm.startsWith('RSASSA_PKCS1')
    ? privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, bytes))
    : signDigest(privateKey, bytes);
  return signed ?? noDigest(algorithm);
}

/** Whether a signature is that of the message. */
export function verifyMessage(
  privateKey: KeyObject,
  { bytes, isDigest }: Message,
  signature: Uint8Array,
  algorithm: string,
): boolean {
  const { hash, options } = signingOf(algorithm, privateKey);
  const publicKey = createPublicKey(privateKey);
  if (!isDigest) return verify(hash, bytes, { key: publicKey, ...options }, signature);
  if (!algorithm.startsWith('RSASSA_PKCS1'))
    return verifyDigest(privateKey, bytes, signature) ?? noDigest(algorithm);
  try {
    const info = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
    return sameBytes(info, digestInfo(hash, bytes));
  } catch {
    // What has no valid padding was signed by another key, or not at all.
    return false;
  }
}

/** What is signed. */
export interface Message {
  readonly bytes: Uint8Array;
  /** Whether it is a hash. */
  readonly isDigest: boolean;
}

/** RFC 8017 §9.2, note 1. */
const digestPrefixes: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

function digestInfo(hash: string, digest: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(digestPrefixes[hash] ?? '', 'hex'), digest]);
}

function noDigest(algorithm: string): never {
  throw kmsFault('UnsupportedOperationException', `This fake signs no hashes by ${algorithm} with this key.`);
}

/** The public half, as SubjectPublicKeyInfo. */
export function publicKeyOf(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
}

/** HMAC by AWS's name of the algorithm. */
export function macOf(bytes: Uint8Array, message: Uint8Array, algorithm: string): Uint8Array {
  const bits = /^HMAC_SHA_(224|256|384|512)$/.exec(algorithm)?.[1];
  if (bits === undefined)
    throw kmsFault('InvalidKeyUsageException', `${algorithm} is not an algorithm of this key.`);
  return createHmac(`sha${bits}`, bytes).update(message).digest();
}

/** Compares without telling where they differ. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
