/**
 * How many requests somebody may make in a window of time. Counted in the state store, so that hubs that share it share
 * the limit; while it cannot be reached, each hub counts for itself and says so once.
 *
 * Windows follow one another, the first of all at 1970-01-01. Answers tell the state of the limit:
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
import { type Clock, type Logger, memoryState, type StateStore, scopedState } from '@im/core';

/** So many requests in so long. */
export interface RateLimitRule {
  readonly requests: number;
  readonly windowMs: number;
}

/** What came of one request. */
export interface Taken {
  readonly allowed: boolean;
  /** `RateLimit`, `RateLimit-Policy`, and with a refusal `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts. */
export interface RateLimit {
  take(who: string): Promise<Taken>;
}

/** Makes one. `name` stands in the headers. */
export function createRateLimit(options: {
  readonly name: string;
  readonly rule: RateLimitRule;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
}): RateLimit {
  const { name, rule, clock, logger } = options;
  const { requests, windowMs } = rule;
  const shared = scopedState(options.state, 'hub', 'requests', name);
  const own = memoryState(clock);
  let isShared = true;

  const count = async (key: string): Promise<number> => {
    try {
      const counted = await shared.increment(key, 1, { ttlMs: windowMs });
      if (!isShared) logger.info('the limit of requests is shared again', { limit: name });
      isShared = true;
      return counted;
    } catch (error) {
      if (isShared)
        logger.warn('the state store does not answer; this hub limits requests by itself', {
          limit: name,
          error,
        });
      isShared = false;
      return own.increment(key, 1, { ttlMs: windowMs });
    }
  };
  const policy = `"${name}";q=${requests};w=${Math.ceil(windowMs / 1_000)}`;

  return {
    take: async (who) => {
      const now = clock.now();
      const window = Math.floor(now / windowMs);
      const counted = await count(`${window}/${who}`);
      const seconds = Math.ceil(((window + 1) * windowMs - now) / 1_000);
      const allowed = counted <= requests;
      return {
        allowed,
        headers: {
          'ratelimit-policy': policy,
          ratelimit: `"${name}";r=${Math.max(requests - counted, 0)};t=${seconds}`,
          ...(allowed ? {} : { 'retry-after': String(seconds) }),
        },
      };
    },
  };
}
