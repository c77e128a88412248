/** What vendors answer, by samples of their pages, and what is made of it. */
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { clientOf, connect, vendor } from './__tests__/vendor.ts';
import { oauthProviders } from './index.ts';

describe('vendors’ answers', () => {
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
});
