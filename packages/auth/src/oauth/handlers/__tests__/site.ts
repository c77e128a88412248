/** An application with connect and sign-in routes, two authorization servers, and browsers. New for each test. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type LogFields, memoryState, Secret } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { AuthEvent } from '../../../common/audit.ts';
import { createEnvelope } from '../../../common/envelope.ts';
import type { ExternalIdentity } from '../../../common/principal.ts';
import { startAuthorizationServer } from '../../../testing/authorization-server.ts';
import type { AuthorizationServerFake } from '../../../testing/authorization-server.types.ts';
import { type Browser, createBrowser } from '../../__tests__/browser.ts';
import { createOAuthClient } from '../../client.ts';
import { type Connections, createConnections } from '../../connections/connections.ts';
import { type ConnectHandlers, createConnectHandlers } from '../connect.ts';
import { createSignInHandlers, type SignInHandlers } from '../sign-in.ts';

export const app = 'https://app.test';
const envelope = createEnvelope({ keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }] });

export interface Site {
  fake: AuthorizationServerFake;
  other: AuthorizationServerFake;
  clock: VirtualClock;
  connections: Connections;
  connect: ConnectHandlers;
  signIn: SignInHandlers;
  events: AuthEvent[];
  lines: string[];
  signedIn: ExternalIdentity[];
  /** A browser in which somebody is signed in, `tenant.user`, or nobody. */
  readonly browserOf: (session?: string) => Browser;
  readonly reasons: () => readonly string[];
  /** Nothing secret of the exchange stands in what was told. */
  readonly expectNothingLeaked: (...answers: readonly (Response | string)[]) => void;
}

/** Registers what must happen before and after each test of a file. */
export function useSite(): Site {
  const site: Site = {
    // The rest is set before each test.
    ...({} as Omit<Site, 'browserOf' | 'reasons' | 'expectNothingLeaked'>),
    browserOf(session) {
      const browser = createBrowser((input, init) => {
        const url = new URL(String(input));
        if (url.origin !== app) return fetch(url, init);
        const request = new Request(url, init);
        return url.pathname.startsWith('/sign-in')
          ? site.signIn.handle(request)
          : site.connect.handle(request);
      });
      if (session !== undefined) browser.cookies.set('app.test', new Map([['__Host-session', session]]));
      return browser;
    },
    reasons: () => site.events.map(({ reason }) => reason).filter((reason) => reason !== undefined),
    expectNothingLeaked(...answers) {
      const told = answers.map((answer) =>
        typeof answer === 'string' ? answer : inspect([...answer.headers]),
      );
      const shown = [...site.lines, inspect(site.events, { depth: 9 }), ...told].join('\n');
      for (const { requestBody } of [...site.fake.server.exchanges, ...site.other.server.exchanges]) {
        const form = new URLSearchParams(Buffer.from(requestBody).toString());
        for (const name of ['code', 'code_verifier', 'refresh_token']) {
          const value = form.get(name);
          if (value !== null) expect(shown).not.toContain(value);
        }
      }
      expect(shown).not.toContain('secret-of-app');
    },
  };
  beforeAll(() =>
    Promise.all([import('@im/http'), import('oauth4webapi'), import('jose'), import('undici')]),
  );
  beforeEach(async () => Object.assign(site, await openSite()));
  afterEach(async () => {
    await site.connections[Symbol.asyncDispose]();
    for (const server of [site.fake, site.other]) await server[Symbol.asyncDispose]();
  });
  return site;
}

async function openSite(): Promise<Partial<Site>> {
  const clock = createVirtualClock();
  const [fake, other] = [
    await startAuthorizationServer({ clock }),
    await startAuthorizationServer({ clock }),
  ];
  const [events, lines, signedIn]: [AuthEvent[], string[], ExternalIdentity[]] = [[], [], []];
  const log = (message: string, fields?: LogFields) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const shared = {
    state: memoryState(clock),
    envelope,
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
    onEvent: (event: AuthEvent) => void events.push(event),
  };
  const clientAt = (server: AuthorizationServerFake, path: string) => ({
    provider: server.provider,
    clientId: 'app',
    credential: { method: 'client_secret_basic' as const, secret: new Secret('secret-of-app') },
    redirectUri: `${app}${path}`,
    allowPrivate: true,
    clock,
    logger: shared.logger,
  });
  const connections = createConnections({
    ...shared,
    clients: {
      fake: clientAt(fake, '/connect/fake/callback'),
      other: clientAt(other, '/connect/other/callback'),
    },
  });
  const connect = createConnectHandlers({
    ...shared,
    connections,
    // Stands for the application's session.
    authenticate: (request) => {
      const [, tenant, user] =
        /(?:^|; )__Host-session=([\w]+)\.([\w]+)/.exec(request.headers.get('cookie') ?? '') ?? [];
      return tenant !== undefined && user !== undefined ? { tenant, user } : undefined;
    },
    scopes: { fake: ['openid', 'read', 'write'], other: ['openid'] },
    allowedOrigins: ['https://spa.test'],
  });
  const clients = new Map([
    ['fake', createOAuthClient(clientAt(fake, '/sign-in/fake/callback'))],
    ['other', createOAuthClient(clientAt(other, '/sign-in/other/callback'))],
  ]);
  const signIn = createSignInHandlers({
    ...shared,
    tenant: (request) => request.headers.get('x-tenant') ?? 'acme',
    client: (_tenant, provider) => clients.get(provider),
    onSignedIn: (identity, { returnTo }) => {
      signedIn.push(identity);
      const headers = { location: returnTo, 'set-cookie': '__Host-session=x.y; Path=/; Secure' };
      return new Response(null, { status: 303, headers });
    },
  });
  return { fake, other, clock, connections, connect, signIn, events, lines, signedIn };
}
