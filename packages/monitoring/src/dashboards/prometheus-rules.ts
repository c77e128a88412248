/** Alerting and recording rules for Prometheus, from the same data as the engine's. */
import type { Registry } from '@im/core';
import { defaultAlertRules } from '../alerts/default-rules.ts';
import { type AlertRule, type AlertRuleInput, parseAlertRules, type RuleOf } from '../alerts/rules.ts';
import { type CustomSignal, isIn } from '../alerts/signals.ts';
import { indicators } from '../slo/budget.ts';
import { durationText } from '../slo/duration.ts';
import { by, calls, events, levels, matchersOf, names, ranges, selector, worst } from './promql.ts';
import { burnRules, burnSeries, type ObjectiveOf, objectiveRules, type RecordingRule } from './recording.ts';

/** An alerting rule as Prometheus reads it. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  /** Since Prometheus 2.42. */
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Groups of rules, and the rules that Prometheus cannot have. */
export interface PrometheusRules {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly (AlertingRule | RecordingRule)[];
  }[];
  /** Rules about signals that are no metric: only the engine knows them. */
  readonly left: readonly { readonly rule: string; readonly signal: string }[];
}

/** From what rules are made. */
export interface PrometheusRulesOptions {
  readonly registry: Pick<Registry, 'list'>;
  /** Default: {@link defaultAlertRules}. */
  readonly rules?: readonly AlertRuleInput[] | undefined;
  readonly signals?: Readonly<Record<string, CustomSignal>> | undefined;
  /** `levels.objective` of service levels. Absent: no rules about budgets. */
  readonly objective?: ObjectiveOf | undefined;
}

/**
 * Makes them.
 *
 * @throws a `ConfigurationError` with every fault of the rules
 * @see {@link https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ | Prometheus: alerting rules}
 */
export function prometheusRules({
  registry,
  rules,
  signals,
  objective,
}: PrometheusRulesOptions): PrometheusRules {
  const checked = parseAlertRules(rules ?? defaultAlertRules, signals);
  const promised = indicators.map((indicator) => ({
    indicator,
    rules: objective === undefined ? [] : objectiveRules(registry, objective, indicator),
  }));
  const possible = checked.flatMap((rule) => {
    const expr = expressionOf(rule);
    return expr === undefined ? [] : [alertingRule(rule, expr)];
  });
  return {
    groups: [
      { name: 'im-objectives', interval: '1m', rules: promised.flatMap((one) => one.rules) },
      {
        name: 'im-burn-rates',
        rules: promised.flatMap((one) => burnRules(checked, one.indicator, one.rules)),
      },
      { name: 'im-alerts', rules: possible },
    ],
    left: checked.flatMap((rule) =>
      expressionOf(rule) === undefined && rule.kind === 'threshold'
        ? [{ rule: rule.name, signal: rule.signal }]
        : [],
    ),
  };
}

/** The file that Prometheus loads, as JSON, which is YAML: name it in `rule_files`. */
export function rulesFile({ groups }: PrometheusRules): string {
  return `${JSON.stringify({ groups: groups.filter(({ rules }) => rules.length > 0) }, null, 2)}\n`;
}

function alertingRule(rule: AlertRule, expr: string): AlertingRule {
  return {
    alert: rule.name,
    expr,
    ...(rule.for > 0 && { for: durationText(rule.for) }),
    ...(rule.keepFiring > 0 && { keep_firing_for: durationText(rule.keepFiring) }),
    labels: { ...rule.labels, severity: rule.severity },
    annotations: {
      summary: template(rule.summary),
      action: template(rule.action),
      ...(rule.runbook !== undefined && { runbook_url: rule.runbook }),
    },
  };
}

/** `{tenant}` as Prometheus writes it. */
const template = (text: string) => text.replace(/\{(\w+)\}/g, '{{ $labels.$1 }}');

/** The condition; `undefined` when it is about something that is no metric. */
function expressionOf(rule: AlertRule): string | undefined {
  if (rule.kind === 'burn_rate') return burnExpression(rule);
  if (rule.kind === 'absence') return absenceExpression(rule);
  return thresholdExpression(rule);
}

const firing = ({ name }: AlertRule) => `ALERTS{alertname="${name}",alertstate="firing"}`;

function thresholdExpression(rule: RuleOf<'threshold'>): string | undefined {
  const { signal, op, value, clear, over } = rule;
  const matchers = matchersOf(rule.match);
  const range = durationText(over ?? 0);
  const expr = isIn(levels, signal)
    ? worst(op, levels[signal], matchers)
    : isIn(ranges, signal)
      ? ranges[signal](range, matchers)
      : events[signal]?.(range, matchers);
  if (expr === undefined) return undefined;
  const beyond = `(${expr}) ${op} ${value}`;
  if (clear === undefined) return beyond;
  const labels = [...names, ...(isIn(levels, signal) ? (levels[signal].labels ?? []) : [])];
  return `${beyond} or ((${expr}) ${op} ${clear} and on (${labels.join(', ')}) ${firing(rule)})`;
}

function absenceExpression(rule: RuleOf<'absence'>): string {
  const [over, baseline] = [durationText(rule.over), durationText(rule.baseline)];
  const matchers = matchersOf(rule.match);
  const none = `${calls(over, matchers)} == 0`;
  const before = `min_over_time((${calls(over, matchers, over)})[${baseline}:${over}]) > 0`;
  const on = `on (${names.join(', ')})`;
  return `(${none}) and ${on} (${before}) or (${none}) and ${on} ${firing(rule)}`;
}

function burnExpression(rule: RuleOf<'burn_rate'>): string {
  const matchers = matchersOf(rule.match);
  const selected = (windowMs: number) => `${burnSeries(rule.objective, windowMs)}${selector(...matchers)}`;
  const pairs = rule.windows.map(({ long, short, factor }) => {
    const enough = `${calls(durationText(long), matchers)} >= ${rule.minimumCalls}`;
    const burning = `${selected(long)} > ${factor} and ${selected(short)} > ${factor}`;
    return `(${burning} and on (${names.join(', ')}) (${enough}))`;
  });
  return `max ${by()} (${pairs.join(' or ')})`;
}
