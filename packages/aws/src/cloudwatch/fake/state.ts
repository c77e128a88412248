/** What the accounts of the fake hold: metrics with their data, and alarms. */
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import type { JsonInput } from '../../common/fake/input.ts';
import type { Dimensions } from '../model.ts';

/** What was published at one time. `values` are there unless it was added up before. */
export interface FakeDatum {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly values?: readonly (readonly [value: number, count: number])[] | undefined;
}

/** A metric with all that was published of it. */
export interface FakeMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly data: FakeDatum[];
}

/** A change of an alarm's state, and which actions were done. */
export interface FakeTransition {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly actions: readonly string[];
}

/** An alarm. It changes its state by `SetAlarmState` only: the fake evaluates nothing. */
export interface FakeAlarm {
  readonly name: string;
  readonly arn: string;
  readonly kind: 'metric' | 'composite';
  /** Members of `PutMetricAlarm`, or of a composite alarm. */
  settings: JsonInput;
  state: string;
  stateReason: string;
  stateData: string | undefined;
  stateChangedAt: number;
  configuredAt: number;
  readonly transitions: FakeTransition[];
}

/** All accounts. */
export interface CloudwatchState {
  /** Metrics of an account, in the order in which they came. */
  metrics(account: FakeAccount): readonly FakeMetric[];
  metric(
    account: FakeAccount,
    namespace: string,
    name: string,
    dimensions: Dimensions,
  ): FakeMetric | undefined;
  publish(account: FakeAccount, metric: Omit<FakeMetric, 'data'>, datum: FakeDatum): void;
  /** Alarms of an account, by their names. */
  alarms(account: FakeAccount): Map<string, FakeAlarm>;
  putAlarm(account: FakeAccount, name: string, kind: FakeAlarm['kind'], settings: JsonInput): FakeAlarm;
}

/** Makes the state. */
export function createCloudwatchState(clock: Clock, region: string): CloudwatchState {
  const metrics = new Map<string, Map<string, FakeMetric>>();
  const alarms = new Map<string, Map<string, FakeAlarm>>();
  const metricsOf = ({ accountId }: FakeAccount) => within(metrics, accountId);
  const alarmsOf = ({ accountId }: FakeAccount) => within(alarms, accountId);

  return {
    metrics: (account) => [...metricsOf(account).values()],
    metric: (account, namespace, name, dimensions) =>
      metricsOf(account).get(keyOf(namespace, name, dimensions)),
    publish(account, { namespace, name, dimensions }, datum) {
      const known = metricsOf(account);
      const key = keyOf(namespace, name, dimensions);
      const metric = known.get(key) ?? { namespace, name, dimensions, data: [] };
      metric.data.push(datum);
      known.set(key, metric);
    },
    alarms: alarmsOf,
    putAlarm(account, name, kind, settings) {
      const known = alarmsOf(account);
      const alarm: FakeAlarm = known.get(name) ?? {
        name,
        arn: `arn:aws:cloudwatch:${region}:${account.accountId}:alarm:${name}`,
        kind,
        settings,
        state: 'INSUFFICIENT_DATA',
        stateReason: 'Unchecked: Initial alarm creation',
        stateData: undefined,
        stateChangedAt: clock.now(),
        configuredAt: clock.now(),
        transitions: [],
      };
      alarm.settings = settings;
      alarm.configuredAt = clock.now();
      known.set(name, alarm);
      return alarm;
    },
  };
}

function within<Value>(all: Map<string, Map<string, Value>>, accountId: string): Map<string, Value> {
  const known = all.get(accountId) ?? new Map<string, Value>();
  all.set(accountId, known);
  return known;
}

/** A metric is its namespace, its name, and all of its dimensions. */
function keyOf(namespace: string, name: string, dimensions: Dimensions): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
