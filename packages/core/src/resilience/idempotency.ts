/**
 * Idempotency keys for `keyed` operations: made once for a call, reused over its retries.
 *
 * A `reference` makes the key outlive the process. Before anything is sent, the key is written down under the
 * reference together with a fingerprint of the arguments; whoever comes with the same reference later, here or
 * elsewhere, gets that key. Two who come at the same moment race for one compare-and-set, and both use the winner's.
 */
import { type ErrorCode, IntegrationError } from '../errors.ts';
import type { CallOptions } from '../operation.ts';
import type { StateStore } from '../state.ts';

/** What is stored under a reference. */
interface KeyRecord {
  readonly key: string;
  /** SHA-256 of the arguments. */
  readonly fingerprint: string;
}

/** A new key: a random UUID, by the system's generator unless chance is injected. */
export function newIdempotencyKey(random: () => number): string {
  if (random === Math.random) return crypto.randomUUID();
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'.charAt(Math.floor(random() * 4));
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

/**
 * The key that goes with `reference`: the stored one, or a new one that is stored now.
 *
 * @throws {@link IntegrationError} `invalid_argument` when the reference was used with other arguments, or with
 * another key than the caller gives; whatever the store throws
 */
export async function referencedKey(
  state: StateStore,
  operation: string,
  options: CallOptions & { readonly reference: string },
  args: readonly unknown[],
  random: () => number,
  ttlMs: number,
): Promise<string> {
  const place = `idempotency/${operation}/${options.reference}`;
  const fingerprint = fingerprintOf(args);
  let stored = await state.get(place);
  if (stored === undefined) {
    const key = options.idempotencyKey ?? newIdempotencyKey(random);
    const value = JSON.stringify({ key, fingerprint } satisfies KeyRecord);
    if ((await state.compareAndSet(place, undefined, value, { ttlMs })) !== undefined) return key;
    stored = await state.get(place);
  }
  if (stored === undefined) throw refused('expired while it was read', 'unavailable', 'try again');
  const record: KeyRecord = JSON.parse(stored.value);
  if (record.fingerprint !== fingerprint) {
    throw refused(
      'was used before with other arguments',
      'invalid_argument',
      'use one reference for one piece of work',
    );
  }
  if (options.idempotencyKey !== undefined && options.idempotencyKey !== record.key) {
    throw refused('was used before with another key', 'invalid_argument', 'leave out the idempotency key');
  }
  return record.key;
}

const refused = (what: string, code: ErrorCode, remedy: string) =>
  new IntegrationError(`the reference ${what}`, { code, remedy });

/** `node:crypto` comes with the first reference: loading it takes as long as the whole rest of core. */
const sha256 = (data: string | Uint8Array) => process.getBuiltinModule('node:crypto').hash('sha256', data);

/** SHA-256 over the arguments in a form that does not depend on the order of keys; absent ones at the end do not count. */
export function fingerprintOf(args: readonly unknown[]): string {
  const last = args.findLastIndex((argument) => argument !== undefined);
  return sha256(JSON.stringify(args.slice(0, last + 1).map(canonical)));
}

function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: sha256(value) };
  if (value instanceof Date) return { date: value.getTime() };
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (value instanceof Map) return { map: canonical([...value]) };
  if (value instanceof Set) return { set: canonical([...value]) };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? null : value;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, canonical(inner)]));
}
