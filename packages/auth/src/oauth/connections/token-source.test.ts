/** An integration of the registry that calls with a connection's token. */
import { randomBytes } from 'node:crypto';
import { type Call, createRegistry, defineIntegration, memoryState, read, Secret } from '@im/core';
import { accountToken, createHttp } from '@im/http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createEnvelope } from '../../common/envelope.ts';
import { startAuthorizationServer } from '../../testing/authorization-server.ts';
import type { AuthorizationServerFake } from '../../testing/authorization-server.types.ts';
import { type Connections, createConnections } from './connections.ts';
import { connectionTokens } from './token-source.ts';

const vendor = (id: string) =>
  defineIntegration({
    id,
    title: 'Vendor',
    category: 'example',
    contract: 1,
    docs: 'https://vendor.test/',
    options: z.strictObject({ url: z.string(), connection: z.string() }),
    egress: [],
    errors: { docs: 'https://vendor.test/errors', rows: [] },
    http: (context) =>
      createHttp(context, {
        baseUrl: context.options.url,
        token: accountToken(context, context.options.connection),
      }),
    connect: ({ http }) => ({
      whoAmI: read((call: Call) => http.get('api', z.object({ subject: z.string() }), call)),
    }),
  });
const fakeVendor = vendor('fake');

let fake: AuthorizationServerFake;
let connections: Connections;
beforeEach(async () => {
  fake = await startAuthorizationServer();
  connections = createConnections({
    state: memoryState(),
    envelope: createEnvelope({ keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }] }),
    clients: {
      fake: {
        provider: fake.provider,
        clientId: 'app',
        credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
        allowPrivate: true,
      },
    },
  });
});
afterEach(async () => {
  await connections[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

async function connect(tenant: string, subject: string): Promise<string> {
  const { access, refresh } = fake.issue({ subject, scopes: ['read'] });
  const tokens = {
    accessToken: new Secret(access),
    refreshToken: new Secret(refresh ?? ''),
    tokenType: 'bearer' as const,
    expiresAt: Date.now() + 3_600_000,
    scopes: ['read'],
    more: {},
  };
  return (await connections.tenant(tenant).add({ user: subject, provider: 'fake', tokens })).id;
}

it('calls as the account that the tenant connected, renews what the vendor refuses, and needs no token in its options', async () => {
  await using registry = createRegistry({ services: [connectionTokens(connections)] });
  for (const [tenant, subject] of [
    ['acme', 'ada'],
    ['globex', 'grace'],
  ] as const)
    registry.register(fakeVendor, {
      name: 'main',
      tenant,
      options: { url: fake.issuer, connection: await connect(tenant, subject) },
    });
  const [acme, globex] = ['acme', 'globex'].map((tenant) => registry.tenant(tenant).get(fakeVendor, 'main'));
  expect([await acme?.whoAmI(), await globex?.whoAmI()]).toEqual([{ subject: 'ada' }, { subject: 'grace' }]);
  fake.expireAccessTokens();
  const answers = await Promise.all(Array.from({ length: 50 }, () => acme?.whoAmI()));
  expect(new Set(answers.map((answer) => answer?.subject))).toEqual(new Set(['ada']));
  expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
});

it('says what to do when the account must be connected again', async () => {
  const id = await connect('acme', 'ada');
  await using registry = createRegistry({ services: [connectionTokens(connections)] });
  registry.register(fakeVendor, {
    name: 'main',
    tenant: 'acme',
    options: { url: fake.issuer, connection: id },
  });
  fake.revokeSubject('ada');
  await expect(registry.tenant('acme').get(fakeVendor, 'main').whoAmI()).rejects.toMatchObject({
    code: 'unauthenticated',
    reason: 'reauth_required',
    message: expect.stringContaining('connect the account again'),
  });
});

it('names connections of its own tenant and provider only (tenant crossing)', async () => {
  const id = await connect('acme', 'ada');
  const other = vendor('other');
  await using registry = createRegistry({ services: [connectionTokens(connections)] });
  registry.register(fakeVendor, {
    name: 'main',
    tenant: 'globex',
    options: { url: fake.issuer, connection: id },
  });
  registry.register(other, { name: 'other', tenant: 'acme', options: { url: fake.issuer, connection: id } });
  await expect(registry.tenant('globex').get(fakeVendor, 'main').whoAmI()).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(registry.tenant('acme').get(other, 'other').whoAmI()).rejects.toMatchObject({
    reason: 'foreign_connection',
  });
});
