import { createRegistry, memoryState } from '@im/core';
import { createVirtualClock, memory } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { createHubAccess } from '../access/access.ts';
import { type AuditLog, memoryAuditLog, openAuditLog } from '../audit/audit-log.ts';
import { memoryAuditStore } from '../audit/store.ts';
import { createServer } from '../server.ts';

async function open(audit: AuditLog = memoryAuditLog()) {
  const clock = createVirtualClock();
  const registry = createRegistry({ clock });
  for (const tenant of ['acme', 'zest']) registry.register(memory, { tenant, name: 'notes', options: {} });
  await registry.enableAll();
  const state = memoryState(clock);
  const access = createHubAccess({ state, clock });
  const reloads: unknown[] = [];
  const hub = createServer({
    registry,
    access,
    audit,
    clock,
    state,
    reload: async () => {
      reloads.push(await audit.list(1, 100));
      return { done: ['acme/notes'], failed: [], restartNeeded: false };
    },
  });
  const keyOf = async (role: string, tenant?: string) =>
    (await access.createKey({ name: role, roles: [role], tenant })).key.reveal();
  const send = async (method: string, path: string, key: string, headers: Record<string, string> = {}) => {
    const answer = await hub.app.request(path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const statusOf = (tenant: string) => registry.status({ tenant, name: 'notes' });
  return { hub, audit, registry, reloads, keyOf, send, statusOf, [Symbol.asyncDispose]: () => hub.close() };
}

describe('actions', () => {
  it('do what they say, again without harm, and are on record before and after', async () => {
    await using scene = await open();
    const { send, statusOf, audit } = scene;
    const key = await scene.keyOf('operator', 'acme');
    const act = async (action: string) => {
      const once = await send('POST', `/integrations/notes/${action}`, key);
      const again = await send('POST', `/integrations/notes/${action}`, key);
      expect([once.status, again.status]).toEqual([200, 200]);
      return [once.body, again.body].map(({ status, breaker }) => `${status} ${breaker}`);
    };
    expect(await act('isolate')).toEqual(
      ['degraded isolated', 'degraded isolated'].map(() => expect.stringContaining('isolated')),
    );
    expect(await act('reset-breaker')).toEqual([
      expect.stringContaining('closed'),
      expect.stringContaining('closed'),
    ]);
    expect(await act('check')).toHaveLength(2);
    expect(await act('disable')).toEqual(['disabled closed', 'disabled closed']);
    expect(statusOf('acme').status).toBe('disabled');
    expect(statusOf('zest').status).toBe('healthy');
    expect(await act('enable')).toEqual(['healthy closed', 'healthy closed']);
    const entries = await audit.list(1, 100);
    expect(entries).toHaveLength(20);
    expect(entries.slice(0, 2)).toMatchObject([
      { phase: 'intent', action: 'integration.isolate', tenant: 'acme', target: 'notes' },
      { phase: 'done', action: 'integration.isolate', intent: 1 },
    ]);
    expect(entries.every(({ subject }) => /^key:\w+$/.test(subject))).toBe(true);
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  it('need the permission, and belong to the own tenant', async () => {
    await using scene = await open();
    const { send, audit } = scene;
    const viewer = await scene.keyOf('viewer', 'acme');
    const admin = await scene.keyOf('admin', 'acme');
    expect((await send('POST', '/integrations/notes/disable', viewer)).status).toBe(403);
    expect((await send('POST', '/integrations/notes/disable?tenant=zest', admin)).status).toBe(404);
    expect((await send('POST', '/integrations/nothing/disable', admin)).status).toBe(404);
    expect((await send('POST', '/admin/reload', admin)).status).toBe(403);
    expect((await send('GET', '/admin/audit', admin)).status).toBe(403);
    expect((await send('GET', '/integrations/notes/disable', admin)).status).toBe(405);
    expect(audit.size).toBe(0);
    expect(scene.statusOf('zest').status).toBe('healthy');
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.test' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost' }, 200],
    [{ origin: 'http://localhost' }, 200],
  ])('that a page sends with %j are answered with %i', async (headers, status) => {
    await using scene = await open();
    const key = await scene.keyOf('operator');
    expect((await scene.send('POST', '/integrations/notes/check?tenant=acme', key, headers)).status).toBe(
      status,
    );
  });

  it('are taken without access from this machine, by its own name', async () => {
    const registry = createRegistry();
    registry.register(memory, { name: 'notes', options: {} });
    await using hub = createServer({ registry });
    const act = async (host: string) =>
      (await hub.app.request('/integrations/notes/check', { method: 'POST', headers: { host } })).status;
    expect([
      await act('127.0.0.1:8080'),
      await act('[::1]:8080'),
      await act('rebound.evil.test:8080'),
    ]).toEqual([200, 200, 421]);
  });

  it('are not done when they cannot be recorded, as on a full disk', async () => {
    let isFull = false;
    const store = memoryAuditStore();
    const { append } = store;
    store.appendNow = undefined;
    store.append = (...lines) =>
      isFull ? Promise.reject(new Error('ENOSPC: /var/secret/place')) : append(...lines);
    await using scene = await open(await openAuditLog({ store }));
    const key = await scene.keyOf('admin');
    const act = (path: string) => scene.send('POST', path, key);
    isFull = true;
    for (const path of ['/integrations/notes/disable?tenant=acme', '/admin/reload']) {
      const { status, body } = await act(path);
      expect([status, body.detail]).toEqual([503, expect.stringContaining('so nothing was done')]);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    expect([scene.statusOf('acme').status, scene.reloads]).toEqual(['healthy', []]);
    isFull = false;
    expect((await act('/integrations/notes/disable?tenant=acme')).status).toBe(200);
    expect(await scene.audit.verify()).toMatchObject({ ok: true, entries: 2 });
  });

  it('reload the configuration, with the intent on record', async () => {
    await using scene = await open();
    const key = await scene.keyOf('admin');
    const answer = await scene.send('POST', '/admin/reload', key);
    expect(answer).toEqual({ status: 200, body: { done: ['acme/notes'], failed: [], restartNeeded: false } });
    expect(scene.reloads).toMatchObject([[{ action: 'hub.reload', phase: 'intent' }]]);
  });

  it('are read back a piece at a time, with the word on whether the record is whole', async () => {
    await using scene = await open();
    const key = await scene.keyOf('admin');
    for (let round = 0; round < 3; round += 1)
      await scene.send('POST', '/integrations/notes/check?tenant=acme', key);
    const { body } = await scene.send('GET', '/admin/audit?from=3&limit=2&verify=true', key);
    expect(body).toMatchObject({
      total: 6,
      next: 5,
      verdict: { ok: true, entries: 6 },
      entries: [{ seq: 3 }, { seq: 4 }],
    });
    expect((await scene.send('GET', '/admin/audit?from=5', key)).body).not.toHaveProperty('next');
    expect((await scene.send('GET', '/admin/audit?limit=0', key)).status).toBe(400);
  });
});
