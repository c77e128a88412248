/** A fake authorization server and processes that hold connections at it, on time that stands still. New for each test. */
import { randomBytes } from 'node:crypto';
import { memoryState, Secret, type StateStore } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import type { AuthEvent } from '../../../common/audit.ts';
import { createEnvelope, type EnvelopeKey } from '../../../common/envelope.ts';
import { startAuthorizationServer } from '../../../testing/authorization-server.ts';
import type { AuthorizationServerFake } from '../../../testing/authorization-server.types.ts';
import type { AuthorizedTokens } from '../../authorization.ts';
import type { OAuthProvider } from '../../provider.ts';
import type { Connection } from '../connection.ts';
import { type Connections, type ConnectionsOptions, createConnections } from '../connections.ts';
import type { TenantConnections } from '../tenant-connections.types.ts';

export const envelopeKey = (id: string): EnvelopeKey => ({
  id,
  key: new Secret(randomBytes(32).toString('base64')),
});
export const keys = [envelopeKey('k1')];
export const hour = 3_600_000;

interface Connecting {
  readonly user?: string;
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly tenant?: string;
  readonly connectionId?: string | undefined;
}

export interface Bench {
  fake: AuthorizationServerFake;
  clock: VirtualClock;
  state: StateStore;
  events: AuthEvent[];
  /** The connections of one process. */
  readonly processOf: (more?: Partial<ConnectionsOptions>, row?: Partial<OAuthProvider>) => Connections;
  /** Connects as the handlers do, by an authorization. */
  readonly connect: (
    connections: Connections,
    how?: Connecting,
  ) => Promise<{ own: TenantConnections; tokens: AuthorizedTokens; connection: Connection }>;
  readonly refreshes: () => number;
  readonly types: () => readonly string[];
}

/** Registers what must happen before and after each test of a file. */
export function useBench(): Bench {
  let open: Connections[] = [];
  const bench: Bench = {
    // Set before each test.
    ...({} as Pick<Bench, 'fake' | 'clock' | 'state' | 'events'>),
    processOf(more = {}, row = {}) {
      const connections = createConnections({
        state: bench.state,
        clock: bench.clock,
        random: () => 0.5,
        envelope: createEnvelope({ keys }),
        clients: {
          fake: {
            provider: { ...bench.fake.provider, ...row },
            clientId: 'app',
            credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
            redirectUri: 'https://app.test/connect/fake/callback',
            allowPrivate: true,
          },
        },
        onEvent: (event) => bench.events.push(event),
        ...more,
      });
      open.push(connections);
      return connections;
    },
    async connect(
      connections,
      { user = 'ada', subject, scopes = ['read'], tenant = 'acme', connectionId } = {},
    ) {
      const own = connections.tenant(tenant);
      const client = await own.client('fake');
      const { url, proof } = await client.startAuthorization({
        scopes: ['openid', ...scopes],
        loginHint: subject ?? user,
      });
      const tokens = await client.finishAuthorization({ callback: await bench.fake.agree(url), proof });
      return { own, tokens, connection: await own.add({ user, provider: 'fake', tokens, connectionId }) };
    },
    refreshes: () => bench.fake.counts.refreshes,
    types: () => bench.events.map(({ type }) => type),
  };
  // Loading takes real time, in which the clock would move on.
  beforeAll(() =>
    Promise.all([import('@im/http'), import('oauth4webapi'), import('jose'), import('undici')]),
  );
  beforeEach(async () => {
    bench.clock = createVirtualClock();
    bench.fake = await startAuthorizationServer({ clock: bench.clock });
    bench.state = memoryState(bench.clock);
    bench.events = [];
    open = [];
  });
  afterEach(async () => {
    for (const connections of open) await connections[Symbol.asyncDispose]();
    await bench.fake[Symbol.asyncDispose]();
  });
  return bench;
}
