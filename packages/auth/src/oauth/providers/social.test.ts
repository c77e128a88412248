/** What vendors answer, by samples of their pages, and what is made of it. */
import { describe, expect, it } from 'vitest';
import { connect, formOf } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
  it('that do not say whose account it is leave it open', async () => {
    const { tokens } = await connect(
      'x',
      ['tweet.read'],
      { access_token: 'a', token_type: 'bearer', expires_in: 7200 },
      { status: 403, json: { title: 'Forbidden' } },
    );
    expect([tokens.account, tokens.scopes]).toEqual([undefined, ['tweet.read', 'offline.access']]);
  });

  it('TikTok: client_key, commas, no PKCE, and two lifetimes', async () => {
    const { url, sent, tokens } = await connect('tiktok', ['user.info.basic', 'video.list'], {
      access_token: 'act',
      expires_in: 7200,
      open_id: 'o-1',
      refresh_expires_in: 15_552_000,
      refresh_token: 'rft',
      scope: 'user.info.basic,video.list',
      token_type: 'Bearer',
    });
    expect(url.searchParams.has('code_challenge')).toBe(false);
    expect(formOf(sent[0])).toEqual({
      client_key: 'client-1',
      client_secret: 's-e/c.r+e~t',
      code: 'the-code',
      grant_type: 'authorization_code',
      redirect_uri: 'https://app.test/connect/x/callback',
    });
    expect(tokens.scopes).toEqual(['user.info.basic', 'video.list']);
    expect(Math.round(((tokens.refreshExpiresAt ?? 0) - Date.now()) / 86_400_000)).toBe(180);
    expect(tokens.account).toEqual({ id: 'o-1' });
  });

  it('LinkedIn: no code verifier, and an ID token that nobody can sign in by is left out', async () => {
    const { sent, tokens } = await connect(
      'linkedin',
      ['openid', 'profile'],
      {
        access_token: 'l',
        expires_in: 5_184_000,
        scope: 'openid,profile',
        id_token: 'x.y.z',
        token_type: 'Bearer',
      },
      { sub: 'm1', name: 'Mia' },
    );
    expect(formOf(sent[0])).not.toHaveProperty('code_verifier');
    expect([tokens.idToken, tokens.identity, tokens.account]).toEqual([
      undefined,
      undefined,
      { id: 'm1', name: 'Mia' },
    ]);
  });

  it('Pinterest: a refresh token that goes on is asked for, also by older apps', async () => {
    const { sent } = await connect('pinterest', ['pins:read'], {
      access_token: 'pina',
      refresh_token: 'pinr',
      token_type: 'bearer',
      expires_in: 2_592_000,
      refresh_token_expires_in: 5_184_000,
      scope: 'pins:read',
    });
    expect(formOf(sent[0])).toMatchObject({ grant_type: 'authorization_code', continuous_refresh: 'true' });
  });
});
