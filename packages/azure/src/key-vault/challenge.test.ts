/** Whom the vault may send us to for tokens, and who says who we are. */
import { createEgressGuard } from '@im/http';
import { describe, expect, test } from 'vitest';
import { type ClientHow, openBench } from '../common/__tests__/bench.ts';
import { challengedResource, isOwnResource, resourceOf } from './challenge.ts';
import { keyVault } from './key-vault.ts';
import { type KeyVaultFake, sampleThings, startFake } from './testing.ts';

const { password } = sampleThings;
const open = () => openBench(keyVault, startFake);

/** A vault by its name in a private cloud, at the fake's address. */
function privateCloud({ url }: KeyVaultFake, host: string, options: object = {}): ClientHow {
  const { port } = new URL(url);
  return {
    options: { endpoint: `http://${host}:${port}`, ...options },
    via: (request) => ({
      ...request,
      url: new URL(request.url.href.replace(host, '127.0.0.1')),
      guard: createEgressGuard({ allow: [], onPurpose: [url] }),
    }),
  };
}

describe('a vault that asks for tokens of its own domain', () => {
  const host = 'kv.vault.local.azurestack.external';
  const resource = 'https://vault.local.azurestack.external';

  test('gets them, and is asked with them at once from then on', async () => {
    await using bench = await open();
    bench.fake.resource = resource;
    const client = bench.client(privateCloud(bench.fake, host));
    expect((await client.getSecret(password)).value.reveal()).toBe('password of tenant_a');
    await client.getSecret(password);
    expect(bench.fake.exchanges.map(({ status }) => status)).toEqual([200, 401, 200, 200, 200]);
    const scopes = bench.fake.exchanges.flatMap(({ requestBody }) => {
      const scope = new URLSearchParams(Buffer.from(requestBody).toString()).get('scope');
      return scope === null ? [] : [scope];
    });
    expect(scopes).toEqual(['https://vault.azure.net/.default', `${resource}/.default`]);
  });

  test('gets none when challenges are not believed', async () => {
    await using bench = await open();
    bench.fake.resource = resource;
    const client = bench.client(privateCloud(bench.fake, host, { challenge: false }));
    expect(await bench.failure(client.getSecret(password))).toMatchObject({ code: 'unauthenticated' });
  });

  test('learns it from an unsafe call too, which fails, and the next one works', async () => {
    await using bench = await open();
    bench.fake.resource = resource;
    const client = bench.client(privateCloud(bench.fake, host));
    expect(await bench.failure(client.setSecret('a', 'b'))).toMatchObject({
      code: 'unauthenticated',
      effect: 'none',
    });
    expect(await client.setSecret('a', 'b')).toMatchObject({ name: 'a' });
  });
});

test('a vault that asks for tokens of another service gets none, and is told of', async () => {
  await using bench = await open();
  bench.fake.challenges = 'https://management.azure.com';
  bench.fake.expireTokens();
  bench.fake.resource = 'https://management.azure.com';
  const error = await bench.failure(bench.client().getSecret(password));
  expect(error).toMatchObject({
    code: 'unauthenticated',
    reason: 'foreign_challenge',
    message: expect.stringContaining('not of its own domain; check the option `endpoint`'),
  });
  const asked = bench.fake.exchanges.map(({ requestBody }) => Buffer.from(requestBody).toString());
  expect(asked.join('\n')).not.toContain('management');
});

test('an expired token is renewed once, and the call works', async () => {
  await using bench = await open();
  const client = bench.client();
  await client.getSecret(password);
  bench.fake.expireTokens();
  await client.getSecret(password);
  expect(bench.sent()).toHaveLength(3);
});

test('a wrong client secret, and an unknown app, say what to check', async () => {
  await using bench = await open();
  for (const change of [
    { clientSecret: 'not the secret of it' },
    { clientId: '00000000-0000-4000-8000-000000000000' },
  ]) {
    const { credentials } = bench.fake.options();
    const client = bench.client({ options: { credentials: { ...credentials, ...change } } });
    expect(await bench.failure(client.getSecret(password))).toMatchObject({
      code: 'unauthenticated',
      effect: 'none',
    });
  }
  expect(bench.sent()).toEqual([]);
});

test('a token of another directory than the vault’s is told from other refusals', async () => {
  await using bench = await open();
  bench.fake.inject({
    path: /^\/secrets/,
    times: Number.POSITIVE_INFINITY,
    fault: {
      kind: 'status',
      status: 401,
      body: JSON.stringify({
        error: { code: 'Unauthorized', message: 'AKV10032: Invalid issuer. Expected one of x' },
      }),
    },
  });
  expect(await bench.failure(bench.client().getSecret(password))).toMatchObject({
    code: 'unauthenticated',
    reason: 'AKV10032',
    message: expect.stringContaining('use credentials of the directory that the vault belongs to'),
  });
});

test.each([
  ['my.vault.azure.net', 'https://vault.azure.net'],
  ['my.managedhsm.azure.net', 'https://managedhsm.azure.net'],
  ['MY.VAULT.AZURE.CN', 'https://vault.azure.cn'],
  ['127.0.0.1', 'https://vault.azure.net'],
  ['vault.azure.net.evil.example', 'https://vault.azure.net'],
])('%s is asked with tokens for %s', (host, resource) => {
  expect(resourceOf(host)).toBe(resource);
});

test.each([
  [
    'Bearer authorization="https://login.microsoftonline.com/x", resource="https://vault.azure.net"',
    'https://vault.azure.net',
  ],
  ['bearer resource = https://vault.azure.net/ , authorization="x"', 'https://vault.azure.net'],
  ['Bearer authorization="x", scope="https://managedhsm.azure.net/.default"', 'https://managedhsm.azure.net'],
  ['Bearer error="invalid_token"', undefined],
  ['Basic realm="x", resource="https://vault.azure.net"', undefined],
  ['', undefined],
  [undefined, undefined],
])('the challenge %j names %s', (header, resource) => {
  expect(challengedResource(header)).toBe(resource);
});

test.each([
  ['https://vault.azure.net', 'my.vault.azure.net', true],
  ['https://VAULT.azure.net', 'my.vault.azure.net', true],
  ['https://vault.azure.net', 'vault.azure.net', false],
  ['https://vault.azure.net', 'myvault.azure.net', false],
  ['https://net', 'my.vault.azure.net', false],
  ['http://vault.azure.net', 'my.vault.azure.net', false],
  ['https://vault.azure.net/x', 'my.vault.azure.net', false],
  ['https://storage.azure.com', 'my.vault.azure.net', false],
  ['vault.azure.net', 'my.vault.azure.net', false],
])('that %s is the own resource of %s is %s', (resource, host, expected) => {
  expect(isOwnResource(resource, host)).toBe(expected);
});
