/** API keys, as they are asked for and shown: no logic. */
import type { Clock, IntegrationError, Secret, StateStore } from '@im/core';
import type { AuditOptions } from '../common/audit.ts';
import type { RandomBytes } from '../common/random.ts';

/** Settings. `onEvent` is told `api_key.created`, `api_key.revoked`, `api_key.rotated`, `api_key.purged` and `api_key.refused`. */
export interface ApiKeysOptions extends AuditOptions {
  /** Where records are kept. */
  readonly state: StateStore;
  /** In front of each key: lower-case words joined by `_`, such as `acme_live`. */
  readonly prefix: string;
  /** Milliseconds between two notes of when a key was last used. Default 1 hour. */
  readonly lastUsedEveryMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What a key is to be. */
export interface NewApiKey {
  /** For people: where it is used. 1 to 200 characters. */
  readonly name: string;
  /** What may be done with it: permissions or patterns of them, `invoice:read`, `invoice:*`. At least one. */
  readonly scopes: readonly string[];
  /** Instant at which it ends, milliseconds since 1970. Default: it does not. */
  readonly expiresAt?: number | undefined;
  /** As whom it acts. */
  readonly subject?: string | undefined;
}

/** What is known of a key: all but the key. */
export interface ApiKey extends NewApiKey {
  readonly id: string;
  readonly tenant: string;
  /** Milliseconds since 1970, as are all instants. */
  readonly createdAt: number;
  /** About when it was used last. */
  readonly lastUsedAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  /** Id of the key that takes its place. */
  readonly successor?: string | undefined;
}

/** A key just made. */
export interface CreatedApiKey {
  /** Show it once: it cannot be had again. */
  readonly key: Secret;
  readonly record: ApiKey;
}

/** What a use of a key needs. */
export interface ApiKeyNeeds {
  /** The tenant whose door it is. A key of another one is refused like one that is not there. */
  readonly tenant: string;
  /** `invoice:read`. Default: any key will do. */
  readonly scope?: string | undefined;
}

/** Which records go. */
export interface PurgeOptions {
  /** Milliseconds for which a key that has ended is kept for the books. Default 90 days. */
  readonly retentionMs?: number | undefined;
  /** Stops between two records. */
  readonly signal?: AbortSignal | undefined;
}

/** Keys of all tenants. */
export interface ApiKeys {
  /** @throws {@link IntegrationError} `invalid_argument` with all faults */
  create(tenant: string, key: NewApiKey): Promise<CreatedApiKey>;
  /**
   * Whose key it is.
   *
   * @throws {@link IntegrationError} `unauthenticated` for one that is none, is unknown, has ended or was revoked: the caller is not told which; `reason`
   * and the log are. `permission_denied` when it lacks the scope.
   */
  verify(given: string | Secret, needs: ApiKeyNeeds): Promise<ApiKey>;
  /** {@link verify} with what stands in `authorization: Bearer` or `x-api-key`. */
  authenticate(request: Request, needs: ApiKeyNeeds): Promise<ApiKey>;
  list(tenant: string): Promise<readonly ApiKey[]>;
  /** Ends it at once. Again: nothing changes. @throws {@link IntegrationError} `not_found` */
  revoke(tenant: string, id: string): Promise<ApiKey>;
  /**
   * Makes a key like it, and lets the old one end after `overlapMs` (default 24 hours, at most a year), so that programs can be changed over. A key
   * has one successor, of however many that are asked for at once.
   *
   * @throws {@link IntegrationError} `not_found`; `failed_precondition` for one that has ended, or has a successor; `invalid_argument`
   */
  rotate(tenant: string, id: string, options?: { readonly overlapMs?: number }): Promise<CreatedApiKey>;
  /**
   * Deletes what is known of keys that ended, by their own end or by `revoke`, longer ago than `retentionMs` (default 90 days; 0: all that ended).
   * One that has ended is refused with or without its record; the log then calls it `unknown`.
   *
   * @returns how many
   * @throws {@link IntegrationError} `invalid_argument`
   */
  purge(tenant: string, options?: PurgeOptions): Promise<number>;
}
