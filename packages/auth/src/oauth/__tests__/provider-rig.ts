/** A client of the fake authorization server, which lies as a test wants it to. */
import { Secret } from '@im/core';
import { afterEach, beforeEach, expect } from 'vitest';
import { startAuthorizationServer } from '../../testing/authorization-server.ts';
import type { AuthorizationServerFake } from '../../testing/authorization-server.types.ts';
import type { Misbehaviour } from '../../testing/misbehaviour.ts';
import type { AuthorizedTokens } from '../authorization.ts';
import { createOAuthClient } from '../client.ts';
import type { OAuthClientOptions } from '../client-options.ts';

/** A server of its own for each test of the file, and who signs in at it. */
export function useProvider() {
  let fake: AuthorizationServerFake;
  beforeEach(async () => {
    fake = await startAuthorizationServer();
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  const clientOf = (more: Partial<OAuthClientOptions> = {}) =>
    createOAuthClient({
      provider: fake.provider,
      clientId: 'app',
      credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
      redirectUri: 'https://app.test/cb',
      allowPrivate: true,
      ...more,
    });
  return {
    get fake() {
      return fake;
    },
    clientOf,
    async signIn(lies: Misbehaviour = {}, client = clientOf()): Promise<AuthorizedTokens> {
      fake.misbehave(lies);
      const { url, proof } = await client.startAuthorization({ scopes: ['openid', 'email'] });
      return client.finishAuthorization({ callback: await fake.agree(url), proof });
    },
    /** Another server from here on, which knows these clients. */
    async replace(clients: readonly { readonly id: string; readonly secret: string }[]): Promise<void> {
      await fake[Symbol.asyncDispose]();
      fake = await startAuthorizationServer({ clients });
    },
  };
}

export const refused = (work: Promise<unknown>, reason: string) =>
  expect(work).rejects.toMatchObject({ name: 'IntegrationError', reason });
