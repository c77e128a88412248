import { createIntegration, errorCode, provide, Secret } from '@im/core';
import { createVirtualClock, startFakeServer, type VirtualClock } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azure } from '../azure.ts';
import { type AzureFake, sampleGroup, startFake } from '../testing.ts';
import { createEntra } from './fake/entra.ts';
import { azureCredentialKey } from './tokens.ts';

describe('a credential of the application’s own', () => {
  let clock: VirtualClock;
  let fake: AzureFake;
  beforeEach(async () => {
    clock = createVirtualClock();
    fake = await startFake({ clock });
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  /** A credential as `@azure/identity` has them. */
  function credentialOf(answer: () => Promise<{ token: string; expiresOnTimestamp: number } | null>) {
    let asked = 0;
    return {
      get asked() {
        return asked;
      },
      getToken: () => {
        asked += 1;
        return answer();
      },
    };
  }
  const open = (credential: ReturnType<typeof credentialOf>) =>
    createIntegration(azure, {
      options: { baseUrl: fake.url, credentials: { type: 'default' } },
      clock,
      services: [provide(azureCredentialKey, credential)],
    });

  it('is asked once for many calls, and again shortly before its token ends', async () => {
    const entra = createEntra(clock);
    const token = entra.issue('tenant_a', 'https://management.azure.com');
    const credential = credentialOf(async () => ({ token, expiresOnTimestamp: clock.now() + 3_600_000 }));
    await using client = open(credential);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => client.getToken('https://management.azure.com/.default')),
    );
    expect(new Set(tokens.map((one) => one.token.reveal()))).toEqual(new Set([token]));
    expect(credential.asked).toBe(1);
    await clock.advance(3_600_000 - 119_000);
    await client.getToken('https://management.azure.com/.default');
    expect(credential.asked).toBe(2);
  });

  it('that finds no identity is unauthenticated, and is not asked again for a while', async () => {
    const credential = credentialOf(async () => {
      throw Object.assign(new Error('no managed identity endpoint found'), {
        name: 'CredentialUnavailableError',
      });
    });
    await using client = open(credential);
    for (let call = 0; call < 3; call += 1)
      await expect(client.getResource(sampleGroup, '2024-11-01')).rejects.toMatchObject({
        code: 'unauthenticated',
        effect: 'none',
      });
    expect(credential.asked).toBe(1);
    expect(fake.exchanges).toHaveLength(0);
  });

  it('gives its token to the service as a bearer token', async () => {
    const credential = credentialOf(async () => ({
      token: new Secret('a-token-that-nobody-knows').reveal(),
      expiresOnTimestamp: clock.now() + 3_600_000,
    }));
    await using client = open(credential);
    await expect(client.getResource(sampleGroup, '2024-11-01')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(fake.exchanges[0]?.requestHeaders.authorization).toBe('Bearer a-token-that-nobody-knows');
  });
});

describe('identities of the machine, by @azure/identity', () => {
  /** Sets variables of the environment for as long as `run` takes. */
  async function withEnvironment(variables: Readonly<Record<string, string>>, run: () => Promise<void>) {
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, variables);
    try {
      await run();
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  }

  it('the managed identity of an App Service gives tokens for the scope that is asked for', async () => {
    await using service = await startFakeServer({
      name: 'app-service',
      record: () => {},
      routes: {
        'GET /msi/token': ({ query, headers }) =>
          headers['x-identity-header'] === 'header-of-the-app'
            ? {
                json: {
                  access_token: `token for ${query.get('resource')}`,
                  expires_on: String(Math.floor(Date.now() / 1000) + 3_600),
                  resource: query.get('resource'),
                  token_type: 'Bearer',
                },
              }
            : { status: 401 },
      },
    });
    const environment = {
      IDENTITY_ENDPOINT: `${service.url}/msi/token`,
      IDENTITY_HEADER: 'header-of-the-app',
    };
    await withEnvironment(environment, async () => {
      await using client = createIntegration(azure, {
        options: { credentials: { type: 'managed-identity' } },
      });
      const { token, expiresAt } = await client.getToken('https://vault.azure.net/.default');
      expect(token.reveal()).toBe('token for https://vault.azure.net');
      expect(expiresAt).toBeGreaterThan(Date.now());
    });
  });

  it('without one, the error says what to do and names no endpoint', async () => {
    await withEnvironment(
      { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token', IDENTITY_HEADER: 'secret-header-of-app' },
      async () => {
        await using client = createIntegration(azure, {
          options: {
            credentials: { type: 'managed-identity', clientId: '11111111-2222-4333-8444-555555555555' },
          },
          resilience: { retry: { maxAttempts: 1 } },
        });
        const error = await client
          .getToken('https://storage.azure.com/.default')
          .catch((thrown: unknown) => thrown);
        expect(errorCode(error)).toMatch(/unauthenticated|unavailable/);
        expect(String(error)).not.toContain('secret-header-of-app');
      },
    );
  });
});
