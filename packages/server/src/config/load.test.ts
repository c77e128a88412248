import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, Secret } from '@im/core';
import { memory } from '@im/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHubConfig } from './load.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'im-hub-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

const load = async (text: string, env: Record<string, string> = {}) => {
  const file = join(folder, 'hub.yaml');
  await writeFile(file, text);
  return loadHubConfig(file, { definitions: [memory], env });
};
const faultsIn = async (text: string) => {
  const error = await load(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigurationError)) throw error ?? new Error('it was loaded');
  return error.faults.map(({ path, place }) => `${place?.line}:${place?.column} ${path}`);
};

const key = Buffer.alloc(32, 1).toString('base64');

describe('the section of the hub', () => {
  it('is read beside the integrations, with references, types and secrets', async () => {
    const { hub, config } = await load(
      `
hub:
  port: \${env:PORT}
  network:
    allow: [10.0.0.0/8, '2001:db8::/32']
  connect:
    baseUrl: https://hub.example.test
    sealingKey: \${env:SEAL}
    providers: { spotify: { clientId: abc, scopes: [user-read-email] } }
  webhooks: { url: 'https://app.example.test/events', secret: '\${env:SEAL}' }
  state: { redis: 'redis://:pass-of-redis@10.0.0.1' }
tenants:
  acme:
    integrations: { notes: { use: memory } }
`,
      { PORT: '9000', SEAL: key },
    );
    expect(hub).toMatchObject({ port: 9000, network: { allow: ['10.0.0.0/8', '2001:db8::/32'] } });
    expect(hub.connect?.sealingKey).toBeInstanceOf(Secret);
    expect(hub.webhooks).toMatchObject({ url: 'https://app.example.test/events' });
    for (const secret of [key, 'pass-of-redis']) expect(JSON.stringify(hub)).not.toContain(secret);
    expect(config.integrations.map(({ name, tenant }) => [name, tenant])).toEqual([['notes', 'acme']]);
  });

  it('tells every fault of both parts at once, each with its line and column', async () => {
    expect(
      await faultsIn(`hub:
  prot: 9000
  network:
    allow:
      - 10.0.0.0/33
      - nowhere
  rateLimit: { caller: { requests: 0, windowMs: 60000 } }
  access: { tokens: { issuer: 'https://id.test', audience: hub, jwksUri: 'http://id.test/keys' } }
integrations:
  notes: { use: memory, options: { maxNotes: many } }
hubs: 1
`),
    ).toEqual([
      '2:3 hub',
      '5:9 hub.network.allow[0]',
      '6:9 hub.network.allow[1]',
      '7:36 hub.rateLimit.caller.requests',
      '8:74 hub.access.tokens.jwksUri',
      '10:46 integrations.notes.options.maxNotes',
      '11:1 ',
    ]);
  });

  it.each([
    ['nothing at all', 'integrations: {}\n', {}],
    ['an empty heading', 'hub:\nintegrations: {}\n', {}],
    ['braces', '{ "hub": { "port": 1 }, "integrations": {} }', { port: 1 }],
    ['braces, and it is last', '{ "integrations": {}, "hub": { "port": 2 } }', { port: 2 }],
    [
      'an anchor',
      'integrations: {}\nhub:\n  network: { allow: &a [10.0.0.1], deny: *a }\n',
      { network: { allow: ['10.0.0.1'], deny: ['10.0.0.1'] } },
    ],
  ])('may be %s', async (_, text, hub) => {
    expect((await load(text)).hub).toEqual(hub);
  });

  it.each([
    ['a list', 'hub: [1]\n'],
    ['a text', 'hub: on\n'],
    ['broken YAML', 'hub: {\nintegrations: [\n'],
    ['two of them', 'hub: { port: 1 }\nhub: { port: 2 }\n'],
    ['a port that is none', 'hub: { port: 99999 }\n'],
  ])('cannot be %s', async (_, text) => {
    expect((await faultsIn(text))[0]).toMatch(/^[12]:\d+ /);
  });

  it('shows no value of a secret in a fault', async () => {
    const error = await load(`hub: { connect: { baseUrl: x, sealingKey: ${key}, providers: 1 } }\n`).catch(
      String,
    );
    expect(error).toContain('hub.connect.baseUrl');
    expect(error).not.toContain(key);
  });
});
