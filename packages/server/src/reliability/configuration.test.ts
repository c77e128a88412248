import { createRegistry } from '@im/core';
import { applyChanges, type LoadConfigOptions, loadConfig } from '@im/core/config';
import { spotify } from '@im/spotify';
import { sampleIds } from '@im/spotify/testing';
import { expect, it } from 'vitest';
import { createServer } from '../server.ts';
import { countCalls, failed, keepCalling, openStack } from './__tests__/stack.ts';

/** A reference of the configuration's own language. */
const ref = (text: string) => `\${${text}}`;

const yaml = `
templates:
  standard:
    settings:
      slaTarget: 0.99
    integrations:
      spotify_main:
        use: '@im/spotify'
        options:
          baseUrl: ${ref('env:FAKE_URL')}/v1/
          accountsUrl: ${ref('env:FAKE_URL')}/
          auth: { flow: client-credentials }
tenants:
  acme:
    extends: standard
    settings: { resilience: { bulkhead: { maxConcurrent: 20 } } }
    integrations:
      spotify_main:
        required: true
        options:
          clientId: ${ref('env:ACME_ID')}
          clientSecret: ${ref('secret:acme/spotify')}
  globex:
    extends: standard
    integrations:
      spotify_main:
        options:
          clientId: ${ref('env:GLOBEX_ID')}
          clientSecret: ${ref('secret:globex/spotify')}
          market: ${ref('env:GLOBEX_MARKET:-SE')}
`;

const tenants = ['acme', 'globex'] as const;

it('a file becomes two tenants that are served, and a rotated secret fails no call', async () => {
  await using stack = await openStack();
  const { clock, fake } = stack;
  const env = {
    FAKE_URL: fake.url,
    ACME_ID: fake.account('acme').clientId,
    GLOBEX_ID: fake.account('globex').clientId,
  };
  const stored = new Map<string, string>(
    tenants.map((tenant) => [`${tenant}/spotify`, fake.account(tenant).clientSecret]),
  );
  const asked: string[] = [];
  const options: LoadConfigOptions = {
    env,
    definitions: [spotify],
    secrets: async (path) => {
      asked.push(path);
      return stored.get(path) ?? '';
    },
  };
  const load = () => loadConfig({ text: yaml, name: 'integrations.yaml' }, options);

  const registry = createRegistry({ ...stack.environment, health: { checkIntervalMs: 0 } });
  await using hub = createServer({ registry, port: 0, clock, graceMs: 0, settleMs: 0 });
  const url = await hub.listen();
  const health = async (tenant: string) =>
    (await fetch(`${url}/integrations/health/spotify_main?tenant=${tenant}`)).status;

  let config = await load();
  expect(asked.sort()).toEqual(['acme/spotify', 'globex/spotify']);
  await config.apply(registry);
  expect((await stack.until(registry.enableAll())).failed).toEqual([]);
  expect([await health('acme'), await health('globex')]).toEqual([200, 200]);

  // Answers take 300 ms, so that some calls are on their way at every moment.
  fake.inject({
    path: /^\/v1\/tracks/,
    fault: { kind: 'latency', delayMs: 300 },
    times: Number.POSITIVE_INFINITY,
  });
  const clients = tenants.map((tenant) => registry.tenant(tenant).get(spotify, 'spotify_main'));
  const calls = countCalls(stack);
  const keep = (times: number) =>
    keepCalling(stack, { everyMs: 100, times }, () => {
      for (const client of clients)
        for (let count = 0; count < 3; count += 1) calls.make(() => client.getTrack(sampleIds.track));
    });

  const inFlight: number[] = [];
  for (let rotation = 1; rotation <= 4; rotation += 1) {
    await keep(5);
    for (const tenant of tenants) {
      const secret = `rotated-${rotation}-of-${tenant}`;
      Object.assign(fake.account(tenant), { clientSecret: secret });
      stored.set(`${tenant}/spotify`, secret);
    }
    const next = await load();
    expect(config.diff(next).changed).toHaveLength(2);
    inFlight.push(...tenants.map((tenant) => registry.status({ name: 'spotify_main', tenant }).inFlight));
    const applied = applyChanges(registry, config, next);
    await keep(5);
    expect(await stack.until(applied)).toMatchObject({
      done: ['acme/spotify_main', 'globex/spotify_main'],
      failed: [],
    });
    // What was had with the secret before is worth nothing any more: the new one is really used.
    fake.expireTokens();
    config = next;
    expect([await health('acme'), await health('globex')]).toEqual([200, 200]);
  }
  await keep(5);
  await calls.end();

  expect(calls.made).toBe(270);
  expect(Math.min(...inFlight)).toBeGreaterThanOrEqual(3);
  expect(failed(calls.outcomes)).toEqual([]);
  const refused = fake.exchanges.filter(({ target, status }) => target === '/api/token' && status !== 200);
  expect(refused).toEqual([]);

  // A secret that the vendor does not take stays out, and the calls go on with the one before.
  stored.set('acme/spotify', 'a secret of nobody');
  const broken = await load();
  const calm = countCalls(stack);
  const { done, failed: kept } = await stack.until(applyChanges(registry, config, broken));
  expect([done, kept.map(({ tenant, error }) => [tenant, error.code])]).toEqual([
    [],
    [['acme', 'unauthenticated']],
  ]);
  for (const client of clients) calm.make(() => client.getTrack(sampleIds.track));
  await calm.end();
  expect(failed(calm.outcomes)).toEqual([]);
  expect([await health('acme'), await health('globex')]).toEqual([200, 200]);
  await stack.until(hub.close());
}, 30_000);
