/**
 * Signatures over a digest that somebody else made. `node:crypto` signs data only, which it digests itself; what is missing is put
 * together here from its raw operations, so that what the fake signs verifies with any library.
 */
import { constants, createECDH, createHash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto';

/** Digests by the vendor's field. */
export type DigestName = 'sha256' | 'sha384' | 'sha512';

/** DER in front of a digest: https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const digestInfo: Readonly<Record<DigestName, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** RSASSA-PKCS1-v1_5. */
export function signPkcs1(key: KeyObject, name: DigestName, digest: Buffer): Buffer {
  const info = Buffer.concat([Buffer.from(digestInfo[name], 'hex'), digest]);
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info);
}

/** RSASSA-PSS with a salt as long as the digest: https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1 */
export function signPss(key: KeyObject, name: DigestName, digest: Buffer): Buffer {
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const salt = randomBytes(digest.length);
  const hash = createHash(name)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest();
  const block = Buffer.concat([Buffer.alloc(length - salt.length - hash.length - 2), Buffer.of(1), salt]);
  const mask = maskOf(hash, block.length, name);
  const masked = Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  // A key of 8 n bits has a number of one bit less.
  masked[0] = (masked[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([masked, hash, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
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

/** Curves by OpenSSL's name, with the order of their base point: https://www.secg.org/sec2-v2.pdf */
const orders = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
} as const;

/** A curve that the fake signs with. */
export type Curve = keyof typeof orders;

/** ECDSA in DER: https://www.secg.org/sec1-v2.pdf, section 4.1.3. The point is computed by Diffie-Hellman's key generation. */
export function signEcdsa(key: KeyObject, curve: Curve, digest: Buffer): Buffer {
  const order = orders[curve];
  const bytes = order.toString(16).length / 2;
  const secret = toNumber(Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url'));
  const hashed = toNumber(digest.subarray(0, bytes));
  for (;;) {
    const nonce = (toNumber(randomBytes(bytes + 8)) % (order - 1n)) + 1n;
    const point = createECDH(curve);
    point.setPrivateKey(Buffer.from(nonce.toString(16).padStart(bytes * 2, '0'), 'hex'));
    const r = toNumber(point.getPublicKey().subarray(1, 1 + bytes)) % order;
    const s = (inverse(nonce, order) * (hashed + r * secret)) % order;
    if (r !== 0n && s !== 0n) return sequence(r, s);
  }
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
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

/** Two numbers as DER has them. */
function sequence(...numbers: readonly bigint[]): Buffer {
  const body = Buffer.concat(
    numbers.map((number) => {
      const hex = number.toString(16);
      const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
      const positive = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
      return Buffer.concat([Buffer.of(2, positive.length), positive]);
    }),
  );
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
