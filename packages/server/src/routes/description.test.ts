import { memoryState, Secret, silentLogger } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sampleRegistry } from '../__fixtures__/registry.ts';
import { createHubAccess } from '../access/access.ts';
import { createConnect } from '../connect.ts';
import { createServer } from '../server.ts';

const clock = createVirtualClock();
const common = { clock, state: memoryState(clock), logger: silentLogger };
const hub = createServer({
  registry: sampleRegistry([]),
  ...common,
  access: createHubAccess(common),
  connect: createConnect(
    {
      baseUrl: 'https://hub.example.test',
      sealingKey: new Secret(Buffer.alloc(32, 7).toString('base64')),
      providers: { spotify: { clientId: 'abc', scopes: ['user-read-email'] } },
    },
    common,
  ),
  reload: async () => ({ done: [], failed: [], restartNeeded: false }),
});
const text = async (path: string) => (await hub.app.request(path)).text();

interface Described {
  readonly paths: Record<
    string,
    Record<string, { operationId: string; security?: unknown[]; 'x-permission'?: string }>
  >;
  readonly components: { readonly securitySchemes: Record<string, unknown> };
}
const description = JSON.parse(await text('/openapi.json')) as Described;
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    ...operation,
  })),
);

/** What anybody may ask for: it tells nothing of what runs here, or proves by itself whose it is. */
const open = [/^\/(livez|readyz|startupz)$/, /^\/openapi\.json$/, /^\/docs$/, /^\/webhooks\//];
const isOpen = (path: string) => open.some((pattern) => pattern.test(path));

describe('the description of the hub', () => {
  it('names every route that is mounted, and each once', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const described = new Set(Object.keys(description.paths).map((path) => path.replace(/\{[^}]+\}/g, ':x')));
    const mounted = hub.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map(({ path }) => path.replace(/:\w+(\{[^}]+\})?/g, ':x'));
    const pages = ['/', '/docs', '/openapi.json', '/integrations/events/page'];
    expect(mounted.filter((path) => !described.has(path) && !pages.includes(path))).toEqual([]);
  });

  it('says of every route what it needs, and the route holds to it', async () => {
    expect(Object.keys(description.components.securitySchemes)).toEqual(['key', 'token', 'browser']);
    const wrong: unknown[] = [];
    for (const { path, method, security, 'x-permission': permission } of operations) {
      const answer = await hub.app.request(path.replace(/\{[^}]+\}/g, 'x'), { method });
      const needsOne = security !== undefined && security.length > 0 && permission !== undefined;
      if (needsOne === isOpen(path) || (needsOne && answer.status !== 401))
        wrong.push([method, path, answer.status]);
    }
    expect(wrong).toEqual([]);
  });

  it('lets nobody in at any path that is mounted, however it is asked for', async () => {
    const paths = new Set(
      hub.app.routes.map(({ path }) => path.replace(/:\w+(\{[^}]+\})?/g, 'x').replace('*', 'x')),
    );
    const entered: unknown[] = [];
    for (const path of paths)
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const { status } = await hub.app.request(path, { method });
        const isCallback = path.endsWith('/callback') && method === 'POST';
        if (!isOpen(path) && !isCallback && ![401, 404, 405].includes(status))
          entered.push([method, path, status]);
      }
    expect(entered).toEqual([]);
  });

  it('is a page too, with every route and every schema, and nothing from elsewhere', async () => {
    const answer = await hub.app.request('/docs');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(policy).not.toContain('script-src');
    const page = await answer.text();
    for (const { operationId, path } of operations) {
      expect(page).toContain(`<article id="${operationId}">`);
      expect(page).toContain(`<code>${path}</code>`);
    }
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(30);
    for (const id of new Set(targets)) expect(page).toContain(`id="${id}"`);
    expect(page).not.toMatch(/<script|<img|https?:\/\/|undefined|\[object/);
  });
});
