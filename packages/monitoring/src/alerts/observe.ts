/** From signals to what rules say of them: first each process for itself, then all together. */
import type { IntegrationStatus, Registry } from '@im/core';
import { durationText } from '../slo/duration.ts';
import { inBatches } from '../slo/in-batches.ts';
import type { ServiceLevels, Windows } from '../slo/service-levels.ts';
import { fingerprint, type Labels, matches } from './match.ts';
import { type AlertRule, holds, longestMs, type RuleOf } from './rules.ts';
import { isIn, registrySignals, type Sample, windowSignals } from './signals.ts';

/** What one process sees: a value that at least holds an alert that fires already. */
export interface Vote {
  readonly rule: string;
  readonly labels: Labels;
  readonly value: number;
  readonly says?: string | undefined;
}

/** What is true for the whole fleet. */
export interface Verdict extends Vote {
  /** Whether an alert begins, or goes on waiting to fire. */
  readonly active: boolean;
}

/** Reads custom signals: a level as it is, or what was counted within `overMs`. */
export type ReadCustom = (signal: string, overMs: number | undefined) => readonly Sample[];

const namesOf = ({ tenant, name, provider }: IntegrationStatus): Labels => ({
  tenant,
  integration: name,
  provider,
});

/** The labels of an alert: the rule's own, then where it was seen. */
export function labelsOf(rule: AlertRule, seen: Labels): Labels {
  return { ...seen, ...rule.labels, alert: rule.name, severity: rule.severity };
}

/** The votes of this process on levels and events. */
export function castVotes(
  rules: readonly AlertRule[],
  list: readonly IntegrationStatus[],
  custom: ReadCustom,
  now: number,
): readonly Vote[] {
  return rules.flatMap((rule): readonly Vote[] => {
    if (rule.kind !== 'threshold' || isIn(windowSignals, rule.signal)) return [];
    const vote = (sample: Sample, names: Labels): readonly Vote[] => {
      const seen = { ...names, ...sample.labels };
      const { value, says } = sample;
      const isSum = rule.over !== undefined;
      if (!matches(rule.match, seen) || !(isSum ? value > 0 : isHeld(rule, value))) return [];
      return [{ rule: rule.name, labels: labelsOf(rule, seen), value, says }];
    };
    const { signal } = rule;
    if (!isIn(registrySignals, signal))
      return custom(signal, rule.over).flatMap((sample) => vote(sample, {}));
    return list.flatMap((status) =>
      registrySignals[signal].read(status, now).flatMap((sample) => vote(sample, namesOf(status))),
    );
  });
}

const isHeld = ({ op, value: bound, clear }: RuleOf<'threshold'>, value: number): boolean =>
  holds(op, value, clear ?? bound) || holds(op, value, bound);

/** Levels: the worst of all processes. Counts: their sum. */
export function judge(rules: readonly AlertRule[], votes: readonly Vote[]): ReadonlyMap<string, Verdict> {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const joined = new Map<string, Vote>();
  for (const vote of votes) {
    const rule = byName.get(vote.rule);
    if (rule?.kind !== 'threshold') continue;
    const key = fingerprint(vote.labels);
    const before = joined.get(key);
    if (before === undefined) joined.set(key, vote);
    else if (rule.over !== undefined)
      joined.set(key, { ...before, ...vote, value: before.value + vote.value });
    else if (holds(rule.op, vote.value, before.value)) joined.set(key, vote);
  }
  const verdicts = new Map<string, Verdict>();
  for (const [key, vote] of joined) {
    const rule = byName.get(vote.rule) as RuleOf<'threshold'>;
    if (isHeld(rule, vote.value))
      verdicts.set(key, { ...vote, active: holds(rule.op, vote.value, rule.value) });
  }
  return verdicts;
}

/** Integrations whose counts are read at the same time. */
const mostAtOnce = 32;

/** What the counts of the fleet say: thresholds over time, absence, burn rates. */
export async function judgeWindows(
  rules: readonly AlertRule[],
  registry: Pick<Registry, 'list'>,
  levels: ServiceLevels | undefined,
): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const wanted = rules.filter((rule) => rule.kind !== 'threshold' || isIn(windowSignals, rule.signal));
  if (levels === undefined || wanted.length === 0) return verdicts;
  await inBatches(registry.list(), mostAtOnce, async (status) => {
    const names = namesOf(status);
    const fitting = wanted.filter((rule) => matches(rule.match, names));
    if (fitting.length === 0) return;
    const windows = await levels.windows(status.tenant, status.name);
    for (const rule of fitting) {
      const found = judgeWindow(rule, windows);
      if (found === undefined) continue;
      const labels = labelsOf(rule, names);
      verdicts.set(fingerprint(labels), { rule: rule.name, labels, ...found });
    }
  });
  return verdicts;
}

type Found = Pick<Verdict, 'value' | 'says' | 'active'>;

function judgeWindow(rule: AlertRule, windows: Windows): Found | undefined {
  if (rule.kind === 'burn_rate') return judgeBurn(rule, windows);
  if (rule.kind === 'absence') return judgeAbsence(rule, windows);
  if (!isIn(windowSignals, rule.signal) || rule.over === undefined) return undefined;
  const value = windowSignals[rule.signal].read(windows.counts(rule.over));
  return value === undefined || !isHeld(rule, value)
    ? undefined
    : { value, active: holds(rule.op, value, rule.value) };
}

function judgeBurn(rule: RuleOf<'burn_rate'>, windows: Windows): Found | undefined {
  const burn = (windowMs: number) => windows.burnRate(rule.objective, windowMs) ?? 0;
  const pair = rule.windows.find(
    ({ long, short, factor }) =>
      // The short one first: minutes are cheaper to read than days.
      burn(short) > factor && burn(long) > factor && windows.counts(long).calls >= rule.minimumCalls,
  );
  return pair && { value: burn(pair.long), active: true };
}

/** Once it fires it goes on until there are calls again, though the time before it then has gaps too. */
function judgeAbsence({ over, baseline }: RuleOf<'absence'>, windows: Windows): Found | undefined {
  const calls = (windowMs: number) => windows.counts(windowMs).calls;
  if (calls(over) > 0) return undefined;
  const all = calls(longestMs);
  if (all === 0) return undefined;
  const found = { value: 0, says: `${all} calls in the last ${durationText(longestMs)}` };
  let before = 0;
  for (let reach = 2 * over; reach <= over + baseline; reach += over) {
    const within = calls(reach);
    if (within === before) return { ...found, active: false };
    before = within;
  }
  return { ...found, active: true };
}
