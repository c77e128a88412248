/** What keys of the fake can do: real cryptography of `node:crypto`, so that results verify elsewhere. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import {
  type Curve,
  type DigestName,
  signEcdsa,
  signPkcs1,
  signPss,
  verifyEcdsa,
  verifyPkcs1,
  verifyPss,
} from './prehashed.ts';

/** How a key is made. */
export interface KeyShape {
  /** Without `-HSM`. */
  readonly type: 'RSA' | 'EC' | 'oct';
  readonly size: number;
  /** By the vendor's name. */
  readonly curve: string;
}

const curves: Readonly<Record<string, Curve>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  'P-256K': 'secp256k1',
};

/** RSA keys take long to make: those of a process share them, by the id of their version. */
const made = new Map<string, KeyObject>();

/** The private or symmetric key of a version, made when it is first needed. */
export function materialFor(id: string, shape: KeyShape): KeyObject {
  const place = JSON.stringify([id, shape]);
  let key = made.get(place);
  if (key === undefined) {
    key = newMaterial(place, shape);
    made.set(place, key);
  }
  return key;
}

function newMaterial(place: string, { type, size, curve }: KeyShape): KeyObject {
  if (type === 'RSA') return generateKeyPairSync('rsa', { modulusLength: size }).privateKey;
  if (type === 'EC')
    return generateKeyPairSync('ec', { namedCurve: curves[curve] ?? 'prime256v1' }).privateKey;
  const bytes = createHash('sha256').update(place).digest();
  return createSecretKey(bytes.subarray(0, size / 8));
}

/** A key that was brought in as a JWK; `undefined` where it is none. */
export function importedMaterial(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  const kty = String(jwk.kty).replace(/-HSM$/, '');
  try {
    if (kty === 'oct') return createSecretKey(Buffer.from(String(jwk.k), 'base64url'));
    const crv = jwk.crv === 'P-256K' ? 'secp256k1' : jwk.crv;
    return createPrivateKey({ key: { ...jwk, kty, crv } as JsonWebKey, format: 'jwk' });
  } catch {
    // Not a private key: the caller answers as the vendor does.
    return undefined;
  }
}

/** The public half in the vendor's spelling. */
export function publicMembers(key: KeyObject): Readonly<Record<string, string>> {
  if (key.type === 'secret') return {};
  const { n, e, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const members = { n, e, crv: crv === 'secp256k1' ? 'P-256K' : crv, x, y };
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 | RFC 7518 §3.1} */
function signatureRule(algorithm: string) {
  const [, family, bits, suffix] = /^(RS|PS|ES)(256|384|512)(K?)$/.exec(algorithm) ?? [];
  if (family === undefined || (suffix === 'K' && algorithm !== 'ES256K')) return undefined;
  const curve = suffix === 'K' ? 'P-256K' : { 256: 'P-256', 384: 'P-384', 512: 'P-521' }[bits ?? ''];
  return { family, digest: `sha${bits}` as DigestName, curve: curves[curve ?? ''] };
}

/** A refusal, in words for the vendor's message. */
export class CryptoRefusal extends Error {}

function ruleFor(key: KeyObject, algorithm: string, digest: Buffer) {
  const rule = signatureRule(algorithm);
  const isFit = rule !== undefined && (rule.family === 'ES') === (key.asymmetricKeyType === 'ec');
  if (!isFit || key.type === 'secret')
    throw new CryptoRefusal(`Key and signing algorithm are incompatible. ${algorithm}`);
  if (rule.family === 'ES' && key.asymmetricKeyDetails?.namedCurve !== rule.curve)
    throw new CryptoRefusal(`Key and signing algorithm are incompatible. ${algorithm}`);
  if (digest.length !== Number(rule.digest.slice(3)) / 8)
    throw new CryptoRefusal(`Invalid length of 'value': ${digest.length} bytes.`);
  return rule;
}

export function signDigest(key: KeyObject, algorithm: string, digest: Buffer): Buffer {
  const { family, digest: name, curve } = ruleFor(key, algorithm, digest);
  if (family === 'RS') return signPkcs1(key, name, digest);
  if (family === 'PS') return signPss(key, name, digest);
  return signEcdsa(key, curve as Curve, digest);
}

export function verifyDigest(key: KeyObject, algorithm: string, digest: Buffer, signature: Buffer): boolean {
  const { family, digest: name, curve } = ruleFor(key, algorithm, digest);
  const open = createPublicKey(key);
  if (family === 'RS') return verifyPkcs1(open, name, digest, signature);
  if (family === 'PS') return verifyPss(open, name, digest, signature);
  return verifyEcdsa(key, curve as Curve, digest, signature);
}

/** What encryption takes and gives, by the vendor's names. */
export interface Cipher {
  readonly value: Buffer;
  readonly iv?: Buffer | undefined;
  readonly aad?: Buffer | undefined;
  readonly tag?: Buffer | undefined;
}

const paddings: Readonly<Record<string, { padding: number; oaepHash?: string }>> = {
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
  'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
};

/** RFC 3394's initial value. */
const wrapIv = Buffer.alloc(8, 0xa6);

function aesMode(key: KeyObject, algorithm: string): 'GCM' | 'CBC' | 'CBCPAD' | 'KW' {
  const [, bits, mode] = /^A(128|192|256)(GCM|CBC|CBCPAD|KW)$/.exec(algorithm) ?? [];
  if (key.type !== 'secret' || key.symmetricKeySize !== Number(bits) / 8)
    throw new CryptoRefusal(`Key and algorithm are incompatible. ${algorithm}`);
  return mode as 'GCM' | 'CBC' | 'CBCPAD' | 'KW';
}

export function encryptValue(key: KeyObject, algorithm: string, { value, iv, aad }: Cipher): Cipher {
  const padding = paddings[algorithm];
  try {
    if (padding !== undefined && key.asymmetricKeyType === 'rsa')
      return { value: publicEncrypt({ key: createPublicKey(key), ...padding }, value) };
    const mode = aesMode(key, algorithm);
    const size = (key.symmetricKeySize ?? 0) * 8;
    if (mode === 'GCM') {
      const nonce = randomBytes(12);
      const cipher = createCipheriv(`aes-${size}-gcm` as 'aes-256-gcm', key, nonce).setAAD(
        aad ?? Buffer.alloc(0),
      );
      const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
      return { value: sealed, iv: nonce, aad, tag: cipher.getAuthTag() };
    }
    const cipher =
      mode === 'KW'
        ? createCipheriv(`id-aes${size}-wrap`, key, wrapIv)
        : createCipheriv(`aes-${size}-cbc`, key, iv ?? null).setAutoPadding(mode === 'CBCPAD');
    return { value: Buffer.concat([cipher.update(value), cipher.final()]), iv };
  } catch (error) {
    throw refusal(error);
  }
}

export function decryptValue(key: KeyObject, algorithm: string, { value, iv, aad, tag }: Cipher): Cipher {
  const padding = paddings[algorithm];
  try {
    if (padding !== undefined && key.asymmetricKeyType === 'rsa')
      return { value: privateDecrypt({ key, ...padding }, value) };
    const mode = aesMode(key, algorithm);
    const size = (key.symmetricKeySize ?? 0) * 8;
    if (mode === 'GCM') {
      const decipher = createDecipheriv(`aes-${size}-gcm` as 'aes-256-gcm', key, iv ?? Buffer.alloc(0))
        .setAAD(aad ?? Buffer.alloc(0))
        .setAuthTag(tag ?? Buffer.alloc(16));
      return { value: Buffer.concat([decipher.update(value), decipher.final()]) };
    }
    const decipher =
      mode === 'KW'
        ? createDecipheriv(`id-aes${size}-wrap`, key, wrapIv)
        : createDecipheriv(`aes-${size}-cbc`, key, iv ?? null).setAutoPadding(mode === 'CBCPAD');
    return { value: Buffer.concat([decipher.update(value), decipher.final()]) };
  } catch (error) {
    throw refusal(error);
  }
}

/** OpenSSL's errors say nothing that the vendor would. */
function refusal(error: unknown): CryptoRefusal {
  return error instanceof CryptoRefusal ? error : new CryptoRefusal('The parameter is incorrect.');
}
