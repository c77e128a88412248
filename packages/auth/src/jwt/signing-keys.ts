/** Signing keys from the application's own settings, for those that keep and change them elsewhere. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigurationError, type ConfigurationFault, loadOptional, type Secret } from '@im/core';
import type { CryptoKey, JWK } from 'jose';
import { demandsOf, isAlgorithm, type JwtAlgorithm } from './algorithms.ts';
import type { SigningKey, SigningKeys } from './key-ring.ts';
import { readKeySet } from './key-set.ts';

/** One key. */
export interface SigningKeyOptions {
  /** Default: the key's thumbprint (RFC 7638). */
  readonly kid?: string | undefined;
  readonly algorithm: JwtAlgorithm;
  /** A private key as PKCS #8 PEM or JWK, a shared secret as JWK (`{"kty":"oct","k":"…"}`). */
  readonly key: Secret;
}

/**
 * Reads keys: the first one signs, all of them verify. To change keys, put the new one second until everybody has it, then first, and take the old
 * one out when the longest token has ended.
 *
 * @throws {@link ConfigurationError} everything that is wrong with them
 */
export async function createSigningKeys(options: readonly SigningKeyOptions[]): Promise<SigningKeys> {
  const read = await Promise.all(options.map(readKey));
  const faults: ConfigurationFault[] = read.flatMap((key, index) =>
    typeof key === 'string' ? [{ path: `keys[${index}]`, says: key, remedy: 'replace it' }] : [],
  );
  const keys = read.filter((key) => typeof key !== 'string');
  const { set, faults: setFaults } = await readKeySet({ keys: keys.map(({ verifying }) => verifying) });
  faults.push(...setFaults.map(({ path, says }) => ({ path, says, remedy: 'replace or remove it' })));
  const [first] = keys;
  if (faults.length > 0 || first === undefined)
    throw new ConfigurationError(faults, { subject: 'the signing keys' });
  const published = keys.map(({ verifying }) => verifying).filter(({ kty }) => kty !== 'oct');
  return {
    current: () => set,
    signing: async () => first.signing,
    published: async () => ({ keys: published }),
  };
}

interface ReadKey {
  readonly signing: SigningKey;
  readonly verifying: JWK;
}

/** @returns the key, or why it cannot be used; never what was given */
async function readKey({ kid, algorithm, key }: SigningKeyOptions): Promise<ReadKey | string> {
  if (!isAlgorithm(algorithm)) return 'is for no signature algorithm that is known here';
  const jose = await loadOptional('jose', 'signing a token', () => import('jose'));
  const jwk = toJwk(key.reveal());
  if (jwk === undefined) return 'is neither a PKCS #8 PEM nor a JWK';
  if (jwk.kty !== demandsOf(algorithm).kty) return `has a type that does not go with ${algorithm}`;
  try {
    const id = kid ?? (await jose.calculateJwkThumbprint(jwk));
    const verifying: JWK = {
      ...(jwk.kty === 'oct' ? jwk : publicPart(jwk)),
      kid: id,
      alg: algorithm,
      use: 'sig',
    };
    return { verifying, signing: { kid: id, algorithm, key: await importSigning(jose, jwk, algorithm) } };
  } catch {
    return `is no key that can sign with ${algorithm}`;
  }
}

function toJwk(text: string): JWK | undefined {
  try {
    if (!text.trimStart().startsWith('{')) return createPrivateKey(text).export({ format: 'jwk' }) as JWK;
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'kty' in value ? (value as JWK) : undefined;
  } catch {
    return undefined;
  }
}

function publicPart(jwk: JWK): JWK {
  const key: KeyObject = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' });
  return key.export({ format: 'jwk' }) as JWK;
}

async function importSigning(
  jose: typeof import('jose'),
  jwk: JWK,
  algorithm: JwtAlgorithm,
): Promise<CryptoKey> {
  if (jwk.kty !== 'oct') return (await jose.importJWK({ ...jwk, ext: false }, algorithm)) as CryptoKey;
  const bytes = Buffer.from(jwk.k ?? '', 'base64url');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: `SHA-${algorithm.slice(2)}` }, false, [
    'sign',
  ]);
}
