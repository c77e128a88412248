/** Addresses of the application. Each door says what it needs; the parts do the rest. */

import type { SessionNeeds } from '@im/auth/session';
import { errorCode, isIntegrationError, Secret } from '@im/core';
import type { Html } from '../support/html.ts';
import type { Handler } from '../support/serve.ts';
import { type App, type TenantName, tenants, type Viewer } from './app.ts';
import { enrolPage, homePage, notePage, passkeyScript, refusedPage, welcomePage } from './pages.ts';
import { accountName } from './spotify.ts';

/** A second factor counts for ten minutes. */
const fresh: SessionNeeds = { level: 2, maxAgeMs: 600_000 };

interface Visit {
  readonly app: App;
  readonly request: Request;
  readonly tenant: TenantName;
  /** The part of the path that names something. */
  readonly id: string;
}
type Door = (visit: Visit) => Promise<Response>;

/** Below the tenant's name. */
const doors: Readonly<Record<string, Door>> = {
  'GET ': home,
  'POST totp/enrol': async (visit) => {
    const viewer = await enter(visit);
    const enrolment = await visit.app.mfa
      .tenant(visit.tenant)
      .totp.enrol(viewer.session.subject, viewer.session.data.name ?? '');
    return show(enrolPage(viewer, enrolment));
  },
  'POST totp/confirm': (visit) => raise(visit, 'confirm'),
  'POST totp/verify': (visit) => raise(visit, 'verify'),
  'POST passkeys/register/options': async (visit) => {
    const { session } = await enter(visit);
    const name = session.data.name ?? session.subject;
    return json(await factors(visit).passkeys.registrationOptions(session.subject, { name }));
  },
  'POST passkeys/register': async (visit) => {
    const { session } = await enter(visit);
    const response = (await visit.request.json()) as never;
    return json(await factors(visit).passkeys.register(session.subject, response, 'this device', session));
  },
  'POST passkeys/authenticate/options': async (visit) => {
    const { session } = await enter(visit);
    return json(await factors(visit).passkeys.authenticationOptions(session.subject));
  },
  'POST passkeys/authenticate': async (visit) => {
    const { session } = await enter(visit);
    const shown = await factors(visit).passkeys.authenticate(
      (await visit.request.json()) as never,
      session.subject,
    );
    const { cookie } = await sessionsOf(visit).elevate(visit.request, shown);
    return json({ level: shown.level }, { 'set-cookie': cookie });
  },
  'POST reports/delete': async (visit) => {
    const { session } = await enter(visit, fresh);
    await visit.app.access.tenant(visit.tenant).require(session.subject, 'report:delete');
    return show(notePage('The report is gone.', `/${visit.tenant}`));
  },
  'POST connections/*/disconnect': async (visit) => {
    await enter(visit);
    await visit.app.connect.disconnect(visit.request, visit.id);
    return go(`/${visit.tenant}`);
  },
  'POST sign-out': async (visit) => {
    await enter(visit);
    return go('/', await sessionsOf(visit).end(visit.request));
  },
};

/** Answers every request. */
export function routesOf(app: App): Handler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/') return show(welcomePage());
    if (pathname === '/passkeys.js')
      return new Response(passkeyScript, { headers: { 'content-type': 'text/javascript' } });
    if (pathname.startsWith('/sign-in/')) return app.signIn.handle(request);
    if (pathname.startsWith('/saml/')) return app.saml.fetch(request);
    if (pathname.startsWith('/connect/')) return app.connect.handle(request);
    const [, tenant = '', ...rest] = pathname.split('/');
    const id = rest[0] === 'connections' ? (rest[1] ?? '') : '';
    const pattern = rest.map((part) => (part === id ? '*' : part)).join('/');
    const door = doors[`${request.method} ${pattern}`];
    if (!isTenant(tenant) || door === undefined) return show(refusedPage('There is no such page.', '/'), 404);
    try {
      return await door({ app, request, tenant, id });
    } catch (error) {
      return refused(error, tenant);
    }
  };
}

async function home(visit: Visit): Promise<Response> {
  const { app, tenant, request } = visit;
  const session = await sessionsOf(visit).read(request);
  if (session === undefined) return go('/');
  const viewer = { tenant, session };
  const { subject } = session;
  const [view, { totp, passkeys }, all] = await Promise.all([
    app.access.tenant(tenant).load(subject),
    factors(visit).factorsOf(subject),
    app.connections.tenant(tenant).list({ user: subject }),
  ]);
  const connections = await Promise.all(
    all.map(async (connection) => ({
      connection,
      says: await accountName(app, viewer, connection.id).then(
        (name) => `Connected as ${name}`,
        (error: unknown) => `Not connected: ${errorCode(error)}`,
      ),
    })),
  );
  const people = view.can('people:read') ? await app.people.tenant(tenant).list() : undefined;
  return show(
    homePage({
      viewer,
      roles: view.roles,
      mayDelete: view.explain('report:delete'),
      hasTotp: totp,
      passkeys: passkeys.map(({ name }) => name),
      connections,
      people: people?.map(({ name, email }) => `${name} (${email})`),
      told: app.told,
    }),
  );
}

/** The session of this tenant, or a refusal; a change must come from a page of ours. */
async function enter(visit: Visit, needs?: SessionNeeds): Promise<Viewer> {
  return { tenant: visit.tenant, session: await sessionsOf(visit).require(visit.request, needs) };
}

async function raise(visit: Visit, how: 'confirm' | 'verify'): Promise<Response> {
  const { session } = await enter(visit);
  const code = new URLSearchParams(await visit.request.clone().text()).get('code') ?? '';
  const shown = await factors(visit).totp[how](session.subject, new Secret(code).reveal(), session);
  const { cookie } = await sessionsOf(visit).elevate(visit.request, shown);
  return go(`/${visit.tenant}`, cookie);
}

const sessionsOf = ({ app, tenant }: Visit) => app.sessions.tenant(tenant);
const factors = ({ app, tenant }: Visit) => app.mfa.tenant(tenant);
const isTenant = (name: string): name is TenantName => Object.hasOwn(tenants, name);

const statuses: Partial<Record<string, number>> = {
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  failed_precondition: 409,
  resource_exhausted: 429,
  invalid_argument: 400,
};

function refused(error: unknown, tenant: TenantName): Response {
  if (!isIntegrationError(error)) throw error;
  return show(refusedPage(error.message, `/${tenant}`), statuses[error.code] ?? 503);
}

function show(page: Html, status = 200): Response {
  return new Response(page.html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    },
  });
}

function go(to: string, cookie?: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: to, ...(cookie && { 'set-cookie': cookie }) },
  });
}

function json(body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } });
}
