/** What vendors answer, by samples of their pages, and what is made of it. */
import { describe, expect, it } from 'vitest';
import { connect } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
  it('Spotify: id and secret to the letter in HTTP Basic, and whose account it is', async () => {
    const { sent, tokens } = await connect(
      'spotify',
      ['user-read-private'],
      {
        access_token: 'BQ',
        token_type: 'Bearer',
        scope: 'user-read-private',
        expires_in: 3600,
        refresh_token: 'AQ',
      },
      { id: 'smedjan', display_name: 'Smedjan' },
    );
    expect(Buffer.from(sent[0]?.headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
      'client-1:s-e/c.r+e~t',
    );
    expect(sent[1]).toMatchObject({
      method: 'GET',
      url: 'https://api.spotify.com/v1/me',
      headers: { authorization: 'Bearer BQ' },
    });
    expect(tokens.account).toEqual({ id: 'smedjan', name: 'Smedjan' });
  });

  it('Deezer: names of its own, the token by GET, `expires` of 0 for ever', async () => {
    const { url, sent, tokens } = await connect('deezer', ['basic_access', 'email'], {
      access_token: 'fr1',
      expires: 0,
    });
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      app_id: 'client-1',
      perms: 'basic_access,email,offline_access',
    });
    expect(sent[0]?.method).toBe('GET');
    expect(Object.fromEntries(new URL(sent[0]?.url ?? '').searchParams)).toMatchObject({
      app_id: 'client-1',
      secret: 's-e/c.r+e~t',
      code: 'the-code',
      output: 'json',
    });
    expect([tokens.expiresAt, tokens.accessToken.reveal()]).toEqual([undefined, 'fr1']);
    await expect(connect('deezer', [], 'wrong code')).rejects.toMatchObject({ reason: 'bad_response' });
  });
});
