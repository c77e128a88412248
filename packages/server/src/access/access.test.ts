import { generateKeyPairSync } from 'node:crypto';
import { createSigningKeys, createTokenIssuer, createTokenVerifier } from '@im/auth/jwt';
import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry } from '../__fixtures__/registry.ts';
import { ListenError } from '../listen.ts';
import { createServer } from '../server.ts';
import { createHubAccess } from './access.ts';

const list = [sample(), sample({ tenant: 'zest', name: 'memory' })];
const issuer = 'https://id.example.test';

async function open() {
  const clock = createVirtualClock();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const keys = await createSigningKeys([{ algorithm: 'ES256', key: new Secret(pem) }]);
  const tokens = createTokenIssuer({ issuer, audience: 'hub', keys, clock });
  const verifier = createTokenVerifier({ issuer, audience: 'hub', keys, clock });
  const access = createHubAccess({
    state: memoryState(clock),
    clock,
    tokens: { verifier },
    roles: { nobody: { title: 'Nobody' } },
  });
  const { app } = createServer({ registry: sampleRegistry(list), access, clock });
  const get = async (path: string, authorization?: string, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, {
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const tokenOf = async (claims: Record<string, unknown>, tenant?: string) =>
    (await tokens.issue({ subject: 'ada', tenant, claims })).value.reveal();
  return { clock, access, get, tokenOf };
}

const totalOf = ({ body }: { readonly body: string }) => (JSON.parse(body) as { total?: number }).total;

describe('access to the hub', () => {
  it('is refused without a credential, but for the probes', async () => {
    const { get } = await open();
    for (const path of ['/', '/integrations/health', '/integrations/status', '/integrations/metrics'])
      expect([path, (await get(path)).status]).toEqual([path, 401]);
    for (const path of ['/livez', '/readyz', '/startupz'])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect((await get('/integrations/status')).headers.get('www-authenticate')).toBe('Bearer realm="hub"');
    expect((await get('/', undefined, { accept: 'text/html' })).headers.get('www-authenticate')).toContain(
      'Basic',
    );
  });

  it('is given to a key, as bearer or as the password of a browser, until it is revoked', async () => {
    const { get, access } = await open();
    const { id, key } = await access.createKey({ name: 'ops', roles: ['viewer'] });
    expect(totalOf(await get('/integrations/status', `Bearer ${key.reveal()}`))).toBe(2);
    const basic = Buffer.from(`me:${key.reveal()}`).toString('base64');
    expect((await get('/', `Basic ${basic}`)).status).toBe(200);
    await access.revokeKey(id);
    const refused = await get('/integrations/status', `Bearer ${key.reveal()}`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="hub", error="invalid_token"');
    expect(refused.body).not.toContain(key.reveal());
  });

  it('is of one tenant for a key of one tenant', async () => {
    const { get, access } = await open();
    const { key } = await access.createKey({ name: 'acme', roles: ['admin'], tenant: 'acme' });
    const own = await get('/integrations/status', `Bearer ${key.reveal()}`);
    expect([totalOf(own), own.body.includes('zest')]).toEqual([1, false]);
    expect((await get('/integrations/health/spotify_main', `Bearer ${key.reveal()}`)).status).toBe(200);
  });

  it('is what the roles of a token say, in the tenant that it names', async () => {
    const { get, tokenOf } = await open();
    const status = async (claims: Record<string, unknown>, tenant?: string) =>
      (await get('/integrations/status', `Bearer ${await tokenOf(claims, tenant)}`)).status;
    expect(await status({ roles: ['viewer'] }, 'acme')).toBe(200);
    expect(await status({ roles: 'viewer operator' }, '*')).toBe(200);
    expect(await status({ roles: ['nobody'] }, 'acme')).toBe(403);
    expect(await status({ roles: ['constructor'] }, 'acme')).toBe(403);
    expect(await status({}, 'acme')).toBe(403);
    expect(await status({ roles: ['admin'] })).toBe(401);
  });

  it.each([
    ['an empty bearer', 'Bearer '],
    ['no key', 'Bearer nonsense'],
    ['a key that was cut', 'Bearer im_hub_0000'],
    ['another scheme', 'Digest username="x"'],
    ['two words too many', 'Bearer a b'],
    ['an unsigned token', `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['a broken password', 'Basic %%%'],
  ])('is refused with 401 to %s', async (_, authorization) => {
    const { get } = await open();
    expect((await get('/integrations/status', authorization)).status).toBe(401);
  });

  it('is refused to a token that has ended', async () => {
    const { get, tokenOf, clock } = await open();
    const token = await tokenOf({ roles: ['viewer'] }, 'acme');
    await clock.advance(3_600_000);
    expect((await get('/integrations/status', `Bearer ${token}`)).status).toBe(401);
  });

  it('cannot be left open beyond loopback but on purpose', async () => {
    const hub = (options: object) =>
      createServer({ registry: sampleRegistry([]), port: 0, settleMs: 1, ...options });
    await expect(hub({ host: '0.0.0.0' }).listen()).rejects.toThrow(ListenError);
    await expect(hub({ host: '0.0.0.0' }).listen()).rejects.toThrow('openToAll');
    await using open = hub({ host: '0.0.0.0', openToAll: true });
    expect(await open.listen()).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
    await using local = hub({ host: '::1' });
    expect(await local.listen()).toMatch(/^http:\/\/\[::1\]:\d+$/);
  });
});
