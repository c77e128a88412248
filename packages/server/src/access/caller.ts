/** Who sent a request, and what they may do. */

/** Somebody who was let in. */
export interface Caller {
  /** For the log and the audit log: `key:5f2a…`, `ada`, `anyone`. */
  readonly subject: string;
  /** The only tenant they can see and touch; absent: all of them. */
  readonly tenant?: string | undefined;
  /** Whether they may do it, such as `integration:read`. */
  may(permission: string): boolean;
}

/** Everybody, where no access is configured. */
export const anyone: Caller = { subject: 'anyone', may: () => true };
