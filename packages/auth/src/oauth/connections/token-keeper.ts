/**
 * Tokens of connections in this process's memory: the hot path of every call. A token that is good is given at once; one that nears its end is
 * renewed in the background, at an instant that differs from process to process, so that callers do not wait and the vendor is not stormed; one
 * that has ended is waited for, by all callers together.
 */
import { type Cancel, type Clock, isIntegrationError, Secret, unlessAborted } from '@im/core';
import { isSameSecret } from '../../common/same-secret.ts';
import type { OAuthClient } from '../client.ts';
import type { StoredConnection } from './connection.ts';
import { type GoodTokens, type RefresherOptions, readLiving } from './refresh-outcome.ts';
import { lastMomentMs, renew } from './refresher.ts';
import type { ConnectionStore } from './store.ts';

/** What the keeper works with. */
export interface TokenKeeperOptions extends RefresherOptions {
  /** Milliseconds for which what was read is believed: after that long at most, a disconnect in another process holds here. */
  readonly maxStaleMs: number;
  /** Connections that are kept in memory at most. */
  readonly maxKept: number;
  readonly storeOf: (tenant: string) => ConnectionStore;
  readonly clientOf: (tenant: string, provider: string) => Promise<OAuthClient>;
}

/** A token, and what came with it. */
export interface KeptToken {
  readonly value: Secret;
  readonly expiresAt: number | undefined;
  readonly scopes: readonly string[];
  readonly tokenType: 'bearer' | 'dpop';
  readonly dpopKey: Secret | undefined;
  readonly generation: number;
  readonly stored: StoredConnection;
}

/** Gives tokens. */
export interface TokenKeeper extends AsyncDisposable {
  get(tenant: string, id: string, signal?: AbortSignal): Promise<KeptToken>;
  /** Another token than `stale`, which the vendor has just refused. */
  replace(
    tenant: string,
    id: string,
    stale: Secret,
    signal?: AbortSignal,
  ): Promise<KeptToken & { readonly isOlder: boolean }>;
  /** Lets go of what is kept of a connection, because it was written. */
  forget(tenant: string, id: string): void;
}

interface Entry {
  readonly tenant: string;
  readonly id: string;
  kept: KeptToken | undefined;
  version: string | undefined;
  checkedAt: number;
  renewAt: number;
  renewal: Promise<KeptToken> | undefined;
  /** A look at the store that is under way. */
  checking: Promise<KeptToken | undefined> | undefined;
  /** A refusal that is not asked for again before this instant. */
  refusal: { readonly error: unknown; readonly until: number } | undefined;
  timer: Cancel | undefined;
  isUsed: boolean;
}

/** Milliseconds before its end at which a token is renewed, at most; a fifth of its life where that is less. */
const leadMs = 300_000;
/** Milliseconds for which a refusal is not asked for again. */
const refusalMs = 5_000;
/** Milliseconds after a renewal in the background has failed. */
const coolMs = 30_000;

/** Makes it. */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { clock, random, logger, maxStaleMs, maxKept, storeOf, clientOf } = options;
  const entries = new Map<string, Entry>();
  let isClosed = false;

  const entryOf = (tenant: string, id: string): Entry => {
    const key = JSON.stringify([tenant, id]);
    const known = entries.get(key);
    // Order of use: the first in the map is the one that was used longest ago.
    if (known !== undefined) entries.delete(key);
    const entry: Entry = known ?? {
      tenant,
      id,
      kept: undefined,
      version: undefined,
      checkedAt: 0,
      renewAt: 0,
      renewal: undefined,
      checking: undefined,
      refusal: undefined,
      timer: undefined,
      isUsed: false,
    };
    entries.set(key, entry);
    if (entries.size > maxKept) dropOldest();
    return entry;
  };
  const dropOldest = () => {
    for (const [key, entry] of entries) {
      if (entry.renewal !== undefined) continue;
      entry.timer?.();
      entries.delete(key);
      return;
    }
  };

  const keep = (entry: Entry, { stored, version, tokens }: GoodTokens): KeptToken => {
    const kept: KeptToken = {
      value: new Secret(tokens.access),
      expiresAt: stored.expiresAt,
      scopes: stored.scopes,
      tokenType: tokens.tokenType,
      dpopKey: tokens.dpopKey === undefined ? undefined : new Secret(tokens.dpopKey),
      generation: stored.generation,
      stored,
    };
    entry.kept = kept;
    entry.version = version;
    entry.checkedAt = clock.now();
    entry.refusal = undefined;
    entry.renewAt = renewalInstant(stored, clock, random);
    plan(entry);
    return kept;
  };
  /** Renews ahead of time what has been used since it came; what nobody uses is left to its next call. */
  const plan = (entry: Entry) => {
    entry.timer?.();
    entry.isUsed = false;
    if (!Number.isFinite(entry.renewAt)) return;
    entry.timer = clock.schedule(
      entry.renewAt - clock.now(),
      () => {
        entry.timer = undefined;
        if (entry.isUsed && !isClosed) renewInBackground(entry);
      },
      { background: true },
    );
  };

  const renewOnce = (entry: Entry, after: number | undefined): Promise<KeptToken> => {
    if (entry.renewal !== undefined) return entry.renewal;
    if (entry.refusal !== undefined && entry.refusal.until > clock.now())
      return Promise.reject(entry.refusal.error);
    const work = async () => {
      const store = storeOf(entry.tenant);
      const { stored } = await readLiving(store, entry.id);
      return keep(
        entry,
        await renew(store, entry.id, await clientOf(entry.tenant, stored.provider), options, after),
      );
    };
    entry.renewal = work()
      .catch((error: unknown) => {
        if (isIntegrationError(error) && !error.retryable) {
          entry.kept = undefined;
          entry.refusal = { error, until: clock.now() + refusalMs };
        }
        throw error;
      })
      .finally(() => {
        entry.renewal = undefined;
      });
    return entry.renewal;
  };
  const renewInBackground = (entry: Entry) => {
    renewOnce(entry, entry.kept?.generation).catch((error: unknown) => {
      entry.renewAt = clock.now() + coolMs * (0.5 + random());
      logger.warn('auth: a token could not be renewed ahead of its end', {
        tenant: entry.tenant,
        connection: entry.id,
        reason: isIntegrationError(error) ? error.reason : undefined,
      });
    });
  };

  /** Whether what is kept is still what stands in the store. */
  const check = async (entry: Entry): Promise<KeptToken | undefined> => {
    const store = storeOf(entry.tenant);
    const read = await readLiving(store, entry.id).catch((error: unknown) => {
      entry.kept = undefined;
      throw error;
    });
    if (entry.kept !== undefined && read.version === entry.version) {
      entry.checkedAt = clock.now();
      return entry.kept;
    }
    const lasts = read.stored.expiresAt === undefined || read.stored.expiresAt - clock.now() > lastMomentMs;
    return lasts ? keep(entry, { ...read, tokens: await store.unseal(read.stored) }) : undefined;
  };

  const checkOnce = (entry: Entry): Promise<KeptToken | undefined> => {
    entry.checking ??= check(entry).finally(() => {
      entry.checking = undefined;
    });
    return entry.checking;
  };

  return {
    async get(tenant, id, signal) {
      signal?.throwIfAborted();
      const entry = entryOf(tenant, id);
      const now = clock.now();
      const isBelieved = entry.kept !== undefined && now < entry.checkedAt + maxStaleMs;
      const kept = isBelieved ? entry.kept : await unlessAborted(checkOnce(entry), signal);
      entry.isUsed = true;
      const lasts =
        kept !== undefined && (kept.expiresAt === undefined || kept.expiresAt - now > lastMomentMs);
      if (!lasts) return unlessAborted(renewOnce(entry, undefined), signal);
      if (now >= entry.renewAt && entry.renewal === undefined) renewInBackground(entry);
      return kept;
    },
    async replace(tenant, id, stale, signal) {
      signal?.throwIfAborted();
      const entry = entryOf(tenant, id);
      const kept = entry.kept ?? (await unlessAborted(checkOnce(entry), signal));
      if (kept !== undefined && !isSameSecret(kept.value, stale)) return { ...kept, isOlder: true };
      const renewed = await unlessAborted(renewOnce(entry, kept?.generation), signal);
      return { ...renewed, isOlder: false };
    },
    forget(tenant, id) {
      const key = JSON.stringify([tenant, id]);
      entries.get(key)?.timer?.();
      entries.delete(key);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const entry of entries.values()) entry.timer?.();
      // A pair under way is stored before the process goes; its failure was told to whoever waited.
      await Promise.allSettled([...entries.values()].map(({ renewal }) => renewal));
      entries.clear();
    },
  };
}

function renewalInstant(
  { expiresAt, refreshedAt, connectedAt, isRenewable }: StoredConnection,
  clock: Clock,
  random: () => number,
): number {
  if (expiresAt === undefined || !isRenewable) return Number.POSITIVE_INFINITY;
  const life = expiresAt - (refreshedAt ?? connectedAt);
  const lead = Math.max(Math.min(leadMs, life / 5), 0);
  return Math.max(expiresAt - lead * (0.75 + random() / 2), clock.now());
}
