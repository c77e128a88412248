/** How integrations of the registry call with a connection's token, always the newest, without keeping one of their own. */
import { isIntegrationError, type Provided, provide, VendorError } from '@im/core';
import type { AccessToken, AccountTokens, TokenSource } from '@im/http';
import type { Connections } from './connections.ts';
import type { ConnectionToken, TenantConnections } from './tenant-connections.types.ts';

/**
 * A connection as a source of tokens for `createHttp`: renewed ahead of its end, and once more when the vendor refuses it.
 *
 * @param scopes those that the calls need; without them the first call fails and says which are missing
 */
export function connectionToken(
  connections: TenantConnections,
  id: string,
  scopes?: readonly string[],
): TokenSource {
  return {
    get: ({ signal }) => connections.token(id, { scopes, signal }).then(toAccessToken, failed),
    refresh: ({ value }, { signal }) =>
      connections.replaceToken(id, value, { signal }).then(toAccessToken, failed),
  };
}

/**
 * The service by which options of integrations name connections of their tenant, as in
 * `createRegistry({ services: [connectionTokens(connections)] })` and `auth: { flow: 'connection', connection: id }`. A registration can only name
 * connections of its own tenant, and of its own provider.
 */
export function connectionTokens(connections: Connections): Provided {
  const give: AccountTokens = ({ tenant, provider, account }) => {
    const own = connections.tenant(tenant);
    const source = connectionToken(own, account);
    let isChecked = false;
    const checked = async () => {
      if (isChecked) return;
      const connection = await own.get(account).catch(failed);
      if (connection.provider !== provider)
        throw new VendorError({
          sent: false,
          code: 'failed_precondition',
          reason: 'foreign_connection',
          says: `the connection is one of ${connection.provider}`,
        });
      isChecked = true;
    };
    return {
      get: async (call) => {
        await checked();
        return source.get(call);
      },
      refresh: source.refresh,
    };
  };
  return provide({ name: 'im.http.accountTokens' }, give);
}

function toAccessToken(token: ConnectionToken & { readonly isOlder?: boolean }): AccessToken {
  const { value, expiresAt, scopes, isOlder } = token;
  return { value, expiresAt, scopes, ...(isOlder === true && { isOlder }) };
}

/** One error for each caller: core writes the call's names into it. */
function failed(error: unknown): never {
  if (!isIntegrationError(error)) throw error;
  const { code, reason, message, retryAfterMs } = error;
  throw new VendorError({ sent: false, code, reason, says: message, retryAfterMs }, { cause: error });
}
