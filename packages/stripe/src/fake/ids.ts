/** Ids and secrets that look like Stripe's, the same for the same seed. */
import { createHash } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** So many letters and digits, by what they are made of. They begin with a letter, so that no card number is found in them. */
export function word(length: number, ...from: readonly (string | number)[]): string {
  const digest = createHash('sha512').update(JSON.stringify(from)).digest();
  return Array.from({ length }, (_, index) => {
    const byte = digest[index % digest.length] ?? 0;
    // Every third is a letter: no run of digits is long.
    return index % 3 === 0 ? letters[byte % 52] : letters[byte % 62];
  }).join('');
}

/** The id of the `number`th object of a kind in an account. */
export function idOf(account: string, prefix: string, number: number): string {
  return `${prefix}_${word(24, account, prefix, number)}`;
}
