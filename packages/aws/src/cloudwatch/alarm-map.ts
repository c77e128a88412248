/** Between the SDK's shapes of alarms and ours. */
import type {
  CompositeAlarm,
  MetricAlarm,
  PutMetricAlarmCommandInput,
  Statistic,
} from '@aws-sdk/client-cloudwatch';
import { promised } from '../common/service.ts';
import { fromDimensions, fromQuery, toMetric, toQuery } from './map.ts';
import type {
  AlarmSettings,
  CompositeAlarmInfo,
  MetricAlarmInfo,
  WatchedMetric,
  WatchedQueries,
} from './model.ts';

/** Statistics with a field of their own; the others are extended ones. */
const plainStatistics: Readonly<Record<Statistic, true>> = {
  SampleCount: true,
  Average: true,
  Sum: true,
  Minimum: true,
  Maximum: true,
};

/** Settings as the SDK wants them. */
export function fromAlarm(alarm: AlarmSettings): PutMetricAlarmCommandInput {
  const { description, actionsEnabled, threshold, datapointsToAlarm, missingData, lowSampleCount } = alarm;
  return {
    AlarmName: alarm.name,
    ComparisonOperator: alarm.comparison,
    EvaluationPeriods: alarm.evaluationPeriods,
    ...fromWatched(alarm.watch),
    ...(description !== undefined && { AlarmDescription: description }),
    ...(actionsEnabled !== undefined && { ActionsEnabled: actionsEnabled }),
    ...(alarm.alarmActions !== undefined && { AlarmActions: [...alarm.alarmActions] }),
    ...(alarm.okActions !== undefined && { OKActions: [...alarm.okActions] }),
    ...(alarm.noDataActions !== undefined && { InsufficientDataActions: [...alarm.noDataActions] }),
    ...(threshold !== undefined && { Threshold: threshold }),
    ...(datapointsToAlarm !== undefined && { DatapointsToAlarm: datapointsToAlarm }),
    ...(missingData !== undefined && { TreatMissingData: missingData }),
    ...(lowSampleCount !== undefined && { EvaluateLowSampleCountPercentile: lowSampleCount }),
    ...(alarm.tags !== undefined && {
      Tags: Object.entries(alarm.tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

function fromWatched(watch: WatchedMetric | WatchedQueries): Partial<PutMetricAlarmCommandInput> {
  if ('queries' in watch)
    return {
      Metrics: watch.queries.map(fromQuery),
      ...(watch.bandId !== undefined && { ThresholdMetricId: watch.bandId }),
    };
  const { metric, statistic, periodSeconds, unit } = watch;
  return {
    Namespace: metric.namespace,
    MetricName: metric.name,
    ...fromDimensions(metric.dimensions),
    ...(isPlain(statistic) ? { Statistic: statistic } : { ExtendedStatistic: statistic }),
    Period: periodSeconds,
    ...(unit !== undefined && { Unit: unit }),
  };
}

function isPlain(statistic: string): statistic is Statistic {
  return Object.hasOwn(plainStatistics, statistic);
}

/** A metric alarm. */
export function toMetricAlarm(alarm: MetricAlarm): MetricAlarmInfo {
  return {
    kind: 'metric',
    ...toFacts(alarm),
    watch: toWatched(alarm),
    comparison: alarm.ComparisonOperator,
    threshold: alarm.Threshold,
    evaluationPeriods: alarm.EvaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm,
    missingData: alarm.TreatMissingData,
    lowSampleCount: alarm.EvaluateLowSampleCountPercentile,
    evaluationState: alarm.EvaluationState,
  };
}

function toWatched(alarm: MetricAlarm): WatchedMetric | WatchedQueries | undefined {
  if (alarm.Metrics !== undefined && alarm.Metrics.length > 0)
    return { queries: alarm.Metrics.map(toQuery), bandId: alarm.ThresholdMetricId };
  if (alarm.MetricName === undefined) return undefined;
  return {
    metric: toMetric(alarm),
    statistic: promised(alarm.Statistic ?? alarm.ExtendedStatistic, 'Statistic'),
    periodSeconds: promised(alarm.Period, 'Period'),
    unit: alarm.Unit,
  };
}

/** A composite alarm. */
export function toCompositeAlarm(alarm: CompositeAlarm): CompositeAlarmInfo {
  return {
    kind: 'composite',
    ...toFacts(alarm),
    rule: promised(alarm.AlarmRule, 'AlarmRule'),
    suppressedBy: alarm.ActionsSuppressor,
  };
}

/** What both have. */
function toFacts(alarm: MetricAlarm | CompositeAlarm) {
  return {
    name: promised(alarm.AlarmName, 'AlarmName'),
    arn: promised(alarm.AlarmArn, 'AlarmArn'),
    description: alarm.AlarmDescription,
    actionsEnabled: alarm.ActionsEnabled,
    alarmActions: alarm.AlarmActions ?? [],
    okActions: alarm.OKActions ?? [],
    noDataActions: alarm.InsufficientDataActions ?? [],
    state: promised(alarm.StateValue, 'StateValue'),
    stateReason: alarm.StateReason,
    stateData: alarm.StateReasonData,
    stateChangedAt: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime(),
    configuredAt: alarm.AlarmConfigurationUpdatedTimestamp?.getTime(),
  };
}
