/** Operations on alarms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html */
import type { Clock } from '@im/core';
import {
  type JsonInput,
  objects,
  optionalNumber,
  optionalText,
  text,
  texts,
} from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { JsonService } from '../../common/fake/service.ts';
import { badToken, invalid, noAlarm } from './faults.ts';
import { pageFrom } from './page-from.ts';
import type { CloudwatchState, FakeAlarm } from './state.ts';

/** Members of the input that are no settings of the alarm. */
const notKept = new Set(['AlarmName', 'Tags']);
const states = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const kinds = { MetricAlarm: 'metric', CompositeAlarm: 'composite' } as const;

/** Where the actions for a state stand. */
const actionsFor: Readonly<Record<string, string>> = {
  OK: 'OKActions',
  ALARM: 'AlarmActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
};

/** The operations. */
export function alarmOperations(state: CloudwatchState, clock: Clock): JsonService['operations'] {
  return {
    PutMetricAlarm(input, { principal }) {
      checkAlarm(input);
      const settings = Object.fromEntries(Object.entries(input).filter(([name]) => !notKept.has(name)));
      state.putAlarm(principal.account, text(input, 'AlarmName'), 'metric', settings);
    },
    DescribeAlarms(input, { principal }) {
      const [names, prefix] = [texts(input, 'AlarmNames'), optionalText(input, 'AlarmNamePrefix')];
      if (names.length > 0 && prefix !== undefined)
        throw invalid('AlarmNames and AlarmNamePrefix must not both be specified.');
      const wanted = texts(input, 'AlarmTypes').map((type) => kinds[type as keyof typeof kinds]);
      const stateValue = optionalText(input, 'StateValue');
      const actionPrefix = optionalText(input, 'ActionPrefix');
      const found = [...state.alarms(principal.account).values()]
        .filter(({ kind }) => (wanted.length === 0 ? kind === 'metric' : wanted.includes(kind)))
        .filter(({ name }) => names.length === 0 || names.includes(name))
        .filter(({ name }) => prefix === undefined || name.startsWith(prefix))
        .filter((alarm) => stateValue === undefined || alarm.state === stateValue)
        .filter((alarm) => actionPrefix === undefined || hasAction(alarm, actionPrefix))
        .sort(byKindAndName);
      const size = optionalNumber(input, 'MaxRecords') ?? 50;
      if (size < 1 || size > 100) throw invalid('MaxRecords must be 1 to 100.');
      const { items, next } = pageFrom(found, optionalText(input, 'NextToken'), size, badToken);
      const ofKind = (kind: FakeAlarm['kind']) => items.filter((one) => one.kind === kind).map(toWire);
      return { MetricAlarms: ofKind('metric'), CompositeAlarms: ofKind('composite'), NextToken: next };
    },
    DeleteAlarms(input, { principal }) {
      const alarms = state.alarms(principal.account);
      const names = texts(input, 'AlarmNames');
      if (names.length === 0 || names.length > 100) throw invalid('AlarmNames must have 1 to 100 members.');
      const found = names.map((name) => alarms.get(name));
      if (found.includes(undefined)) throw noAlarm();
      if (found.filter((alarm) => alarm?.kind === 'composite').length > 1)
        throw invalid('Only one composite alarm can be deleted at a time.');
      for (const name of names) alarms.delete(name);
    },
    SetAlarmState(input, { principal }) {
      const alarm = state.alarms(principal.account).get(text(input, 'AlarmName'));
      if (alarm === undefined) throw noAlarm();
      const to = text(input, 'StateValue');
      if (!states.includes(to)) throw invalid(`StateValue must be one of ${states.join(', ')}.`);
      const data = optionalText(input, 'StateReasonData');
      if (data !== undefined && !isJson(data))
        throw fault('InvalidFormatFault', 'Data was not syntactically valid JSON.', {
          queryCode: 'InvalidFormat',
        });
      alarm.stateReason = text(input, 'StateReason');
      alarm.stateData = data;
      if (to === alarm.state) return;
      const isEnabled = alarm.settings.ActionsEnabled !== false;
      const actions = isEnabled ? texts(alarm.settings, actionsFor[to] ?? '') : [];
      alarm.transitions.push({ at: clock.now(), from: alarm.state, to, actions });
      alarm.state = to;
      alarm.stateChangedAt = clock.now();
    },
  };
}

function checkAlarm(input: JsonInput): void {
  const queries = objects(input, 'Metrics');
  const hasMetric = optionalText(input, 'MetricName') !== undefined;
  if (hasMetric === queries.length > 0)
    throw invalid('Exactly one of MetricName and Metrics must be specified.');
  if (hasMetric && (input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw invalid('Exactly one of Statistic and ExtendedStatistic must be specified.');
  if (hasMetric && optionalNumber(input, 'Period') === undefined)
    throw invalid('The parameter Period is required.');
  const hasBand = optionalText(input, 'ThresholdMetricId') !== undefined;
  if (hasBand === (optionalNumber(input, 'Threshold') !== undefined))
    throw invalid('Exactly one of Threshold and ThresholdMetricId must be specified.');
  if (optionalNumber(input, 'EvaluationPeriods') === undefined)
    throw invalid('The parameter EvaluationPeriods is required.');
}

/** Metric alarms first. */
function byKindAndName(one: FakeAlarm, other: FakeAlarm): number {
  if (one.kind !== other.kind) return one.kind === 'metric' ? -1 : 1;
  return one.name < other.name ? -1 : 1;
}

function hasAction({ settings }: FakeAlarm, prefix: string): boolean {
  return Object.values(actionsFor).some((name) =>
    texts(settings, name).some((action) => action.startsWith(prefix)),
  );
}

function toWire(alarm: FakeAlarm): object {
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...(alarm.kind === 'metric' && { Dimensions: [] }),
    ...alarm.settings,
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateReasonData: alarm.stateData,
    StateUpdatedTimestamp: alarm.stateChangedAt / 1_000,
    StateTransitionedTimestamp: alarm.stateChangedAt / 1_000,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt / 1_000,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
