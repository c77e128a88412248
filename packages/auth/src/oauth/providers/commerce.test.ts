/** What vendors answer, by samples of their pages, and what is made of it. */
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { connect, formOf } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
  it('Shopify: a token that ends is asked for, of the shop in the address', async () => {
    const { url, sent } = await connect('shopify', ['read_orders', 'read_products'], {
      access_token: 'shpat',
      scope: 'read_orders,read_products',
      expires_in: 3600,
      refresh_token: 'shprt',
      refresh_token_expires_in: 7_776_000,
    });
    expect([url.host, new URL(sent[0]?.url ?? '').host, formOf(sent[0]).expiring]).toEqual([
      'acme.myshopify.com',
      'acme.myshopify.com',
      '1',
    ]);
  });

  it('Stripe: the account, which is how it is ended too', async () => {
    const { client, sent, tokens } = await connect('stripe', ['read_write'], {
      access_token: 'sk',
      scope: 'read_write',
      token_type: 'bearer',
      stripe_user_id: 'acct_1',
      livemode: false,
    });
    expect(tokens.account).toEqual({ id: 'acct_1' });
    await client.revoke(new Secret('sk'), { kind: 'access', account: 'acct_1' });
    expect(formOf(sent[1])).toEqual({ client_id: 'client-1', stripe_user_id: 'acct_1' });
  });
});
