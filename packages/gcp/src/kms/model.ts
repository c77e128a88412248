/** What callers see of keys. Times are RFC 3339. */

/** What a key is for; it never changes. */
export type KeyPurpose =
  | 'encrypt-decrypt'
  | 'asymmetric-sign'
  | 'asymmetric-decrypt'
  | 'raw-encrypt-decrypt'
  | 'mac'
  | 'key-encapsulation'
  | 'unknown';

/** Where a key works. */
export type ProtectionLevel =
  | 'software'
  | 'hsm'
  | 'hsm-single-tenant'
  | 'external'
  | 'external-vpc'
  | 'unknown';

/** What can be done with a key version. Only an `enabled` one works. */
export type KeyVersionState =
  | 'pending-generation'
  | 'enabled'
  | 'disabled'
  | 'destroy-scheduled'
  | 'destroyed'
  | 'pending-import'
  | 'import-failed'
  | 'generation-failed'
  | 'pending-external-destruction'
  | 'external-destruction-failed'
  | 'unknown';

/** A group of keys in one location. It can never be deleted or renamed. */
export interface KeyRing {
  readonly name: string;
  readonly id: string;
  readonly createdAt?: string | undefined;
}

/** A key: a purpose, and versions that hold the material. */
export interface CryptoKey {
  /** `projects/p/locations/l/keyRings/r/cryptoKeys/k`. */
  readonly name: string;
  readonly id: string;
  readonly purpose: KeyPurpose;
  /** The version that encrypts; only keys for `encrypt-decrypt` have one. */
  readonly primary?: CryptoKeyVersion | undefined;
  /** Algorithm of versions to come, by the vendor's name: `EC_SIGN_P256_SHA256`. */
  readonly algorithm?: string | undefined;
  readonly protectionLevel: ProtectionLevel;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: string | undefined;
  readonly nextRotationAt?: string | undefined;
  readonly rotateEverySeconds?: number | undefined;
  /** Seconds in which a destruction can be taken back. */
  readonly destroyDelaySeconds?: number | undefined;
}

/** One version of a key. */
export interface CryptoKeyVersion {
  /** `…/cryptoKeys/k/cryptoKeyVersions/1`. */
  readonly name: string;
  /** Its number, counted from 1: `1`. */
  readonly version: string;
  readonly state: KeyVersionState;
  /** By the vendor's name: https://cloud.google.com/kms/docs/algorithms */
  readonly algorithm?: string | undefined;
  readonly protectionLevel: ProtectionLevel;
  readonly createdAt?: string | undefined;
  readonly destroyedAt?: string | undefined;
  /** When it will be destroyed, in the state `destroy-scheduled`. */
  readonly destroyScheduledAt?: string | undefined;
}

/** A key to make. */
export interface NewCryptoKey {
  readonly purpose: Exclude<KeyPurpose, 'unknown'>;
  /** By the vendor's name. Left out for `encrypt-decrypt`, needed for all other purposes. */
  readonly algorithm?: string | undefined;
  /** Default `software`. */
  readonly protectionLevel?: Exclude<ProtectionLevel, 'unknown'> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** RFC 3339. Only for `encrypt-decrypt`. */
  readonly nextRotationAt?: string | undefined;
  /** A day at least. Needs `nextRotationAt`. */
  readonly rotateEverySeconds?: number | undefined;
  /** Seconds in which a destruction can be taken back, for good. Default: 30 days. */
  readonly destroyDelaySeconds?: number | undefined;
  /** Makes the key without a version. Default false. */
  readonly withoutVersion?: boolean | undefined;
}

/** Changes of a key; what is left out stays, `null` takes it away. */
export interface CryptoKeyChanges {
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly nextRotationAt?: string | null | undefined;
  readonly rotateEverySeconds?: number | null | undefined;
}

/** What was used for an answer. */
export interface UsedKey {
  /** Whole name of the key version. */
  readonly name: string;
  readonly protectionLevel: ProtectionLevel;
}

/** What was encrypted. */
export interface Encrypted extends UsedKey {
  readonly ciphertext: Uint8Array;
}

/** What was decrypted. */
export interface Decrypted {
  readonly plaintext: Uint8Array;
  readonly protectionLevel: ProtectionLevel;
}

/** What was signed. */
export interface Signed extends UsedKey {
  /** DER for elliptic curves, the bare number for RSA. */
  readonly signature: Uint8Array;
}

/** A message authentication code. */
export interface MacSigned extends UsedKey {
  readonly mac: Uint8Array;
}

/** What is to be signed: a digest made here (the usual case), or the data itself, for Ed25519 and raw RSA. */
export type ToSign =
  | { readonly sha256: Uint8Array }
  | { readonly sha384: Uint8Array }
  | { readonly sha512: Uint8Array }
  | { readonly data: Uint8Array };

/** The public half of a key version. */
export interface PublicKey extends UsedKey {
  /** SubjectPublicKeyInfo, as `createPublicKey` of `node:crypto` takes it. */
  readonly pem: string;
  readonly algorithm?: string | undefined;
}

/** Which of a list. */
export interface KeyFilter {
  /** In the vendor's filter language: `state=ENABLED`. */
  readonly filter?: string | undefined;
}
