/** Published lists for OAuth clients: each case by its name, against a server that misbehaves as described. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryState, provide, Secret } from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { describeVectors } from '@im/testing/vitest';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { craft, keyPair, nothing, rsa } from '../jwt/__tests__/craft.ts';
import { createRefreshTokens } from '../jwt/refresh-tokens.ts';
import { type AuthorizationServerFake, startAuthorizationServer } from '../testing/authorization-server.ts';
import type { Misbehaviour } from '../testing/misbehaviour.ts';
import type { AuthorizedTokens } from './authorization.ts';
import { createOAuthClient } from './client.ts';
import type { OAuthClientOptions } from './client-options.ts';
import { openIdProvider } from './provider.ts';

const real = createTransport();
let fake: AuthorizationServerFake;
beforeEach(async () => {
  fake = await startAuthorizationServer();
});
afterEach(() => fake[Symbol.asyncDispose]());
afterAll(() => real[Symbol.asyncDispose]());

const clientOf = (more: Partial<OAuthClientOptions> = {}) =>
  createOAuthClient({
    provider: fake.provider,
    clientId: 'app',
    credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
    redirectUri: 'https://app.test/cb',
    allowPrivate: true,
    ...more,
  });
async function signIn(lies: Misbehaviour = {}, client = clientOf()): Promise<AuthorizedTokens> {
  fake.misbehave(lies);
  const { url, proof } = await client.startAuthorization({ scopes: ['openid', 'email'] });
  return client.finishAuthorization({ callback: await fake.agree(url), proof });
}
const refused = (work: Promise<unknown>, reason: string) =>
  expect(work).rejects.toMatchObject({ name: 'IntegrationError', reason });
const completes = async (work: Promise<AuthorizedTokens>) =>
  expect((await work).identity?.subject).toBe('ada');
const without =
  (name: string) =>
  ({ [name]: _, ...claims }: Record<string, unknown>) =>
    claims;

/** By the names of the OpenID Foundation's modules. */
const relyingParty: Readonly<Record<string, () => Promise<unknown>>> = {
  'oidcc-client-test': () => completes(signIn()),
  'oidcc-client-test-invalid-iss': () =>
    refused(signIn({ idToken: (claims) => ({ ...claims, iss: 'https://evil.test' }) }), 'id_token_mismatch'),
  'oidcc-client-test-missing-sub': () => refused(signIn({ idToken: without('sub') }), 'bad_response'),
  'oidcc-client-test-invalid-aud': async () => {
    await refused(signIn({ idToken: (claims) => ({ ...claims, aud: 'other' }) }), 'id_token_mismatch');
    await refused(
      signIn({ idToken: (claims) => ({ ...claims, aud: ['app', 'other'] }) }),
      'id_token_mismatch',
    );
  },
  'oidcc-client-test-missing-aud': () => refused(signIn({ idToken: without('aud') }), 'bad_response'),
  'oidcc-client-test-missing-iat': () => refused(signIn({ idToken: without('iat') }), 'bad_response'),
  'oidcc-client-test-kid-absent-single-jwks': () => completes(signIn({ idTokenHeader: without('kid') })),
  'oidcc-client-test-kid-absent-multiple-jwks': async () => {
    fake.rotateKeys(true);
    await refused(signIn({ idTokenHeader: without('kid') }), 'ambiguous_key');
  },
  'oidcc-client-test-idtoken-sig-rs256': () => completes(signIn()),
  'oidcc-client-test-idtoken-sig-none': () =>
    refused(
      signIn({
        signedIdToken: (token) =>
          `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
      }),
      'bad_response',
    ),
  'oidcc-client-test-invalid-sig-rs256': async () => {
    const { privateKey } = keyPair('rsa');
    const forge = (token: string) => {
      const [header = '', payload = ''] = token
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString());
      return craft(header, payload, rsa(privateKey));
    };
    await refused(signIn({ signedIdToken: forge }), 'bad_signature');
    await refused(signIn({ signedIdToken: (token) => `${token.slice(0, -4)}AAAA` }), 'bad_signature');
    await refused(
      signIn({
        signedIdToken: (token) =>
          craft(
            { alg: 'RS256' },
            JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
            nothing,
          ),
      }),
      'malformed_token',
    );
  },
  'oidcc-client-test-userinfo-invalid-sub': async () => {
    const client = clientOf();
    const { accessToken } = await signIn({ userInfo: (claims) => ({ ...claims, sub: 'eve' }) }, client);
    await refused(client.userInfo(accessToken, 'ada'), 'issuer_mismatch');
  },
  'oidcc-client-test-nonce-invalid': async () => {
    await refused(signIn({ idToken: (claims) => ({ ...claims, nonce: 'other' }) }), 'id_token_mismatch');
    await refused(signIn({ idToken: without('nonce') }), 'bad_response');
  },
  'oidcc-client-test-scope-userinfo-claims': async () => {
    const client = clientOf();
    const { accessToken } = await signIn({}, client);
    expect(await client.userInfo(accessToken, 'ada')).toMatchObject({
      email: 'ada@example.com',
      email_verified: true,
    });
  },
  'oidcc-client-test-client-secret-basic': async () => {
    await fake[Symbol.asyncDispose]();
    const [id, secret] = ['id with: reserved/+&', 's:e c+r%e/t&=?'];
    fake = await startAuthorizationServer({ clients: [{ id, secret }] });
    await completes(
      signIn(
        {},
        clientOf({ clientId: id, credential: { method: 'client_secret_basic', secret: new Secret(secret) } }),
      ),
    );
  },
  'oidcc-client-test-discovery-openid-config': async () => {
    await completes(signIn());
    expect(fake.server.exchanges[0]?.target).toBe('/.well-known/openid-configuration');
  },
  'oidcc-client-test-discovery-issuer-mismatch': () =>
    refused(
      signIn({ discovery: (document) => ({ ...document, issuer: 'https://evil.test' }) }),
      'issuer_mismatch',
    ),
  'oidcc-client-test-discovery-jwks-uri-keys': async () => {
    await completes(signIn());
    expect(fake.server.exchanges.some(({ target }) => target === '/jwks')).toBe(true);
  },
  'oidcc-client-test-signing-key-rotation': async () => {
    const { clock, move } = movingClock();
    const client = clientOf({ clock });
    await completes(signIn({}, client));
    fake.rotateKeys();
    move(31_000);
    await completes(signIn({}, client));
  },
  'oidcc-client-test-signing-key-rotation-just-before-signing': async () => {
    const { clock, move } = movingClock();
    const client = clientOf({ clock });
    await completes(signIn({}, client));
    move(31_000);
    const { url, proof } = await client.startAuthorization({ scopes: ['openid'] });
    const callback = await fake.agree(url);
    fake.rotateKeys();
    await completes(client.finishAuthorization({ callback, proof }));
  },
};

/** The system's clock, ahead by what it is moved. */
function movingClock() {
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    schedule: (delayMs: number, callback: () => void) => {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
  };
  const move = (ms: number) => {
    ahead += ms;
  };
  return { clock, move };
}

it('a clock that is wrong is named as what it is', async () => {
  const { clock, move } = movingClock();
  move(3_600_000);
  const error: unknown = await signIn({}, clientOf({ clock })).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'unauthenticated',
    reason: 'id_token_time',
    message: expect.stringContaining('check the clock'),
  });
});

describe('as an OpenID relying party', () => {
  for (const [id, run] of Object.entries(relyingParty)) it(id, run);
});

/** A proof that stands elsewhere is there: `file: beginning of the title`. */
function expectTest(proof: string): void {
  const [file = '', title = ''] = proof.split(': ');
  const root = join(import.meta.dirname, '..');
  const path = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((one) =>
    `/${one}`.endsWith(`/${file}`),
  );
  expect(readFileSync(join(root, path ?? file), 'utf8')).toContain(title);
}

/** By section of RFC 9700 and companions: where it is proven, here or in the suite that is named. */
const bestPractice: Readonly<Record<string, readonly (string | (() => Promise<unknown>))[]>> = {
  '2.1': [
    // The redirect URI is sent as it is configured, and again with the code.
    async () => {
      await signIn();
      const form = formOfToken();
      const asked = fake.server.exchanges.find(({ target }) => target.startsWith('/authorize'))?.target ?? '';
      expect([
        form.get('redirect_uri'),
        new URL(asked, fake.issuer).searchParams.get('redirect_uri'),
      ]).toEqual(Array(2).fill('https://app.test/cb'));
    },
    'connect-attacks.test.ts: open redirect',
    'connect-attacks.test.ts: state fixation and login CSRF',
  ],
  '2.1 / 4.4': ['connect-attacks.test.ts: mix-up'],
  '2.1.1': [
    'connect-attacks.test.ts: PKCE downgrade',
    // A verifier is sent only where a challenge was.
    async () => {
      const client = clientOf({ provider: { ...fake.provider, pkce: 'unsupported' } });
      await signIn({}, client);
      expect(formOfToken().has('code_verifier')).toBe(false);
    },
  ],
  '2.1.2': [
    // A token in the front channel is refused, whoever sends it.
    () => refused(signIn({ callback: (parameters) => parameters.set('token', 'x') }), 'bad_callback'),
    () => refused(signIn({ callback: (parameters) => parameters.set('id_token', 'x') }), 'bad_callback'),
    async () =>
      expect(
        (
          await clientOf().startAuthorization({ parameters: { response_type: 'token' } })
        ).url.searchParams.get('response_type'),
      ).toBe('code'),
  ],
  '2.2.1': ['jwt/attacks.test.ts: aud-other', 'oidc-provider.test.ts: binds tokens to a key and proves it'],
  '2.2.2': [
    async () => {
      const tokens = createRefreshTokens({ state: memoryState() });
      const call = { tenant: 'acme', clientId: 'public' };
      const first = await tokens.issue({ ...call, subject: 'ada' });
      const second = await tokens.rotate(first.value, call);
      await refused(tokens.rotate(first.value, call), 'refresh_token_reused');
      await refused(tokens.rotate(second.value, call), 'refresh_token_revoked');
    },
  ],
  '2.3': [
    async () =>
      expect((await signIn({ tokens: (body) => ({ ...body, scope: 'openid email admin' }) })).scopes).toEqual(
        ['openid', 'email'],
      ),
  ],
  '2.4': [
    // There is no way to ask for it.
    async () => expect(Object.keys(clientOf())).not.toContain('password'),
  ],
  '2.5': [
    async () => {
      const { url } = await clientOf().startAuthorization();
      expect(url.href).not.toContain('secret-of-app');
    },
  ],
  '4.2': [
    'connect.test.ts: sends pages away that are not kept, not framed, and name nothing to the next site',
  ],
  '4.3': [
    // Tokens go into headers and forms.
    async () => {
      const client = clientOf();
      const { accessToken, refreshToken } = await signIn({}, client);
      await client.userInfo(accessToken, 'ada');
      await client.introspect(accessToken);
      await client.refresh(refreshToken);
      for (const { target } of fake.server.exchanges)
        for (const secret of [accessToken, refreshToken]) expect(target).not.toContain(secret?.reveal());
    },
  ],
  '4.5': [
    'oidc-provider.test.ts: refuses a code that is used twice, and its tokens end',
    'connect-attacks.test.ts: a callback that is presented twice',
  ],
  '4.9': ['connect.test.ts: sends pages away that are not kept'],
  '4.11': ['connect-attacks.test.ts: a callback that nobody began'],
  '4.12': [
    async () => {
      await signIn();
      const { transport, asked } = redirecting('/token');
      await expect(
        signIn({}, clientOf({ services: [provide(transportKey, transport)] })),
      ).rejects.toMatchObject({ name: 'IntegrationError' });
      expect(asked.filter((url) => url.includes('evil.test'))).toEqual([]);
    },
  ],
  '4.15': [
    // A token of an application is told from that of a person by its client id, and a subject is never taken for one.
    'tokens.test.ts: says who, for whom, what and until when',
  ],
  'RFC 9207': [
    () => refused(signIn({ callback: (parameters) => parameters.delete('iss') }), 'issuer_missing'),
  ],
  'RFC 8414': [
    () =>
      refused(
        signIn({ discovery: (document) => ({ ...document, issuer: `${String(document.issuer)}/other` }) }),
        'issuer_mismatch',
      ),
    () =>
      refused(
        signIn({ discovery: (document) => ({ ...document, token_endpoint: 'http://id.example.com/token' }) }),
        'insecure_endpoint',
      ),
    () =>
      refused(
        signIn({ discovery: (document) => ({ ...document, jwks_uri: 'ftp://id.example.com/jwks' }) }),
        'insecure_endpoint',
      ),
  ],
  'RFC 7662': [
    async () => {
      const client = clientOf();
      const { accessToken } = await signIn({}, client);
      expect((await client.introspect(accessToken)).isActive).toBe(true);
      fake.expireAccessTokens();
      // Not kept: asked anew.
      expect(await client.introspect(accessToken)).toEqual({ isActive: false });
    },
  ],
};

function formOfToken(): URLSearchParams {
  const token = fake.server.exchanges.findLast(({ target }) => target === '/token');
  return new URLSearchParams(Buffer.from(token?.requestBody ?? []).toString());
}

/** Answers one path with a redirect elsewhere. */
function redirecting(path: string): { readonly transport: Transport; readonly asked: string[] } {
  const asked: string[] = [];
  const transport: Transport = async (request) => {
    asked.push(request.url.href);
    if (request.url.pathname !== path) return real(request);
    const headers = new Map([['location', 'https://evil.test/token']]);
    return {
      status: 307,
      url: request.url,
      headers: { get: (name) => headers.get(name), [Symbol.iterator]: () => headers[Symbol.iterator]() },
      body: (async function* () {})(),
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return { transport, asked };
}

describe('by the best current practice (RFC 9700)', () => {
  for (const [section, proofs] of Object.entries(bestPractice))
    for (const [index, proof] of proofs.entries())
      it(`${section}, ${index + 1}`, typeof proof === 'string' ? () => expectTest(proof) : proof);
});

interface Facts {
  readonly pkce: { readonly codeVerifier: string; readonly codeChallenge: string };
  readonly jwkThumbprint: { readonly jwk: JWK; readonly thumbprint: string };
  readonly pkceRefuse: readonly { readonly codeVerifier?: string; readonly method?: string }[];
}

describeVectors('OAuth', 'oauth', (folder) => {
  const read = <Shape>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Shape;

  it('every module of the relying party’s list has a test above', () => {
    const { cases } = read<{ readonly cases: readonly { readonly id: string }[] }>('oidc-rp-checks.json');
    expect(cases.map(({ id }) => id).filter((id) => !(id in relyingParty))).toEqual([]);
    expect(cases).toHaveLength(20);
  });

  it('every section of the best practice’s list has a proof above', () => {
    const { mustRefuse } = read<{ readonly mustRefuse: readonly { readonly section: string }[] }>(
      'oauth-bcp-refusals.json',
    );
    expect(mustRefuse.map(({ section }) => section).filter((section) => !(section in bestPractice))).toEqual(
      [],
    );
  });

  it('the challenge of a verifier is that of RFC 7636 appendix B', async () => {
    const { pkce } = read<Facts>('rfc-facts.json');
    const bytes = Buffer.from(pkce.codeVerifier, 'base64url');
    const client = clientOf({ provider: openIdProvider(fake.issuer), randomBytes: () => bytes });
    const { url, proof } = await client.startAuthorization();
    expect([proof.codeVerifier, url.searchParams.get('code_challenge')]).toEqual([
      pkce.codeVerifier,
      pkce.codeChallenge,
    ]);
  });

  it('no verifier or method that RFC 7636 forbids can be made', async () => {
    for (const { codeVerifier, method } of read<Facts>('rfc-facts.json').pkceRefuse) {
      const { url, proof } = await clientOf().startAuthorization({
        parameters: {
          code_challenge: 'x',
          code_challenge_method: method ?? 'plain',
          ...(codeVerifier && { code_verifier: codeVerifier }),
        },
      });
      expect(proof.codeVerifier).toMatch(/^[A-Za-z\d._~-]{43,128}$/);
      expect(proof.codeVerifier).not.toBe(codeVerifier);
      expect(url.searchParams.get('code_challenge_method')).toBe('S256');
      expect(url.searchParams.get('code_challenge')).toBe(
        createHash('sha256')
          .update(proof.codeVerifier ?? '')
          .digest('base64url'),
      );
    }
  });

  it('the thumbprint by which keys are named is that of RFC 7638 §3.1', async () => {
    const { jwkThumbprint } = read<Facts>('rfc-facts.json');
    expect(await calculateJwkThumbprint(jwkThumbprint.jwk)).toBe(jwkThumbprint.thumbprint);
  });
});
