/** What callers see of secrets, and what secrets and keys have in common. Times are milliseconds since 1970; the vault keeps whole seconds. */
import type { Secret } from '@im/core';

/** What is known of any version of a secret or key. */
export interface VaultProperties {
  /** The whole id: `https://my-vault.vault.azure.net/secrets/db-password/4387e9f3d6e14c459867679a90fd0f79`. */
  readonly id: string;
  readonly name: string;
  /** Absent in lists of secrets and keys, which tell of all versions at once. */
  readonly version?: string | undefined;
  readonly enabled: boolean;
  readonly notBefore?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly createdAt?: number | undefined;
  readonly updatedAt?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether it belongs to a certificate, with which it comes and goes. */
  readonly managed: boolean;
  /** What becomes of it when it is deleted, by the vendor's name: `Recoverable+Purgeable`. */
  readonly recoveryLevel?: string | undefined;
  /** Days for which a deleted one can be recovered. */
  readonly recoverableDays?: number | undefined;
}

/** What a deleted secret or key has beside. */
export interface Deletion {
  readonly recoveryId?: string | undefined;
  readonly deletedAt?: number | undefined;
  /** When it will be gone for good. */
  readonly purgeAt?: number | undefined;
}

/** Settings that any version has. */
export interface VaultSettings {
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** Keys do not encrypt, wrap and sign before; of secrets it is only a remark. */
  readonly notBefore?: number | undefined;
  /** Keys do not encrypt, wrap and sign from then on; of secrets it is only a remark. */
  readonly expiresAt?: number | undefined;
  /** At most 15, of 256 characters each. In a change they replace those that are there. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A secret without its value. */
export interface SecretProperties extends VaultProperties {
  /** The application's own remark, `text/plain`; 255 characters at most. */
  readonly contentType?: string | undefined;
  /** Of a secret that belongs to a certificate: its key's id. */
  readonly keyId?: string | undefined;
}

/** A secret with its value, which prints nowhere. */
export interface SecretValue extends SecretProperties {
  readonly value: Secret;
}

export interface DeletedSecret extends SecretProperties, Deletion {}

export interface SecretSettings extends VaultSettings {
  readonly contentType?: string | undefined;
}
