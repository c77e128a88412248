/** Alert rules as data: the same for code, for YAML, for the engine and for Prometheus. */
import { ConfigurationError, type ConfigurationFault, parseOptions } from '@im/core';
import { z } from 'zod';
import { indicators } from '../slo/budget.ts';
import { duration } from '../slo/duration.ts';
import { match } from './match.ts';
import { type CustomSignal, isIn, knownSignals, registrySignals, windowSignals } from './signals.ts';

/** How bad it is: somebody is woken, somebody looks at it today, or it is good to know. */
export const severities = ['critical', 'warning', 'info'] as const;

/** One of {@link severities}. */
export type Severity = (typeof severities)[number];

const text = z.string().min(1);

const common = {
  name: z
    .string()
    .regex(/^[A-Z][A-Za-z0-9]*$/, 'is no name such as IntegrationDown')
    .describe('unique; becomes the label `alert`'),
  severity: z.enum(severities),
  for: duration.prefault('0s').describe('how long it must hold before it fires'),
  keepFiring: duration.prefault('0s').describe('how long it must be over before it is resolved'),
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string())
    .default({})
    .describe('labels of your own'),
  match: match.default({}).describe('which tenants, integrations or providers; default: all'),
  summary: text.describe('what it is, with labels in braces: `{integration} of {tenant} is down`'),
  action: text.describe('what to do'),
  runbook: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('page that says more'),
};

const threshold = z.strictObject({
  ...common,
  kind: z.literal('threshold'),
  signal: text,
  op: z.enum(['>', '>=', '<', '<=']),
  value: z.number(),
  clear: z
    .number()
    .optional()
    .describe('value at which it ends, where that is easier to hold than `value`: hysteresis'),
  over: duration.optional().describe('stretch of time, for signals that are counted'),
});

const absence = z.strictObject({
  ...common,
  kind: z.literal('absence'),
  signal: z.literal('calls'),
  over: duration.describe('stretch of time without a call'),
  baseline: duration.describe('time before it in which every such stretch had one'),
});

const burnRate = z.strictObject({
  ...common,
  kind: z.literal('burn_rate'),
  objective: z.enum(indicators),
  windows: z
    .array(z.strictObject({ long: duration, short: duration, factor: z.number().positive() }))
    .min(1)
    .describe('any pair whose windows both burn faster than the factor'),
  minimumCalls: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe(
      'calls within the long window below which nothing is judged: few calls burn a budget by one failure',
    ),
});

/** One rule. */
export const alertRule = z.discriminatedUnion('kind', [threshold, absence, burnRate]);

/** A checked rule; times in milliseconds. */
export type AlertRule = z.output<typeof alertRule>;
/** A rule as it is written; times as text, `5m`. */
export type AlertRuleInput = z.input<typeof alertRule>;
/** A rule of one kind. */
export type RuleOf<Kind extends AlertRule['kind']> = Extract<AlertRule, { readonly kind: Kind }>;

/** Longest stretch of time that counts are kept for. */
export const longestMs = 5 * 86_400_000;

/**
 * Checks rules. A later rule takes the place of an earlier one of the same name.
 *
 * @param signals custom signals that rules may name, beside those that are always known
 * @throws {@link ConfigurationError} with every fault of every rule
 */
export function parseAlertRules(
  rules: unknown,
  signals: Readonly<Record<string, CustomSignal>> = {},
): readonly AlertRule[] {
  const checked = parseOptions({ id: 'alerts', options: z.object({ rules: z.array(alertRule) }) }, { rules });
  const known = { ...knownSignals, ...signals };
  const faults = checked.rules.flatMap((rule, index) => faultsOf(rule, `rules[${index}]`, known));
  if (faults.length > 0) throw new ConfigurationError(faults, { subject: 'alert rules' });
  return [...new Map(checked.rules.map((rule) => [rule.name, rule])).values()];
}

function faultsOf(
  rule: AlertRule,
  path: string,
  custom: Readonly<Record<string, CustomSignal>>,
): readonly ConfigurationFault[] {
  const tooLong = { says: 'reaches back more than 5d', remedy: 'counts are kept for five days' };
  if (rule.kind === 'absence')
    return rule.over + rule.baseline > longestMs ? [{ path: `${path}.baseline`, ...tooLong }] : [];
  if (rule.kind === 'burn_rate')
    return rule.windows.flatMap(({ long, short }, index) => {
      const where = `${path}.windows[${index}]`;
      return [
        ...(long > longestMs ? [{ path: `${where}.long`, ...tooLong }] : []),
        ...(short >= long
          ? [
              {
                path: `${where}.short`,
                says: 'is not shorter than the long one',
                remedy: 'take a twelfth of it',
              },
            ]
          : []),
      ];
    });
  return thresholdFaults(rule, path, custom);
}

function thresholdFaults(
  { signal, over, op, value, clear }: RuleOf<'threshold'>,
  path: string,
  custom: Readonly<Record<string, CustomSignal>>,
): readonly ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const isCounted = isIn(windowSignals, signal) || custom[signal]?.kind === 'counter';
  const known = { ...registrySignals, ...windowSignals, ...custom };
  if (!isIn(known, signal))
    faults.push({
      path: `${path}.signal`,
      says: 'is no known signal',
      remedy: `use one of ${Object.keys(known).join(', ')}, or declare it`,
    });
  else if (isCounted && over === undefined)
    faults.push({
      path: `${path}.over`,
      says: 'is missing',
      remedy: 'say over which time it is counted: 1h',
    });
  else if (!isCounted && over !== undefined)
    faults.push({ path: `${path}.over`, says: 'is of no use', remedy: 'remove it: the signal is a level' });
  if (custom[signal]?.kind === 'counter' && op.startsWith('<'))
    faults.push({
      path: `${path}.op`,
      says: 'cannot be seen',
      remedy: 'use > or >=: where no event was told, there is nothing to compare',
    });
  if ((over ?? 0) > longestMs)
    faults.push({
      path: `${path}.over`,
      says: 'reaches back more than 5d',
      remedy: 'counts are kept for five days',
    });
  if (clear !== undefined && holds(op, clear, value) && clear !== value)
    faults.push({
      path: `${path}.clear`,
      says: 'is harder to hold than `value`',
      remedy: `give one on the other side of ${value}`,
    });
  return faults;
}

const comparisons: Readonly<Record<RuleOf<'threshold'>['op'], (value: number, bound: number) => boolean>> = {
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

/** Whether `value` is beyond `bound`. */
export function holds(op: RuleOf<'threshold'>['op'], value: number, bound: number): boolean {
  return comparisons[op](value, bound);
}
