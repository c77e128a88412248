/**
 * Signatures over digests, as Key Vault makes and verifies them. `node:crypto` signs data only, which it digests itself; what is
 * missing is put together here from its raw operations, so that what the fake signs verifies with any library.
 */
import {
  constants,
  createECDH,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from 'node:crypto';

/** Names of digests as `node:crypto` has them. */
export type DigestName = 'sha256' | 'sha384' | 'sha512';

/** DER in front of a digest: https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const digestInfo: Readonly<Record<DigestName, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

const pkcs1Block = (name: DigestName, digest: Buffer) =>
  Buffer.concat([Buffer.from(digestInfo[name], 'hex'), digest]);

/** RSASSA-PKCS1-v1_5. */
export function signPkcs1(key: KeyObject, name: DigestName, digest: Buffer): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, pkcs1Block(name, digest));
}

export function verifyPkcs1(key: KeyObject, name: DigestName, digest: Buffer, signature: Buffer): boolean {
  const block = opened(key, constants.RSA_PKCS1_PADDING, signature);
  return block?.equals(pkcs1Block(name, digest)) ?? false;
}

/** RSASSA-PSS with a salt as long as the digest: https://www.rfc-editor.org/rfc/rfc8017#section-9.1 */
export function signPss(key: KeyObject, name: DigestName, digest: Buffer): Buffer {
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const salt = randomBytes(digest.length);
  const hash = saltedHash(name, digest, salt);
  const block = Buffer.concat([Buffer.alloc(length - salt.length - hash.length - 2), Buffer.of(1), salt]);
  const encoded = Buffer.concat([masked(block, hash, name), hash, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

export function verifyPss(key: KeyObject, name: DigestName, digest: Buffer, signature: Buffer): boolean {
  const encoded = opened(key, constants.RSA_NO_PADDING, signature);
  if (encoded?.at(-1) !== 0xbc) return false;
  const hash = encoded.subarray(-1 - digest.length, -1);
  const block = masked(encoded.subarray(0, -1 - digest.length), hash, name);
  const salt = block.subarray(-digest.length);
  const isPadded = block.subarray(0, -1 - digest.length).every((byte) => byte === 0);
  return isPadded && block.at(-1 - digest.length) === 1 && saltedHash(name, digest, salt).equals(hash);
}

/** What a signature holds; `undefined` where it was not made with this key. */
function opened(key: KeyObject, padding: number, signature: Buffer): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    // OpenSSL's error for a number that is too large, or padding that is not there.
    return undefined;
  }
}

function saltedHash(name: DigestName, digest: Buffer, salt: Buffer): Buffer {
  return createHash(name)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest();
}

/** Block and mask, one over the other; the first bit is cleared, since a key of 8 n bits has a number of one bit less. */
function masked(block: Buffer, seed: Buffer, name: DigestName): Buffer {
  const mask = maskOf(seed, block.length, name);
  const result = Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  result[0] = (result[0] ?? 0) & 0x7f;
  return result;
}

/** MGF1: https://www.rfc-editor.org/rfc/rfc8017#appendix-B.2.1 */
function maskOf(seed: Buffer, length: number, name: DigestName): Buffer {
  const parts: Buffer[] = [];
  for (let counter = 0, size = 0; size < length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const part = createHash(name)
      .update(Buffer.concat([seed, count]))
      .digest();
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts, length);
}

/** Curves by OpenSSL's name: length of a number in bytes, and the order of the base point. https://www.secg.org/sec2-v2.pdf */
const curves = {
  prime256v1: [32, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  secp384r1: [
    48,
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ],
  secp521r1: [
    66,
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  ],
  secp256k1: [32, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n],
} as const;

/** A curve that the fake signs with. */
export type Curve = keyof typeof curves;

/** ECDSA, its two numbers side by side: https://www.secg.org/sec1-v2.pdf, section 4.1.3. */
export function signEcdsa(key: KeyObject, curve: Curve, digest: Buffer): Buffer {
  const [bytes, order] = curves[curve];
  const secret = secretOf(key);
  const hashed = toNumber(digest.subarray(0, bytes));
  for (;;) {
    const nonce = (toNumber(randomBytes(bytes + 8)) % (order - 1n)) + 1n;
    const r = pointOf(curve, nonce) % order;
    const s = (inverse(nonce, order) * (hashed + r * secret)) % order;
    if (r !== 0n && s !== 0n) return Buffer.concat([toBytes(r, bytes), toBytes(s, bytes)]);
  }
}

/** Verifies with the private key, which the fake has: the nonce follows from the signature, and the nonce's point from that. */
export function verifyEcdsa(key: KeyObject, curve: Curve, digest: Buffer, signature: Buffer): boolean {
  const [bytes, order] = curves[curve];
  if (signature.length !== 2 * bytes) return false;
  const r = toNumber(signature.subarray(0, bytes));
  const s = toNumber(signature.subarray(bytes));
  if (r === 0n || r >= order || s === 0n || s >= order) return false;
  const hashed = toNumber(digest.subarray(0, bytes));
  const nonce = (inverse(s, order) * (hashed + r * secretOf(key))) % order;
  return nonce !== 0n && pointOf(curve, nonce) % order === r;
}

function secretOf(key: KeyObject): bigint {
  return toNumber(Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url'));
}

/** First coordinate of the base point times `factor`, by Diffie-Hellman's key generation. */
function pointOf(curve: Curve, factor: bigint): bigint {
  const [bytes] = curves[curve];
  const point = createECDH(curve);
  point.setPrivateKey(toBytes(factor, bytes));
  return toNumber(point.getPublicKey().subarray(1, 1 + bytes));
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function toBytes(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex');
}

/** By Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [before, after] = [modulus, value % modulus];
  let [x, y] = [0n, 1n];
  while (after !== 0n) {
    const quotient = before / after;
    [before, after] = [after, before - quotient * after];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
