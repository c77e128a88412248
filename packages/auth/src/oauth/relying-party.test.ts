/** The OpenID Foundation's list for relying parties: each module by its name, against a server that misbehaves as described. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { craft, keyPair, nothing, rsa } from '../jwt/__tests__/craft.ts';
import { refused, useProvider } from './__tests__/provider-rig.ts';
import type { AuthorizedTokens } from './authorization.ts';

const site = useProvider();
const { clientOf, signIn } = site;

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
    site.fake.rotateKeys(true);
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
    const [id, secret] = ['id with: reserved/+&', 's:e c+r%e/t&=?'];
    await site.replace([{ id, secret }]);
    await completes(
      signIn(
        {},
        clientOf({ clientId: id, credential: { method: 'client_secret_basic', secret: new Secret(secret) } }),
      ),
    );
  },
  'oidcc-client-test-discovery-openid-config': async () => {
    await completes(signIn());
    expect(site.fake.server.exchanges[0]?.target).toBe('/.well-known/openid-configuration');
  },
  'oidcc-client-test-discovery-issuer-mismatch': () =>
    refused(
      signIn({ discovery: (document) => ({ ...document, issuer: 'https://evil.test' }) }),
      'issuer_mismatch',
    ),
  'oidcc-client-test-discovery-jwks-uri-keys': async () => {
    await completes(signIn());
    expect(site.fake.server.exchanges.some(({ target }) => target === '/jwks')).toBe(true);
  },
  'oidcc-client-test-signing-key-rotation': async () => {
    const { clock, move } = movingClock();
    const client = clientOf({ clock });
    await completes(signIn({}, client));
    site.fake.rotateKeys();
    move(31_000);
    await completes(signIn({}, client));
  },
  'oidcc-client-test-signing-key-rotation-just-before-signing': async () => {
    const { clock, move } = movingClock();
    const client = clientOf({ clock });
    await completes(signIn({}, client));
    move(31_000);
    const { url, proof } = await client.startAuthorization({ scopes: ['openid'] });
    const callback = await site.fake.agree(url);
    site.fake.rotateKeys();
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

describeVectors('the list of modules for relying parties', 'oauth', (folder) => {
  it('every module of the relying party’s list has a test above', () => {
    const { cases } = JSON.parse(readFileSync(join(folder, 'oidc-rp-checks.json'), 'utf8')) as {
      readonly cases: readonly { readonly id: string }[];
    };
    expect(cases.map(({ id }) => id).filter((id) => !(id in relyingParty))).toEqual([]);
    expect(cases).toHaveLength(20);
  });
});
