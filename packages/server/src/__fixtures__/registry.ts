/** A registry that tells whatever a test wants it to tell. */
import { IntegrationError, type IntegrationStatus, latencyBoundsMs, type Registry, type RegistryEvent } from '@im/core';

/** An integration that is well and was never called. */
export function sample(change: Partial<IntegrationStatus> = {}): IntegrationStatus {
  return {
    name: 'spotify_main',
    tenant: 'acme',
    provider: 'spotify',
    title: 'Spotify Web API',
    category: 'music',
    required: false,
    status: 'healthy',
    reasons: [],
    since: 1_700_000_000_000,
    breaker: 'closed',
    inFlight: 0,
    queued: 0,
    forecasts: [],
    stats: {
      calls: 0,
      failures: 0,
      failuresByCode: {},
      attempts: 0,
      retries: 0,
      waits: 0,
      waitedMs: 0,
      operations: {},
    },
    ...change,
  };
}

/** Statistics of `calls` calls of one operation that took 8 ms each, `failures` of which failed. */
export function sampleStats(calls: number, failures = 0, operation = 'getTrack'): IntegrationStatus['stats'] {
  const buckets = [...latencyBoundsMs, Number.POSITIVE_INFINITY].map((bound) => (bound >= 8 ? calls : 0));
  return {
    calls,
    failures,
    failuresByCode: failures > 0 ? { unavailable: failures } : {},
    attempts: calls + 2,
    retries: 2,
    waits: 1,
    waitedMs: 1_500,
    operations: { [operation]: { calls, failures, totalMs: calls * 8, buckets } },
  };
}

/** A registry over `list`, which the test may change at any time. */
export function sampleRegistry(list: IntegrationStatus[]): Registry & { emit(event: RegistryEvent): void; disposed: number } {
  const listeners = new Set<(event: RegistryEvent) => void>();
  const unused = (): never => {
    throw new Error('the hub only reads');
  };
  const registry = {
    disposed: 0,
    register: unused,
    configureTenant: unused,
    enableAll: unused,
    enable: unused,
    disable: unused,
    unregister: unused,
    check: unused,
    reconfigure: unused,
    isolate: unused,
    resetBreaker: unused,
    tenant: (tenant: string) => ({
      tenant,
      settings: {},
      get: unused,
      port: unused,
      operations: () => [{ name: 'getTrack', effect: 'read' as const, kind: 'call' as const, argumentCount: 1, parameters: ['id'] }],
      forward: unused,
      receive: unused,
      list: () => list.filter((one) => one.tenant === tenant),
    }),
    tenants: () => [...new Set(list.map(({ tenant }) => tenant))],
    status: ({ name, tenant = 'default' }: { readonly name: string; readonly tenant?: string | undefined }) => {
      const found = list.find((one) => one.name === name && one.tenant === tenant);
      if (found) return found;
      throw new IntegrationError('no such integration', { code: 'not_found', integration: name, tenant });
    },
    list: () => list,
    on: (listener: (event: RegistryEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: (event: RegistryEvent) => {
      for (const listener of listeners) listener(event);
    },
    [Symbol.asyncDispose]: async () => {
      registry.disposed += 1;
    },
  };
  return registry;
}
