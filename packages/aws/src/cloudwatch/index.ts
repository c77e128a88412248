export { cloudwatch } from './cloudwatch.ts';
export { cloudwatchErrors } from './errors.ts';
export type {
  AlarmFilter,
  AlarmInfo,
  AlarmSettings,
  CompositeAlarmInfo,
  Datum,
  Dimensions,
  ExpressionQuery,
  ManyDatum,
  MetricAlarmInfo,
  MetricFilter,
  MetricInfo,
  MetricPoint,
  MetricQuery,
  MetricQuestion,
  MetricRef,
  SingleDatum,
  StatisticQuery,
  SummedDatum,
  WatchedMetric,
  WatchedQueries,
} from './model.ts';
export { type CloudwatchOptions, cloudwatchOptions } from './options.ts';
