/** Everything against a real, certified provider: https://github.com/panva/node-oidc-provider */
import { generateKeyPairSync } from 'node:crypto';
import { type Clock, Secret, systemClock } from '@im/core';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from './__tests__/browser.ts';
import { makeCertificate, type TestCertificate } from './__tests__/certificate.ts';
import { type OidcServer, redirectUri, startOidcServer } from './__tests__/oidc-server.ts';
import { createOAuthClient, type OAuthClient } from './client.ts';
import type { ClientCredential } from './client-authentication.ts';
import type { OAuthClientOptions } from './client-options.ts';
import { openIdProvider } from './provider.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingPem = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const clientKey = {
  ...(publicKey.export({ format: 'jwk' }) as JWK),
  kid: 'client-key',
  alg: 'ES256',
  use: 'sig',
};

/** The system's, but that waits are a hundredth as long. */
const hasty: Clock = {
  ...systemClock,
  schedule: (delayMs, callback, options) => systemClock.schedule(delayMs / 100, callback, options),
};

let server: OidcServer;
beforeAll(async () => {
  server = await startOidcServer({ clientKeys: [clientKey] });
});
afterAll(() => server[Symbol.asyncDispose]());

const secret = (
  value: string,
  method: 'client_secret_basic' | 'client_secret_post' = 'client_secret_basic',
): ClientCredential => ({
  method,
  secret: new Secret(value),
});

function clientOf(
  clientId: string,
  credential: ClientCredential,
  more: Partial<OAuthClientOptions> = {},
): OAuthClient {
  return createOAuthClient({
    provider: openIdProvider(server.issuer, {
      offline: { scopes: ['offline_access'], parameters: { prompt: 'consent' } },
    }),
    clientId,
    credential,
    redirectUri,
    tenant: 'acme',
    allowPrivate: true,
    ...more,
  });
}
const confidential = (more: Partial<OAuthClientOptions> = {}) =>
  clientOf('confidential', secret('secret-of-confidential'), more);

async function signIn(
  client: OAuthClient,
  scopes: readonly string[] = ['openid', 'email', 'api:read'],
  login = 'ada',
) {
  const { url, proof } = await client.startAuthorization({ scopes });
  const callback = await createBrowser().visit(url, redirectUri, { login, password: 'x' });
  return { url, proof, callback, tokens: await client.finishAuthorization({ callback, proof }) };
}

describe('against oidc-provider', () => {
  it('signs in by code with PKCE, nonce and iss, and knows who it is', async () => {
    const { url, callback, tokens } = await signIn(confidential());
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid email api:read offline_access',
    });
    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    expect(tokens.identity).toMatchObject({
      issuer: server.issuer,
      subject: 'ada',
      tenant: 'acme',
      method: 'oidc',
    });
    expect(tokens.scopes).toEqual(['openid', 'email', 'api:read', 'offline_access']);
    expect(Math.abs((tokens.expiresAt ?? 0) - Date.now() - 600_000)).toBeLessThan(5_000);
    const claims = await confidential().userInfo(tokens.accessToken, 'ada');
    expect(claims).toMatchObject({ sub: 'ada', email: 'ada@example.com', email_verified: true });
    await expect(confidential().userInfo(tokens.accessToken, 'eve')).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'issuer_mismatch',
    });
  });

  it.each([
    ['client_secret_basic with reserved characters', 'id with: reserved/+&', secret('secret: +&%/=?')],
    ['client_secret_post', 'post', secret('secret-of-post', 'client_secret_post')],
    ['no credential, by PKCE alone', 'public', { method: 'none' } as const],
    [
      'private_key_jwt',
      'signing',
      { method: 'private_key_jwt', key: signingPem, algorithm: 'ES256', keyId: 'client-key' } as const,
    ],
  ])('authenticates by %s', async (_, clientId, credential) => {
    expect((await signIn(clientOf(clientId, credential), ['openid'])).tokens.identity?.subject).toBe('ada');
  });

  it('renews, and a refresh token that was replaced is refused and ends the family', async () => {
    const client = confidential();
    const { tokens } = await signIn(client);
    const next = await client.refresh(tokens.refreshToken);
    expect(next.refreshToken?.reveal()).not.toBe(tokens.refreshToken?.reveal());
    await expect(client.refresh(tokens.refreshToken)).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'invalid_grant',
    });
    await expect(client.refresh(next.refreshToken)).rejects.toMatchObject({ reason: 'invalid_grant' });
  });

  it('introspects and revokes', async () => {
    const client = confidential();
    const { tokens } = await signIn(client);
    expect(await client.introspect(tokens.accessToken)).toMatchObject({
      isActive: true,
      claims: { sub: 'ada', client_id: 'confidential' },
    });
    await client.revoke(tokens.refreshToken ?? new Secret(''));
    expect(await client.introspect(tokens.refreshToken ?? new Secret(''), { kind: 'refresh' })).toEqual({
      isActive: false,
    });
    await client.revoke(new Secret('never-was'));
  });

  it('pushes the request ahead (RFC 9126)', async () => {
    const { url, tokens } = await signIn(confidential({ pushesRequests: true }));
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(tokens.identity?.subject).toBe('ada');
    await using strict = await startOidcServer({ requiresPushed: true });
    const client = confidential({ provider: openIdProvider(strict.issuer) });
    expect(
      (await client.startAuthorization({ scopes: ['openid'] })).url.searchParams.has('request_uri'),
    ).toBe(true);
  });

  it('binds tokens to a key and proves it, with the server’s nonce (RFC 9449)', async () => {
    const client = confidential({ dpop: true });
    const { tokens } = await signIn(client);
    expect(tokens.tokenType).toBe('dpop');
    const { dpopKey } = tokens;
    expect(await client.userInfo(tokens.accessToken, 'ada', { dpopKey })).toMatchObject({ sub: 'ada' });
    await expect(client.userInfo(tokens.accessToken, 'ada')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const next = await client.refresh(tokens.refreshToken, { dpopKey });
    expect(next.tokenType).toBe('dpop');
  });

  it('has tokens for the application itself', async () => {
    const client = clientOf('machine', secret('secret-of-machine'));
    const tokens = await client.clientCredentials({ scopes: ['api:read'] });
    expect([tokens.scopes, tokens.refreshToken]).toEqual([['api:read'], undefined]);
  });

  it('authorises a device once its user agreed (RFC 8628)', async () => {
    const client = clientOf('device', { method: 'none' }, { clock: hasty });
    const device = await client.startDevice({ scopes: ['openid', 'offline_access'] });
    expect(device.verificationUri).toBe(`${server.issuer}/device`);
    const browser = createBrowser();
    const waiting = device.complete();
    const finished = browser.visit(device.verificationUriComplete ?? '', 'about:nothing', {
      login: 'ada',
      password: 'x',
      confirm: 'yes',
    });
    await expect(finished).rejects.toThrow(/ends with 200/);
    expect((await waiting).accessToken.reveal()).not.toBe('');
  });

  it.each([
    ['a wrong secret', () => clientOf('machine', secret('wrong')), 'invalid_client'],
    ['an unknown client', () => clientOf('nobody', secret('wrong')), 'invalid_client'],
  ])('says that the provider refuses %s, and shows no secret', async (_, make, reason) => {
    const error = await make()
      .clientCredentials()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'failed_precondition', reason, effect: 'none' });
    expect(JSON.stringify(error)).not.toMatch(/wrong|secret-of/);
  });

  it('refuses a code that is used twice, and its tokens end', async () => {
    const client = confidential();
    const { callback, proof, tokens } = await signIn(client);
    await expect(client.finishAuthorization({ callback, proof })).rejects.toMatchObject({
      reason: 'invalid_grant',
    });
    expect(await client.introspect(tokens.accessToken)).toEqual({ isActive: false });
  });

  it('shows a client certificate, by which it is known and to which its tokens are bound (RFC 8705)', async () => {
    const [site, mine, other] = ['server', 'client', 'other'].map(makeCertificate) as [
      TestCertificate,
      TestCertificate,
      TestCertificate,
    ];
    await using secure = await startOidcServer({
      tls: { cert: site.cert, key: site.key, requestCert: true, rejectUnauthorized: false },
      clientCertificate: mine.cert,
    });
    const having = ({ cert, key }: TestCertificate) =>
      clientOf(
        'mtls',
        { method: 'self_signed_tls_client_auth', certificate: cert, key: new Secret(key) },
        {
          provider: openIdProvider(secure.issuer, { authentication: ['self_signed_tls_client_auth'] }),
          trust: site.cert,
        },
      );
    const client = having(mine);
    const tokens = await client.clientCredentials();
    expect(await client.introspect(tokens.accessToken)).toMatchObject({
      isActive: true,
      claims: { cnf: { 'x5t#S256': expect.any(String) } },
    });
    await expect(having(other).clientCredentials()).rejects.toMatchObject({ reason: 'invalid_client' });
  });

  it('lets an abort through at once', async () => {
    const reason = new Error('no more');
    await expect(confidential().refresh(new Secret('x'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
