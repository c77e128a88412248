/** Requests passed on by a whole hub, on a socket, to fakes of vendors. */
import { createRegistry } from '@im/core';
import { spotify } from '@im/spotify';
import { startFake } from '@im/spotify/testing';
import { memory } from '@im/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type HubServer } from '../server.ts';

let fake: Awaited<ReturnType<typeof startFake>>;
let hub: HubServer;

beforeAll(async () => {
  fake = await startFake();
  const registry = createRegistry({ health: { checkIntervalMs: 0 } });
  for (const tenant of ['default', 'acme'])
    registry.register(spotify, {
      name: 'music',
      tenant,
      options: fake.options(tenant),
      resilience: { retry: { initialMs: 1, maxMs: 1 } },
    });
  registry.register(memory, { name: 'notes', options: {} });
  hub = createServer({ registry, port: 0 });
  await hub.listen();
});
afterAll(async () => {
  await hub.close();
  await fake[Symbol.asyncDispose]();
});

/** What is passed on is no request of the adapter's own: `tools/spec-check` does not judge it. */
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${hub.url}/proxy/${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), 'x-im-by-hand': 'passed on' },
  });
const problemOf = async (answer: Response) => (await answer.json()) as { status: number; detail: string };

describe('a request through the hub', () => {
  it('reaches the vendor with the credentials of the tenant, and none of the caller’s', async () => {
    fake.forget();
    const headers = {
      authorization: 'Bearer of-the-caller',
      'im-tenant': 'acme',
      'x-forwarded-for': '10.0.0.1',
    };
    const answer = await ask('music/search?q=a%20b&type=track', { headers });
    expect([answer.status, answer.headers.get('im-provider')]).toEqual([200, 'spotify']);
    expect(await answer.json()).toHaveProperty('tracks');
    const sent = fake.exchanges.at(-1);
    expect(sent?.target).toBe('/v1/search?q=a%20b&type=track');
    const names = JSON.stringify(sent?.requestHeaders);
    for (const own of ['of-the-caller', 'im-tenant', '10.0.0.1']) expect(names).not.toContain(own);
    await ask('music/search?q=a&type=track');
    expect(fake.exchanges.at(-1)?.requestHeaders.authorization).not.toBe(sent?.requestHeaders.authorization);
  });

  it('gets an error of the vendor as it is, after retries that its method allows', async () => {
    for (const [method, times] of [
      ['GET', 3],
      ['POST', 1],
    ] as const) {
      fake.forget();
      fake.inject({ fault: { kind: 'status', status: 503, body: 'out of order' }, path: /v1/, times: 9 });
      const answer = await ask('music/me/player/next', { method });
      expect([answer.status, await answer.text()]).toEqual([503, 'out of order']);
      expect(fake.exchanges.filter(({ fault }) => fault !== undefined)).toHaveLength(times);
    }
    fake.forget();
  });

  it('passes a body on, and an answer without one', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask('music/me/playlists', { method: 'POST', headers, body: '{"name":"Morning"}' });
    expect(answer.status).toBe(201);
    const head = await ask('music/me', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([fake.exchanges.at(-1)?.status, '']);
  });

  it('cannot be made a page of the hub’s', async () => {
    const page = {
      'content-type': 'text/html',
      'content-security-policy': "default-src *; script-src * 'unsafe-inline'",
      'access-control-allow-origin': '*',
      'set-cookie': 'session=stolen',
      refresh: '0; url=/',
    };
    fake.inject({ fault: { kind: 'status', status: 200, headers: page, body: '<script>1</script>' } });
    const answer = await ask('music/me');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    for (const name of ['access-control-allow-origin', 'set-cookie', 'refresh'])
      expect(answer.headers.get(name)).toBeNull();
  });

  it('is refused by the hub with what is wrong', async () => {
    const cases = [
      ['nothing/me', 404, 'No integration named "nothing" is registered for tenant "default"'],
      ['notes/me', 501, 'passes no requests on'],
    ] as const;
    for (const [path, status, says] of cases) {
      const answer = await ask(path);
      const { detail } = await problemOf(answer);
      expect([answer.status, answer.headers.get('im-provider')]).toEqual([status, null]);
      expect(detail).toContain(says);
    }
    expect((await ask('music/me', { method: 'OPTIONS' })).status).toBe(405);
  });

  it('stays below the base URL of the vendor', async () => {
    fake.forget();
    for (const path of [
      'music//elsewhere.test/x',
      'music/https://elsewhere.test/x',
      'music/..%2f..%2fx',
      'music/\\x',
    ])
      expect((await ask(path)).status).toBeGreaterThanOrEqual(400);
    for (const { target } of fake.exchanges) expect(target).toMatch(/^\/(v1|api)\//);
  });

  it('lets the vendor go when the caller leaves', async () => {
    fake.forget();
    fake.inject({ fault: { kind: 'latency', delayMs: 60_000 }, path: /v1/ });
    const leaving = new AbortController();
    const asked = ask('music/me', { signal: leaving.signal }).catch((error: unknown) => error);
    while (!fake.exchanges.some(({ fault }) => fault === 'latency')) await new Promise(setImmediate);
    leaving.abort(new Error('gone'));
    expect(await asked).toMatchObject({ message: 'gone' });
    while (!fake.exchanges.some(({ aborted }) => aborted)) await new Promise(setImmediate);
    fake.forget();
  });

  it('lets the vendor go when the caller leaves in the middle of the answer', async () => {
    fake.forget();
    fake.inject({ fault: { kind: 'slow-body', chunkBytes: 1, delayMs: 60_000 }, path: /v1/ });
    const leaving = new AbortController();
    const asked = ask('music/me', { signal: leaving.signal }).catch((error: unknown) => error);
    while (!fake.exchanges.some(({ fault, status }) => fault === 'slow-body' && status === 200))
      await new Promise(setImmediate);
    leaving.abort(new Error('gone'));
    expect(await asked).toMatchObject({ message: 'gone' });
    while (!fake.exchanges.some(({ aborted }) => aborted)) await new Promise(setImmediate);
    fake.forget();
  });

  it('says what is left of the caller’s limit', async () => {
    const registry = createRegistry({ health: { checkIntervalMs: 0 } });
    registry.register(spotify, { name: 'music', options: fake.options('default') });
    await using limited = createServer({
      registry,
      port: 0,
      settleMs: 1,
      rateLimit: { caller: { requests: 2, windowMs: 60_000 } },
    });
    await limited.listen();
    const headers = { 'x-im-by-hand': 'passed on' };
    const get = async (path: string) => {
      const answer = await fetch(limited.url + path, { headers });
      await answer.arrayBuffer();
      return [answer.status, answer.headers.has('ratelimit')];
    };
    expect(await get('/proxy/music/me')).toEqual([200, true]);
    expect(await get('/integrations/health')).toEqual([200, true]);
    expect(await get('/proxy/music/me')).toEqual([429, true]);
  });
});
