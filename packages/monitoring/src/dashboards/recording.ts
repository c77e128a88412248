/**
 * Recording rules: what was promised, and how fast each budget burns over each window that a rule asks for. An objective of its own (another
 * threshold, other codes) is told apart by the label `variant`, so that shares are divided by the budget they belong to.
 */
import type { Registry } from '@im/core';
import type { AlertRule } from '../alerts/rules.ts';
import { type Indicator, targetOf } from '../slo/budget.ts';
import { durationText } from '../slo/duration.ts';
import type { Objective } from '../slo/objectives.ts';
import { calls, failures, fastShare, matcher, selector } from './promql.ts';

/** A recording rule as Prometheus reads it. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Gives the objective of an integration; `objective` of service levels does. */
export type ObjectiveOf = (tenant: string, integration: string) => Objective;

/** Name of the series with the promised share. */
export const objectiveSeries = (indicator: Indicator) => `integration:im_${indicator}:objective`;

/** Name of the series with the burn rate over a window. */
export const burnSeries = (indicator: Indicator, windowMs: number) =>
  `integration:im_${indicator}_burn:rate${durationText(windowMs)}`;

const variantOf: Readonly<Record<Indicator, (objective: Objective) => string>> = {
  availability: ({ badCodes }) => [...badCodes].sort().join('|'),
  latency: ({ latency }) => String(latency?.thresholdMs),
};

/** Share of bad calls, by the variant's own words. */
const badShareOf: Readonly<Record<Indicator, (variant: string, range: string) => string>> = {
  availability: (variant, range) => `${failures(range, [], variant.split('|'))} / (${calls(range)} > 0)`,
  latency: (variant, range) => `1 - (${fastShare(range, Number(variant))})`,
};

/** What was promised, one rule an integration. */
export function objectiveRules(
  registry: Pick<Registry, 'list'>,
  objectiveOf: ObjectiveOf,
  indicator: Indicator,
): readonly RecordingRule[] {
  return registry.list().flatMap(({ tenant, name }) => {
    const objective = objectiveOf(tenant, name);
    const target = targetOf(objective, indicator);
    if (target === undefined) return [];
    const labels = { tenant, integration: name, variant: variantOf[indicator](objective) };
    return [{ record: objectiveSeries(indicator), expr: `vector(${target})`, labels }];
  });
}

/** How fast budgets burn, one rule a window and variant. */
export function burnRules(
  rules: readonly AlertRule[],
  indicator: Indicator,
  objectives: readonly RecordingRule[],
): readonly RecordingRule[] {
  const windows = new Set(
    rules.flatMap((rule) =>
      rule.kind === 'burn_rate' && rule.objective === indicator
        ? rule.windows.flatMap(({ long, short }) => [long, short])
        : [],
    ),
  );
  const variants = new Set(objectives.map(({ labels }) => labels?.variant ?? ''));
  return [...windows]
    .sort((a, b) => a - b)
    .flatMap((windowMs) =>
      [...variants].map((variant) => {
        const share = badShareOf[indicator](variant, durationText(windowMs));
        const promised = `${objectiveSeries(indicator)}${selector(matcher('variant', variant))}`;
        return {
          record: burnSeries(indicator, windowMs),
          expr: `(${share}) / on (tenant, integration) group_left () (1 - ${promised})`,
          labels: { variant },
        };
      }),
    );
}
