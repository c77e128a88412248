/** What applications hold: metrics, queries, alarms. */
import type {
  ComparisonOperator,
  EvaluationState,
  StandardUnit,
  StateValue,
  Statistic,
} from '@aws-sdk/client-cloudwatch';

/** Which thing is measured: `{ Host: 'a', Disk: 'sda' }`. Each combination is a metric of its own. At most 30. */
export type Dimensions = Readonly<Record<string, string>>;

/** A metric by its name. */
export interface MetricRef {
  readonly namespace: string;
  readonly name: string;
  /** All that it has: a metric without dimensions is another metric. Default none. */
  readonly dimensions?: Dimensions | undefined;
}

interface DatumFacts {
  readonly name: string;
  readonly dimensions?: Dimensions | undefined;
  /** Milliseconds since 1970, from two weeks ago to two hours from now. Default: when AWS gets it. */
  readonly at?: number | undefined;
  /** Default `None`. */
  readonly unit?: StandardUnit | undefined;
  /** Seconds for which CloudWatch keeps single values: 1, for more money, or 60. Default 60. */
  readonly resolutionSeconds?: 1 | 60 | undefined;
}

/** One value. */
export interface SingleDatum extends DatumFacts {
  /** Finite, from -2^360 to 2^360. */
  readonly value: number;
}

/** Up to 150 values, each with how often it came. Percentiles can be had of them. */
export interface ManyDatum extends DatumFacts {
  readonly values: readonly number[];
  /** As many as there are values. Default: each came once. */
  readonly counts?: readonly number[] | undefined;
}

/** What was added up before. Percentiles cannot be had of it. */
export interface SummedDatum extends DatumFacts {
  readonly statistics: {
    readonly count: number;
    readonly sum: number;
    readonly minimum: number;
    readonly maximum: number;
  };
}

/** What is published of one metric. */
export type Datum = SingleDatum | ManyDatum | SummedDatum;

interface QueryFacts {
  /** Names the query in the answer and in expressions: a small letter, then letters, digits, `_`. */
  readonly id: string;
  /** For people; CloudWatch makes one up otherwise. */
  readonly label?: string | undefined;
  /** Whether it is wanted only for the expressions of others. Default false. */
  readonly isHidden?: boolean | undefined;
  /** Account that owns the metric, in a monitoring account. Default: this one. */
  readonly accountId?: string | undefined;
}

/** A statistic of a metric. */
export interface StatisticQuery extends QueryFacts {
  readonly metric: MetricRef;
  /** `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, `p99`, `tm90`, `PR(:300)` … */
  readonly statistic: Statistic | (string & {});
  /** Seconds for one point: 1, 5, 10, 20, 30, or a multiple of 60. */
  readonly periodSeconds: number;
  /** Only data of this unit. Default: of any. */
  readonly unit?: StandardUnit | undefined;
}

/** Metric math over other queries, or a query of Metrics Insights. */
export interface ExpressionQuery extends QueryFacts {
  /** `errors / requests * 100`, `SUM(METRICS())`, `SELECT AVG(CPUUtilization) FROM …`. */
  readonly expression: string;
  /** Seconds for one point, needed by Metrics Insights. Default: of the queries in the expression. */
  readonly periodSeconds?: number | undefined;
}

/** What is asked of metrics. */
export type MetricQuery = StatisticQuery | ExpressionQuery;

/** Which time, and up to 500 queries. */
export interface MetricQuestion {
  readonly queries: readonly MetricQuery[];
  /** Milliseconds since 1970, included. CloudWatch rounds it down to its minute, 5 minutes or hour, by its age. */
  readonly from: number;
  /** Milliseconds since 1970, not included. */
  readonly to: number;
  /** Default `newest`. */
  readonly first?: 'newest' | 'oldest' | undefined;
  /** Offset of the times in labels: `+0200`. Default UTC. */
  readonly labelTimezone?: string | undefined;
}

/** One value of one query. */
export interface MetricPoint {
  /** Of the query. */
  readonly id: string;
  readonly label?: string | undefined;
  /** Begin of the period, milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** A metric that exists. */
export interface MetricInfo {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  /** Set when metrics of linked accounts were asked for too. */
  readonly accountId?: string | undefined;
}

/** Which metrics are listed: those that fit everything. */
export interface MetricFilter {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Dimensions that a metric has, with this value, or with any (`true`). At most 10; it may have others too. */
  readonly dimensions?: Readonly<Record<string, string | true>> | undefined;
  /** Only those with data of the last three hours. Default: of the last two weeks. */
  readonly isRecent?: boolean | undefined;
  /** Whether a monitoring account sees those of linked accounts too: all, or those of one. Default: its own. */
  readonly linkedAccounts?: true | string | undefined;
}

/** What a metric alarm watches: a statistic of one metric. */
export interface WatchedMetric {
  readonly metric: MetricRef;
  readonly statistic: StatisticQuery['statistic'];
  /** 10, 20, 30, or a multiple of 60. */
  readonly periodSeconds: number;
  readonly unit?: StandardUnit | undefined;
}

/** What a metric alarm watches: an expression over several metrics. */
export interface WatchedQueries {
  /** One of them is not hidden: that one is watched. */
  readonly queries: readonly MetricQuery[];
  /** Query that is an `ANOMALY_DETECTION_BAND`, in place of a threshold. */
  readonly bandId?: string | undefined;
}

interface AlarmFacts {
  readonly name: string;
  readonly description?: string | undefined;
  readonly actionsEnabled?: boolean | undefined;
  /** ARNs of what is done when it becomes this: topics of SNS, functions, scaling policies. At most 5 each. */
  readonly alarmActions?: readonly string[] | undefined;
  readonly okActions?: readonly string[] | undefined;
  readonly noDataActions?: readonly string[] | undefined;
}

/** A metric alarm as it is set. */
export interface AlarmSettings extends AlarmFacts {
  readonly watch: WatchedMetric | WatchedQueries;
  readonly comparison: ComparisonOperator;
  /** Absent only with a band. */
  readonly threshold?: number | undefined;
  /** How many periods are looked at. Together no more than a day (a week for periods of an hour and more). */
  readonly evaluationPeriods: number;
  /** How many of them must be over the threshold. Default: all. */
  readonly datapointsToAlarm?: number | undefined;
  /** What a period without data is. AWS's default `missing`. */
  readonly missingData?: 'breaching' | 'notBreaching' | 'ignore' | 'missing' | undefined;
  /** Percentiles of few values: whether they count. AWS's default `evaluate`. */
  readonly lowSampleCount?: 'evaluate' | 'ignore' | undefined;
  /** Of a new alarm; those of one that exists stay as they are. At most 50. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

interface AlarmState {
  readonly arn: string;
  readonly state: StateValue;
  readonly stateReason?: string | undefined;
  /** A JSON document as text. */
  readonly stateData?: string | undefined;
  /** Milliseconds since 1970, as are all below. */
  readonly stateChangedAt?: number | undefined;
  readonly configuredAt?: number | undefined;
}

/** A metric alarm as it is. */
export interface MetricAlarmInfo extends AlarmFacts, AlarmState {
  readonly kind: 'metric';
  /** Absent: it watches what is neither a metric nor queries, such as PromQL. */
  readonly watch?: WatchedMetric | WatchedQueries | undefined;
  readonly comparison?: ComparisonOperator | undefined;
  readonly threshold?: number | undefined;
  readonly evaluationPeriods?: number | undefined;
  readonly datapointsToAlarm?: number | undefined;
  readonly missingData?: string | undefined;
  readonly lowSampleCount?: string | undefined;
  /** `PARTIAL_DATA`: a query of many metrics saw some of them only. */
  readonly evaluationState?: EvaluationState | undefined;
}

/** An alarm over other alarms. */
export interface CompositeAlarmInfo extends AlarmFacts, AlarmState {
  readonly kind: 'composite';
  /** `ALARM(a) AND NOT ALARM(b)`. */
  readonly rule: string;
  readonly suppressedBy?: string | undefined;
}

/** An alarm. */
export type AlarmInfo = MetricAlarmInfo | CompositeAlarmInfo;

/** Which alarms are described: those that fit everything. */
export interface AlarmFilter {
  /** Up to 100 names; not together with a prefix. */
  readonly names?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  /** Default `['metric']`; composite ones need the permission for all alarms, `*`. */
  readonly kinds?: readonly AlarmInfo['kind'][] | undefined;
  readonly state?: StateValue | undefined;
  /** Begin of the ARN of one of its actions. */
  readonly actionPrefix?: string | undefined;
}
