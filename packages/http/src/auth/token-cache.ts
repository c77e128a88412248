/**
 * One token for many callers, in this process and in all others that share the state store.
 *
 * 1. A token in memory that is good for a while is given at once.
 * 2. Otherwise all callers of this process wait for one renewal; one that gives up leaves it running for the others.
 * 3. The renewal reads the store: another process may have done it.
 * 4. It takes the lock, *reads again*, asks the issuer, and stores the new pair before anyone gets it. So a refresh
 *    token that is replaced by its use is used once, and a crash right after leaves the new one in the store.
 * 5. Whoever does not get the lock waits a little and goes back to 3.
 *
 * The lock outlives the longest renewal. A renewal is not cut off by a caller's abort, since a pair that was issued but
 * not stored would be lost; it has a time-out of its own.
 */
import { Secret, sleep, tryLock, unlessAborted, VendorError } from '@im/core';
import type { IssuedTokens, TokenContext } from './oauth-client.ts';
import type { AccessToken, TokenSource } from './token-source.ts';

/** How tokens are had and kept. */
export interface TokenCacheOptions {
  /** Where the pair stands in the store; the same for all processes and different for every credential. */
  readonly key: string;
  /**
   * Tells nothing of the client's own credential but whether it is still the same: a token that was had with another one is
   * not used, so that a rotated secret proves itself at once. Absent: there is none.
   */
  readonly by?: string | undefined;
  /** Asks the issuer. `stored` is the pair that is being replaced. */
  readonly issue: (stored: StoredTokens | undefined, signal: AbortSignal) => Promise<IssuedTokens>;
}

/** What stands in the store. */
export interface StoredTokens {
  readonly access: string;
  readonly expiresAt?: number | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly refresh?: string | undefined;
  readonly refreshExpiresAt?: number | undefined;
  /** See {@link TokenCacheOptions.by}. */
  readonly by?: string | undefined;
}

/** Milliseconds before its end at which a token is renewed; a short-lived one at a fifth of its life. */
const renewBeforeMs = 60_000;
/** A token that ends sooner than this is not given to anyone. */
const lastMomentMs = 5_000;
/** Milliseconds for one request to the issuer. */
const issueTimeoutMs = 30_000;
const lockMs = 90_000;
/** Milliseconds for a whole renewal, waits for other processes included. */
const renewalMs = 120_000;
const lockWaitMs = 40;
/** Milliseconds during which a refusal by the issuer is not asked for again. */
const refusalMs = 5_000;

interface Held {
  readonly token: AccessToken;
  readonly renewAt: number;
}

/** What came of a renewal: a token, and whether it was issued by it rather than found in the store. */
interface Renewed extends Held {
  readonly isIssued?: true;
}

/** Makes the source. */
export function createTokenCache(context: TokenContext, options: TokenCacheOptions): TokenSource {
  const { clock, state } = context;
  let held: Held | undefined;
  let renewal: Promise<Renewed> | undefined;
  let refusal: { readonly error: VendorError; readonly until: number } | undefined;

  const keep = (stored: StoredTokens): Held => {
    const { expiresAt, refreshExpiresAt } = stored;
    const now = clock.now();
    const lead = expiresAt === undefined ? 0 : Math.min(renewBeforeMs, (expiresAt - now) / 5);
    held = {
      token: { value: new Secret(stored.access), expiresAt, scopes: stored.scopes },
      renewAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - lead,
    };
    if (refreshExpiresAt !== undefined) {
      context.forecast({
        kind: 'token',
        at: refreshExpiresAt,
        what: 'the refresh token of the account expires',
      });
    }
    return held;
  };
  const usable = (stored: StoredTokens, stale: string | undefined): boolean =>
    stored.access !== stale &&
    stored.by === options.by &&
    (stored.expiresAt === undefined ||
      stored.expiresAt - clock.now() > Math.min(renewBeforeMs, lastMomentMs * 2));

  const read = async (): Promise<{
    readonly stored: StoredTokens | undefined;
    readonly version: string | undefined;
  }> => {
    const found = await state.get(options.key);
    return { stored: found === undefined ? undefined : parse(found.value), version: found?.version };
  };

  const renew = async (stale: string | undefined): Promise<Renewed> => {
    const giveUpAt = clock.now() + renewalMs;
    while (true) {
      const before = await read();
      if (before.stored !== undefined && usable(before.stored, stale)) return keep(before.stored);
      const lock = await tryLock(state, options.key, lockMs);
      if (lock !== undefined) {
        try {
          const { stored, version } = await read();
          if (stored !== undefined && usable(stored, stale)) return keep(stored);
          // Overtaken while reading: whoever holds the lock now does it.
          if (!(await lock.held())) continue;
          return { ...keep(await issueAndStore(stored, version)), isIssued: true };
        } finally {
          await lock.release();
        }
      }
      if (clock.now() > giveUpAt) throw busy();
      await sleep(clock, lockWaitMs * (0.5 + context.random()));
    }
  };

  const issueAndStore = async (
    stored: StoredTokens | undefined,
    version: string | undefined,
  ): Promise<StoredTokens> => {
    const timeout = new AbortController();
    const cancel = clock.schedule(issueTimeoutMs, () => timeout.abort(tooSlow()));
    try {
      const issued = await options.issue(stored, timeout.signal);
      const next: StoredTokens = {
        access: issued.value.reveal(),
        expiresAt: issued.expiresAt,
        scopes: issued.scopes,
        refresh: issued.refreshToken?.reveal() ?? stored?.refresh,
        refreshExpiresAt: issued.refreshExpiresAt ?? stored?.refreshExpiresAt,
        by: options.by,
      };
      const written = await state.compareAndSet(options.key, version, JSON.stringify(next));
      if (written !== undefined) return next;
      // Our lock ran out and somebody overtook us: theirs is the pair that everybody uses.
      return (await read()).stored ?? next;
    } finally {
      cancel();
    }
  };

  /** One renewal for all who ask meanwhile. */
  const renewOnce = (stale: string | undefined): Promise<Renewed> => {
    if (refusal !== undefined && refusal.until > clock.now()) return Promise.reject(refusal.error);
    renewal ??= renew(stale)
      .catch((error: unknown) => {
        const isRefused = error instanceof VendorError && error.failure.code === 'unauthenticated';
        if (isRefused) refusal = { error, until: clock.now() + refusalMs };
        throw error;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  };

  context.onClose(async () => {
    // A pair in flight is stored before the instance goes; its failure was told to whoever waited.
    await renewal?.catch(() => undefined);
  });

  return {
    async get({ signal }) {
      signal.throwIfAborted();
      const now = clock.now();
      if (held !== undefined && now < held.renewAt) return held.token;
      const current = held?.token;
      const stillGood = current?.expiresAt !== undefined && now < current.expiresAt - lastMomentMs;
      try {
        return (await unlessAborted(renewOnce(current?.value.reveal()), signal)).token;
      } catch (error) {
        if (!stillGood || signal.aborted) throw error;
        context.logger.warn('the token could not be renewed ahead of its end; it is still good', {
          reason: error instanceof VendorError ? error.failure.reason : undefined,
        });
        return current;
      }
    },
    async refresh(stale, { signal }) {
      const refused = stale.value.reveal();
      if (held !== undefined && held.token.value.reveal() !== refused)
        return { ...held.token, isOlder: true };
      const { token, isIssued } = await unlessAborted(renewOnce(refused), signal);
      return isIssued ? token : { ...token, isOlder: true };
    },
  };
}

function parse(text: string): StoredTokens | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isTokens =
      typeof value === 'object' && value !== null && 'access' in value && typeof value.access === 'string';
    return isTokens ? (value as StoredTokens) : undefined;
  } catch {
    // Written by nobody we know; it is replaced by the next renewal.
    return undefined;
  }
}

function busy(): VendorError {
  return new VendorError({
    sent: false,
    code: 'unavailable',
    reason: 'token_busy',
    says: 'no token: another process is renewing it and does not finish',
  });
}

function tooSlow(): VendorError {
  return new VendorError({
    sent: false,
    code: 'unavailable',
    reason: 'token_timeout',
    says: 'no token: the token endpoint did not answer in time',
  });
}
