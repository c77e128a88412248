/** Chance and digests: where ids and tokens come from, and what is kept of them. */
import { createHash, randomBytes as nodeRandomBytes } from 'node:crypto';
import type { Secret } from '@im/core';

/** Gives `size` bytes that nobody can foretell. Tests inject their own. */
export type RandomBytes = (size: number) => Uint8Array;

/** The operating system's. */
export const systemRandomBytes: RandomBytes = (size) => nodeRandomBytes(size);

/** A new id or token of `size` random bytes (default 32, which is 256 bits) in base64url. */
export function randomToken(random: RandomBytes = systemRandomBytes, size = 32): string {
  return Buffer.from(random(size)).toString('base64url');
}

/**
 * SHA-256 in base64url: what is stored of a token, so that whoever reads the store cannot use it. Only for tokens of 128 random bits or more;
 * what a person chose needs a slow hash.
 */
export function digestOf(token: string | Secret): string {
  return createHash('sha256')
    .update(typeof token === 'string' ? token : token.reveal())
    .digest('base64url');
}
