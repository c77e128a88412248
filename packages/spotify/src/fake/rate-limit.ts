/**
 * The limit of an app: so many calls in any 30 seconds. https://developer.spotify.com/documentation/web-api/concepts/rate-limits
 * The number is the vendor's secret; here it is the account's.
 */
import type { Clock } from '@im/core';
import type { FakeResponse } from '@im/testing';
import type { Account } from './account.ts';
import { refusal } from './requests.ts';

/** The vendor's rolling window. */
export const windowMs = 30_000;

/** Counts calls by app. @returns the refusal, or `undefined` when the call may go on */
export function createRateLimit(clock: Clock): (app: Account) => FakeResponse | undefined {
  const calls = new Map<Account, number[]>();
  return (app) => {
    if (app.callsPerWindow === Number.POSITIVE_INFINITY) return undefined;
    const now = clock.now();
    const recent = (calls.get(app) ?? []).filter((at) => at > now - windowMs);
    calls.set(app, recent);
    if (recent.length < app.callsPerWindow) {
      recent.push(now);
      return undefined;
    }
    const oldest = recent[0] ?? now;
    const seconds = app.retryAfterSeconds ?? Math.max(Math.ceil((oldest + windowMs - now) / 1_000), 1);
    return { ...refusal(429, 'API rate limit exceeded'), headers: { 'retry-after': String(seconds) } };
  };
}
