/** Every row: what it says is possible. */
import { describe, expect, it } from 'vitest';
import { type OAuthProvider, openIdProvider } from '../provider.ts';
import { fillIn } from '../server.ts';
import { clientOf, variables, vendor } from './__tests__/vendor.ts';
import { type OAuthProviderId, oauthProviders } from './index.ts';

const rows = Object.entries(oauthProviders) as [OAuthProviderId, OAuthProvider][];

describe.each(rows)('the row %s', (id, row) => {
  it('names the vendor’s page, and addresses by https alone', () => {
    expect(row.id).toBe(id);
    expect(id).toMatch(/^[a-z][a-z\d]*(-[a-z\d]+)*$/);
    for (const address of [row.docs, row.issuer, ...Object.values(row.endpoints ?? {})])
      if (address !== undefined) expect(new URL(fillIn(address, variables)).protocol).toBe('https:');
    expect(row.endpoints?.authorization).toBeDefined();
  });

  it('begins with a state, with S256 wherever it can, and asks to stay', async () => {
    const { services } = vendor();
    const { url, proof } = await clientOf(row, { services }).startAuthorization({ scopes: ['one', 'two'] });
    const shown = url.searchParams;
    expect(shown.get('state')).toBe(proof.state);
    expect(shown.get('code_challenge_method')).toBe(row.pkce === 'unsupported' ? null : 'S256');
    expect(shown.get(row.dialect?.clientIdParameter ?? 'client_id')).toBe('client-1');
    expect(shown.get(row.scopeParameter ?? 'scope')?.startsWith(`one${row.scopeSeparator ?? ' '}two`)).toBe(
      true,
    );
    for (const [name, value] of Object.entries({ ...row.parameters, ...row.offline?.parameters }))
      expect(shown.get(name)).toBe(value);
    expect(decodeURIComponent(url.href)).not.toContain('s-e/c.r+e~t');
  });

  it('says truly how connections are renewed', () => {
    const isRenewed = row.refresh !== undefined || row.dialect?.refresh !== undefined;
    // Those without: tokens that do not end.
    expect(isRenewed || ['deezer', 'github', 'stripe'].includes(id)).toBe(true);
    if (row.refresh?.graceSeconds !== undefined) expect(row.refresh.rotation).toBe('always');
  });
});

describe('variables of an address', () => {
  it.each([
    '',
    'evil.test/',
    'a/b',
    'a@b',
    'a:1',
    '..',
    'a..b',
    '-a',
    'a-',
    '{x}',
    'a b',
    'a\u0000',
    'a%2e',
    'x'.repeat(101),
  ])('refuse %j (SSRF)', (shop) => {
    expect(() => clientOf(oauthProviders.shopify, { variables: { shop } })).toThrow(/variable shop/);
  });
  it('must be there, and come from the object itself', () => {
    expect(() => clientOf(oauthProviders.shopify, { variables: {} })).toThrow(/variable shop/);
    expect(() => fillIn('https://{constructor}.test', {})).toThrow(/variable constructor/);
  });
});

it('a provider of one’s own is a row, and may not be asked by http unless it is meant', () => {
  expect(openIdProvider('https://id.example.com')).toMatchObject({
    issuer: 'https://id.example.com',
    title: 'id.example.com',
  });
  expect(() => clientOf(openIdProvider('http://id.example.com'))).toThrow(/which is not https/);
});
