/** What callers see of secrets and their versions. */
import type { SecretBytes } from '@im/core';

/** What is known of a secret, without what it holds. Times are RFC 3339. */
export interface SecretInfo {
  /** `projects/123/secrets/db-password`; Google puts the project's number for its id. */
  readonly name: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where copies are kept. Absent: Google chooses (`automatic`), or the secret is regional. */
  readonly replicas?: readonly string[] | undefined;
  readonly createdAt?: string | undefined;
  /** When the secret and all of its versions are deleted. Absent: never. */
  readonly expiresAt?: string | undefined;
  readonly rotation?: SecretRotation | undefined;
  /** Topics that are told of changes and of rotations due. */
  readonly topics: readonly string[];
  /** Numbers of versions by alias: `{ live: '3' }`. */
  readonly versionAliases: Readonly<Record<string, string>>;
  /** Seconds between `destroySecretVersion` and the destruction. Absent: at once. */
  readonly destroyDelaySeconds?: number | undefined;
  /** For conditions; quoted, as the vendor gives it. */
  readonly etag?: string | undefined;
}

/** When a secret is due to be rotated. Google only says so, to `topics`; the rotation itself is yours. */
export interface SecretRotation {
  /** RFC 3339, five minutes ahead at least. */
  readonly nextAt?: string | undefined;
  /** An hour at least. Needs `nextAt`. */
  readonly everySeconds?: number | undefined;
}

/** Settings of a secret that can be changed later. */
export interface SecretSettings {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** RFC 3339. Not together with `ttlSeconds`. */
  readonly expiresAt?: string | undefined;
  /** Seconds until the secret is deleted. */
  readonly ttlSeconds?: number | undefined;
  readonly rotation?: SecretRotation | undefined;
  /** `projects/p/topics/t`, ten at most. */
  readonly topics?: readonly string[] | undefined;
  readonly versionAliases?: Readonly<Record<string, string>> | undefined;
  readonly destroyDelaySeconds?: number | undefined;
}

/** A secret to make. */
export interface NewSecret extends SecretSettings {
  /** Where copies are kept, for good: locations such as `europe-west3`. Default: Google chooses. Not for regional secrets. */
  readonly replicas?: readonly string[] | undefined;
  /** Key of Cloud KMS that encrypts it, `projects/p/locations/l/keyRings/r/cryptoKeys/k`. Default: Google's own. Not with `replicas`. */
  readonly kmsKeyName?: string | undefined;
}

/** Changes of a secret; what is left out stays, `null` takes it away. */
export type SecretChanges = {
  readonly [Field in keyof SecretSettings]?: SecretSettings[Field] | null;
};

/** What can be done with a version: `enabled` can be read, `disabled` not for now, `destroyed` never again. */
export type SecretVersionState = 'enabled' | 'disabled' | 'destroyed' | 'unknown';

/** A version of a secret, without what it holds. */
export interface SecretVersion {
  readonly name: string;
  /** Its number, counted from 1: `3`. */
  readonly version: string;
  readonly state: SecretVersionState;
  readonly createdAt?: string | undefined;
  readonly destroyedAt?: string | undefined;
  /** When it will be destroyed, where the secret has a `destroyDelaySeconds`. */
  readonly destroyScheduledAt?: string | undefined;
  readonly etag?: string | undefined;
}

/** A version that was read. */
export interface AccessedSecret {
  readonly name: string;
  /** Number of the version that was read, also where `latest` was asked for. */
  readonly version: string;
  readonly payload: SecretBytes;
}

/** Under which condition a change is made. */
export interface EtagCondition {
  /** Only while the thing still has this etag. */
  readonly etag?: string | undefined;
}

/** Which of a list. */
export interface SecretFilter {
  /** In the vendor's filter language: `labels.env=prod`, `state:ENABLED`. */
  readonly filter?: string | undefined;
}
