/**
 * What CloudWatch would refuse, refused before it is sent.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html | PutMetricData}
 * @see {@link https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html | Quotas}
 */
import { refuse, within } from '../common/service.ts';
import type { AlarmSettings, Datum, Dimensions, MetricQuery, MetricQuestion, MetricRef } from './model.ts';

const mostData = 1_000;
const mostDimensions = 30;
const mostValues = 150;
const mostQueries = 500;
const mostTags = 50;
const mostActions = 5;
const daySeconds = 86_400;
const largest = 2 ** 360;

/** Printable ASCII. */
const printable = /^[ -~]+$/;

/** A namespace; those of AWS's own services are read, not written. */
export function checkNamespace(namespace: string, isWritten = false): void {
  if (!printable.test(namespace) || namespace.length > 255 || namespace.startsWith(':'))
    refuse('a namespace is 1 to 255 printable ASCII characters, the first of them no colon');
  if (isWritten && namespace.startsWith('AWS/')) refuse("namespaces that begin with AWS/ are AWS's own");
}

/** Dimensions of a metric. */
export function checkDimensions(dimensions: Dimensions | undefined): void {
  const all = Object.entries(dimensions ?? {});
  if (all.length > mostDimensions)
    refuse(`a metric has at most ${mostDimensions} dimensions; this one has ${all.length}`);
  for (const [name, value] of all) {
    const isName = printable.test(name) && name.trim() !== '' && name.length <= 255 && !name.startsWith(':');
    if (!isName)
      refuse('the name of a dimension is 1 to 255 printable ASCII characters, the first of them no colon');
    if (!printable.test(value) || value.trim() === '' || value.length > 1_024)
      refuse(`the value of dimension ${name} must be 1 to 1,024 printable ASCII characters`);
  }
}

/** A metric by its name. */
export function checkMetric({ namespace, name, dimensions }: MetricRef): void {
  checkNamespace(namespace);
  checkName(name);
  checkDimensions(dimensions);
}

/** All that is published at once. */
export function checkData(namespace: string, data: readonly Datum[]): void {
  checkNamespace(namespace, true);
  if (data.length === 0 || data.length > mostData)
    refuse(`publish 1 to ${mostData} data at once; these are ${data.length}`);
  for (const datum of data) checkDatum(datum);
}

function checkDatum(datum: Datum): void {
  checkName(datum.name);
  checkDimensions(datum.dimensions);
  const given = ['value', 'values', 'statistics'].filter((member) => member in datum);
  if (given.length !== 1) refuse(`${datum.name}: give a value, or values, or statistics`);
  if (datum.at !== undefined && !isInstant(datum.at))
    refuse(`${datum.name}: at must be milliseconds since 1970`);
  if ('value' in datum) checkNumber(datum.name, datum.value);
  else if ('values' in datum) checkValues(datum.name, datum.values, datum.counts);
  else {
    const { count, sum, minimum, maximum } = datum.statistics;
    for (const number of [count, sum, minimum, maximum]) checkNumber(datum.name, number);
    if (count <= 0) refuse(`${datum.name}: the count of statistics must be more than 0`);
    if (minimum > maximum) refuse(`${datum.name}: the minimum of statistics is over their maximum`);
  }
}

function checkValues(name: string, values: readonly number[], counts: readonly number[] | undefined): void {
  if (values.length === 0 || values.length > mostValues)
    refuse(`${name}: give 1 to ${mostValues} values; these are ${values.length}`);
  if (counts !== undefined && counts.length !== values.length)
    refuse(`${name}: there are ${values.length} values and ${counts.length} counts`);
  for (const number of values) checkNumber(name, number);
  for (const number of counts ?? []) {
    checkNumber(name, number);
    if (number < 0) refuse(`${name}: no count may be less than 0`);
  }
}

function checkNumber(name: string, value: number): void {
  if (!Number.isFinite(value) || Math.abs(value) > largest)
    refuse(`${name}: values must be finite numbers from -2^360 to 2^360`);
}

function checkName(name: string): void {
  if (!printable.test(name) || name.length > 255)
    refuse('the name of a metric is 1 to 255 printable ASCII characters');
}

/** Queries, and the time that they are for. */
export function checkQuestion({ queries, from, to }: MetricQuestion): void {
  if (!isInstant(from) || !isInstant(to)) refuse('from and to must be milliseconds since 1970');
  if (from >= to) refuse('from must be before to');
  checkQueries(queries);
}

function checkQueries(queries: readonly MetricQuery[]): void {
  if (queries.length === 0 || queries.length > mostQueries)
    refuse(`ask 1 to ${mostQueries} queries at once; these are ${queries.length}`);
  if (new Set(queries.map(({ id }) => id)).size < queries.length) refuse('each query needs an id of its own');
  if (queries.every(({ isHidden }) => isHidden)) refuse('one query at least must not be hidden');
  for (const query of queries) {
    if (!/^[a-z]\w{0,254}$/.test(query.id))
      refuse(`the id ${JSON.stringify(query.id)} must be a small letter, then letters, digits or _`);
    if ('metric' in query) checkMetric(query.metric);
    else if (query.expression === '' || query.expression.length > 2_048)
      refuse(`${query.id}: an expression has 1 to 2,048 characters`);
    const { periodSeconds } = query;
    if (periodSeconds !== undefined && !isPeriod(periodSeconds, [1, 5, 10, 20, 30]))
      refuse(`${query.id}: periodSeconds must be 1, 5, 10, 20, 30, or a multiple of 60`);
  }
}

/** Settings of an alarm. */
export function checkAlarm(alarm: AlarmSettings): void {
  const { watch, evaluationPeriods, datapointsToAlarm, threshold, tags } = alarm;
  checkAlarmName(alarm.name);
  within('evaluationPeriods', evaluationPeriods, 1, daySeconds * 7);
  if (datapointsToAlarm !== undefined) within('datapointsToAlarm', datapointsToAlarm, 1, evaluationPeriods);
  if (threshold !== undefined && !Number.isFinite(threshold)) refuse('threshold must be a finite number');
  const hasBand = 'queries' in watch && watch.bandId !== undefined;
  if (hasBand === (threshold !== undefined)) refuse('give a threshold, or the bandId of a query, not both');
  if ('queries' in watch) {
    checkQueries(watch.queries);
    const seen = watch.queries.filter(({ isHidden, id }) => !isHidden && id !== watch.bandId);
    if (seen.length !== 1) refuse('hide all queries but the one that is watched');
  } else {
    checkMetric(watch.metric);
    if (!isPeriod(watch.periodSeconds, [10, 20, 30]))
      refuse('periodSeconds of an alarm must be 10, 20, 30, or a multiple of 60');
    const most = watch.periodSeconds >= 3_600 ? daySeconds * 7 : daySeconds;
    if (watch.periodSeconds * evaluationPeriods > most)
      refuse(`periodSeconds × evaluationPeriods must be at most ${most} seconds`);
  }
  for (const actions of [alarm.alarmActions, alarm.okActions, alarm.noDataActions])
    if ((actions?.length ?? 0) > mostActions) refuse(`an alarm has at most ${mostActions} actions of a kind`);
  if (Object.keys(tags ?? {}).length > mostTags) refuse(`an alarm has at most ${mostTags} tags`);
}

/** The name of an alarm. */
export function checkAlarmName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (!/^[^\u0000-\u001f\u007f]{1,255}$/u.test(name))
    refuse('the name of an alarm is 1 to 255 characters, none of them a control character');
}

function isPeriod(seconds: number, short: readonly number[]): boolean {
  return short.includes(seconds) || (Number.isInteger(seconds) && seconds > 0 && seconds % 60 === 0);
}

function isInstant(value: number): boolean {
  return Number.isFinite(value) && !Number.isNaN(new Date(value).getTime());
}
