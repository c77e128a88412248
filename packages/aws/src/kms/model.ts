/** What applications hold: keys, ciphertexts, signatures. */
import type {
  DataKeySpec,
  EncryptionAlgorithmSpec,
  KeySpec,
  KeyState,
  KeyUsageType,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import type { Secret, SecretBytes } from '@im/core';

/** Something to be encrypted or signed: text is taken as UTF-8. */
export type Plain = string | Secret | Uint8Array | SecretBytes;

/** Facts that belong to a ciphertext, not secret, and needed again to decrypt: they stand in CloudTrail. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** How something is encrypted. */
export interface EncryptOptions {
  /** Symmetric keys only. */
  readonly context?: EncryptionContext | undefined;
  /** Default: the symmetric one. */
  readonly algorithm?: EncryptionAlgorithmSpec | undefined;
}

/** How something is decrypted. */
export interface DecryptOptions extends EncryptOptions {
  /** Needed for asymmetric keys; a symmetric ciphertext names its own, and is refused when it is another. */
  readonly keyId?: string | undefined;
}

/** What was encrypted. */
export interface Ciphertext {
  readonly ciphertext: Uint8Array;
  readonly keyArn: string;
}

/** A key to encrypt data with, and itself encrypted, to be kept beside the data. */
export interface DataKey extends Ciphertext {
  /** Overwrite it once it is used. */
  readonly plaintext: SecretBytes;
}

/** How long a data key is: by AWS's name, or in bytes, 1 to 1,024. Default `AES_256`. */
export interface DataKeyOptions {
  readonly spec?: DataKeySpec | undefined;
  readonly bytes?: number | undefined;
  readonly context?: EncryptionContext | undefined;
}

/** A message to be signed, or its hash. */
export interface SignOptions {
  readonly algorithm: SigningAlgorithmSpec;
  /** Whether `message` is its hash already. Default false: a message of more than 4 KiB is hashed here. */
  readonly isDigest?: boolean | undefined;
}

/** Which code authenticates a message. */
export interface MacOptions {
  readonly algorithm: MacAlgorithmSpec;
}

/** A key. */
export interface KeyInfo {
  readonly id: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly usage?: KeyUsageType | undefined;
  readonly spec?: KeySpec | undefined;
  readonly state?: KeyState | undefined;
  readonly isEnabled: boolean;
  /** Whether AWS manages it, or the account. */
  readonly isManagedByAws: boolean;
  /** Milliseconds since 1970, as are all below. */
  readonly createdAt?: number | undefined;
  /** When it is gone, once its deletion is planned. */
  readonly deletionAt?: number | undefined;
  /** When imported key material ends. */
  readonly materialEndsAt?: number | undefined;
  readonly signingAlgorithms: readonly SigningAlgorithmSpec[];
  readonly encryptionAlgorithms: readonly EncryptionAlgorithmSpec[];
  readonly macAlgorithms: readonly MacAlgorithmSpec[];
}

/** A key as it is listed. */
export interface KeyRef {
  readonly id: string;
  readonly arn: string;
}

/** A name for a key. */
export interface Alias {
  /** `alias/orders`. */
  readonly name: string;
  readonly arn: string;
  /** Absent: an alias of AWS's that has no key yet. */
  readonly keyId?: string | undefined;
}

/** The half of a key that everybody may know. */
export interface PublicKey {
  /** DER, SubjectPublicKeyInfo (RFC 5280): `createPublicKey({ key, format: 'der', type: 'spki' })`. */
  readonly spki: Uint8Array;
  readonly keyArn: string;
  readonly spec?: KeySpec | undefined;
  readonly usage?: KeyUsageType | undefined;
}

/** What a new key is. */
export interface NewKey {
  readonly description?: string | undefined;
  /** Default `SYMMETRIC_DEFAULT`. */
  readonly spec?: KeySpec | undefined;
  /** Default `ENCRYPT_DECRYPT`. */
  readonly usage?: KeyUsageType | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly multiRegion?: boolean | undefined;
}

/** Whether a key is rotated. */
export interface Rotation {
  readonly isEnabled: boolean;
  readonly everyDays?: number | undefined;
  /** Milliseconds since 1970. */
  readonly nextAt?: number | undefined;
}
