/** The secret half of a refresh token: how it is made, told from one that somebody made up, and how it keeps its successor. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';

const chanceBytes = 24;
const markBytes = 8;

/** 192 bits of chance, and behind them a mark that only the family's key makes. */
export function newSecret(familyKey: string, random: RandomBytes): string {
  const chance = random(chanceBytes);
  return Buffer.concat([chance, markOf(chance, familyKey)]).toString('base64url');
}

/** Whether it was issued in this family at some time. */
export function wasIssued(secret: string, familyKey: string): boolean {
  const bytes = Buffer.from(secret, 'base64url');
  return isSameSecret(bytes.subarray(chanceBytes), markOf(bytes.subarray(0, chanceBytes), familyKey));
}

function markOf(chance: Uint8Array, familyKey: string): Uint8Array {
  return createHmac('sha256', familyKey).update(chance).digest().subarray(0, markBytes);
}

/** A key that only who has the old token can make. */
function keyOf(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'im/auth/refresh-successor', 32));
}

/** The text, for whoever has the secret. */
export function sealBy(secret: string, text: string, random: RandomBytes): string {
  const nonce = random(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** What {@link sealBy} made. */
export function openBy(secret: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
}
