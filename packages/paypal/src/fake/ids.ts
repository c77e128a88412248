/** Ids that look like PayPal's, made of what they are for: the same seed gives the same ids. */
import { createHash } from 'node:crypto';

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const payerLetters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function numbers(parts: readonly unknown[]): Uint8Array {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** 17 characters, `5PD83417LT394715B`: never a long run of digits, so that none looks like a card. */
export function transactionId(...parts: readonly unknown[]): string {
  const bytes = numbers(parts);
  const digit = (at: number) => String((bytes[at] ?? 0) % 10);
  const letter = (at: number) => letters[(bytes[at] ?? 0) % letters.length] ?? 'A';
  return [...'dlldddddlldddddld'].map((kind, at) => (kind === 'd' ? digit(at) : letter(at))).join('');
}

/** 13 characters of the payer id's alphabet. */
export function payerId(...parts: readonly unknown[]): string {
  return [...numbers(parts).subarray(0, 13)].map((byte) => payerLetters[byte % payerLetters.length]).join('');
}

/** Letters and digits, so many. */
export function word(length: number, ...parts: readonly unknown[]): string {
  return createHash('sha512')
    .update(JSON.stringify(parts))
    .digest('base64url')
    .replace(/[-_]/g, 'x')
    .slice(0, length);
}

/** `8f14e45f-ceea-467f-9d23-1f6a2c1c7b6e` */
export function uuid(...parts: readonly unknown[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
