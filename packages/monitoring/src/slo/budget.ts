/**
 * Error budgets and burn rates, as Google's SRE workbook defines them.
 *
 * An objective of 99.9 % leaves a budget of 0.1 % of the calls to fail. Its burn rate over a window is the share of
 * failed calls within it, divided by the budget: at 1 the budget lasts exactly as long as the objective's window, at 14.4 a thirty
 * days' budget is gone in 50 hours.
 *
 * @see {@link https://sre.google/workbook/alerting-on-slos/ | The Site Reliability Workbook, chapter 5}
 */
import type { Counts } from './counts.ts';
import type { Objective } from './objectives.ts';

/** What objectives are about. */
export const indicators = ['availability', 'latency'] as const;

/** One of {@link indicators}. */
export type Indicator = (typeof indicators)[number];

/** How an objective was kept. */
export interface Budget {
  /** Share that was promised. */
  readonly target: number;
  /** Share that was kept; absent: no call. */
  readonly share: number | undefined;
  /** Calls that may fail, and calls that did. */
  readonly allowed: number;
  readonly used: number;
  /** Share of the budget that is left; negative once it is overdrawn, 1 without a call. */
  readonly left: number;
  /** Absent: no call. */
  readonly isMet: boolean | undefined;
}

const usedOf: Readonly<Record<Indicator, (counts: Counts) => number>> = {
  availability: ({ bad }) => bad,
  latency: ({ slow }) => slow,
};

/** The share that an objective promises; `undefined`: none. */
export function targetOf(objective: Objective, indicator: Indicator): number | undefined {
  return indicator === 'availability' ? objective.availability : objective.latency?.target;
}

/** How `objective` was kept over `counts`; `undefined`: nothing was promised. */
export function budgetOf(objective: Objective, indicator: Indicator, counts: Counts): Budget | undefined {
  const target = targetOf(objective, indicator);
  if (target === undefined) return undefined;
  const used = usedOf[indicator](counts);
  // Without the noise of 1 - 0.999.
  const allowed = Number(((1 - target) * counts.calls).toPrecision(12));
  const { calls } = counts;
  return {
    target,
    share: calls === 0 ? undefined : 1 - used / calls,
    allowed,
    used,
    left: calls === 0 ? 1 : 1 - used / allowed,
    isMet: calls === 0 ? undefined : used <= allowed,
  };
}

/** How many times too fast the budget burns; 0 without a call, `undefined` without an objective. */
export function burnRate(objective: Objective, indicator: Indicator, counts: Counts): number | undefined {
  const target = targetOf(objective, indicator);
  if (target === undefined) return undefined;
  return counts.calls === 0 ? 0 : usedOf[indicator](counts) / counts.calls / (1 - target);
}
