/** From signals and patterns to PromQL, over the metrics of `/metrics` and under their very names. */
import type { Match } from '../alerts/match.ts';
import type { RuleOf } from '../alerts/rules.ts';
import type { RegistrySignalName, WindowSignalName } from '../alerts/signals.ts';
import { durationMetric } from '../metrics/durations.ts';
import { integrationLabels } from '../metrics/series.ts';
import { badCodes } from '../slo/objectives.ts';

/** Labels that name an integration. */
export const names = integrationLabels;

/** `by (tenant, integration, provider, …)`. */
export const by = (...more: readonly string[]) => `by (${[...names, ...more].join(', ')})`;

/** `{a="b", …}`, or nothing. */
export function selector(...matchers: readonly string[]): string {
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}

/** Text as a string of PromQL. */
const quoted = (text: string) => JSON.stringify(text);

/** One label that must fit one of `patterns`, in which `*` stands for any text. */
export function matcher(label: string, patterns: string | readonly string[]): string {
  const all = [patterns].flat();
  const [only = ''] = all;
  if (all.length === 1 && !only.includes('*')) return `${label}=${quoted(only)}`;
  return `${label}=~${quoted(all.map(toRegex).join('|'))}`;
}

const toRegex = (pattern: string) =>
  pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*');

/** The matchers of a rule's `match`. */
export function matchersOf(match: Match): readonly string[] {
  return Object.entries(match).map(([label, patterns]) => matcher(label, patterns));
}

interface Level {
  /** Per process. */
  readonly expr: (matchers: readonly string[]) => string;
  /** Labels beside those of the integration. */
  readonly labels?: readonly string[];
}

const one =
  (metric: string, ...own: readonly string[]) =>
  (matchers: readonly string[]) =>
    `${metric}${selector(...own, ...matchers)}`;

/** Signals of integrations as they stand. */
export const levels: Readonly<Record<RegistrySignalName, Level>> = {
  unhealthy: { expr: one('im_integration_status', 'status="unhealthy"') },
  degraded: { expr: one('im_integration_status', 'status="degraded"') },
  breaker_open: {
    expr: (matchers) => `1 - ${one('im_integration_breaker_state', 'state="closed"')(matchers)}`,
  },
  expires_in_seconds: {
    expr: (matchers) => `${one('im_integration_expires_seconds')(matchers)} - time()`,
    labels: ['kind'],
  },
  quota_remaining: { expr: one('im_integration_quota_remaining') },
  queued: { expr: one('im_integration_queued') },
  in_flight: { expr: one('im_integration_in_flight') },
};

/** Calls within a range, `1h`, of all processes; that range `ago`, where it is given. */
export const calls = (range: string, matchers: readonly string[] = [], ago?: string) => {
  const offset = ago === undefined ? '' : ` offset ${ago}`;
  return `sum ${by()} (increase(im_integration_calls_total${selector(...matchers)}[${range}]${offset}))`;
};

/** Calls that failed with one of `codes` within a range. */
export const failures = (
  range: string,
  matchers: readonly string[] = [],
  codes: readonly string[] = badCodes,
) =>
  `sum ${by()} (increase(im_integration_failures_total${selector(matcher('code', codes), ...matchers)}[${range}]))`;

/** Signals over a range. */
export const ranges: Readonly<
  Record<WindowSignalName, (range: string, matchers: readonly string[]) => string>
> = {
  calls: (range, matchers) => calls(range, matchers),
  failed_calls: (range, matchers) => failures(range, matchers),
  failed_share: (range, matchers) => `${failures(range, matchers)} / (${calls(range, matchers)} > 0)`,
};

/** Events that can be seen in a metric; the others are known to the engine alone. */
export const events: Readonly<Record<string, (range: string, matchers: readonly string[]) => string>> = {
  // To open and to leave are two changes.
  breaker_openings: (range, matchers) =>
    `sum ${by()} (changes(im_integration_breaker_state${selector('state="open"', ...matchers)}[${range}])) / 2`,
};

/** The worst of all processes, as the engine takes it. */
export function worst(
  op: RuleOf<'threshold'>['op'],
  { expr, labels = [] }: Level,
  matchers: readonly string[],
): string {
  return `${op.startsWith('>') ? 'max' : 'min'} ${by(...labels)} (${expr(matchers)})`;
}

/** Calls that took at most `thresholdMs`, as a share of all; a bound is written `1` or `1.0`, by the format of the scrape. */
export function fastShare(range: string, thresholdMs: number): string {
  const seconds = String(thresholdMs / 1_000);
  const bound = Number.isInteger(thresholdMs / 1_000) ? [seconds, `${seconds}.0`] : [seconds];
  const rate = (suffix: string, ...matchers: readonly string[]) =>
    `sum ${by()} (rate(${durationMetric.name}_${suffix}${selector(...matchers)}[${range}]))`;
  return `${rate('bucket', matcher('le', bound))} / (${rate('count')} > 0)`;
}
