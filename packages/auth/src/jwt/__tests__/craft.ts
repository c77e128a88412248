/** Tokens of any form, right or wrong, signed by hand. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { JWK } from 'jose';

export const encode = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');
export const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Gives the signature of a text. */
export type Signer = (input: string) => Uint8Array;

/** `header.payload.signature`; objects become JSON, texts stand as they are. */
export function craft(header: unknown, payload: unknown, signer: Signer): string {
  const input = `${encode(text(header))}.${encode(text(payload))}`;
  return `${input}.${encode(signer(input))}`;
}

export const hmac =
  (secret: string | Uint8Array, hash = 'sha256'): Signer =>
  (input) =>
    createHmac(hash, secret).update(input).digest();
export const rsa =
  (key: KeyObject, hash = 'sha256'): Signer =>
  (input) =>
    sign(hash, Buffer.from(input), key);
export const pss =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, padding: 6, saltLength: 32 });
export const ecdsa =
  (key: KeyObject, encoding: 'ieee-p1363' | 'der' = 'ieee-p1363'): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: encoding });
export const nothing: Signer = () => new Uint8Array();

/** A key pair, and its public JWK. */
export function keyPair(kind: 'ec' | 'rsa', extra: Partial<JWK> = {}, bits = 2_048) {
  const pair =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: bits });
  const jwk: JWK = { ...(pair.publicKey.export({ format: 'jwk' }) as JWK), use: 'sig', ...extra };
  return { ...pair, jwk };
}
