import { memoryState, Secret, silentLogger } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sampleRegistry } from './__fixtures__/registry.ts';
import { createHubAccess } from './access/access.ts';
import { createConnect } from './connect.ts';
import { createServer } from './server.ts';

async function open() {
  const clock = createVirtualClock();
  const common = { clock, state: memoryState(clock), logger: silentLogger };
  const access = createHubAccess(common);
  const connect = createConnect(
    {
      baseUrl: 'https://hub.example.test',
      sealingKey: new Secret(Buffer.alloc(32, 7).toString('base64')),
      returnTo: '/settings',
      providers: {
        spotify: {
          clientId: 'abc',
          clientSecret: new Secret('s3cret-of-the-client'),
          scopes: ['user-read-email'],
        },
        github: { clientId: 'def', clientSecret: new Secret('another-s3cret'), scopes: ['read:user'] },
      },
    },
    common,
  );
  const hub = createServer({ registry: sampleRegistry([]), ...common, access, connect, resources: connect });
  const keyOf = async (tenant: string) =>
    (await access.createKey({ name: tenant, roles: ['operator'], tenant })).key.reveal();
  const ask = (path: string, key?: string, init: RequestInit = {}) =>
    hub.app.request(`https://hub.example.test${path}`, {
      ...init,
      headers: { ...(key && { authorization: `Bearer ${key}` }), ...init.headers },
    });
  return { connect, keyOf, ask, [Symbol.asyncDispose]: () => hub.close() };
}

describe('connected accounts', () => {
  it('begin at the provider that is configured, with its client, its scopes and the address to come back to', async () => {
    await using scene = await open();
    const key = await scene.keyOf('acme');
    const answer = await scene.ask('/connect/spotify/start?return_to=/done', key);
    expect(answer.status).toBe(303);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.origin).toBe('https://accounts.spotify.com');
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      client_id: 'abc',
      scope: 'user-read-email',
      redirect_uri: 'https://hub.example.test/connect/spotify/callback',
      code_challenge_method: 'S256',
    });
    expect(answer.headers.get('set-cookie')).toContain('HttpOnly');
    expect(to.href).not.toContain('s3cret');
  });

  it.each([
    ['/connect/nobody/start', 400],
    ['/connect/constructor/start', 400],
    ['/connect/spotify/start?return_to=//evil.test', 400],
    ['/connect/spotify/start?scope=playlist-modify', 400],
    ['/connect/spotify/callback?code=x&state=y', 400],
    ['/connect/c1', 404],
  ])('are refused: %s', async (path, status) => {
    await using scene = await open();
    expect((await scene.ask(path, await scene.keyOf('acme'))).status).toBe(status);
  });

  it('are those of the caller, in the own tenant', async () => {
    await using scene = await open();
    const [acme, other] = [await scene.keyOf('acme'), await scene.keyOf('acme')];
    expect((await scene.ask('/connect')).status).toBe(401);
    const subjectOf = (key: string) => `key:${key.slice('im_hub_'.length, 'im_hub_'.length + 16)}`;
    const own = scene.connect.connections.tenant('acme');
    const { id } = await own.add({
      provider: 'github',
      user: subjectOf(acme),
      tokens: {
        accessToken: new Secret('token-of-the-user'),
        tokenType: 'bearer',
        scopes: ['read:user'],
        more: {},
      },
    });
    const list = async (key: string) => (await scene.ask('/connect', key)).text();
    expect(await list(acme)).toContain(id);
    expect(await list(acme)).not.toContain('token-of-the-user');
    expect(await list(other)).not.toContain(id);
    expect((await scene.ask(`/connect/${id}`, other, { method: 'DELETE' })).status).toBe(404);
  });

  it('are sent on by GET when a provider answers by a form, which no session comes with', async () => {
    await using scene = await open();
    const answer = await scene.ask('/connect/github/callback', undefined, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://github.com' },
      body: 'code=x&state=y&user=z',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      '/connect/github/callback?code=x&state=y',
    ]);
  });

  it('are not offered where a client cannot be right: every fault is told at once', () => {
    const common = { clock: createVirtualClock(), state: memoryState(), logger: silentLogger };
    const providers = { github: { clientId: 'def', scopes: [] }, shopify: { clientId: 'x', scopes: [] } };
    const make = () =>
      createConnect(
        {
          baseUrl: 'https://hub.test',
          sealingKey: new Secret(Buffer.alloc(32).toString('base64')),
          providers,
        },
        common,
      );
    expect(make).toThrow('connect.providers.github.credential.method');
    expect(make).toThrow('connect.providers.shopify');
  });
});
