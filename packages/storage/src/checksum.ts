/** Checksums, natively: OpenSSL's SHA-256 by `node:crypto`, zlib's CRC-32. */
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Checksum, ChecksumAlgorithm } from './driver.ts';

/** Takes bytes in pieces. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal. Called once. */
  value(): string;
}

const digests: Readonly<Record<ChecksumAlgorithm, () => Digest>> = {
  sha256: () => {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), value: () => hash.digest('hex') };
  },
  crc32: () => {
    let sum = 0;
    return {
      update: (bytes) => {
        sum = crc32(bytes, sum);
      },
      value: () => sum.toString(16).padStart(8, '0'),
    };
  },
};

/** The same over bytes that are all there: several times cheaper for small ones. */
const atOnce: Readonly<Record<ChecksumAlgorithm, (bytes: Uint8Array) => string>> = {
  sha256: (bytes) => hash('sha256', bytes, 'hex'),
  crc32: (bytes) => crc32(bytes).toString(16).padStart(8, '0'),
};

/** Begins a checksum over bytes in a row. */
export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  return digests[algorithm]();
}

/** Whether the algorithm is one we know. */
export function isAlgorithm(value: unknown): value is ChecksumAlgorithm {
  return typeof value === 'string' && Object.hasOwn(digests, value);
}

/** The checksum of bytes that are all there. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Checksum {
  return { algorithm, value: atOnce[algorithm](bytes) };
}

/** The checksum of an object by those of its parts, in order. */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  partBytes: number,
  values: readonly string[],
): Checksum {
  const digest = createDigest(algorithm);
  for (const value of values) digest.update(Buffer.from(value, 'hex'));
  return { algorithm, value: digest.value(), partBytes };
}

/** Follows the bytes of a whole object and gives what its checksum should be: plain, or by parts of the stated size. */
export function createVerifier({ algorithm, partBytes }: Checksum): Digest {
  if (partBytes === undefined) return createDigest(algorithm);
  const values: string[] = [];
  let part = createDigest(algorithm);
  let filled = 0;
  const endPart = () => {
    values.push(part.value());
    part = createDigest(algorithm);
    filled = 0;
  };
  return {
    update(bytes) {
      for (let start = 0; start < bytes.byteLength; ) {
        const end = Math.min(bytes.byteLength, start + partBytes - filled);
        part.update(bytes.subarray(start, end));
        filled += end - start;
        start = end;
        if (filled === partBytes) endPart();
      }
    },
    value() {
      if (filled > 0) endPart();
      return checksumOfParts(algorithm, partBytes, values).value;
    },
  };
}
