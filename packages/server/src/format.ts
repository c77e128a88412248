/** Figures for people. */
import { latencyBoundsMs } from '@im/core';
import type { IntegrationView } from './schemas.ts';

/** `1,204`. */
export const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** `3 %`, `0.4 %`. */
export const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Time of day in UTC. */
export const time = (at: number) => new Date(at).toISOString().slice(11, 19);

/** A duration for people: `340 ms`, `2.5 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** Calls per bucket (not cumulative) over all operations. */
export function sumBuckets({ stats }: IntegrationView): number[] {
  const sums = new Array<number>(latencyBoundsMs.length + 1).fill(0);
  for (const { buckets, calls } of Object.values(stats.operations)) {
    sums.forEach((_, index) => {
      const upTo = index < latencyBoundsMs.length ? (buckets[index] ?? 0) : calls;
      const before = index === 0 ? 0 : (buckets[index - 1] ?? 0);
      sums[index] = (sums[index] ?? 0) + upTo - before;
    });
  }
  return sums;
}

/** The bucket's bound below which a share of the calls lies. */
export function quantile(buckets: readonly number[], share: number): string {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return '–';
  let seen = 0;
  const index = buckets.findIndex((count) => {
    seen += count;
    return seen >= total * share;
  });
  const bound = latencyBoundsMs[index];
  return bound === undefined ? `> ${duration(latencyBoundsMs.at(-1) ?? 0)}` : `≤ ${duration(bound)}`;
}
