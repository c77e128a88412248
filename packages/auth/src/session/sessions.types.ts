/** Sessions, as they are asked for: no logic. */
import type { Clock, IntegrationError, StateStore } from '@im/core';
import type { AuditOptions } from '../common/audit.ts';
import type { RandomBytes } from '../common/random.ts';
import type { AssuranceLevel, BegunSession, Session, SignedIn } from './session.ts';

/** Settings. `onEvent` is told `session.begun`, `session.elevated`, `session.ended` and `session.refused`. */
export interface SessionsOptions extends AuditOptions {
  readonly state: StateStore;
  /** Name of the cookie, without `__Host-`. One for each tenant where tenants share a host. Default `session`. */
  readonly cookie?: string | ((tenant: string) => string) | undefined;
  /** Milliseconds without a request after which it ends. Default 30 minutes. */
  readonly idleMs?: number | undefined;
  /** Milliseconds after which it ends in any case. Default 12 hours. */
  readonly absoluteMs?: number | undefined;
  /** Sessions of one person at a time; the oldest gives way. Default 20. */
  readonly mostPerSubject?: number | undefined;
  /** Origins, besides its own, whose pages may send changes here: `https://app.example.com`. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What a request must have. */
export interface SessionNeeds {
  /** Default 1. */
  readonly level?: AssuranceLevel | undefined;
  /** Milliseconds since the person last showed who they are. Default: any. */
  readonly maxAgeMs?: number | undefined;
}

/** Sessions of one tenant. */
export interface TenantSessions {
  /** Begins one. Of the one that the browser had, if any, nothing is left. */
  begin(request: Request, signedIn: SignedIn): Promise<BegunSession>;
  /** The request's session, if it has one that has not ended. Being asked keeps it from being idle. */
  read(request: Request): Promise<Session | undefined>;
  /**
   * The same, for a door that needs one. Refuses forged requests: a change (any method but GET, HEAD and OPTIONS) must come from a page of ours.
   *
   * @throws {@link IntegrationError} `unauthenticated` without a session; `permission_denied`, reason `step_up_required`, below the level or too long after;
   * reason `forged` for a change that another site's page sent
   */
  require(request: Request, needs?: SessionNeeds): Promise<Session>;
  /**
   * Goes up after its person showed another factor: a new token, and the old one is nobody's. Never goes down. Refuses forged requests.
   *
   * @param shown what a factor of `@im/auth/mfa` gave
   * @throws {@link IntegrationError} `unauthenticated` without a session; `permission_denied`, reason `forged`, or `other_person`: the factor is somebody
   * else's, as a passkey is that its browser chose
   */
  elevate(
    request: Request,
    shown: { readonly subject: string; readonly level: AssuranceLevel; readonly method: string },
  ): Promise<BegunSession>;
  /** Changes the application's own data; `undefined` takes a name out. Refuses forged requests. */
  update(request: Request, data: Readonly<Record<string, string | undefined>>): Promise<Session>;
  /** Signs out. @returns the cookie that removes it */
  end(request: Request): Promise<string>;
  /** Ends one by its id, as from a list of devices. @returns whether there was one */
  endOne(subject: string, id: string): Promise<boolean>;
  /** Ends all of somebody's, but for one: after a change of password, say. @returns how many */
  endAll(subject: string, options?: { readonly except?: string | undefined }): Promise<number>;
  /** Newest first. */
  list(subject: string): Promise<readonly Session[]>;
  /** For the forms of a page: {@link require} wants it where the browser does not say from which page a request comes. */
  csrfToken(request: Request): string | undefined;
}

/** Sessions of all tenants. */
export interface Sessions {
  tenant(id: string): TenantSessions;
}
