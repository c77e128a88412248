/**
 * The signature algorithms that may be used, and what a key must be for each (RFC 7518 §3, RFC 8037, RFC 9864).
 * `none` is not among them, so nothing can name it.
 */

/** What a key must be. */
interface KeyDemands {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct';
  readonly crv?: string;
  /** Bytes of a shared secret at least (RFC 7518 §3.2). */
  readonly minBytes?: number;
}

/** By name; a key is for one of them and no other (RFC 8725 §3.1). */
export const algorithms = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  HS256: { kty: 'oct', minBytes: 32 },
  HS384: { kty: 'oct', minBytes: 48 },
  HS512: { kty: 'oct', minBytes: 64 },
} as const satisfies Readonly<Record<string, KeyDemands>>;

/** Name of a signature algorithm. */
export type JwtAlgorithm = keyof typeof algorithms;

/** Those with a public key: whoever can verify cannot sign. The default of an allow-list. */
export const publicKeyAlgorithms: readonly JwtAlgorithm[] = (
  Object.keys(algorithms) as JwtAlgorithm[]
).filter((name) => algorithms[name].kty !== 'oct');

/** Whether `name` is one of them. */
export function isAlgorithm(name: unknown): name is JwtAlgorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name);
}

/** What a key must be for `algorithm`. */
export function demandsOf(algorithm: JwtAlgorithm): KeyDemands {
  return algorithms[algorithm];
}
