/** What may be done at the hub, and the roles that allow it. */
import type { RoleDefinition } from '@im/auth/rbac';

/**
 * Permissions, with what each is asked for.
 *
 * | permission | for |
 * |---|---|
 * | `integration:read` | health, status, metrics, page, events |
 * | `integration:operate` | enable, disable, isolate, reset the breaker, check |
 * | `integration:call` | calls through the proxy |
 * | `connection:manage` | connecting accounts |
 * | `hub:reload`, `audit:read` | the hub as a whole: never given to a caller of one tenant |
 */
export type Permission =
  | 'integration:read'
  | 'integration:operate'
  | 'integration:call'
  | 'connection:manage'
  | 'hub:reload'
  | 'audit:read';

/** Permissions over what belongs to no tenant. */
export const hubPermissions: ReadonlySet<Permission> = new Set(['hub:reload', 'audit:read']);

/** Roles that are always there. */
export const hubRoles: Readonly<Record<string, RoleDefinition>> = {
  viewer: { title: 'Viewer', allow: ['integration:read'] },
  operator: {
    title: 'Operator',
    inherits: ['viewer'],
    allow: ['integration:operate', 'integration:call', 'connection:manage'],
  },
  admin: { title: 'Administrator', inherits: ['operator'], allow: ['*:*'] },
};
