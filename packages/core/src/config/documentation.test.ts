import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definition } from '../__tests__/sample-definitions.ts';
import { type LoadedConfig, loadConfig } from '../config.ts';
import { secret } from '../options.ts';

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const definitions = [
  definition('spotify', z.looseObject({ clientId: z.string(), clientSecret: secret() })),
  definition('stripe', z.strictObject({ apiKey: secret() })),
];
const env = { SPOTIFY_CLIENT_ID: 'id', SPOTIFY_CLIENT_SECRET: 'shared', GLOBEX_SPOTIFY: 'off' };

function load(environment: string): Promise<LoadedConfig> {
  return loadConfig(
    { text: example, name: 'example' },
    { env, environment, definitions, secrets: (path) => path },
  );
}

describe('the example in docs/configuration.md', () => {
  it('loads, with what the page says of it', async () => {
    const { integrations, tenants } = await load('production');
    expect(integrations).toMatchObject([
      { tenant: 'default', name: 'stripe', enabled: false },
      { tenant: 'acme', name: 'spotify_main', required: true, options: { clientId: 'id', market: 'US' } },
      { tenant: 'globex', name: 'spotify_main', required: false, enabled: false },
    ]);
    expect(tenants.find(({ name }) => name === 'acme')?.settings).toEqual({
      slaTarget: 0.999,
      features: { playlists: true, podcasts: true },
      resilience: { timeoutMs: 10_000, retry: { maxAttempts: 4 } },
    });
  });

  it('loads in every environment', async () => {
    expect((await load('development')).integrations[1]?.options).toMatchObject({
      baseUrl: 'http://127.0.0.1:4010/v1/',
    });
    expect((await load('staging')).integrations[1]?.options).toMatchObject({ market: 'US' });
  });

  it('has the faults that the page shows, when it has those mistakes', async () => {
    const shown = /```\n(configuration cannot[\s\S]*?)\n```/.exec(page)?.[1];
    const loading = loadConfig(
      { text: example.replace('required', 'requird'), name: 'integrations.yaml' },
      { env, environment: 'production', definitions: definitions.slice(0, 1), from: '/' },
    );
    await expect(loading).rejects.toMatchObject({ message: shown });
  });
});
