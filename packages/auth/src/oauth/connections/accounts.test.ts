/** Whose accounts they are, what they granted, and how they end. */
import { ConfigurationError, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createEnvelope, type EnvelopeKey } from '../../common/envelope.ts';
import { envelopeKey, hour, keys, useBench } from './__tests__/bench.ts';

const bench = useBench();
const { processOf, connect, types } = bench;

describe('scopes', () => {
  it('that a call needs must have been granted; more are asked for, and the others stay', async () => {
    const connections = processOf();
    const { own, connection } = await connect(connections);
    await expect(own.token(connection.id, { scopes: ['read', 'write'] })).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'missing_scopes',
      message: expect.stringContaining('write'),
    });
    expect(await own.missingScopes(connection.id, ['read', 'write'])).toEqual(['write']);
    await connect(connections, { scopes: ['read', 'write'], connectionId: connection.id });
    await own.token(connection.id, { scopes: ['read', 'write'] });
  });

  it('that the vendor grants beyond those asked for are not counted (RFC 9700 §2.3)', async () => {
    bench.fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid read admin' }) });
    const { connection } = await connect(processOf());
    expect(connection.scopes).toEqual(['openid', 'read']);
  });

  it('that a renewal brings fewer of are fewer from then on, and never more', async () => {
    const { own, connection } = await connect(processOf(), { scopes: ['read', 'write'] });
    await bench.clock.advance(hour);
    bench.fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid read admin' }) });
    await own.token(connection.id);
    expect((await own.get(connection.id)).scopes).toEqual(['openid', 'read']);
  });

  it('are the same by the vendor’s other names', async () => {
    bench.fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid https://vendor.test/auth/mail' }) });
    const row = { scopeAliases: { mail: 'https://vendor.test/auth/mail' } };
    const { own, connection } = await connect(processOf({}, row), { scopes: ['mail'] });
    await own.token(connection.id, { scopes: ['mail'] });
    expect(connection.scopes).toEqual(['openid', 'https://vendor.test/auth/mail']);
  });
});

describe('accounts', () => {
  it('of one user are told apart, and the same one is not connected twice', async () => {
    const connections = processOf();
    const first = await connect(connections, { subject: 'ada-private' });
    await connect(connections, { subject: 'ada-work' });
    const again = await connect(connections, { subject: 'ada-private' });
    expect(again.connection.id).toBe(first.connection.id);
    expect((await first.own.list({ user: 'ada' })).map(({ account }) => account?.id).sort()).toEqual([
      'ada-private',
      'ada-work',
    ]);
  });

  it('are not exchanged when one is connected again', async () => {
    const connections = processOf();
    const { connection } = await connect(connections, { subject: 'ada-private' });
    await expect(connect(connections, { subject: 'eve', connectionId: connection.id })).rejects.toMatchObject(
      {
        code: 'failed_precondition',
        reason: 'account_mismatch',
      },
    );
    await expect(
      connect(connections, { user: 'eve', subject: 'ada-private', connectionId: connection.id }),
    ).rejects.toMatchObject({
      reason: 'foreign_connection',
    });
  });
});

describe('disconnecting', () => {
  it('ends it here and at the vendor, for every process, and lists it no more', async () => {
    const { own, connection, tokens } = await connect(processOf());
    const other = processOf().tenant('acme');
    await other.token(connection.id);
    await own.disconnect(connection.id);
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'connection_revoked',
    });
    await bench.clock.advance(10_000);
    await expect(other.token(connection.id)).rejects.toMatchObject({ reason: 'connection_revoked' });
    expect(await own.get(connection.id)).toMatchObject({ state: 'revoked' });
    expect(await own.list()).toEqual([]);
    const api = await fetch(`${bench.fake.issuer}/api`, {
      headers: { authorization: `Bearer ${tokens.accessToken.reveal()}` },
    });
    expect(api.status).toBe(401);
    expect(bench.events.at(-1)).toMatchObject({ type: 'connection.disconnected', facts: { atVendor: true } });
    await own.disconnect(connection.id);
    expect(types().filter((type) => type === 'connection.disconnected')).toHaveLength(1);
  });

  it('does not wait for a vendor that is down', async () => {
    const { own, connection } = await connect(processOf());
    bench.fake.server.inject({ path: '/revoke', fault: { kind: 'status', status: 503 } });
    await own.disconnect(connection.id);
    expect(bench.events.at(-1)).toMatchObject({ facts: { atVendor: false } });
  });

  it('in the middle of a renewal ends what the renewal brings', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    const released = Promise.withResolvers<void>();
    bench.fake.misbehave({ afterTokens: () => released.promise });
    const waiting = own.token(connection.id).catch((error: unknown) => error);
    await bench.clock.advance(10);
    await processOf().tenant('acme').disconnect(connection.id);
    released.resolve();
    expect(await waiting).toMatchObject({ reason: 'connection_revoked' });
    expect(bench.fake.server.exchanges.filter(({ target }) => target === '/revoke')).toHaveLength(2);
  });

  it('of what is not there is not_found', async () => {
    await expect(processOf().tenant('acme').disconnect('nothing')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('tenants', () => {
  it('do not see each other’s connections, whatever they are called (tenant crossing)', async () => {
    const connections = processOf();
    const { connection, own } = await connect(connections, { tenant: 'a:b' });
    for (const tenant of ['a', 'a:b/', '../a:b', 'a%3Ab', 'A:B', 'a:b\u0000', 'a：b', '']) {
      const other = connections.tenant(tenant);
      expect(await other.list()).toEqual([]);
      await expect(other.get(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.token(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.disconnect(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.token(`../a:b/record/${connection.id}`)).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    await own.token(connection.id);
  });

  it('cannot use a record that was copied from another: it does not open there', async () => {
    const connections = processOf();
    const { connection } = await connect(connections);
    const record = (await bench.state.get(`auth/connections/acme/record/${connection.id}`))?.value ?? '';
    const elsewhere = `auth/connections/globex/record/${connection.id}`;
    await bench.state.set(elsewhere, record);
    await expect(connections.tenant('globex').token(connection.id)).rejects.toMatchObject({
      reason: 'foreign_record',
    });
    await bench.state.set(elsewhere, record.replace('"tenant":"acme"', '"tenant":"globex"'));
    await expect(connections.tenant('globex').token(connection.id)).rejects.toMatchObject({
      reason: 'not_authentic',
    });
  });

  it('may have clients of their own', async () => {
    const asked: string[] = [];
    const connections = processOf({
      clients: {
        fake: (tenant) => {
          asked.push(tenant);
          return {
            provider: bench.fake.provider,
            clientId: 'app',
            credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
            redirectUri: 'https://app.test/cb',
            allowPrivate: true,
          };
        },
      },
    });
    await connect(connections, { tenant: 'acme' });
    await connect(connections, { tenant: 'globex' });
    await connect(connections, { tenant: 'globex', user: 'eve' });
    expect(asked).toEqual(['acme', 'globex']);
    await expect(connections.tenant('acme').client('constructor')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('keys of the envelope', () => {
  it('are changed without anybody noticing, and old ones can go once everything is sealed anew', async () => {
    const { connection } = await connect(processOf());
    const [next] = [envelopeKey('k2')];
    const own = processOf({ envelope: createEnvelope({ keys: [next, ...keys] as EnvelopeKey[] }) }).tenant(
      'acme',
    );
    await own.token(connection.id);
    expect([await own.reseal(), await own.reseal()]).toEqual([1, 0]);
    const later = processOf({ envelope: createEnvelope({ keys: [next as EnvelopeKey] }) }).tenant('acme');
    await later.token(connection.id);
  });
});

describe('listeners', () => {
  it('hear of everything, until they go; one that fails keeps nobody else from hearing', async () => {
    const connections = processOf({
      onEvent: () => {
        throw new Error('no');
      },
    });
    const heard: string[] = [];
    const stop = connections.subscribe(({ type }) => heard.push(type));
    const { own, connection } = await connect(connections);
    stop();
    await own.disconnect(connection.id);
    expect(heard).toEqual(['connection.connected']);
  });
});

it('settings that cannot be right are refused with what is wrong', async () => {
  const connections = processOf({
    clients: {
      fake: {
        provider: { ...bench.fake.provider, authentication: ['none'] },
        clientId: '',
        credential: { method: 'client_secret_basic', secret: new Secret('') },
        redirectUri: 'http://app.test/cb',
      },
    },
  });
  const making = connections.tenant('acme').client('fake');
  await expect(making).rejects.toBeInstanceOf(ConfigurationError);
  await expect(making).rejects.toThrow(
    /credential\.method[\s\S]*clientId is empty[\s\S]*not https[\s\S]*redirectUri/,
  );
});
