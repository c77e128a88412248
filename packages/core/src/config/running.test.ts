import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applyChanges, loadConfig } from '../config.ts';
import { defineIntegration } from '../define-integration.ts';
import { IntegrationError } from '../errors.ts';
import { type Call, read } from '../operation.ts';
import { secret } from '../options.ts';
import { createRegistry } from '../registry/registry.ts';

/** Answers with its own options; its check refuses the key `bad`. */
const mirror = defineIntegration({
  id: 'mirror',
  title: 'Mirror',
  category: 'example',
  contract: 1,
  docs: 'https://example.com',
  options: z.strictObject({ key: secret(), size: z.number().default(1) }),
  egress: [],
  errors: { docs: 'https://example.com/errors', rows: [] },
  connect: ({ options, tenant }) => ({
    look: read(async (_call: Call) => `${tenant} ${options.key.reveal()} ${options.size}`),
    test: read(async (_call: Call) => {
      if (options.key.reveal() === 'bad') throw new IntegrationError('refused', { code: 'unauthenticated' });
    }),
  }),
  check: (api, call) => api.test(call),
});

const load = (text: string) => loadConfig({ text, name: 'im.yaml' }, { env: {}, definitions: [mirror] });

const text = `
templates: { t: { integrations: { mirror: { options: { size: 2 } } } } }
tenants:
  acme: { extends: t, integrations: { mirror: { options: { key: one } } } }
  globex: { extends: t, integrations: { mirror: { options: { key: two } } } }
`;

describe('a configuration in a real registry', () => {
  it('runs, follows what changes, and keeps the old where the new does not pass its check', async () => {
    await using registry = createRegistry();
    const look = (tenant: string) => registry.tenant(tenant).get(mirror).look();
    const first = await load(text);
    await first.apply(registry);
    expect((await registry.enableAll()).failed).toEqual([]);
    expect([await look('acme'), await look('globex')]).toEqual(['acme one 2', 'globex two 2']);

    const second = await load(text.replace('key: one', 'key: bad').replace('key: two', 'key: three'));
    const report = await applyChanges(registry, first, second);
    expect(report).toMatchObject({
      done: ['globex/mirror'],
      failed: [{ tenant: 'acme', name: 'mirror', error: { code: 'unauthenticated' } }],
    });
    expect([await look('acme'), await look('globex')]).toEqual(['acme one 2', 'globex three 2']);

    const third = await load(
      text.replace(/ {2}globex.*/, '  hooli: { integrations: { mirror: { options: { key: new } } } }'),
    );
    await applyChanges(registry, second, third);
    expect(await look('hooli')).toBe('hooli new 1');
    expect(registry.list().map(({ tenant, status }) => `${tenant} ${status}`)).toEqual([
      'acme healthy',
      'hooli healthy',
    ]);
  });

  it('leaves the registry empty when it is refused halfway', async () => {
    await using registry = createRegistry();
    registry.register(mirror, { tenant: 'globex', options: { key: 'mine' } });
    const config = await load(text);
    await expect(config.apply(registry)).rejects.toMatchObject({ code: 'already_exists' });
    expect(registry.list().map(({ tenant }) => tenant)).toEqual(['globex']);
  });
});
