/** Tenants with what they were promised, and how much of the error budget is left. */
import type { IntegrationStatus } from '@im/core';

/** How one tenant is served, counted since the hub started. */
export interface ServiceLevel {
  readonly tenant: string;
  readonly integrations: number;
  /** Integrations that are degraded or unhealthy. */
  readonly troubled: number;
  readonly calls: number;
  readonly failures: number;
  /** Share of calls that succeeded; 1 without calls. */
  readonly success: number;
  /** Share that was promised; absent: nothing was. */
  readonly target?: number | undefined;
  /** Share of the allowed failures that is left, below 0 when the promise is broken; absent without a target. */
  readonly budgetLeft?: number | undefined;
}

/** One row a tenant: the smallest budget first, then by name. */
export function serviceLevels(
  list: readonly IntegrationStatus[],
  targetOf: (tenant: string) => number | undefined,
): readonly ServiceLevel[] {
  return [...Map.groupBy(list, ({ tenant }) => tenant)]
    .map(([tenant, own]) => levelOf(tenant, own, targetOf(tenant)))
    .sort(
      (one, other) => (one.budgetLeft ?? 2) - (other.budgetLeft ?? 2) || (one.tenant < other.tenant ? -1 : 1),
    );
}

function levelOf(
  tenant: string,
  own: readonly IntegrationStatus[],
  target: number | undefined,
): ServiceLevel {
  const calls = own.reduce((sum, { stats }) => sum + stats.calls, 0);
  const failures = own.reduce((sum, { stats }) => sum + stats.failures, 0);
  return {
    tenant,
    integrations: own.length,
    troubled: own.filter(({ status }) => status === 'degraded' || status === 'unhealthy').length,
    calls,
    failures,
    success: calls === 0 ? 1 : (calls - failures) / calls,
    ...(target === undefined ? {} : { target, budgetLeft: budgetLeft(calls, failures, target) }),
  };
}

function budgetLeft(calls: number, failures: number, target: number): number {
  const allowed = calls * (1 - target);
  if (failures === 0) return 1;
  return allowed === 0 ? -1 : 1 - failures / allowed;
}
