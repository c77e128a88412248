/** Requests about tokens that there are: revocation (RFC 7009), introspection (RFC 7662), user info (OpenID Connect Core §5.3). */
import { IntegrationError, type Secret } from '@im/core';
import type { IntrospectCall, Introspection, OAuthCall, RevokeCall } from './client.ts';
import type { Exchanger } from './exchange.ts';

export function revokeToken(
  exchanger: Exchanger,
  token: Secret,
  { kind = 'refresh', accessToken, account, ...call }: RevokeCall,
): Promise<void> {
  const { provider } = exchanger.options;
  const own = provider.dialect?.revoke;
  const hint = { additionalParameters: { token_type_hint: `${kind}_token` } };
  return exchanger.run({ ...call, operation: 'revoke' }, async (exchange) => {
    const { oauth, server, client, authentication, how, send } = exchange;
    if (own === undefined) {
      const answer = await oauth.revocationRequest(server, client, authentication, token.reveal(), {
        ...how,
        ...hint,
      });
      return oauth.processRevocationResponse(answer);
    }
    const access = (accessToken ?? token).reveal();
    const tokens = { access, refresh: kind === 'refresh' ? token.reveal() : undefined, account };
    const { status } = await send(own(tokens, await exchanger.vendorParts()));
    // Gone already, or not known any more, is what was wanted.
    if (status < 500 && status !== 429) return;
    throw new IntegrationError('the provider could not end the access now', {
      provider: provider.id,
      operation: 'revoke',
      code: 'unavailable',
      status,
    });
  });
}

export function introspectToken(
  exchanger: Exchanger,
  token: Secret,
  { kind, ...call }: IntrospectCall,
): Promise<Introspection> {
  const hint = kind && { additionalParameters: { token_type_hint: `${kind}_token` } };
  return exchanger.run(
    { ...call, operation: 'introspect' },
    async ({ oauth, server, client, authentication, how }) => {
      const answer = await oauth.introspectionRequest(server, client, authentication, token.reveal(), {
        ...how,
        ...hint,
      });
      const claims = await oauth.processIntrospectionResponse(server, client, answer);
      const hasEnded = typeof claims.exp === 'number' && claims.exp * 1_000 <= exchanger.clock.now();
      return claims.active && !hasEnded ? { isActive: true, claims } : { isActive: false };
    },
  );
}

export function requestUserInfo(
  exchanger: Exchanger,
  accessToken: Secret,
  subject: string,
  call: OAuthCall,
): Promise<Readonly<Record<string, unknown>>> {
  return exchanger.run({ ...call, operation: 'userInfo' }, async ({ oauth, server, client, how }) =>
    oauth.processUserInfoResponse(
      server,
      client,
      subject,
      await oauth.userInfoRequest(server, client, accessToken.reveal(), how),
    ),
  );
}
