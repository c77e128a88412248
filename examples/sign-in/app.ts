/** The application: people sign in by their tenant's provider, show a second factor, do what their roles allow, and connect accounts elsewhere. */
import { randomBytes } from 'node:crypto';
import { createPeople, type ExternalIdentity } from '@im/auth/identity';
import { createEnvelope, createMfa } from '@im/auth/mfa';
import {
  connectionTokens,
  createConnectHandlers,
  createConnections,
  createOAuthClient,
  createSignInHandlers,
  openIdProvider,
} from '@im/auth/oauth';
import { createAccessControl } from '@im/auth/rbac';
import { createSessions, type Session } from '@im/auth/session';
import { createRegistry, memoryState, Secret } from '@im/core';
import { createServiceProvider } from '@im/saml';
import { openIdClient, type Peers } from './peers.ts';
import { spotifyRow } from './spotify.ts';

/** Tenants, and by what their people sign in. */
export const tenants = {
  acme: { title: 'Acme', by: 'OpenID Connect' },
  globex: { title: 'Globex', by: 'SAML' },
} as const;

/** Name of a tenant. */
export type TenantName = keyof typeof tenants;

/** One thing that happened, for the log that the pages show. */
export interface Told {
  readonly type: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
}

/** All parts, wired. */
export type App = Awaited<ReturnType<typeof openApp>>;

/** Wires the parts. `url`: where browsers reach it. */
export async function openApp(url: string, peers: Peers, stack: AsyncDisposableStack) {
  const told: Told[] = [];
  const onEvent = ({ type, outcome, reason }: Told) => void told.push({ type, outcome, reason });
  const state = stack.use(memoryState());
  const envelope = createEnvelope({
    keys: [{ id: 'k1', key: new Secret(randomBytes(32).toString('base64')) }],
  });
  const common = { state, envelope, onEvent };
  const people = createPeople(common);
  const access = createAccessControl({
    ...common,
    roles: {
      viewer: { title: 'Viewer', allow: ['report:read'] },
      admin: { title: 'Administrator', inherits: ['viewer'], allow: ['report:delete', 'people:read'] },
    },
  });
  // Tenants share a host here, so each has a cookie of its own.
  const sessions = createSessions({ ...common, cookie: (tenant) => `session-${tenant}` });
  const mfa = createMfa({
    ...common,
    issuer: 'Sign-in example',
    passkeys: { rpId: 'localhost', origins: [url] },
  });

  /** Whoever proved who they are becomes a person, gets the role that the directory says, and a session. */
  const begin = async (identity: ExternalIdentity, request: Request, returnTo: string): Promise<Response> => {
    const { tenant, groups = [] } = identity;
    const { person } = await people
      .tenant(tenant)
      .signIn(identity, { create: true, matchVerifiedEmail: true });
    const own = access.tenant(tenant);
    const role = groups.includes('administrators') ? 'admin' : 'viewer';
    for (const { role: old } of await own.assignmentsOf(person.id))
      if (old !== role) await own.unassign(person.id, old, { by: identity.issuer });
    await own.assign(person.id, role, { by: identity.issuer });
    const { cookie } = await sessions.tenant(tenant).begin(request, {
      subject: person.id,
      methods: identity.amr ?? ['pwd'],
      data: { name: person.name ?? person.id },
    });
    return new Response(null, { status: 303, headers: { location: returnTo, 'set-cookie': cookie } });
  };

  const openId = createOAuthClient({
    provider: openIdProvider(peers.openId),
    clientId: openIdClient.id,
    credential: { method: 'client_secret_basic', secret: new Secret(openIdClient.secret) },
    redirectUri: `${url}/sign-in/directory/callback`,
    tenant: 'acme',
    allowPrivate: true,
  });
  const signIn = createSignInHandlers({
    ...common,
    tenant: () => 'acme',
    client: (tenant, provider) => (tenant === 'acme' && provider === 'directory' ? openId : undefined),
    onSignedIn: (identity, { request, returnTo }) => begin(identity, request, returnTo),
    returnTo: '/acme',
  });
  const saml = createServiceProvider({
    ...common,
    baseUrl: `${url}/saml`,
    providers: (tenant) =>
      tenant === 'globex'
        ? [{ id: 'directory', metadata: { xml: peers.saml.metadata() }, trustEmail: true }]
        : undefined,
    onSignIn: ({ identity, returnTo }, request) => begin(identity, request, returnTo),
  });
  const { metadata, acs, logout } = saml.urls('globex', 'directory');
  peers.saml.addClient({ entityId: metadata, acs, logout });

  const connections = stack.use(
    createConnections({ ...common, clients: { spotify: spotifyRow(url, peers.spotify) } }),
  );
  const registry = stack.use(createRegistry({ state, services: [connectionTokens(connections)] }));
  const connect = createConnectHandlers({
    ...common,
    connections,
    scopes: { spotify: ['user-read-private', 'user-read-email'] },
    authenticate: async (request) => {
      // The one tenant whose session the browser has; with both, the one that asks says so by its page.
      for (const tenant of Object.keys(tenants)) {
        const session = await sessions.tenant(tenant).read(request);
        if (session !== undefined) return { tenant, user: session.subject };
      }
      return undefined;
    },
  });
  return { url, told, people, access, sessions, mfa, signIn, saml, connections, registry, connect, peers };
}

/** What a page needs to know of who looks at it. */
export interface Viewer {
  readonly tenant: TenantName;
  readonly session: Session;
}
