/** Grants that need no browser: client credentials and refresh (RFC 6749 §4.4, §6). */
import { IntegrationError, type Secret } from '@im/core';
import type * as OAuth from 'oauth4webapi';
import type { ClientCredentialsCall, RefreshCall } from './client.ts';
import type { Exchange, ExchangeCall, Exchanger } from './exchange.ts';
import type { OAuthProvider } from './provider.ts';
import { type TokenSet, toTokenSet } from './tokens.ts';

/** Asks the token endpoint, and reads what it gives. `asked` are the scopes that hold where the answer names none. */
export async function requestGrant(
  exchanger: Exchanger,
  call: ExchangeCall,
  asked: readonly string[],
  ask: (exchange: Exchange) => Promise<OAuth.TokenEndpointResponse>,
): Promise<TokenSet> {
  const askedAt = exchanger.clock.now();
  const answer = await exchanger.run({ ...call, isTokenRequest: true }, ask);
  return toTokenSet(answer, exchanger.options.provider, askedAt, asked);
}

export function requestClientCredentials(
  exchanger: Exchanger,
  { scopes = [], parameters, ...call }: ClientCredentialsCall,
): Promise<TokenSet> {
  const wanted = { ...parameters, ...scopeParameter(scopes, exchanger.options.provider) };
  return requestGrant(
    exchanger,
    { ...call, operation: 'clientCredentials' },
    scopes,
    async ({ oauth, server, client, authentication, how }) =>
      oauth.processClientCredentialsResponse(
        server,
        client,
        await oauth.clientCredentialsGrantRequest(server, client, authentication, wanted, how),
      ),
  );
}

export function requestRefresh(
  exchanger: Exchanger,
  refreshToken: Secret | undefined,
  { scopes = [], accessToken, ...call }: RefreshCall,
): Promise<TokenSet> {
  const { provider } = exchanger.options;
  const own = provider.dialect?.refresh;
  const send = async (exchange: Exchange): Promise<Response> => {
    const { oauth, server, client, authentication, how } = exchange;
    if (own !== undefined) {
      const tokens = { access: accessToken?.reveal() ?? '', refresh: refreshToken?.reveal() };
      return exchange.send(own(tokens, await exchanger.vendorParts()));
    }
    if (refreshToken === undefined) throw notRenewable();
    return oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken.reveal(), {
      ...how,
      additionalParameters: scopeParameter(scopes, provider),
    });
  };
  return requestGrant(exchanger, { ...call, operation: 'refresh' }, scopes, async (exchange) =>
    exchange.oauth.processRefreshTokenResponse(exchange.server, exchange.client, await send(exchange)),
  );
}

/** `scope` as the provider separates it, when scopes are wanted. */
export function scopeParameter(
  scopes: readonly string[],
  { scopeSeparator = ' ' }: OAuthProvider,
): Record<string, string> {
  return scopes.length === 0 ? {} : { scope: scopes.join(scopeSeparator) };
}

function notRenewable(): IntegrationError {
  return new IntegrationError('there is no refresh token to renew it by', {
    code: 'failed_precondition',
    reason: 'no_refresh_token',
    remedy: 'connect the account again when its token has ended',
  });
}
