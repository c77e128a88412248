/** Three tenants with an integration each, and what is generated for them. */
import { defaultAlertRules } from '../../alerts/default-rules.ts';
import type { AlertRuleInput } from '../../alerts/rules.ts';
import { addService, createWorld } from '../../slo/__tests__/world.ts';
import { objectivesFor } from '../../slo/objectives.ts';
import { grafanaDashboards } from '../grafana.ts';
import { prometheusRules } from '../prometheus-rules.ts';

const objectives = [
  { availability: 0.99 },
  { tenant: 'slow', latency: { thresholdMs: 1_000, target: 0.9 } },
  {
    tenant: 'odd "quotes" {{x}}',
    badCodes: ['internal' as const],
    latency: { thresholdMs: 250, target: 0.9 },
  },
];

export function openWorld(rules: readonly AlertRuleInput[] = defaultAlertRules) {
  const world = createWorld();
  for (const tenant of ['acme', 'slow', 'odd "quotes" {{x}}'])
    addService(world, tenant, 'api', { expiresAt: world.clock.now() + 3_600_000 });
  const objective = objectivesFor(world.registry, objectives);
  return {
    world,
    generated: prometheusRules({ registry: world.registry, rules, objective }),
    registry: world.registry,
  };
}

/** Queries as Prometheus gets them from Grafana when everything is chosen. */
const concrete = (expr: string) =>
  expr.replaceAll('$__rate_interval', '5m').replace(/"\$(?:tenant|integration|provider)"/g, '".*"');

export const queriesOf = (registry: ReturnType<typeof openWorld>['registry']) =>
  grafanaDashboards(registry).flatMap(({ panels }) =>
    panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr: concrete(expr) }))),
  );
