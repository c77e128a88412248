/** What vendors answer, by samples of their pages, and what is made of it. */
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { connect, formOf } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
  it('Salesforce: where to call, whose account, and an end that the answer does not name', async () => {
    const { tokens } = await connect('salesforce', ['api'], {
      access_token: '00D',
      instance_url: 'https://acme.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00Dx/005x',
      token_type: 'Bearer',
      scope: 'api refresh_token',
      refresh_token: 'r',
      signature: 'x',
    });
    expect(tokens.more).toMatchObject({ instance_url: 'https://acme.my.salesforce.com' });
    expect([tokens.account, Math.round(((tokens.expiresAt ?? 0) - Date.now()) / 60_000)]).toEqual([
      { id: '00Dx/005x' },
      120,
    ]);
  });

  it('HubSpot: what was granted stands in a list of another name, and is ended by the refresh token', async () => {
    const { client, sent, tokens } = await connect('hubspot', ['oauth', 'crm.objects.contacts.read'], {
      token_type: 'bearer',
      refresh_token: 'na1-ab12',
      hub_id: 62_515,
      scopes: ['oauth'],
      access_token: 'AAA1234',
      expires_in: 1800,
    });
    expect([tokens.scopes, tokens.account]).toEqual([['oauth'], { id: '62515' }]);
    await client.revoke(new Secret('na1-ab12'), { kind: 'refresh' });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://api.hubapi.com/oauth/2026-03/token',
      'https://api.hubapi.com/oauth/2026-03/token/revoke',
    ]);
    expect(formOf(sent[1])).toMatchObject({ token: 'na1-ab12', client_id: 'client-1' });
  });
});
