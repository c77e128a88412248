/**
 * Keys to verify with, by `kid`. A token chooses among them by name and algorithm; it can bring none, and name no place to get one from.
 *
 * A set from the application's own settings must be right in every part, and says all that is wrong. A set from elsewhere may hold keys that
 * are not for us, which are left out, but none of these, which refuse it as a whole: a private key, a shared secret, one `kid` for two keys.
 */
import { ConfigurationError, loadOptional } from '@im/core';
import type { CryptoKey, JWK } from 'jose';
import { algorithms, demandsOf, isAlgorithm, type JwtAlgorithm } from './algorithms.ts';
import { rsaFault } from './weak-keys.ts';

/** A JSON Web Key Set (RFC 7517 §5). */
export interface JsonWebKeySet {
  readonly keys: readonly JWK[];
}

/** One key, for the algorithms it may be used with. */
interface SetKey {
  readonly kid: string | undefined;
  readonly byAlgorithm: ReadonlyMap<JwtAlgorithm, CryptoKey>;
}

/** Why no key was found. */
export type NoKey = 'unknown_key' | 'ambiguous_key' | 'wrong_algorithm_for_key';

/** Keys that were checked and imported. */
export interface KeySet {
  /** The key for a token's header; without `kid`, the only one that fits (OpenID Connect Core §10.1). */
  find(algorithm: JwtAlgorithm, kid: string | undefined): CryptoKey | NoKey;
  readonly size: number;
}

/** Where keys to verify with come from. */
export interface VerificationKeys {
  /** The set that is known. Waits only where there is none yet, or it is out of date. */
  current(): KeySet | Promise<KeySet>;
  /** A newer set, for a token whose key is not in the current one. Absent: there is no other. May give the same one again. */
  renew?(): Promise<KeySet>;
}

/**
 * Keys of the application's own settings: public keys, or shared secrets (`kty: 'oct'`), not both.
 *
 * @throws {@link ConfigurationError} everything that is wrong with them, such as a shared secret shorter than its algorithm's hash
 */
export async function createKeySet(jwks: JsonWebKeySet): Promise<VerificationKeys & KeySet> {
  const { set, faults } = await readKeySet(jwks);
  if (faults.length > 0) {
    throw new ConfigurationError(
      faults.map(({ path, says }) => ({ path, says, remedy: 'replace or remove it' })),
      { subject: 'the key set' },
    );
  }
  return { ...set, current: () => set };
}

/** What is wrong with a part of a set. */
export interface KeyFault {
  readonly path: string;
  readonly says: string;
  /** Whether the whole set cannot be trusted. */
  readonly isGrave: boolean;
}

/** Checks and imports every key; those with a fault are left out. */
export async function readKeySet(
  jwks: JsonWebKeySet,
): Promise<{ readonly set: KeySet; readonly faults: readonly KeyFault[] }> {
  const faults = faultsOfSet(jwks.keys);
  const keys: SetKey[] = [];
  for (const [index, jwk] of jwks.keys.entries()) {
    const read = await importKey(jwk);
    if (typeof read === 'string') faults.push({ path: `keys[${index}]`, says: read, isGrave: false });
    else keys.push(read);
  }
  return { set: toKeySet(keys), faults };
}

function faultsOfSet(keys: readonly JWK[]): KeyFault[] {
  const faults: KeyFault[] = [];
  const add = (index: number, says: string) => faults.push({ path: `keys[${index}]`, says, isGrave: true });
  if (keys.length === 0) faults.push({ path: 'keys', says: 'is empty', isGrave: true });
  const seen = new Set<unknown>();
  const isMixed = keys.some(({ kty }) => kty === 'oct') && keys.some(({ kty }) => kty !== 'oct');
  for (const [index, key] of keys.entries()) {
    if (key.kid !== undefined && seen.has(key.kid)) add(index, 'has the kid of another key');
    seen.add(key.kid);
    if (key.kty !== 'oct' && (key.d !== undefined || key.priv !== undefined)) add(index, 'is a private key');
    if (isMixed && key.kty === 'oct') add(index, 'is a shared secret among public keys');
  }
  return faults;
}

/** @returns the key, or why it cannot be used */
async function importKey(jwk: JWK): Promise<SetKey | string> {
  const { kid, use, key_ops: operations, alg } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return 'has a kid that is no text';
  if (use !== undefined && use !== 'sig') return 'is not for signatures (use)';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return 'is not for verifying (key_ops)';
  const wanted = alg === undefined ? fittingAlgorithms(jwk) : isAlgorithm(alg) ? [alg] : [];
  if (wanted.length === 0) return 'is for no signature algorithm that is known here';
  const fault = wanted.map((name) => keyFault(jwk, name)).find((says) => says !== undefined);
  if (fault !== undefined) return fault;
  const byAlgorithm = new Map<JwtAlgorithm, CryptoKey>();
  try {
    for (const name of wanted) byAlgorithm.set(name, await toCryptoKey(jwk, name));
  } catch {
    return 'is no valid key';
  }
  return { kid, byAlgorithm };
}

/** For a key that names no algorithm: all of its type. A shared secret must name one. */
function fittingAlgorithms({ kty, crv }: JWK): JwtAlgorithm[] {
  if (kty === 'oct') return [];
  return (Object.keys(algorithms) as JwtAlgorithm[]).filter((name) => {
    const demands = demandsOf(name);
    return demands.kty === kty && demands.crv === (kty === 'RSA' ? undefined : crv);
  });
}

function keyFault(jwk: JWK, algorithm: JwtAlgorithm): string | undefined {
  const { kty, crv, minBytes } = demandsOf(algorithm);
  if (jwk.kty !== kty) return `has a type that does not go with ${algorithm}`;
  if (crv !== undefined && jwk.crv !== crv) return `has a curve that does not go with ${algorithm}`;
  if (kty === 'RSA') return rsaFault(jwk);
  if (minBytes !== undefined && Buffer.from(jwk.k ?? '', 'base64url').byteLength < minBytes)
    return `is shorter than the ${minBytes} bytes that ${algorithm} needs`;
  return undefined;
}

async function toCryptoKey(jwk: JWK, algorithm: JwtAlgorithm): Promise<CryptoKey> {
  if (jwk.kty === 'oct') {
    const hash = `SHA-${algorithm.slice(2)}`;
    const bytes = Buffer.from(jwk.k ?? '', 'base64url');
    return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['verify', 'sign']);
  }
  const { importJWK } = await loadOptional('jose', 'verifying a token', () => import('jose'));
  const { use: _use, key_ops: _operations, ...plain } = jwk;
  return (await importJWK({ ...plain, ext: true }, algorithm)) as CryptoKey;
}

function toKeySet(keys: readonly SetKey[]): KeySet {
  const byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key] as const])));
  return {
    size: keys.length,
    find(algorithm, kid) {
      if (kid === undefined) {
        const fitting = keys.flatMap(({ byAlgorithm }) => byAlgorithm.get(algorithm) ?? []);
        return fitting.length === 1
          ? (fitting[0] as CryptoKey)
          : fitting.length === 0
            ? 'unknown_key'
            : 'ambiguous_key';
      }
      const key = byKid.get(kid);
      return key === undefined
        ? 'unknown_key'
        : (key.byAlgorithm.get(algorithm) ?? 'wrong_algorithm_for_key');
    },
  };
}
