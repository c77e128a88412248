/** Accounts of one tenant and its users at vendors. Begin reading at {@link TenantConnections}; what a connection is stands in `connection.ts`. */
import { type Clock, IntegrationError, Secret } from '@im/core';
import type { Audit } from '../../common/audit.ts';
import type { Envelope } from '../../common/envelope.ts';
import { type RandomBytes, randomToken } from '../../common/random.ts';
import type { AuthorizedTokens } from '../authorization.ts';
import type { OAuthClient } from '../client.ts';
import { missingScopes } from '../tokens.ts';
import { type Connection, type StoredConnection, toConnection } from './connection.ts';
import type { ConnectionStore } from './store.ts';
import type { ConnectionToken, NewConnection, TenantConnections } from './tenant-connections.types.ts';
import type { KeptToken, TokenKeeper } from './token-keeper.ts';

/** What the connections of a tenant work with. */
interface TenantContext {
  readonly tenant: string;
  readonly store: ConnectionStore;
  readonly envelope: Envelope;
  readonly keeper: TokenKeeper;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly clientOf: (provider: string) => Promise<OAuthClient>;
}

/** Opens the connections of a tenant. */
export function openTenant(context: TenantContext): TenantConnections {
  const { tenant, store, envelope, keeper, audit, clock, randomBytes, clientOf } = context;
  const note = (type: string, { user: subject, provider, id: connection }: StoredConnection) =>
    audit.note({ type, tenant, subject, facts: { provider, connection } });
  const read = async (id: string): Promise<StoredConnection> => {
    const found = await store.read(id);
    if (found !== undefined) return found.stored;
    throw new IntegrationError('there is no such connection', {
      code: 'not_found',
      reason: 'unknown_connection',
      tenant,
    });
  };
  const listStored = async (user?: string): Promise<readonly StoredConnection[]> => {
    const found = await Promise.all((await store.ids(user)).map((id) => store.read(id)));
    return found.flatMap((one) => (one === undefined ? [] : [one.stored]));
  };
  /** The connection that these tokens are for, when there is one. */
  const existing = async ({ user, provider, tokens, connectionId }: NewConnection) => {
    if (connectionId !== undefined) {
      const stored = await read(connectionId);
      if (stored.user === user && stored.provider === provider && stored.state !== 'revoked') return stored;
      throw audit.refuse({
        type: 'connection.refused',
        tenant,
        subject: user,
        code: 'failed_precondition',
        reason: 'foreign_connection',
        says: 'this connection cannot be connected again',
        remedy: 'begin again',
      });
    }
    const account = accountOf(tokens);
    if (account === undefined) return undefined;
    return (await listStored(user)).find(
      (one) => one.provider === provider && one.account?.id === account.id,
    );
  };

  return {
    tenant,
    client: clientOf,
    async list({ user, provider } = {}) {
      const all = await listStored(user);
      return all.filter((one) => provider === undefined || one.provider === provider).map(toConnection);
    },
    get: async (id) => toConnection(await read(id)),
    async token(id, { scopes, signal } = {}) {
      const kept = await keeper.get(tenant, id, signal);
      if (scopes !== undefined) {
        const { provider } = await clientOf(kept.stored.provider);
        const missing = missingScopes(kept.scopes, scopes, provider);
        if (missing.length > 0) throw lacksScopes(missing, tenant);
      }
      return toToken(kept);
    },
    async replaceToken(id, stale, { signal } = {}) {
      const { isOlder, ...kept } = await keeper.replace(tenant, id, stale, signal);
      return { ...toToken(kept), isOlder };
    },
    async missingScopes(id, needed) {
      const stored = await read(id);
      return missingScopes(stored.scopes, needed, (await clientOf(stored.provider)).provider);
    },
    async add(connection) {
      const { tokens, user, provider } = connection;
      const row = (await clientOf(provider)).provider;
      const before = await existing(connection);
      const account = accountOf(tokens);
      if (before?.account !== undefined && account !== undefined && before.account.id !== account.id)
        throw audit.refuse({
          type: 'connection.refused',
          tenant,
          subject: user,
          code: 'failed_precondition',
          reason: 'account_mismatch',
          says: 'another account was chosen than the one that is to be connected again',
          remedy: 'choose the same account, or connect the other one beside it',
        });
      const id = before?.id ?? randomToken(randomBytes, 16);
      const sealed = await store.seal(id, {
        access: tokens.accessToken.reveal(),
        tokenType: tokens.tokenType,
        refresh: tokens.refreshToken?.reveal(),
        dpopKey: tokens.dpopKey?.reveal(),
      });
      const fresh = (now: StoredConnection | undefined): StoredConnection => ({
        id,
        tenant,
        user,
        provider,
        account: account ?? now?.account,
        state: 'active',
        scopes: tokens.scopes,
        connectedAt: clock.now(),
        expiresAt: tokens.expiresAt,
        refreshExpiresAt: tokens.refreshExpiresAt,
        facts: tokens.more,
        generation: (now?.generation ?? 0) + 1,
        isRenewable: tokens.refreshToken !== undefined || row.dialect?.refresh !== undefined,
        sealed,
      });
      if (before === undefined) await store.write(fresh(undefined), undefined);
      else await store.update(id, fresh);
      await store.enlist(user, id);
      keeper.forget(tenant, id);
      const stored = await read(id);
      note('connection.connected', stored);
      return toConnection(stored);
    },
    async disconnect(id, { signal } = {}) {
      let before: StoredConnection | undefined;
      const written = await store.update(id, (now) => {
        before = now;
        if (now.state === 'revoked') return undefined;
        const { sealed: _sealed, attempt: _attempt, ...rest } = now;
        return { ...rest, state: 'revoked', reason: 'disconnected', isRenewable: false };
      });
      if (written === undefined) await read(id);
      keeper.forget(tenant, id);
      if (before === undefined || before.state === 'revoked') return;
      await store.strike(before.user, id);
      const isRevoked = await revokeAtVendor(await clientOf(before.provider), store, before, signal);
      const facts = { provider: before.provider, connection: id, atVendor: isRevoked };
      audit.note({ type: 'connection.disconnected', tenant, subject: before.user, facts });
    },
    async reseal() {
      const old = (await listStored()).filter(
        ({ sealed }) => sealed !== undefined && !envelope.isCurrent(sealed),
      );
      for (const { id } of old)
        await store.update(id, async (now) =>
          now.sealed === undefined
            ? undefined
            : { ...now, sealed: await store.seal(id, await store.unseal(now)) },
        );
      return old.length;
    },
  };
}

function accountOf({ account, identity }: AuthorizedTokens): Connection['account'] {
  return account ?? (identity && { id: identity.subject, name: identity.name ?? identity.email });
}

/** @returns whether the vendor ended it; a vendor that cannot be reached does not keep the user from leaving */
async function revokeAtVendor(
  client: OAuthClient,
  store: ConnectionStore,
  stored: StoredConnection,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const { refresh, access } = await store.unseal(stored);
    const call = { signal, accessToken: new Secret(access), account: stored.account?.id };
    if (refresh !== undefined) await client.revoke(new Secret(refresh), { ...call, kind: 'refresh' });
    else await client.revoke(new Secret(access), { ...call, kind: 'access' });
    return true;
  } catch {
    if (signal?.aborted) throw signal.reason;
    return false;
  }
}

function toToken({ value, expiresAt, scopes, tokenType, dpopKey }: KeptToken): ConnectionToken {
  return { value, expiresAt, scopes, tokenType, ...(dpopKey && { dpopKey }) };
}

function lacksScopes(missing: readonly string[], tenant: string): IntegrationError {
  return new IntegrationError(`the account did not grant ${missing.join(', ')}`, {
    code: 'permission_denied',
    reason: 'missing_scopes',
    tenant,
    remedy: 'connect it again with these scopes',
  });
}
