/** What vendors answer, by samples of their pages, and what is made of it. */
import { describe, expect, it } from 'vitest';
import { connect } from './__tests__/vendor.ts';

describe('vendors’ answers', () => {
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
});
