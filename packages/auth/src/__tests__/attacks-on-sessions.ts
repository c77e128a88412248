/** Attacks on sessions, by name. */
import { type Attack, ada, cookieOf, noSession, signedIn, withCookie } from './attack.ts';

export const attacksOnSessions: Readonly<Record<string, Attack>> = {
  'session fixation: a token that the browser brings': {
    ...noSession,
    run: async ({ sessions, plant }) => {
      const planted = plant('planted token', 'a1'.repeat(21).concat('b'));
      await sessions.tenant('acme').begin(withCookie(`__Host-session=${planted}`), ada);
      return () => sessions.tenant('acme').require(withCookie(`__Host-session=${planted}`));
    },
  },
  'session fixation: the token from before the step up': {
    ...noSession,
    run: async (all) => {
      const low = await signedIn(all);
      const high = await all.sessions
        .tenant('acme')
        .elevate(withCookie(cookieOf(low)), { subject: 'ada', level: 2, method: 'otp' });
      all.plant('higher token', cookieOf(high).split('=')[1] ?? '');
      return () => all.sessions.tenant('acme').require(withCookie(cookieOf(low)));
    },
  },
  'another person’s factor: a passkey of one’s own lifts nobody else’s session': {
    type: 'session.refused',
    code: 'permission_denied',
    reason: 'other_person',
    run: async (all) => {
      const low = await signedIn(all);
      const own = { subject: 'eve', level: 3, method: 'hwk' } as const;
      return () => all.sessions.tenant('acme').elevate(withCookie(cookieOf(low)), own);
    },
  },
  'session of another tenant': {
    ...noSession,
    run: async (all) => {
      const begun = await signedIn(all);
      return () => all.sessions.tenant('globex').require(withCookie(cookieOf(begun)));
    },
  },
  'session read from the state: its id as token': {
    ...noSession,
    run: async (all) => {
      const { session } = await signedIn(all);
      return () => all.sessions.tenant('acme').require(withCookie(`__Host-session=${session.id}`));
    },
  },
  'cookie planted by a neighbour, beside the real one': {
    ...noSession,
    run: async (all) => {
      const real = cookieOf(await signedIn(all));
      return () =>
        all.sessions.tenant('acme').require(withCookie(`__Host-session=${'x'.repeat(43)}; ${real}`));
    },
  },
  'forged request (CSRF)': {
    code: 'permission_denied',
    reason: 'forged',
    type: 'session.refused',
    run: async (all) => {
      const begun = await signedIn(all);
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
      return () =>
        all.sessions.tenant('acme').require(withCookie(cookieOf(begun), { method: 'POST', headers }));
    },
  },
  'privilege escalation by a session that is too weak': {
    code: 'permission_denied',
    reason: 'step_up_required',
    type: 'session.refused',
    run: async (all) => {
      const begun = await signedIn(all);
      return () => all.sessions.tenant('acme').require(withCookie(cookieOf(begun)), { level: 2 });
    },
  },
};
