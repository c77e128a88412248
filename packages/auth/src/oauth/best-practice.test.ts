/** The best current practice (RFC 9700) and its companions, section by section. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryState, provide } from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { describeVectors } from '@im/testing/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { createRefreshTokens } from '../jwt/refresh-tokens.ts';
import { refused, useProvider } from './__tests__/provider-rig.ts';

const real = createTransport();
afterAll(() => real[Symbol.asyncDispose]());
const site = useProvider();
const { clientOf, signIn } = site;

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
      const asked =
        site.fake.server.exchanges.find(({ target }) => target.startsWith('/authorize'))?.target ?? '';
      expect([
        form.get('redirect_uri'),
        new URL(asked, site.fake.issuer).searchParams.get('redirect_uri'),
      ]).toEqual(Array(2).fill('https://app.test/cb'));
    },
    'connect-requests.test.ts: open redirect',
    'connect-attacks.test.ts: state fixation and login CSRF',
  ],
  '2.1 / 4.4': ['connect-attacks.test.ts: mix-up'],
  '2.1.1': [
    'connect-attacks.test.ts: PKCE downgrade',
    // A verifier is sent only where a challenge was.
    async () => {
      const client = clientOf({ provider: { ...site.fake.provider, pkce: 'unsupported' } });
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
  '2.2.1': ['attacks-on-claims.ts: aud-other', 'oidc-provider.test.ts: binds tokens to a key and proves it'],
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
      for (const { target } of site.fake.server.exchanges)
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
      site.fake.expireAccessTokens();
      // Not kept: asked anew.
      expect(await client.introspect(accessToken)).toEqual({ isActive: false });
    },
  ],
};

function formOfToken(): URLSearchParams {
  const token = site.fake.server.exchanges.findLast(({ target }) => target === '/token');
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

describeVectors('the list of what the best current practice refuses', 'oauth', (folder) => {
  it('every section of the best practice’s list has a proof above', () => {
    const { mustRefuse } = JSON.parse(readFileSync(join(folder, 'oauth-bcp-refusals.json'), 'utf8')) as {
      readonly mustRefuse: readonly { readonly section: string }[];
    };
    expect(mustRefuse.map(({ section }) => section).filter((section) => !(section in bestPractice))).toEqual(
      [],
    );
  });
});
