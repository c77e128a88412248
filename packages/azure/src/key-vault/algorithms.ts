/** What each algorithm takes: checked here, since the vault's own messages do not say what is wrong. */
import { createHash } from 'node:crypto';
import type { CipherOutput, SignatureAlgorithm, ToSign } from './key-model.ts';
import { invalid } from './names.ts';

/** @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 | RFC 7518 §3.1} */
const digests = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
  PS256: 'sha256',
  PS384: 'sha384',
  PS512: 'sha512',
  ES256: 'sha256',
  ES256K: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
} as const satisfies Record<SignatureAlgorithm, string>;

const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

/** The digest that is signed. @throws `VendorError` `invalid_argument` */
export function digestOf(algorithm: SignatureAlgorithm, message: ToSign): Uint8Array {
  if (!Object.hasOwn(digests, algorithm))
    throw invalid(
      `there is no signature algorithm ${JSON.stringify(algorithm)}; take ${Object.keys(digests).join(', ')}`,
    );
  const name = digests[algorithm];
  if ('data' in message) return createHash(name).update(message.data).digest();
  const wanted = digestBytes[name];
  if (message.digest.byteLength === wanted) return message.digest;
  throw invalid(
    `${algorithm} signs a ${name} digest of ${wanted} bytes, not ${message.digest.byteLength}; give the digest, or { data }`,
  );
}

/** Algorithms that encrypt or wrap, and what they need beside. */
interface CipherRule {
  readonly iv: boolean;
  readonly authenticated: boolean;
}

const plain: CipherRule = { iv: false, authenticated: false };
const sizes = ['128', '192', '256'] as const;
const ofEachSize = (mode: string, rule: CipherRule) =>
  sizes.map((size) => [`A${size}${mode}`, rule] as const);

const encrypting: ReadonlyMap<string, CipherRule> = new Map([
  ...['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'].map((name) => [name, plain] as const),
  ...ofEachSize('GCM', { iv: false, authenticated: true }),
  ...ofEachSize('CBC', { iv: true, authenticated: false }),
  ...ofEachSize('CBCPAD', { iv: true, authenticated: false }),
]);
const wrapping: ReadonlyMap<string, CipherRule> = new Map([
  ...['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'].map((name) => [name, plain] as const),
  ...ofEachSize('KW', plain),
]);

/** @throws `VendorError` `invalid_argument` for what the algorithm does not take */
export function checkCipher(
  use: 'encrypt' | 'decrypt' | 'wrap',
  algorithm: string,
  { iv, additionalData, authenticationTag }: CipherOutput,
): void {
  const known = use === 'wrap' ? wrapping : encrypting;
  const rule = known.get(algorithm);
  if (rule === undefined)
    throw invalid(
      `there is no algorithm ${JSON.stringify(algorithm)} to ${use} with; take ${[...known.keys()].join(', ')}`,
    );
  if (additionalData !== undefined && !rule.authenticated)
    throw invalid(`${algorithm} takes no additional data; GCM does`);
  if (use === 'encrypt' && rule.authenticated && iv !== undefined)
    throw invalid(`${algorithm} makes its own iv, and gives it with the ciphertext`);
  if (rule.iv && iv?.byteLength !== 16) throw invalid(`${algorithm} needs an iv of 16 random bytes`);
  if (
    use === 'decrypt' &&
    rule.authenticated &&
    (iv?.byteLength !== 12 || authenticationTag?.byteLength !== 16)
  )
    throw invalid(
      `${algorithm} needs the iv (12 bytes) and the authenticationTag (16 bytes) that encrypt gave`,
    );
}
