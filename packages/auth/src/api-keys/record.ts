/** What is kept of a key, and where. */
import type { StateStore } from '@im/core';
import type { Members } from '../common/members.ts';
import type { ApiKey } from './api-keys.types.ts';

/** As it is kept: with the digest of its secret in place of it. */
export type Stored = ApiKey & { readonly digest: string };

/** One tenant's part of the state, and the ids of what is there. */
export interface Place {
  readonly state: StateStore;
  readonly members: Members;
}

/** Under which key of the place it stands. */
export const keyOf = (id: string): string => `key/${id}`;

/** As it is shown. */
export function shown({ digest: _digest, ...record }: Stored): ApiKey {
  return record;
}

/** When it ended or will end. */
export function endOf({ revokedAt, expiresAt }: ApiKey): number {
  return Math.min(revokedAt ?? Number.POSITIVE_INFINITY, expiresAt ?? Number.POSITIVE_INFINITY);
}
