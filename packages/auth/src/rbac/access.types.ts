/** Access control, as it is asked for: no logic. */
import type { IntegrationError, StateStore } from '@im/core';
import type { AuditOptions } from '../common/audit.ts';
import type { Attributes, Subject } from './conditions.ts';
import type { Assignment, Explanation } from './decide.ts';
import type { RoleDefinition } from './roles.ts';

/** Settings of the access control. `onEvent` is told of each change (`role.put`, `.deleted`, `.assigned`,
 * `.unassigned`), of what {@link TenantAccess.require} refuses (`access.refused`), and of a tenant that would replace a role of the application (`role.refused`). */
export interface AccessControlOptions extends AuditOptions {
  /** Where roles and assignments are kept; shared by processes that must agree. */
  readonly state: StateStore;
  /** Roles of the application, by name. */
  readonly roles: Readonly<Record<string, RoleDefinition>>;
  /** Milliseconds for which what was read from the state is believed. Default 0: a revocation holds for the next question, everywhere. */
  readonly maxStaleMs?: number | undefined;
}

/** Who makes a change. */
export interface ChangeCall {
  readonly by?: string | undefined;
}

/** Access of one subject as it stood when it was loaded: for a page that asks much, without waiting. */
export interface AccessView {
  /** Roles assigned, as far as they have not ended. */
  readonly roles: readonly string[];
  can(permission: string, resource?: Attributes): boolean;
  explain(permission: string, resource?: Attributes): Explanation;
}

/** Access in one tenant. */
export interface TenantAccess {
  /** Whether the subject may. What cannot be decided is not allowed. */
  can(subject: string | Subject, permission: string, resource?: Attributes): Promise<boolean>;
  /** @throws {@link IntegrationError} `permission_denied`, its `reason` as {@link Explanation.reason} */
  require(subject: string | Subject, permission: string, resource?: Attributes): Promise<void>;
  /** Why. */
  explain(subject: string | Subject, permission: string, resource?: Attributes): Promise<Explanation>;
  load(subject: string | Subject): Promise<AccessView>;
  /**
   * Gives a role; again: with the new condition and end.
   *
   * @throws {@link IntegrationError} `not_found` for a role that is not there; `invalid_argument`
   */
  assign(subject: string, assignment: string | Assignment, call?: ChangeCall): Promise<void>;
  /** Takes a role away; what is gone already is gone. */
  unassign(subject: string, role: string, call?: ChangeCall): Promise<void>;
  assignmentsOf(subject: string): Promise<readonly Assignment[]>;
  /** Subjects with a role, or with any; those whose role has ended too. */
  members(role?: string): Promise<readonly string[]>;
  /** The application's roles and the tenant's own. */
  roles(): Promise<ReadonlyMap<string, RoleDefinition>>;
  /** Adds or changes a role of the tenant. @throws {@link IntegrationError} `invalid_argument` with all faults */
  putRole(id: string, definition: RoleDefinition, call?: ChangeCall): Promise<void>;
  /** Takes it from everybody, too. @throws {@link IntegrationError} `failed_precondition` while another role inherits from it */
  deleteRole(id: string, call?: ChangeCall): Promise<void>;
}

/** Access control over many tenants. */
export interface AccessControl {
  tenant(id: string): TenantAccess;
}
