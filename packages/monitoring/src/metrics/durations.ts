import { latencyBoundsMs, type OperationStats } from '@im/core';
import { Histogram, type Registry } from 'prom-client';
import type { Exemplar } from './exemplars.ts';
import { integrationLabels } from './series.ts';

const labelNames = [...integrationLabels, 'operation'] as const;

/** Labels of one operation's durations. */
export type DurationLabels = Readonly<Record<(typeof labelNames)[number], string>>;

/** Name and help of the histogram. */
export const durationMetric = {
  name: 'im_integration_call_duration_seconds',
  help: 'Time of whole calls, waits and retries included.',
} as const;

interface Series {
  readonly labels: DurationLabels;
  readonly stats: OperationStats;
  readonly exemplars: readonly (Exemplar | undefined)[];
}

/** A histogram whose buckets were counted elsewhere: it renders them, with an exemplar each where there is one. */
export class DurationHistogram extends Histogram<keyof DurationLabels> {
  readonly #series = new Map<string, Series>();

  constructor(registry: Registry) {
    super({
      ...durationMetric,
      labelNames,
      buckets: latencyBoundsMs.map((bound) => bound / 1_000),
      registers: [registry],
    });
  }

  /** @param exemplars one for each bucket of `stats` */
  add(labels: DurationLabels, stats: OperationStats, exemplars: Series['exemplars'] = []): void {
    const key = JSON.stringify(labelNames.map((name) => labels[name]));
    const before = this.#series.get(key);
    this.#series.set(key, { labels, stats: before ? sum(before.stats, stats) : stats, exemplars });
  }

  /** What prom-client asks for when it renders, by `get` and by its registry; left out of its types. */
  async getForPromString() {
    return {
      ...durationMetric,
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#series.values()].flatMap(valuesOf),
    };
  }
}

function valuesOf({ labels, stats, exemplars }: Series) {
  const named = (suffix: string) => `${durationMetric.name}_${suffix}`;
  const bounds = [...latencyBoundsMs.map((bound) => bound / 1_000), '+Inf'];
  const buckets = bounds.map((le, index) => {
    const value = le === '+Inf' ? stats.calls : (stats.buckets[index] ?? 0);
    // A span's clock is not the registry's: an exemplar stands where the registry, too, counted a call.
    const isEmpty = value === (stats.buckets[index - 1] ?? 0);
    const exemplar = isEmpty ? undefined : exemplars[index];
    return {
      metricName: named('bucket'),
      labels: { ...labels, le },
      value,
      exemplar: exemplar && rendered(exemplar),
    };
  });
  return [
    ...buckets,
    { metricName: named('sum'), labels, value: stats.totalMs / 1_000 },
    { metricName: named('count'), labels, value: stats.calls },
  ];
}

function rendered({ traceId, spanId, seconds, at }: Exemplar) {
  return { labelSet: { trace_id: traceId, span_id: spanId }, value: seconds, timestamp: at / 1_000 };
}

function sum(one: OperationStats, other: OperationStats): OperationStats {
  return {
    calls: one.calls + other.calls,
    failures: one.failures + other.failures,
    totalMs: one.totalMs + other.totalMs,
    buckets: one.buckets.map((count, index) => count + (other.buckets[index] ?? 0)),
  };
}
