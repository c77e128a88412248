/** Operations on metrics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html */
import type { Clock } from '@im/core';
import { type JsonInput, objects, optionalNumber, optionalText } from '../../common/fake/input.ts';
import type { FakeCall, JsonService } from '../../common/fake/service.ts';
import type { Dimensions } from '../model.ts';
import { dimensionsOf, needed } from './dimensions-of.ts';
import { badCombination, badToken, invalid, invalidValue, missing } from './faults.ts';
import { pageFrom } from './page-from.ts';
import { answerQueries } from './queries.ts';
import type { CloudwatchState, FakeDatum } from './state.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** The operations. */
export function metricOperations(
  state: CloudwatchState,
  clock: Clock,
  pageItems: number,
): JsonService['operations'] {
  return {
    PutMetricData(input, { principal }: FakeCall) {
      const namespace = needed(input, 'Namespace');
      if (namespace.startsWith('AWS/') || namespace.startsWith(':'))
        throw invalidValue('The value for parameter Namespace is invalid.');
      const data = objects(input, 'MetricData');
      if (data.length === 0) throw missing('MetricData');
      if (data.length > 1_000)
        throw invalidValue('The collection MetricData must not have a size greater than 1000.');
      const read = data.map((datum) => ({
        name: needed(datum, 'MetricName'),
        dimensions: dimensionsOf(datum),
        datum: toDatum(datum, clock.now()),
      }));
      for (const { name, dimensions, datum } of read)
        state.publish(principal.account, { namespace, name, dimensions }, datum);
    },
    GetMetricData(input, { principal }: FakeCall) {
      const queries = objects(input, 'MetricDataQueries');
      if (queries.length === 0 || queries.length > 500)
        throw invalid('The parameter MetricDataQueries must have 1 to 500 members.');
      const [from, to] = [instant(input, 'StartTime'), instant(input, 'EndTime')];
      if (from >= to) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
      const answered = answerQueries(state, principal.account, queries, { from, to }, clock.now());
      const isOldestFirst = optionalText(input, 'ScanBy') === 'TimestampAscending';
      const all = answered.flatMap(({ id, label, series }) => {
        const points = [...series].map(([at, value]) => ({ id, label, at, value }));
        return isOldestFirst ? points : points.reverse();
      });
      const token = optionalText(input, 'NextToken');
      const { items, next, end } = pageFrom(
        all,
        token,
        optionalNumber(input, 'MaxDatapoints') ?? 100_800,
        badToken,
      );
      const shown = answered.filter(
        ({ id, series }) =>
          items.some((item) => item.id === id) || (token === undefined && series.size === 0),
      );
      return {
        MetricDataResults: shown.map(({ id, label }) => {
          const mine = items.filter((item) => item.id === id);
          return {
            Id: id,
            Label: label,
            Timestamps: mine.map(({ at }) => at / 1_000),
            Values: mine.map(({ value }) => value),
            StatusCode: all.slice(end).some((item) => item.id === id) ? 'PartialData' : 'Complete',
          };
        }),
        NextToken: next,
        Messages: [],
      };
    },
    ListMetrics(input, { principal }: FakeCall) {
      const since = clock.now() - (input.RecentlyActive === 'PT3H' ? 3 * hourMs : 14 * dayMs);
      const [namespace, name] = [optionalText(input, 'Namespace'), optionalText(input, 'MetricName')];
      const wanted = objects(input, 'Dimensions');
      const found = state
        .metrics(principal.account)
        .filter((metric) => namespace === undefined || metric.namespace === namespace)
        .filter((metric) => name === undefined || metric.name === name)
        .filter(({ dimensions }) => wanted.every((filter) => fits(dimensions, filter)))
        .filter(({ data }) => data.some(({ at }) => at >= since));
      const badCursor = () => invalidValue('The value for parameter NextToken is invalid.');
      const { items, next } = pageFrom(found, optionalText(input, 'NextToken'), pageItems, badCursor);
      return {
        Metrics: items.map((metric) => ({
          Namespace: metric.namespace,
          MetricName: metric.name,
          Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
        ...(input.IncludeLinkedAccounts === true && {
          OwningAccounts: items.map(() => principal.account.accountId),
        }),
        NextToken: next,
      };
    },
  };
}

function toDatum(input: JsonInput, now: number): FakeDatum {
  const at = 'Timestamp' in input ? instant(input, 'Timestamp') : now;
  if (at < now - 14 * dayMs || at > now + 2 * hourMs)
    throw invalidValue('The parameter Timestamp must specify a time within the past two weeks.');
  const unit = optionalText(input, 'Unit') ?? 'None';
  const statistics = objects({ of: [input.StatisticValues] }, 'of')[0];
  const given = [input.Value, input.Values, statistics].filter((part) => part !== undefined);
  if (given.length !== 1)
    throw badCombination('The parameters Value, Values and StatisticValues are mutually exclusive.');
  if (statistics !== undefined) {
    const [count, sum, minimum, maximum] = ['SampleCount', 'Sum', 'Minimum', 'Maximum'].map((name) =>
      finite(statistics[name]),
    ) as [number, number, number, number];
    return { at, unit, count, sum, minimum, maximum };
  }
  const numbers = (Array.isArray(input.Values) ? input.Values : [input.Value]).map(finite);
  const counts = Array.isArray(input.Counts) ? input.Counts.map(finite) : numbers.map(() => 1);
  if (numbers.length > 150 || counts.length !== numbers.length)
    throw invalidValue('The parameters Values and Counts must have the same size, at most 150.');
  const values = numbers.map((value, index) => [value, counts[index] ?? 1] as const);
  return {
    at,
    unit,
    count: values.reduce((sum, [, count]) => sum + count, 0),
    sum: values.reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: Math.min(...numbers),
    maximum: Math.max(...numbers),
    values,
  };
}

/** Infinite ones and those that are none come as texts. */
function finite(value: unknown): number {
  if (typeof value === 'number' && Math.abs(value) <= 2 ** 360) return value;
  throw invalidValue(`The value ${String(value)} for parameter MetricData.member.1.Value is invalid.`);
}

function fits(dimensions: Dimensions, filter: JsonInput): boolean {
  const value = dimensions[needed(filter, 'Name')];
  return value !== undefined && (filter.Value === undefined || filter.Value === value);
}

/** Seconds since 1970 as milliseconds. */
function instant(input: JsonInput, name: string): number {
  const seconds = optionalNumber(input, name);
  if (seconds === undefined) throw missing(name);
  return seconds * 1_000;
}
