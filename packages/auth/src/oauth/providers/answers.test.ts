/** What vendors answer, by samples of their pages, and what is made of it. */
import { generateKeyPairSync } from 'node:crypto';
import { Secret } from '@im/core';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { clientOf, connect, formOf, vendor } from './__tests__/vendor.ts';
import { appleClientSecret } from './apple.ts';
import { oauthProviders } from './index.ts';

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

  it('Slack: an error with status 200, and the workspace as account', async () => {
    const { tokens } = await connect('slack', ['chat:write'], {
      ok: true,
      access_token: 'xoxb-1',
      token_type: 'bot',
      scope: 'chat:write',
      team: { id: 'T1', name: 'Acme' },
    });
    expect([tokens.account, tokens.expiresAt, tokens.tokenType]).toEqual([
      { id: 'T1', name: 'Acme' },
      undefined,
      'bearer',
    ]);
    await expect(connect('slack', [], { ok: false, error: 'code_already_used' })).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'invalid_grant',
    });
  });

  it('GitHub: errors with status 200, and no end', async () => {
    await expect(
      connect('github', [], { error: 'bad_verification_code', error_description: 'x' }),
    ).rejects.toMatchObject({ reason: 'invalid_grant' });
    const { client, sent, tokens } = await connect(
      'github',
      ['repo', 'gist'],
      { access_token: 'gho', scope: 'repo,gist', token_type: 'bearer' },
      { id: 1, login: 'octocat' },
    );
    expect([tokens.scopes, tokens.expiresAt, tokens.account]).toEqual([
      ['repo', 'gist'],
      undefined,
      { id: '1', name: 'octocat' },
    ]);
    await client.revoke(new Secret('gho'), { kind: 'access' });
    expect(sent[2]).toMatchObject({
      method: 'DELETE',
      url: 'https://api.github.com/applications/client-1/grant',
      body: '{"access_token":"gho"}',
    });
  });

  it('GitHub in its older form: a form as answer', async () => {
    const { services } = vendor('access_token=gho&scope=repo&token_type=bearer');
    const client = clientOf(oauthProviders.github, { services });
    const { proof } = await client.startAuthorization({ scopes: ['repo'] });
    const finishing = client.finishAuthorization({
      callback: new URLSearchParams({ code: 'c', state: proof.state }),
      proof,
    });
    // text/html is neither: it is refused and not guessed at.
    await expect(finishing).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it('Notion: JSON both ways, a version, and a workspace', async () => {
    const { sent, tokens } = await connect('notion', [], {
      access_token: 'ntn',
      token_type: 'bearer',
      refresh_token: 'nrt',
      bot_id: 'b',
      workspace_id: 'w1',
      workspace_name: 'Acme',
      owner: { type: 'workspace' },
    });
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      grant_type: 'authorization_code',
      code: 'the-code',
    });
    expect(sent[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'notion-version': '2025-09-03',
    });
    expect(tokens.account).toEqual({ id: 'w1', name: 'Acme' });
    expect(tokens.more).toMatchObject({ bot_id: 'b' });
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

  it('Twitch: scopes as a list', async () => {
    const { tokens } = await connect(
      'twitch',
      ['user:read:email'],
      {
        access_token: 't',
        expires_in: 14_124,
        refresh_token: 'r',
        scope: ['user:read:email'],
        token_type: 'bearer',
      },
      { user_id: '5', login: 'twitchdev' },
    );
    expect([tokens.scopes, tokens.account]).toEqual([['user:read:email'], { id: '5', name: 'twitchdev' }]);
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

  it('Atlassian: JSON, and ten minutes of grace', async () => {
    const { sent } = await connect('atlassian', ['read:jira-work'], {
      access_token: 'a',
      expires_in: 3600,
      refresh_token: 'r',
      scope: 'read:jira-work offline_access',
      token_type: 'Bearer',
    });
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      client_id: 'client-1',
      client_secret: 's-e/c.r+e~t',
    });
  });

  it('Apple: a client secret that is signed anew', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const secret = (await appleClientSecret({ teamId: 'T', clientId: 'c', keyId: 'K', key })()).reveal();
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'K' });
    expect(decodeJwt(secret)).toMatchObject({ iss: 'T', sub: 'c', aud: 'https://appleid.apple.com' });
  });
});
