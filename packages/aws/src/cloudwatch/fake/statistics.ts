/**
 * Statistics over periods.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html | Definitions}
 */
import { invalid } from './faults.ts';
import type { FakeDatum } from './state.ts';

/** Values by the begin of their periods, milliseconds since 1970. */
export type Series = ReadonlyMap<number, number>;

type Reduce = (data: readonly FakeDatum[]) => number | undefined;

const total = (data: readonly FakeDatum[], of: (datum: FakeDatum) => number) =>
  data.reduce((sum, datum) => sum + of(datum), 0);

const plain: Readonly<Record<string, Reduce>> = {
  SampleCount: (data) => total(data, ({ count }) => count),
  Sum: (data) => total(data, ({ sum }) => sum),
  Average: (data) => total(data, ({ sum }) => sum) / total(data, ({ count }) => count),
  Minimum: (data) => Math.min(...data.map(({ minimum }) => minimum)),
  Maximum: (data) => Math.max(...data.map(({ maximum }) => maximum)),
};

/** The statistic of this name. @throws the error for one that the fake does not know */
export function reduceBy(statistic: string): Reduce {
  const known = plain[statistic];
  if (known !== undefined) return known;
  const percent = /^p(\d{1,2}(\.\d+)?|100)$/.exec(statistic)?.[1];
  if (percent !== undefined) return (data) => percentile(data, Number(percent));
  throw invalid(`The value ${statistic} for parameter Stat is not known (to this fake).`);
}

/** By the nearest rank; none where data was added up before. */
function percentile(data: readonly FakeDatum[], percent: number): number | undefined {
  const values = data.flatMap((datum) => datum.values ?? []).sort(([one], [other]) => one - other);
  if (data.some((datum) => datum.values === undefined)) return undefined;
  const wanted = (percent / 100) * values.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= wanted) return value;
  }
  return values.at(-1)?.[0];
}

/** Which time is asked for, milliseconds since 1970, `to` not included; periods in milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

/** The values of each period that has data. */
export function seriesOf(data: readonly FakeDatum[], reduce: Reduce, { from, to, periodMs }: Range): Series {
  const periods = new Map<number, FakeDatum[]>();
  for (const datum of data) {
    const begin = Math.floor(datum.at / periodMs) * periodMs;
    if (begin < from || begin >= to) continue;
    const known = periods.get(begin) ?? [];
    known.push(datum);
    periods.set(begin, known);
  }
  const series = new Map<number, number>();
  for (const [begin, inside] of [...periods].sort(([one], [other]) => one - other)) {
    const value = reduce(inside);
    if (value !== undefined) series.set(begin, value);
  }
  return series;
}
