/**
 * Sessions of people in a browser.
 *
 * 1. The cookie is a token of 256 bits, made here when somebody signs in: one that a browser brings is never taken on (session fixation), and
 *    with every step up the token is changed.
 * 2. The state holds a digest of it, so whoever reads the state has no session.
 * 3. A session ends when nothing was heard of it (`idleMs`), at the latest after `absoluteMs`, or when it is ended, at once and everywhere.
 * 4. It belongs to one tenant: at another one's door its cookie is nobody's.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html | OWASP: Session management}
 */
import { type Clock, IntegrationError, type StateStore, scopedState, systemClock } from '@im/core';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import { readCookie, setCookie } from '../common/cookies.ts';
import { type RandomBytes, systemRandomBytes } from '../common/random.ts';
import { csrfTokenOf, isForged } from './csrf.ts';
import type { AssuranceLevel, BegunSession, Session, SignedIn } from './session.ts';
import { createSessionStore, type Found } from './store.ts';

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
   * Goes up after another factor was shown: a new token, and the old one is nobody's. Never goes down.
   *
   * @throws {@link IntegrationError} `unauthenticated` without a session
   */
  elevate(
    request: Request,
    shown: { readonly level: AssuranceLevel; readonly method: string },
  ): Promise<BegunSession>;
  /** Changes the application's own data; `undefined` takes a name out. */
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

const minuteMs = 60_000;
const mostData = 4_096;

/** Makes it. */
export function createSessions(options: SessionsOptions): Sessions {
  return { tenant: (id) => tenantSessions(options, id) };
}

function tenantSessions(options: SessionsOptions, tenant: string): TenantSessions {
  const { idleMs = 30 * minuteMs, absoluteMs = 720 * minuteMs, mostPerSubject = 20 } = options;
  const { clock = systemClock, randomBytes = systemRandomBytes, allowedOrigins = [] } = options;
  const { cookie = 'session' } = options;
  const name = typeof cookie === 'string' ? cookie : cookie(tenant);
  const store = createSessionStore(scopedState(options.state, 'sessions', tenant), clock, randomBytes, {
    idleMs,
    absoluteMs,
    mostPerSubject,
  });
  const audit = createAudit(options);

  const find = async (request: Request): Promise<Found | undefined> => {
    const token = readCookie(request, name);
    return token !== undefined && /^[\w-]{43}$/.test(token) ? store.find(token) : undefined;
  };
  const begin = async (session: Omit<Session, 'id'>, type: 'session.begun' | 'session.elevated') => {
    const { token, session: begun } = await store.add(session);
    const { subject, id, level, endsAt } = begun;
    audit.note({ type, tenant, subject, facts: { session: id, level } });
    const maxAgeSeconds = (endsAt - clock.now()) / 1_000;
    return { session: begun, cookie: setCookie(name, token, { maxAgeSeconds }) };
  };
  const noSession = () =>
    audit.refuse({
      type: 'session.refused',
      tenant,
      code: 'unauthenticated',
      reason: 'no_session',
      says: 'nobody is signed in',
      remedy: 'sign in',
    });
  const demand = async (request: Request): Promise<Found> => {
    const found = await find(request);
    if (found === undefined) throw noSession();
    return found;
  };
  const endOf = async ({ id, subject }: Session, reason: string): Promise<boolean> => {
    const isEnded = await store.delete(id);
    if (isEnded) audit.note({ type: 'session.ended', tenant, subject, facts: { session: id, reason } });
    return isEnded;
  };

  return {
    begin: async (request, { subject, level = 1, methods, data = {} }) => {
      checkData(data);
      const before = await find(request);
      if (before !== undefined) await endOf(before.session, 'replaced');
      const now = clock.now();
      const userAgent = request.headers.get('user-agent')?.slice(0, 200);
      const fresh = { createdAt: now, authenticatedAt: now, lastSeenAt: now, endsAt: now + absoluteMs };
      return begin(
        { tenant, subject, level, methods, data, ...fresh, ...(userAgent && { userAgent }) },
        'session.begun',
      );
    },
    read: async (request) => {
      const found = await find(request);
      return found && store.touch(found);
    },
    require: async (request, { level = 1, maxAgeMs = Number.POSITIVE_INFINITY } = {}) => {
      const found = await demand(request);
      const { session } = found;
      const refuse = (reason: string, says: string, remedy: string) =>
        audit.refuse({
          type: 'session.refused',
          tenant,
          code: 'permission_denied',
          reason,
          says,
          remedy,
          subject: session.subject,
          facts: { session: session.id },
        });
      if (isForged(request, found.token, allowedOrigins))
        throw refuse('forged', 'this request does not come from a page of this site', 'load the page again');
      if (session.level < level || clock.now() - session.authenticatedAt > maxAgeMs)
        throw refuse('step_up_required', 'this needs a fresh or stronger sign-in', 'show another factor');
      return store.touch(found);
    },
    elevate: async (request, { level, method }) => {
      const { session } = await demand(request);
      // First the old one goes: of two that go up at once, one does.
      if (!(await endOf(session, 'elevated'))) throw noSession();
      const now = clock.now();
      const { id: _id, ...kept } = session;
      return begin(
        {
          ...kept,
          level: level > session.level ? level : session.level,
          methods: [...new Set([...session.methods, method])],
          authenticatedAt: now,
          lastSeenAt: now,
        },
        'session.elevated',
      );
    },
    update: async (request, data) => {
      const { session } = await demand(request);
      const changed = await store.change(session.id, (old) => {
        const entries = Object.entries({ ...old.data, ...data }).filter(([, value]) => value !== undefined);
        const next = Object.fromEntries(entries) as Record<string, string>;
        checkData(next);
        return { ...old, data: next };
      });
      if (changed === undefined) throw noSession();
      return changed;
    },
    end: async (request) => {
      const found = await find(request);
      if (found !== undefined) await endOf(found.session, 'signed_out');
      return setCookie(name, '', { maxAgeSeconds: 0 });
    },
    endOne: async (subject, id) => {
      const session = (await store.list(subject)).find((one) => one.id === id);
      return session !== undefined && endOf(session, 'ended');
    },
    endAll: async (subject, { except } = {}) => {
      const others = (await store.list(subject)).filter(({ id }) => id !== except);
      const ended = await Promise.all(others.map((session) => endOf(session, 'ended')));
      return ended.filter(Boolean).length;
    },
    list: store.list,
    csrfToken: (request) => {
      const token = readCookie(request, name);
      return token && csrfTokenOf(token);
    },
  };
}

function checkData(data: Readonly<Record<string, string>>): void {
  if (JSON.stringify(data).length <= mostData) return;
  throw new IntegrationError(`the data of a session is at most ${mostData} characters of JSON`, {
    code: 'invalid_argument',
    provider: 'auth',
    operation: 'session',
    remedy: 'keep it elsewhere, under the id of the subject',
  });
}
