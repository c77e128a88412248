/** The conditions that all schemes share; their numbers are those of `delivery.ts`. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, StateStore } from '@im/core';
import { WebhookError, type WebhookHeaders, type WebhookRefusal, type WebhookSettings } from './delivery.ts';

/** How far a signed time may be from ours, unless told otherwise. */
export const defaultToleranceSeconds = 300;
/** Bytes of a signature. */
export const signatureBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** The secrets as keys; an empty one is none. */
export function keysOf(
  secrets: WebhookSettings['secrets'],
  toKey: (secret: string) => Uint8Array,
): readonly Uint8Array[] {
  return secrets
    .map((secret) => (typeof secret === 'string' ? secret : secret.reveal()))
    .filter((secret) => secret !== '')
    .map(toKey)
    .filter((key) => key.byteLength > 0);
}

/** The HMAC over the parts, one after the other. */
export function hmac(key: Uint8Array, algorithm: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** Condition 3: compares all with all, without ending early. */
export function matches(
  keys: readonly Uint8Array[],
  algorithm: string,
  signed: readonly (string | Uint8Array)[],
  given: readonly Uint8Array[],
): boolean {
  let found = false;
  for (const key of keys) {
    const expected = hmac(key, algorithm, signed);
    for (const signature of given) {
      if (signature.byteLength === expected.byteLength && timingSafeEqual(signature, expected)) found = true;
    }
  }
  return found;
}

const shapes = {
  hex: /^(?:[\da-fA-F]{2})+$/,
  base64: /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/,
};

/** Strictly: Node itself skips what it does not know, and would take many spellings for one signature. */
export function decode(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  return shapes[encoding].test(text) ? Buffer.from(text, encoding) : undefined;
}

/** The header's only value: condition 2. @throws WebhookError */
export function single(
  headers: WebhookHeaders,
  name: string,
  missing: WebhookRefusal,
  several: WebhookRefusal,
): string {
  const wanted = name.toLowerCase();
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const values = entries.flatMap(([key, value]) =>
    key.toLowerCase() === wanted && value !== undefined ? value : [],
  );
  const [value] = values;
  if (value === undefined || value === '') throw new WebhookError(missing);
  if (values.length > 1) throw new WebhookError(several);
  return value;
}

/** Condition 4. @returns the time in milliseconds. @throws WebhookError */
export function inWindow(time: string, toleranceSeconds: number, clock: Clock): number {
  if (!/^\d{1,12}$/.test(time)) throw new WebhookError('no_timestamp');
  const signedAt = Number(time) * 1_000;
  if (Math.abs(Math.floor(clock.now() / 1_000) - Number(time)) > toleranceSeconds) {
    throw new WebhookError('outside_time_window');
  }
  return signedAt;
}

/** Condition 5. @throws WebhookError */
export async function once(
  replays: StateStore | undefined,
  id: string | undefined,
  ttlMs: number,
): Promise<void> {
  if (replays === undefined) return;
  if (!id) throw new WebhookError('no_id');
  const written = await replays.compareAndSet(`webhook/${id}`, undefined, '1', { ttlMs });
  if (written === undefined) throw new WebhookError('replayed');
}
