/**
 * When is the hub healthy? The truth table; the first row that holds decides.
 *
 * | when | status | answer |
 * |---|---|---|
 * | the hub is shutting down | `draining` | 503 |
 * | a required integration is `unhealthy`, `draining`, `stopped` or `disabled` | `unhealthy` | 503 |
 * | a required integration is `registered` or `starting` | `starting` | 503 |
 * | there are enabled integrations and not one of them can be used | `unhealthy` | 503 |
 * | an enabled integration is `degraded`, `unhealthy`, `draining` or `stopped` | `degraded` | 200 |
 * | everything else, also an empty hub | `healthy` | 200 |
 *
 * `disabled` ones that are not required do not count: somebody took them out on purpose. One that is only `registered`
 * can be used, since its instance is made on the first call.
 *
 * One integration by itself answers 200 when it can be used (`registered`, `healthy`, `degraded`), else 503.
 */
import type { IntegrationStatus, Status } from '@im/core';
import type { Health } from './schemas.ts';

/** Statuses in which calls are taken. */
export const usable: ReadonlySet<Status> = new Set(['registered', 'healthy', 'degraded']);

const stoppedFor = new Set<Status>(['unhealthy', 'draining', 'stopped', 'disabled']);
const startingFor = new Set<Status>(['registered', 'starting']);
const troubled = new Set<Status>(['degraded', 'unhealthy', 'draining', 'stopped']);

/** Most failing integrations that an answer names. */
const mostNamed = 20;

/** What the whole hub says, by the table above. */
export function judgeHub(list: readonly IntegrationStatus[], draining: boolean, at: number): Health {
  const byStatus = countByStatus(list);
  const failing = list
    .filter(({ status, required }) => !usable.has(status) && (status !== 'disabled' || required))
    .sort((one, other) => Number(other.required) - Number(one.required));
  const { status, says } = judge(list, draining);
  return {
    status,
    ready: status === 'healthy' || status === 'degraded',
    says,
    at,
    total: list.length,
    byStatus,
    failing: failing.slice(0, mostNamed).map((one) => ({
      name: one.name,
      tenant: one.tenant,
      status: one.status,
      required: one.required,
      says: one.reasons[0]?.says,
    })),
  };
}

function judge(list: readonly IntegrationStatus[], draining: boolean): Pick<Health, 'status' | 'says'> {
  if (draining) return { status: 'draining', says: 'shutting down' };
  const required = list.filter((one) => one.required);
  const down = required.find(({ status }) => stoppedFor.has(status));
  if (down) return { status: 'unhealthy', says: `${label(down)} is required and is ${down.status}` };
  const waiting = required.find(({ status }) => startingFor.has(status));
  if (waiting) return { status: 'starting', says: `${label(waiting)} is required and has not started yet` };
  const enabled = list.filter(({ status }) => status !== 'disabled');
  if (enabled.length > 0 && !enabled.some(({ status }) => usable.has(status))) {
    return { status: 'unhealthy', says: 'not one integration can be used' };
  }
  const inTrouble = enabled.filter(({ status }) => troubled.has(status)).length;
  if (inTrouble > 0) return { status: 'degraded', says: `${inTrouble} of ${enabled.length} not healthy` };
  return { status: 'healthy', says: list.length === 0 ? 'nothing is registered' : 'all is well' };
}

const label = ({ name, tenant }: IntegrationStatus) => `${name} of ${tenant}`;

/** How many are in each status; only statuses that occur. */
export function countByStatus(
  list: readonly Pick<IntegrationStatus, 'status'>[],
): Partial<Record<Status, number>> {
  const counts: Partial<Record<Status, number>> = {};
  for (const { status } of list) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
