/** Starts a fake of CloudWatch. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { cloudwatch } from '../cloudwatch.ts';
import type { MetricRef } from '../model.ts';
import type { CloudwatchOptions } from '../options.ts';
import { cloudwatchFakeService } from './service.ts';
import { type CloudwatchState, createCloudwatchState, type FakeAlarm, type FakeMetric } from './state.ts';

/** How the fake is started. */
export interface CloudwatchFakeOptions extends AwsFakeOptions {
  /** Most metrics of a page: AWS's 500 by default, and fewer to see pages without making hundreds of metrics. */
  readonly pageItems?: number | undefined;
}

/** A running fake of CloudWatch. It evaluates no alarms: their states change by `setAlarmState` only. */
export interface CloudwatchFake extends ProviderFake<typeof cloudwatch>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): CloudwatchOptions;
  /** A metric of a tenant's account, with all that was published of it. */
  metric(metric: MetricRef, tenant?: string): FakeMetric | undefined;
  alarm(name: string, tenant?: string): FakeAlarm | undefined;
}

/** Metrics that every account has from the beginning: `Latency` of three hosts, one value a minute, for ten minutes. */
export const builtInMetrics = {
  namespace: 'Shop',
  name: 'Latency',
  hosts: ['a', 'b', 'c'],
  minutes: 10,
} as const;

/** Alarms that every account has from the beginning. */
export const builtInAlarms = {
  metric: ['latency-a', 'latency-b', 'latency-c', 'obsolete'],
  composite: 'anything-slow',
} as const;

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: CloudwatchFakeOptions = {}): Promise<CloudwatchFake> {
  let made: CloudwatchState | undefined;
  const server = await startAwsServer(
    'aws-cloudwatch',
    ({ clock, region }) => {
      made = createCloudwatchState(clock, region);
      return [cloudwatchFakeService(made, clock, options.pageItems ?? 500)];
    },
    options,
  );
  const { accounts, clock, region, url } = server;
  const state = made as CloudwatchState;
  const furnished = new Set<string>();

  /** The account of a tenant, with its metrics and alarms. */
  const accountOf = (tenant: string) => {
    const account = accounts.of(tenant);
    if (furnished.has(tenant)) return account;
    furnished.add(tenant);
    furnish(state, account, clock.now());
    return account;
  };

  return Object.assign(server, {
    options(tenant = sampleTenant): CloudwatchOptions {
      const { accessKeyId, secretAccessKey } = accountOf(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    metric: ({ namespace, name, dimensions = {} }: MetricRef, tenant = sampleTenant) =>
      state.metric(accountOf(tenant), namespace, name, dimensions),
    alarm: (name: string, tenant = sampleTenant) => state.alarms(accountOf(tenant)).get(name),
  });
}

function furnish(
  state: CloudwatchState,
  account: Parameters<CloudwatchState['alarms']>[0],
  now: number,
): void {
  const { namespace, name, hosts, minutes } = builtInMetrics;
  for (const [place, host] of hosts.entries())
    for (let minute = minutes; minute > 0; minute -= 1) {
      const value = 10 * (place + 1) + minute;
      const single = { count: 1, sum: value, minimum: value, maximum: value, values: [[value, 1]] as const };
      const datum = { at: now - minute * 60_000, unit: 'Milliseconds', ...single };
      state.publish(account, { namespace, name, dimensions: { Host: host } }, datum);
    }
  for (const alarm of builtInAlarms.metric)
    state.putAlarm(account, alarm, 'metric', {
      Namespace: namespace,
      MetricName: name,
      Dimensions: [{ Name: 'Host', Value: alarm.at(-1) }],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 3,
      Threshold: 100,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [`arn:aws:sns:us-east-1:${account.accountId}:alarms`],
    });
  state.putAlarm(account, builtInAlarms.composite, 'composite', {
    AlarmRule: 'ALARM("latency-a") OR ALARM("latency-b")',
  });
}
