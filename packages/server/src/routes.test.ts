import { silentLogger } from '@im/core';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from './__fixtures__/registry.ts';
import { healthSchema, integrationSchema, problemSchema, statusSchema } from './schemas.ts';
import { createServer } from './server.ts';

const well = sample({
  stats: sampleStats(10, 1),
  reasons: [{ kind: 'error_rate', says: 'some calls failed', since: 1 }],
});
const ill = sample({
  name: 'memory',
  tenant: 'zest',
  provider: 'memory',
  title: 'Memory',
  status: 'unhealthy',
});
const hubOf = (...list: ReturnType<typeof sample>[]) =>
  createServer({
    registry: sampleRegistry(list),
    note: ({ provider }) => (provider === 'memory' ? 'in memory' : undefined),
  });

describe('the routes', () => {
  const { app } = hubOf(well, ill);
  const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

  it('answer the health of all, by its schema', async () => {
    const answer = await get('/integrations/health');
    expect(answer.status).toBe(200);
    expect(healthSchema.strict().parse(await answer.json())).toMatchObject({ status: 'degraded', total: 2 });
  });

  it('answer 503 when nothing can be used', async () => {
    const answer = await hubOf(ill).app.request('/integrations/health');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: 'unhealthy', ready: false });
  });

  it('answer the health of one, 200 when it can be used and 503 when not', async () => {
    const one = await get('/integrations/health/spotify_main?tenant=acme');
    expect(one.status).toBe(200);
    expect(integrationSchema.strict().parse(await one.json())).toEqual(well);
    const other = await get('/integrations/health/memory?tenant=zest');
    expect(other.status).toBe(503);
    expect(await other.json()).toMatchObject({ name: 'memory', note: 'in memory' });
  });

  it('look for the tenant default unless one is named', async () => {
    const answer = await get('/integrations/health/spotify_main');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await answer.json()).detail).toContain(
      '"spotify_main" is registered for tenant "default"',
    );
  });

  it('filter the status by tenant, provider and status', async () => {
    const names = async (query: string) => {
      const body = statusSchema.strict().parse(await (await get(`/integrations/status?${query}`)).json());
      return [body.total, ...body.integrations.map(({ name }) => name)];
    };
    expect(await names('')).toEqual([2, 'spotify_main', 'memory']);
    expect(await names('tenant=zest')).toEqual([1, 'memory']);
    expect(await names('provider=spotify')).toEqual([1, 'spotify_main']);
    expect(await names('status=unhealthy&tenant=zest')).toEqual([1, 'memory']);
    expect(await names('status=unhealthy&tenant=acme')).toEqual([0]);
  });

  it('give a long list a piece at a time, each integration once', async () => {
    const list = Array.from({ length: 25 }, (_, index) =>
      sample({ name: `n${String(index).padStart(2, '0')}` }),
    );
    const { app: long } = hubOf(...list);
    const seen: string[] = [];
    let after = '';
    do {
      const answer = await long.request(`/integrations/status?limit=10${after}`);
      const body = statusSchema.parse(await answer.json());
      seen.push(...body.integrations.map(({ name }) => name));
      after = body.next === undefined ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(seen).toEqual(list.map(({ name }) => name));
  });

  it.each([
    ['/integrations/status?status=nope', 400],
    ['/integrations/status?unknown=1', 400],
    ['/integrations/status?limit=0', 400],
    ['/integrations/status?after=nonsense', 400],
    ['/integrations/health/x?tenant=', 400],
    [`/integrations/health/${'x'.repeat(300)}`, 400],
    ['/integrations/health/nobody?tenant=acme', 404],
    ['/integrations/nothing', 404],
    ['/?status=nope', 400],
    ['/%ff', 404],
    ['/integrations/health/%ff', 404],
    ['/integrations/health/%00', 404],
    ['/integrations/health/..%2f..%2fetc%2fpasswd', 404],
  ])('answer %s with %i and a problem', async (path, status) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await answer.json()).status).toBe(status);
  });

  it('name every fault of a request at once', async () => {
    const { errors } = problemSchema.parse(
      await (await get('/integrations/status?limit=x&status=y&z=1')).json(),
    );
    expect(errors?.map(({ where }) => where).sort()).toEqual(['limit', 'status', 'z']);
  });

  it.each([
    '/integrations/health',
    '/integrations/health/x',
    '/integrations/status',
    '/integrations/metrics',
    '/openapi.json',
  ])('refuse to write to %s, and answer HEAD like GET without a body', async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await app.request(path, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    }
    const head = await app.request(path, { method: 'HEAD' });
    expect(head.status).toBe((await get(path)).status);
    expect(await head.text()).toBe('');
  });

  it('describe themselves as OpenAPI 3.1, with every route and every schema that is referred to', async () => {
    const description = (await (await get('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
      components: { schemas: Record<string, unknown> };
    };
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining([
        '/livez',
        '/integrations/health',
        '/integrations/health/{name}',
        '/integrations/status',
        '/integrations/metrics',
      ]),
    );
    const references = [...JSON.stringify(description).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(description.components.schemas).toHaveProperty(String(name));
  });

  it('answer a fault of ours with a plain 500 and tell the log', async () => {
    const registry = sampleRegistry([well]);
    registry.list = () => {
      throw new Error('secret detail');
    };
    const logged: unknown[] = [];
    const logger = { ...silentLogger, error: (...line: unknown[]) => logged.push(line) };
    await using hub = createServer({ registry, logger });
    const answer = await hub.app.request('/integrations/status');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret detail');
    expect(logged).toHaveLength(1);
  });
});
