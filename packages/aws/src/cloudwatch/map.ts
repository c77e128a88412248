/** Between the SDK's shapes of metrics and ours. */
import type {
  Dimension,
  DimensionFilter,
  Metric,
  MetricDataQuery,
  MetricDataResult,
  MetricDatum,
} from '@aws-sdk/client-cloudwatch';
import { VendorError } from '@im/core';
import { promised } from '../common/service.ts';
import { resultReasons } from './errors.ts';
import type {
  Datum,
  Dimensions,
  MetricFilter,
  MetricInfo,
  MetricPoint,
  MetricQuery,
  MetricRef,
} from './model.ts';

/** Dimensions as the SDK wants them. */
export function fromDimensions(dimensions: Dimensions | undefined): { Dimensions?: Dimension[] } {
  const all = Object.entries(dimensions ?? {});
  return all.length === 0 ? {} : { Dimensions: all.map(([Name, Value]) => ({ Name, Value })) };
}

/** Dimensions by their names. */
export function toDimensions(dimensions: readonly Dimension[] | undefined): Dimensions {
  return Object.fromEntries(
    (dimensions ?? []).map(({ Name, Value }) => [promised(Name, 'Name'), promised(Value, 'Value')]),
  );
}

/** What is published. */
export function fromDatum(datum: Datum): MetricDatum {
  return {
    MetricName: datum.name,
    ...fromDimensions(datum.dimensions),
    ...(datum.at !== undefined && { Timestamp: new Date(datum.at) }),
    ...(datum.unit !== undefined && { Unit: datum.unit }),
    ...(datum.resolutionSeconds !== undefined && { StorageResolution: datum.resolutionSeconds }),
    ...fromValues(datum),
  };
}

function fromValues(datum: Datum): Pick<MetricDatum, 'Value' | 'Values' | 'Counts' | 'StatisticValues'> {
  if ('value' in datum) return { Value: datum.value };
  if ('values' in datum)
    return { Values: [...datum.values], ...(datum.counts !== undefined && { Counts: [...datum.counts] }) };
  const { count, sum, minimum, maximum } = datum.statistics;
  return { StatisticValues: { SampleCount: count, Sum: sum, Minimum: minimum, Maximum: maximum } };
}

/** A metric as the SDK wants it. */
export function fromMetric({ namespace, name, dimensions }: MetricRef): Metric {
  return { Namespace: namespace, MetricName: name, ...fromDimensions(dimensions) };
}

/** A query as the SDK wants it. */
export function fromQuery(query: MetricQuery): MetricDataQuery {
  return {
    Id: query.id,
    ...(query.label !== undefined && { Label: query.label }),
    ReturnData: query.isHidden !== true,
    ...(query.accountId !== undefined && { AccountId: query.accountId }),
    ...fromAsked(query),
  };
}

function fromAsked(query: MetricQuery): Pick<MetricDataQuery, 'MetricStat' | 'Expression' | 'Period'> {
  if ('expression' in query)
    return {
      Expression: query.expression,
      ...(query.periodSeconds !== undefined && { Period: query.periodSeconds }),
    };
  return {
    MetricStat: {
      Metric: fromMetric(query.metric),
      Period: query.periodSeconds,
      Stat: query.statistic,
      ...(query.unit !== undefined && { Unit: query.unit }),
    },
  };
}

/** A query of an alarm that exists. */
export function toQuery(query: MetricDataQuery): MetricQuery {
  const facts = {
    id: promised(query.Id, 'Id'),
    label: query.Label,
    isHidden: query.ReturnData === false,
    accountId: query.AccountId,
  };
  if (query.MetricStat === undefined)
    return { ...facts, expression: promised(query.Expression, 'Expression'), periodSeconds: query.Period };
  const { Metric: metric, Stat, Period, Unit } = query.MetricStat;
  return {
    ...facts,
    metric: toMetric(promised(metric, 'Metric')),
    statistic: promised(Stat, 'Stat'),
    periodSeconds: promised(Period, 'Period'),
    unit: Unit,
  };
}

/** A metric by its name. */
export function toMetric({ Namespace, MetricName, Dimensions: dimensions }: Metric): Required<MetricRef> {
  return {
    namespace: promised(Namespace, 'Namespace'),
    name: promised(MetricName, 'MetricName'),
    dimensions: toDimensions(dimensions),
  };
}

/** A metric that exists; its account stands beside it in the answer. */
export function toMetricInfo(metric: Metric, accountId: string | undefined): MetricInfo {
  const { namespace, name, dimensions } = toMetric(metric);
  return { namespace, name, dimensions: dimensions ?? {}, ...(accountId !== undefined && { accountId }) };
}

/** Dimensions of a filter. */
export function fromDimensionFilter(dimensions: MetricFilter['dimensions']): DimensionFilter[] {
  return Object.entries(dimensions ?? {}).map(([Name, Value]) =>
    Value === true ? { Name } : { Name, Value },
  );
}

/**
 * Points of one query.
 *
 * @throws `VendorError` for one that failed inside a request that succeeded
 */
export function toPoints(result: MetricDataResult, hasMore: boolean): MetricPoint[] {
  const { Id, Label, StatusCode, Timestamps = [], Values = [] } = result;
  const isRest = StatusCode === resultReasons.partial && !hasMore;
  if (StatusCode === resultReasons.forbidden || StatusCode === resultReasons.failed || isRest)
    throw new VendorError({ sent: true, reason: StatusCode });
  const id = promised(Id, 'Id');
  return Timestamps.map((at, index) => ({
    id,
    ...(Label !== undefined && { label: Label }),
    at: at.getTime(),
    value: promised(Values[index], `Values[${index}]`),
  }));
}
