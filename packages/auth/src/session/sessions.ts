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
import { IntegrationError, scopedState, systemClock } from '@im/core';
import { createAudit } from '../common/audit.ts';
import { checkCookieName, readCookie, setCookie } from '../common/cookies.ts';
import { systemRandomBytes } from '../common/random.ts';
import { csrfTokenOf, isForged } from './csrf.ts';
import type { Session } from './session.ts';
import type { Sessions, SessionsOptions, TenantSessions } from './sessions.types.ts';
import { createSessionStore, type Found, type NewSession } from './store.ts';
import { checkSubject } from './subject.ts';

const minuteMs = 60_000;
const mostData = 4_096;

/** Makes it. @throws {@link IntegrationError} `invalid_argument` with all faults of the settings */
export function createSessions(options: SessionsOptions): Sessions {
  const { idleMs = 1, absoluteMs = 1, mostPerSubject = 1 } = options;
  const wrong = Object.entries({ idleMs, absoluteMs, mostPerSubject }).filter(
    ([, value]) => !(Number.isSafeInteger(value) && value > 0),
  );
  if (wrong.length > 0) throw invalid(wrong.map(([one]) => `${one} is a whole number above 0`).join('; '));
  return { tenant: (id) => tenantSessions(options, id) };
}

function tenantSessions(options: SessionsOptions, tenant: string): TenantSessions {
  const { idleMs = 30 * minuteMs, absoluteMs = 720 * minuteMs, mostPerSubject = 20 } = options;
  const { clock = systemClock, randomBytes = systemRandomBytes, allowedOrigins = [] } = options;
  const { cookie = 'session' } = options;
  const name = checkCookieName(typeof cookie === 'string' ? cookie : cookie(tenant));
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
  const begun = ({ token, session }: NewSession, type: 'session.begun' | 'session.elevated') => {
    const { subject, id, level, endsAt } = session;
    audit.note({ type, tenant, subject, facts: { session: id, level } });
    const maxAgeSeconds = Math.max(0, endsAt - clock.now()) / 1_000;
    return { session, cookie: setCookie(name, token, { maxAgeSeconds }) };
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
  const refuse = ({ id, subject }: Session, reason: string, says: string, remedy: string) =>
    audit.refuse({
      type: 'session.refused',
      tenant,
      code: 'permission_denied',
      reason,
      says,
      remedy,
      subject,
      facts: { session: id },
    });
  /** A change must come from a page of ours. */
  const demandOwn = async (request: Request): Promise<Found> => {
    const found = await demand(request);
    if (!isForged(request, found.token, allowedOrigins)) return found;
    const says = 'this request does not come from a page of this site';
    throw refuse(found.session, 'forged', says, 'load the page again');
  };
  const noteEnd = ({ id, subject }: Session, reason: string) =>
    audit.note({ type: 'session.ended', tenant, subject, facts: { session: id, reason } });
  const endOf = async (session: Session, reason: string): Promise<boolean> => {
    const isEnded = await store.delete(session.id);
    if (isEnded) noteEnd(session, reason);
    return isEnded;
  };

  return {
    begin: async (request, { subject, level = 1, methods, data = {} }) => {
      checkData(data);
      checkSubject(subject, 'session');
      const before = await find(request);
      if (before !== undefined) await endOf(before.session, 'replaced');
      const now = clock.now();
      const userAgent = request.headers.get('user-agent')?.slice(0, 200);
      const fresh = { createdAt: now, authenticatedAt: now, lastSeenAt: now, endsAt: now + absoluteMs };
      const session = { tenant, subject, level, methods, data, ...fresh, ...(userAgent && { userAgent }) };
      return begun(await store.add(session), 'session.begun');
    },
    read: async (request) => {
      const found = await find(request);
      return found && store.touch(found);
    },
    require: async (request, { level = 1, maxAgeMs = Number.POSITIVE_INFINITY } = {}) => {
      const found = await demandOwn(request);
      const { session } = found;
      if (session.level < level || !(clock.now() - session.authenticatedAt <= maxAgeMs))
        throw refuse(
          session,
          'step_up_required',
          'this needs a fresh or stronger sign-in',
          'show another factor',
        );
      return store.touch(found);
    },
    elevate: async (request, { subject, level, method }) => {
      const { session } = await demandOwn(request);
      if (subject !== session.subject)
        throw refuse(session, 'other_person', 'this factor is somebody else’s', 'show one of your own');
      const now = clock.now();
      const made = await store.replace(session.id, (old) => ({
        ...old,
        level: level > old.level ? level : old.level,
        methods: [...new Set([...old.methods, method])],
        authenticatedAt: now,
        lastSeenAt: now,
      }));
      if (made === undefined) throw noSession();
      noteEnd(session, 'elevated');
      return begun(made, 'session.elevated');
    },
    update: async (request, data) => {
      const { session } = await demandOwn(request);
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
      const ended = await store.deleteAll(subject, except);
      for (const session of ended) noteEnd(session, 'ended');
      return ended.length;
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
  throw invalid(
    `the data of a session is at most ${mostData} characters of JSON`,
    'keep it elsewhere, under the id of the subject',
  );
}

function invalid(says: string, remedy = 'mend the settings of the sessions'): IntegrationError {
  const fields = {
    code: 'invalid_argument',
    provider: 'auth',
    operation: 'session',
    effect: 'none',
  } as const;
  return new IntegrationError(says, { ...fields, remedy });
}
