/**
 * ECDSA over a hash that is given, which `node:crypto` does not do: it always hashes itself. Slow and open to timing, which
 * does not matter in a fake. FIPS 186-5 §6.4; a curve is y² = x³ + ax + b over the integers modulo p, with a point G of order n.
 */
import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';

type Point = readonly [x: bigint, y: bigint] | undefined;

interface Curve {
  readonly p: bigint;
  readonly a: bigint;
  readonly n: bigint;
  readonly g: Point;
  readonly bits: number;
}

/** SEC 2 §2: https://www.secg.org/sec2-v2.pdf */
const curves: Readonly<Record<string, Curve>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    a: -3n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    g: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    ],
    bits: 256,
  },
};

/** Signs a hash. @returns DER, as `node:crypto` verifies it; `undefined` for a curve that is not known here */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Uint8Array | undefined {
  const { crv = '', d = '' } = privateKey.export({ format: 'jwk' });
  const curve = curves[crv];
  if (curve === undefined) return undefined;
  const { n, g } = curve;
  const z = truncated(digest, curve);
  for (;;) {
    const k = mod(toInteger(randomBytes(curve.bits / 8 + 8)), n - 1n) + 1n;
    const point = multiply(g, k, curve);
    const r = point === undefined ? 0n : mod(point[0], n);
    const s = mod(inverse(k, n) * (z + r * toInteger(Buffer.from(d, 'base64url'))), n);
    if (r !== 0n && s !== 0n) return der(r, s);
  }
}

/** Whether a signature is that of a hash; `undefined` for a curve that is not known here. */
export function verifyDigest(
  privateKey: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const { crv = '', x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const curve = curves[crv];
  if (curve === undefined) return undefined;
  const pair = readDer(signature);
  const { n, g } = curve;
  if (pair === undefined || pair.some((part) => part <= 0n || part >= n)) return false;
  const [r, s] = pair;
  const w = inverse(s, n);
  const q: Point = [toInteger(Buffer.from(x, 'base64url')), toInteger(Buffer.from(y, 'base64url'))];
  const sum = add(
    multiply(g, mod(truncated(digest, curve) * w, n), curve),
    multiply(q, mod(r * w, n), curve),
    curve,
  );
  return sum !== undefined && mod(sum[0], n) === r;
}

function add(one: Point, other: Point, { p, a }: Curve): Point {
  if (one === undefined) return other;
  if (other === undefined) return one;
  const [[x1, y1], [x2, y2]] = [one, other];
  if (x1 === x2 && mod(y1 + y2, p) === 0n) return undefined;
  const slope = x1 === x2 ? (3n * x1 * x1 + a) * inverse(2n * y1, p) : (y2 - y1) * inverse(x2 - x1, p);
  const x = mod(slope * slope - x1 - x2, p);
  return [x, mod(slope * (x1 - x) - y1, p)];
}

function multiply(point: Point, times: bigint, curve: Curve): Point {
  let result: Point;
  let doubled = point;
  for (let left = times; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = add(result, doubled, curve);
    doubled = add(doubled, doubled, curve);
  }
  return result;
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR] = [modulus, mod(value, modulus)];
  let [t, nextT] = [0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return mod(t, modulus);
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function truncated(digest: Uint8Array, { bits }: Curve): bigint {
  return toInteger(digest.subarray(0, bits / 8));
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

/** `SEQUENCE { r INTEGER, s INTEGER }`: RFC 3279 §2.2.3 */
function der(r: bigint, s: bigint): Uint8Array {
  const integers = [r, s].map((value) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
    return Buffer.concat([Uint8Array.of(2, positive.length), positive]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Uint8Array.of(0x30, content.length), content]);
}

function readDer(signature: Uint8Array): readonly [bigint, bigint] | undefined {
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2) return undefined;
  const lengthR = signature[3] ?? 0;
  const r = signature.subarray(4, 4 + lengthR);
  const lengthS = signature[5 + lengthR] ?? 0;
  const s = signature.subarray(6 + lengthR);
  return s.length === lengthS ? [toInteger(r), toInteger(s)] : undefined;
}
