/** Statuses as a registry tells them. */
import { type IntegrationStatus, latencyBoundsMs } from '@im/core';

/** An integration of the tenant `acme` that was called `calls` times, each call 8 ms, `failures` of which failed. */
export function sample(
  change: Partial<IntegrationStatus> = {},
  { calls = 0, failures = 0, operation = 'getItem' } = {},
): IntegrationStatus {
  const buckets = [...latencyBoundsMs, Number.POSITIVE_INFINITY].map((bound) => (bound >= 8 ? calls : 0));
  return {
    name: 'shop_main',
    tenant: 'acme',
    provider: 'shop',
    title: 'Shop',
    category: 'example',
    required: false,
    status: 'healthy',
    reasons: [],
    since: 1_700_000_000_000,
    breaker: 'closed',
    inFlight: 0,
    queued: 0,
    forecasts: [],
    stats: {
      calls,
      failures,
      failuresByCode: failures > 0 ? { unavailable: failures } : {},
      attempts: calls,
      retries: 0,
      waits: 0,
      waitedMs: 0,
      operations: calls === 0 ? {} : { [operation]: { calls, failures, totalMs: calls * 8, buckets } },
    },
    ...change,
  };
}
