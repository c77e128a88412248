/** What vendors answer, by samples of their pages, and what is made of it. */
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { connect, formOf } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
  it('Facebook: the short token is exchanged at once for one that lasts, and renewed by itself; no secret in an address', async () => {
    const { client, sent, tokens } = await connect(
      'facebook',
      ['public_profile'],
      { access_token: 'short', token_type: 'bearer', expires_in: 3600 },
      { access_token: 'long', token_type: 'bearer', expires_in: 5_183_944 },
      { id: '4', name: 'Mark' },
    );
    expect(tokens.accessToken.reveal()).toBe('long');
    expect(formOf(sent[1])).toMatchObject({ grant_type: 'fb_exchange_token', fb_exchange_token: 'short' });
    await client.refresh(undefined, { accessToken: new Secret('long') }).catch(() => undefined);
    expect(formOf(sent[3])).toMatchObject({ grant_type: 'fb_exchange_token', fb_exchange_token: 'long' });
    expect(decodeURIComponent(sent.map(({ url }) => url).join())).not.toContain('s-e/c.r');
    await client.revoke(new Secret('long'), { kind: 'access' });
    expect(sent[4]).toMatchObject({
      method: 'DELETE',
      url: 'https://graph.facebook.com/v25.0/me/permissions',
    });
  });

  it('Instagram: an answer in a list of one, permissions for scopes, and a token that renews itself', async () => {
    const { client, sent, tokens } = await connect(
      'instagram',
      ['instagram_business_basic'],
      { data: [{ access_token: 'short', user_id: 17, permissions: 'instagram_business_basic' }] },
      { access_token: 'long', token_type: 'bearer', expires_in: 5_183_944 },
    );
    expect([tokens.accessToken.reveal(), tokens.account, tokens.scopes]).toEqual([
      'long',
      { id: '17' },
      ['instagram_business_basic'],
    ]);
    expect(new URL(sent[1]?.url ?? '').searchParams.get('grant_type')).toBe('ig_exchange_token');
    await client.refresh(undefined, { accessToken: new Secret('long') }).catch(() => undefined);
    expect(sent[2]?.url).toBe(
      'https://graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token&access_token=long',
    );
  });
});
