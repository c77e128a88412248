import { createIntegration, memoryState, parseOptions, provide, Secret } from '@im/core';
import { type AccountTokens, accountTokensKey, staticToken } from '@im/http';
import { describe, expect, test } from 'vitest';
import { openBench } from './__tests__/connect.ts';
import { finishAuthorization, startAuthorization } from './authorize.ts';
import { spotify } from './spotify.ts';
import { sampleIds } from './testing.ts';

const redirectUri = 'http://127.0.0.1:9999/callback';
const tokensAsked = (exchanges: readonly { readonly target: string }[]) =>
  exchanges.filter(({ target }) => target === '/api/token').length;

/** Does what the user's browser would: opens the page and comes back. */
async function openBrowser(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '');
}

async function openConnection(how: { readonly withSecret: boolean; readonly scopes?: readonly string[] }) {
  const bench = await openBench();
  const { clientId, clientSecret } = bench.fake.account();
  const app = { clientId, accountsUrl: `${bench.fake.url}/`, redirectUri };
  const { url, proof } = startAuthorization({ ...app, scopes: how.scopes ?? ['playlist-read-private'] });
  const finish = (callback: URL, change: object = {}) =>
    finishAuthorization({
      ...app,
      clientSecret: how.withSecret ? new Secret(clientSecret) : undefined,
      callback,
      proof,
      clock: bench.clock,
      ...change,
    });
  return {
    bench,
    url,
    proof,
    finish,
    clientId,
    clientSecret,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

describe('connecting an account', () => {
  test.each([true, false])(
    'the code becomes a refresh token that works (client secret: %s)',
    async (withSecret) => {
      await using it = await openConnection({ withSecret });
      const account = await it.finish(await openBrowser(it.url));
      expect(account.scopes).toEqual(['playlist-read-private']);
      expect(account.expiresAt).toBe(it.bench.clock.now() + 3_600_000);
      const refreshToken = account.refreshToken.reveal();
      const client = it.bench.client({
        options: withSecret
          ? { auth: { flow: 'authorization-code', refreshToken } }
          : { clientSecret: undefined, auth: { flow: 'pkce', refreshToken } },
      });
      expect(await client.listMyPlaylists().toArray()).toHaveLength(2);
      expect(await it.bench.failure(client.getCurrentUser())).toMatchObject({ reason: 'insufficient_scope' });
    },
  );

  test('the URL asks for a code with an S256 challenge', async () => {
    await using it = await openConnection({ withSecret: false, scopes: ['user-read-email', 'streaming'] });
    expect(Object.fromEntries(it.url.searchParams)).toEqual({
      response_type: 'code',
      client_id: it.clientId,
      redirect_uri: redirectUri,
      scope: 'user-read-email streaming',
      state: it.proof.state,
      code_challenge: it.proof.codeChallenge,
      code_challenge_method: 'S256',
    });
  });

  test('a callback with another state is refused, and nothing is sent', async () => {
    await using it = await openConnection({ withSecret: true });
    const callback = await openBrowser(it.url);
    callback.searchParams.set('state', 'another');
    await expect(it.finish(callback)).rejects.toMatchObject({
      code: 'invalid_argument',
      provider: 'spotify',
    });
    expect(tokensAsked(it.bench.fake.exchanges)).toBe(0);
  });

  test('another verifier than the one that began is refused', async () => {
    await using it = await openConnection({ withSecret: false });
    const proof = {
      ...it.proof,
      codeVerifier: startAuthorization({ clientId: 'x', redirectUri }).proof.codeVerifier,
    };
    await expect(it.finish(await openBrowser(it.url), { proof })).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'invalid_grant',
    });
  });

  test('a code is good once, and for ten minutes', async () => {
    await using it = await openConnection({ withSecret: true });
    const callback = await openBrowser(it.url);
    await it.finish(callback);
    await expect(it.finish(callback)).rejects.toMatchObject({ reason: 'invalid_grant' });
    const later = await openBrowser(it.url);
    await it.bench.clock.advance(600_000);
    await expect(it.finish(later)).rejects.toMatchObject({ reason: 'invalid_grant' });
  });

  test('a wrong client secret is refused, and stands in no message', async () => {
    await using it = await openConnection({ withSecret: true });
    const clientSecret = 'a wrong secret that nobody may see';
    const error = await it
      .finish(await openBrowser(it.url), { clientSecret })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'invalid_client' });
    expect(String(error)).not.toContain(clientSecret);
  });

  test('a user who does not agree is no fault of the app', async () => {
    await using it = await openConnection({ withSecret: true });
    it.bench.fake.account().consents = false;
    await expect(it.finish(await openBrowser(it.url))).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'access_denied',
      message: 'spotify.finishAuthorization: the user did not agree; ask again',
    });
  });
});

describe('tokens', () => {
  test('one is fetched for many calls, and another when it has ended', async () => {
    await using bench = await openBench();
    const client = bench.client();
    await Promise.all(Array.from({ length: 20 }, () => client.getTrack(sampleIds.track)));
    expect(tokensAsked(bench.fake.exchanges)).toBe(1);
    await bench.clock.advance(3_600_000);
    await client.getTrack(sampleIds.track);
    expect(tokensAsked(bench.fake.exchanges)).toBe(2);
    expect(bench.fake.exchanges.filter(({ status }) => status === 401)).toHaveLength(0);
  });

  test('one that the vendor ends early is replaced, and a read is sent again', async () => {
    await using bench = await openBench();
    const client = bench.client();
    await client.getTrack(sampleIds.track);
    bench.fake.expireTokens();
    expect((await client.getTrack(sampleIds.track)).name).toBe('Low Tide');
    expect(bench.fake.exchanges.map(({ status }) => status)).toEqual([200, 200, 401, 200, 200]);
  });

  test('an unsafe call is not sent again with the new token, and changed nothing', async () => {
    await using bench = await openBench();
    const client = bench.client();
    const uris = [`spotify:track:${sampleIds.track}`];
    await client.getTrack(sampleIds.track);
    bench.fake.expireTokens();
    expect(await bench.failure(client.addPlaylistItems(sampleIds.playlist, uris))).toMatchObject({
      code: 'unauthenticated',
      reason: 'token_expired',
      effect: 'none',
    });
    await client.addPlaylistItems(sampleIds.playlist, uris);
    expect(await client.listPlaylistItems(sampleIds.playlist).toArray()).toHaveLength(13);
  });

  test('a public client uses each refresh token once', async () => {
    await using bench = await openBench();
    const client = bench.client({ flow: 'pkce' });
    for (let count = 0; count < 3; count += 1) {
      await client.getTrack(sampleIds.track);
      await bench.clock.advance(3_600_000);
    }
    const used = bench.fake.exchanges
      .filter(({ target }) => target === '/api/token')
      .map(({ requestBody }) =>
        new URLSearchParams(Buffer.from(requestBody).toString()).get('refresh_token'),
      );
    expect(used).toHaveLength(3);
    expect(new Set(used).size).toBe(3);
  });

  test('a refresh token that was replaced is found in the state store by the next process', async () => {
    await using bench = await openBench({ rotateRefreshTokens: true });
    const state = memoryState(bench.clock);
    await bench.client({ state }).getTrack(sampleIds.track);
    await bench.clock.advance(3_600_000);
    await bench.client({ state }).getTrack(sampleIds.track);
    expect(tokensAsked(bench.fake.exchanges)).toBe(2);
    const without = bench.client({ state: memoryState(bench.clock) });
    expect(await bench.failure(without.getTrack(sampleIds.track))).toMatchObject({ reason: 'invalid_grant' });
  });

  test('an account that took its permission back says to connect it again', async () => {
    await using bench = await openBench();
    const client = bench.client();
    await client.getTrack(sampleIds.track);
    bench.fake.revoke();
    expect(await bench.failure(client.getTrack(sampleIds.track))).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('connect'),
    });
  });

  test('the app alone reads the public catalogue', async () => {
    await using bench = await openBench();
    const client = bench.client({ flow: 'client-credentials' });
    expect((await client.getAlbum(sampleIds.album)).name).toBe('Harbour Lights');
  });
});

describe('options', () => {
  const faults = (options: object) => {
    try {
      parseOptions(spotify, options);
    } catch (error) {
      return String(error);
    }
    return '';
  };

  test('every flow but `pkce` needs the client secret', () => {
    expect(faults({ clientId: 'x' })).toContain('clientSecret');
    expect(faults({ clientId: 'x', auth: { flow: 'pkce', refreshToken: 'y' } })).toBe('');
  });

  test('all faults come in one error', () => {
    const says = faults({
      clientSecret: 'x',
      market: 'Sweden',
      auth: { flow: 'authorization-code' },
      colour: 'red',
    });
    for (const name of ['clientId', 'market', 'refreshToken', 'colour']) expect(says).toContain(name);
  });
});

describe('an account that the application keeps', () => {
  test('gives its token for each call, and no secret of the app is needed', async () => {
    await using it = await openConnection({ withSecret: false });
    const account = await it.finish(await openBrowser(it.url));
    const wanted: string[] = [];
    const give: AccountTokens = ({ provider, tenant, account: id }) => {
      wanted.push(`${provider} ${tenant} ${id}`);
      return staticToken(account.accessToken);
    };
    await using client = createIntegration(spotify, {
      tenant: 'tenant_a',
      clock: it.bench.clock,
      options: {
        ...it.bench.fake.options(),
        clientSecret: undefined,
        auth: { flow: 'connection', connection: 'connection-1' },
      },
      services: [provide(accountTokensKey, give)],
    });
    expect(await client.listMyPlaylists().toArray()).toHaveLength(2);
    expect(wanted).toEqual(['spotify tenant_a connection-1']);
  });
});
