/**
 * Verifying one compact JWS, in this order (RFC 7515 §5.2, RFC 8725):
 *
 * 1. size, form and canonical base64url, before anything is decoded;
 * 2. the header: one JSON object, `alg` on the list, no extension (`crit`, `b64`), no key or place of a key (`jwk`, `jku`, `x5u`), `typ` as wanted;
 * 3. the key: by `kid` in the map of known keys, for this very algorithm;
 * 4. the signature, by jose;
 * 5. only then the claims, by the caller.
 */
import { loadOptional } from '@im/core';
import type * as Jose from 'jose';
import { isAlgorithm, type JwtAlgorithm } from './algorithms.ts';
import type { KeySet, NoKey, VerificationKeys } from './key-set.ts';
import { headerOf, strictObject } from './strict-text.ts';

/** Why a token's form, header or signature is refused. */
export type JwsRefusal =
  | 'malformed_token'
  | 'oversized_token'
  | 'malformed_header'
  | 'algorithm_not_allowed'
  | 'unknown_extension'
  | 'key_in_header'
  | 'wrong_type'
  | 'bad_signature'
  | NoKey;

/** What a token's header says. */
export interface JwsHeader {
  readonly alg: JwtAlgorithm;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
}

/** How a JWS must be. */
export interface JwsRules {
  readonly algorithms: ReadonlySet<JwtAlgorithm>;
  /** Media type without `application/`, in lower case. Absent: any. */
  readonly typ: string | undefined;
  readonly maxBytes: number;
}

/** Verifies one token. @returns header and payload, or why it is refused */
export type VerifyJws = (token: string) => Promise<VerifiedJws | JwsRefusal> | JwsRefusal;

/** Header and payload, signed as they stand. */
export interface VerifiedJws {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
}

/** Headers that were verified before and need not be read again; few, since an issuer has few. */
const rememberedHeaders = 32;

/** Makes it. The usual token, whose header and key are known, costs one promise beside the library's own. */
export function createJwsVerifier(keys: VerificationKeys, rules: JwsRules): VerifyJws {
  const known = new Map<string, JwsHeader>();
  let jose: typeof Jose | undefined;

  const checkSignature = (
    library: typeof Jose,
    token: string,
    key: Jose.CryptoKey,
    header: JwsHeader,
    encoded: string,
  ): Promise<VerifiedJws | JwsRefusal> =>
    library.compactVerify(token, key).then(
      ({ payload }) => {
        if (known.size < rememberedHeaders) known.set(encoded, header);
        return { header, payload };
      },
      (error: unknown) => {
        // Which of its checks failed tells nothing that is not in the reason; its error may hold the token.
        if (error instanceof library.errors.JOSEError || error instanceof TypeError) return 'bad_signature';
        throw error;
      },
    );
  /** Waits for keys, and for the library when it is needed first. */
  const slowly = async (
    token: string,
    header: JwsHeader,
    encoded: string,
    set: KeySet | Promise<KeySet>,
  ): Promise<VerifiedJws | JwsRefusal> => {
    let key = (await set).find(header.alg, header.kid);
    if (key === 'unknown_key' && keys.renew !== undefined)
      key = (await keys.renew()).find(header.alg, header.kid);
    if (typeof key === 'string') return key;
    jose ??= await loadOptional('jose', 'verifying a token', () => import('jose'));
    return checkSignature(jose, token, key, header, encoded);
  };

  return (token) => {
    if (token.length > rules.maxBytes) return 'oversized_token';
    const encoded = headerOf(token);
    if (encoded === undefined) return 'malformed_token';
    const header = known.get(encoded) ?? readHeader(encoded, rules);
    if (typeof header === 'string') return header;
    const set = keys.current();
    const key = set instanceof Promise ? undefined : set.find(header.alg, header.kid);
    return jose === undefined || key === undefined || typeof key === 'string'
      ? slowly(token, header, encoded, set)
      : checkSignature(jose, token, key, header, encoded);
  };
}

/** Members that name a key or a place of one; a token never says by what it is to be verified (RFC 8725 §3.10). */
const keyMembers = ['jwk', 'jku', 'x5u'] as const;
/** Members that change what is signed or how; none of them is understood here (RFC 7515 §4.1.11, RFC 7797). */
const extensionMembers = ['crit', 'b64', 'zip', 'enc'] as const;

function readHeader(text: string, { algorithms, typ }: JwsRules): JwsHeader | JwsRefusal {
  const header = strictObject(Buffer.from(text, 'base64url'));
  if (header === undefined) return 'malformed_header';
  const has = (name: string) => Object.hasOwn(header, name);
  if (extensionMembers.some(has)) return 'unknown_extension';
  if (!isAlgorithm(header.alg) || !algorithms.has(header.alg)) return 'algorithm_not_allowed';
  if (keyMembers.some(has)) return 'key_in_header';
  if (header.kid !== undefined && typeof header.kid !== 'string') return 'malformed_header';
  const given = typeof header.typ === 'string' ? mediaType(header.typ) : undefined;
  if (typ !== undefined && given !== typ) return 'wrong_type';
  return { alg: header.alg, kid: header.kid, typ: given };
}

/** `application/at+jwt` and `at+JWT` are `at+jwt` (RFC 7515 §4.1.9). */
export function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}
