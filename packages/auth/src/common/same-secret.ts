import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@im/core';

/** Of this process alone, so that nobody can prepare inputs whose digests begin alike. */
const key = randomBytes(32);

/**
 * Whether two secrets are the same, in a time that tells neither where they differ nor how long the expected one is. Every comparison of a token,
 * code, MAC or password hash in this package goes through it.
 */
export function isSameSecret(
  given: string | Uint8Array | Secret,
  expected: string | Uint8Array | Secret,
): boolean {
  return timingSafeEqual(mac(given), mac(expected));
}

function mac(value: string | Uint8Array | Secret): Buffer {
  const bytes = typeof value === 'string' || value instanceof Uint8Array ? value : value.reveal();
  return createHmac('sha256', key).update(bytes).digest();
}
