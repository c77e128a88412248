/** Who sent a request, and what they may do. */
import { decide, type RoleBook } from '@im/auth/rbac';
import type { Clock } from '@im/core';
import { hubPermissions, type Permission } from './roles.ts';

/** Somebody who was let in. */
export interface Caller {
  /** For the log, the audit log and limits: `key:5f2a…`, `user:ada`, `anyone`. */
  readonly subject: string;
  /** The only tenant they can see and touch; absent: all of them. */
  readonly tenant?: string | undefined;
  may(permission: Permission): boolean;
}

/** Everybody, where no access is configured. */
export const anyone: Caller = { subject: 'anyone', may: () => true };

/** A caller with roles. Whoever belongs to a tenant may do nothing to the hub as a whole, whatever the role says. */
export function callerWithRoles(
  { subject, tenant }: Pick<Caller, 'subject' | 'tenant'>,
  roles: readonly string[],
  { book, clock }: { readonly book: RoleBook; readonly clock: Clock },
): Caller {
  const assignments = roles.map((role) => ({ role }));
  return {
    subject,
    tenant,
    may: (permission) =>
      !(tenant !== undefined && hubPermissions.has(permission)) &&
      decide(book, { subject: { id: subject }, assignments, permission, now: clock.now() }),
  };
}
