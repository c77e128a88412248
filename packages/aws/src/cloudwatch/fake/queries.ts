/** Answers the queries of `GetMetricData`. */
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { type JsonInput, object, optionalNumber, optionalText, text } from '../../common/fake/input.ts';
import { dimensionsOf } from './dimensions-of.ts';
import { evaluate } from './expression.ts';
import { invalid } from './faults.ts';
import type { CloudwatchState } from './state.ts';
import { reduceBy, type Series, seriesOf } from './statistics.ts';

/** What came of one query. */
export interface Answered {
  readonly id: string;
  readonly label: string;
  readonly series: Series;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** To what a start is rounded down, by its age. */
const roundings = [
  { ageMs: 63 * dayMs, toMs: 60 * minuteMs },
  { ageMs: 15 * dayMs, toMs: 5 * minuteMs },
  { ageMs: 0, toMs: minuteMs },
];

/** Answers those that are not hidden, in their order. */
export function answerQueries(
  state: CloudwatchState,
  account: FakeAccount,
  queries: readonly JsonInput[],
  { from, to }: { readonly from: number; readonly to: number },
  now: number,
): readonly Answered[] {
  const toMs = roundings.find(({ ageMs }) => now - from >= ageMs)?.toMs ?? minuteMs;
  const begin = Math.floor(from / toMs) * toMs;
  const answered = new Map<string, Series>();

  const answer = (id: string, asking: readonly string[]): Series => {
    const known = answered.get(id);
    if (known !== undefined) return known;
    const query = queries.find((one) => one.Id === id);
    if (query === undefined || asking.includes(id)) throw invalid(`The id ${id} is not that of a query.`);
    const expression = optionalText(query, 'Expression');
    const series =
      expression === undefined
        ? ofMetric(query)
        : evaluate(expression, (other) => answer(other, [...asking, id]));
    answered.set(id, series);
    return series;
  };

  const ofMetric = (query: JsonInput): Series => {
    const stat = object(query, 'MetricStat');
    const metric = stat && object(stat, 'Metric');
    if (stat === undefined || metric === undefined) throw invalid('A query needs MetricStat or Expression.');
    const period = optionalNumber(stat, 'Period') ?? 0;
    if (![1, 5, 10, 20, 30].includes(period) && !(period > 0 && period % 60 === 0))
      throw invalid('The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.');
    const reduce = reduceBy(text(stat, 'Stat'));
    const unit = optionalText(stat, 'Unit');
    const found = state.metric(
      account,
      text(metric, 'Namespace'),
      text(metric, 'MetricName'),
      dimensionsOf(metric),
    );
    const data = (found?.data ?? []).filter((datum) => unit === undefined || datum.unit === unit);
    return seriesOf(data, reduce, { from: begin, to, periodMs: period * 1_000 });
  };

  return queries
    .filter((query) => query.ReturnData !== false)
    .map((query) => {
      const id = text(query, 'Id');
      return { id, label: optionalText(query, 'Label') ?? labelOf(query), series: answer(id, []) };
    });
}

function labelOf(query: JsonInput): string {
  const metric = object(object(query, 'MetricStat') ?? {}, 'Metric') ?? {};
  return optionalText(metric, 'MetricName') ?? text(query, 'Id');
}
