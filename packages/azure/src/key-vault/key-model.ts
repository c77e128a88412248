/** What callers see of keys. */

import type { SecretBytes } from '@im/core';
import type { Deletion, VaultProperties, VaultSettings } from './model.ts';

/** `…-HSM`: kept in hardware, for vaults of the premium tier and managed HSMs. `oct`: symmetric, for managed HSMs. */
export type KeyType = 'RSA' | 'RSA-HSM' | 'EC' | 'EC-HSM' | 'oct' | 'oct-HSM';

/** Curves by the vendor's names; `P-256K` is what others call secp256k1. */
export type KeyCurve = 'P-256' | 'P-384' | 'P-521' | 'P-256K';

/** What a key may be used for. */
export type KeyUse = 'encrypt' | 'decrypt' | 'sign' | 'verify' | 'wrapKey' | 'unwrapKey' | 'import';

/** The public half, as `createPublicKey({ key, format: 'jwk' })` of `node:crypto` takes it: RFC 7517. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string };

/** A key without its material. */
export interface KeyProperties extends VaultProperties {}

/** A version of a key. */
export interface VaultKey extends KeyProperties {
  /** By the vendor's name; one that we do not know comes as it is. */
  readonly type: KeyType | (string & {});
  readonly uses: readonly (KeyUse | (string & {}))[];
  /** Absent: symmetric. */
  readonly publicJwk?: PublicJwk | undefined;
}

export interface DeletedKey extends VaultKey, Deletion {}

/** A deleted key as lists have it. */
export interface DeletedKeyItem extends KeyProperties, Deletion {}

/** Settings of a version of a key. */
export interface KeySettings extends VaultSettings {
  /** Default: all that fit the type. */
  readonly uses?: readonly KeyUse[] | undefined;
}

/** A key to make. */
export interface NewKey extends KeySettings {
  readonly type: KeyType;
  /** Bits: of RSA 2048 (the default), 3072 or 4096; of `oct` 128, 192 or 256. */
  readonly size?: number | undefined;
  /** Of EC; default `P-256`. */
  readonly curve?: KeyCurve | undefined;
  /** Of RSA; default 65537. */
  readonly publicExponent?: number | undefined;
}

/** How a key is imported. */
export interface ImportSettings extends KeySettings {
  /** Whether it is kept in hardware. Default false. */
  readonly hsm?: boolean | undefined;
}

/** @see {@link https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#signverify | Key Vault: Sign and verify} */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES256K'
  | 'ES384'
  | 'ES512';

/** What is signed: the data, which is digested here, or a digest of the algorithm's length. */
export type ToSign = { readonly data: Uint8Array | string } | { readonly digest: Uint8Array };

export interface Signed {
  /** Id of the key's version that signed, to verify with. */
  readonly keyId: string;
  /** Of EC: the two numbers side by side, as in JWS (RFC 7518 §3.4), not DER. */
  readonly signature: Uint8Array;
}

/** RSA for all keys of that type; AES for those of managed HSMs. */
export type EncryptionAlgorithm =
  | 'RSA-OAEP'
  | 'RSA-OAEP-256'
  | 'RSA1_5'
  | `A${128 | 192 | 256}${'GCM' | 'CBC' | 'CBCPAD'}`;

/** `RSA-OAEP-256` should be the choice where nothing else is asked for; `A…KW` is for keys of managed HSMs. */
export type WrapAlgorithm = 'RSA-OAEP' | 'RSA-OAEP-256' | 'RSA1_5' | `A${128 | 192 | 256}KW`;

/** What AES needs beside. */
export interface CipherInput {
  /** CBC only: 16 random bytes. GCM makes its own. */
  readonly iv?: Uint8Array | undefined;
  /** GCM only: not encrypted, but must be given again to decrypt. */
  readonly additionalData?: Uint8Array | undefined;
}

/** What AES gave when it encrypted. */
export interface CipherOutput extends CipherInput {
  /** GCM only. */
  readonly authenticationTag?: Uint8Array | undefined;
}

export interface Encrypted extends CipherOutput {
  /** Id of the key's version that encrypted, to decrypt with. */
  readonly keyId: string;
  readonly ciphertext: Uint8Array;
}

export interface Decrypted {
  readonly keyId: string;
  readonly plaintext: SecretBytes;
}

export interface WrappedKey {
  /** Id of the key's version that wrapped, to unwrap with. */
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}

export interface UnwrappedKey {
  readonly keyId: string;
  readonly unwrapped: SecretBytes;
}
