/** What becomes of a connection when a renewal has ended: well, badly, or nobody knows how. */
import { type Clock, IntegrationError, isIntegrationError, type Logger, Secret, sleep } from '@im/core';
import type { Audit } from '../../common/audit.ts';
import type { OAuthClient } from '../client.ts';
import { missingScopes, type TokenSet } from '../tokens.ts';
import type { SealedTokens, StoredConnection } from './connection.ts';
import type { ConnectionStore, Read } from './store.ts';

/** What is done when an earlier renewal's outcome is unknown, because its process died or its connection broke. */
export type LostRefresh = 'retry' | 'reauthorize';

/** What a refresher works with. */
export interface RefresherOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly audit: Audit;
  /** Milliseconds after which a dead holder is followed. */
  readonly leaseMs: number;
  /** Milliseconds for one request to the vendor. */
  readonly refreshTimeoutMs: number;
  /**
   * `retry`: the refresh token is sent once more, unless the vendor's introspection says that it is used up. If the first request had been
   * answered, the vendor refuses the second, and the user connects again, as it would be with `reauthorize`; if it had not, nothing is lost.
   * `reauthorize`: it is not sent again where the vendor replaces refresh tokens, for vendors that punish a second use.
   */
  readonly onLostRefresh: LostRefresh;
}

/** Tokens that are good, as they stand in the store. */
export interface GoodTokens {
  readonly stored: StoredConnection;
  readonly version: string;
  readonly tokens: SealedTokens;
}

/** How often a pair is offered to a store that is away, and milliseconds before the second time. */
const storeTries = 6;
const storeWaitMs = 200;
/** Milliseconds before a vendor that cannot do it now is asked again, where it does not say. */
const coolMs = 5_000;
/** Milliseconds before one that could not be reached is tried again. */
const unreachedMs = 1_000;

/** The record, when calls may be made with it. */
export async function readLiving(store: ConnectionStore, id: string): Promise<Read> {
  const found = await store.read(id);
  if (found === undefined)
    throw new IntegrationError('there is no such connection', {
      code: 'not_found',
      reason: 'unknown_connection',
    });
  const { state, reason } = found.stored;
  if (state === 'revoked')
    throw new IntegrationError('the connection was disconnected', {
      code: 'failed_precondition',
      reason: 'connection_revoked',
      remedy: 'connect the account again',
    });
  if (state === 'reauth_required') throw reauthRequired(reason);
  return found;
}

/** The tokens of a record. */
export async function withTokens(store: ConnectionStore, { stored, version }: Read): Promise<GoodTokens> {
  return { stored, version, tokens: await store.unseal(stored) };
}

/** Thrown when the pair is there and the store is not. */
export class NotStored extends Error {}

/** Stores the new pair, when nobody stored one meanwhile. */
export async function settle(
  store: ConnectionStore,
  before: StoredConnection,
  old: SealedTokens,
  issued: TokenSet,
  client: OAuthClient,
  options: RefresherOptions,
): Promise<GoodTokens> {
  const { clock, audit } = options;
  const { endsWithConsent } = client.provider.refresh ?? {};
  const tokens: SealedTokens = {
    access: issued.accessToken.reveal(),
    tokenType: issued.tokenType,
    refresh: issued.refreshToken?.reveal() ?? old.refresh,
    dpopKey: old.dpopKey,
  };
  const sealed = await store.seal(before.id, tokens);
  const change = (now: StoredConnection): StoredConnection | undefined => {
    if (now.state === 'revoked' || now.generation !== before.generation) return undefined;
    const { attempt: _attempt, notBefore: _notBefore, reason: _reason, ...rest } = now;
    return {
      ...rest,
      state: 'active',
      generation: before.generation + 1,
      sealed,
      scopes: issued.scopes.length > 0 ? keptScopes(now.scopes, issued.scopes, client) : now.scopes,
      expiresAt: issued.expiresAt,
      refreshExpiresAt: endsWithConsent
        ? (now.refreshExpiresAt ?? issued.refreshExpiresAt)
        : (issued.refreshExpiresAt ?? now.refreshExpiresAt),
      refreshedAt: clock.now(),
    };
  };
  await keepTrying(() => store.update(before.id, change), options);
  const read = await readLiving(store, before.id).catch(async (error: unknown) => {
    // Disconnected meanwhile: what just came must not live on.
    await client.revoke(secretOf(tokens.refresh) ?? new Secret(tokens.access)).catch(() => undefined);
    throw error;
  });
  const isOurs = read.stored.sealed === sealed;
  if (isOurs) {
    const { tenant, user: subject, provider, id: connection } = before;
    audit.note({ type: 'connection.refreshed', tenant, subject, facts: { provider, connection } });
  }
  return isOurs ? { ...read, tokens } : withTokens(store, read);
}

/** A renewal may bring fewer scopes, and never more (RFC 6749 §6). */
function keptScopes(
  granted: readonly string[],
  now: readonly string[],
  { provider }: OAuthClient,
): readonly string[] {
  const gone = new Set(missingScopes(now, granted, provider));
  return granted.filter((scope) => !gone.has(scope));
}

/** A pair that the vendor gave and the store did not take would be lost: the store is asked for some seconds. */
async function keepTrying<Value>(
  write: () => Promise<Value>,
  { clock, logger }: RefresherOptions,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (cause) {
      if (tries === storeTries) {
        logger.error('auth: renewed tokens could not be stored');
        throw new NotStored('not stored', { cause });
      }
      await sleep(clock, storeWaitMs * 2 ** (tries - 1));
    }
  }
}

/** Statuses behind which the vendor may have done it all the same. */
const unclearStatuses = new Set([502, 504]);

/** Writes what a failed renewal means for the connection. */
export async function conclude(
  store: ConnectionStore,
  before: StoredConnection,
  error: unknown,
  isSent: boolean,
  options: RefresherOptions,
): Promise<void> {
  const { clock, audit, random } = options;
  const failure = isIntegrationError(error) ? error : undefined;
  const isRefused = failure?.code === 'unauthenticated' && failure.reason === 'invalid_grant';
  const isUnclear = isSent && (failure?.status === undefined || unclearStatuses.has(failure.status));
  const reason = before.attempt === undefined ? 'invalid_grant' : 'refresh_outcome_unknown';
  const usual = failure?.status === undefined ? unreachedMs : coolMs;
  const waits = failure?.retryAfterMs ?? usual * (0.75 + random() / 2);
  await store.update(before.id, (now) => {
    if (now.state === 'revoked' || now.generation !== before.generation) return undefined;
    if (isRefused) return endedRecord(now, reason);
    const { attempt, ...rest } = now;
    return {
      ...rest,
      state: 'active',
      ...(isUnclear && attempt !== undefined && { attempt }),
      notBefore: clock.now() + waits,
    };
  });
  const { tenant, user: subject, provider, id: connection } = before;
  const facts = { provider, connection };
  if (isRefused) {
    audit.report({ type: 'connection.reauth_required', tenant, subject, facts, reason });
    throw reauthRequired(reason);
  }
  audit.report({
    type: 'connection.refresh_failed',
    tenant,
    subject,
    facts,
    reason: failure?.reason ?? failure?.code ?? 'fault',
    outcome: 'failed',
  });
}

/** Why the refresh token must not be sent, when an earlier attempt with it was lost. */
export async function lostReason(
  { attempt }: StoredConnection,
  tokens: SealedTokens,
  client: OAuthClient,
  { clock, onLostRefresh, refreshTimeoutMs }: RefresherOptions,
): Promise<string | undefined> {
  const refreshToken = secretOf(tokens.refresh);
  const facts = client.provider.refresh;
  if (attempt === undefined || refreshToken === undefined || facts?.rotation === 'never') return undefined;
  if (facts?.graceSeconds !== undefined && clock.now() < attempt.at + facts.graceSeconds * 1_000)
    return undefined;
  const timeout = new AbortController();
  const cancel = clock.schedule(refreshTimeoutMs, () => timeout.abort());
  const asked = await client
    .introspect(refreshToken, { kind: 'refresh', signal: timeout.signal })
    // Most vendors have none; that it cannot be asked is no answer.
    .catch(() => undefined)
    .finally(cancel);
  if (asked !== undefined) return asked.isActive ? undefined : 'refresh_outcome_unknown';
  return onLostRefresh === 'reauthorize' ? 'refresh_outcome_unknown' : undefined;
}

export function endedRecord(stored: StoredConnection, reason: string): StoredConnection {
  const { attempt: _attempt, notBefore: _notBefore, ...rest } = stored;
  return { ...rest, state: 'reauth_required', reason };
}

export function reported(
  stored: StoredConnection,
  reason: string,
  { audit }: RefresherOptions,
): IntegrationError {
  const { tenant, user: subject, provider, id: connection } = stored;
  const facts = { provider, connection };
  audit.report({ type: 'connection.reauth_required', tenant, subject, facts, reason });
  return reauthRequired(reason);
}

/** What a caller is told when only the user can mend it. */
export function reauthRequired(reason: string | undefined): IntegrationError {
  return new IntegrationError(`the account must be connected again (${reason ?? 'its access ended'})`, {
    code: 'unauthenticated',
    reason: 'reauth_required',
    remedy: 'connect the account again',
  });
}

export function unavailable(says: string, reason: string, retryAfterMs?: number): IntegrationError {
  return new IntegrationError(says, { code: 'unavailable', reason, retryAfterMs });
}

export function secretOf(value: string | undefined): Secret | undefined {
  return value === undefined ? undefined : new Secret(value);
}
