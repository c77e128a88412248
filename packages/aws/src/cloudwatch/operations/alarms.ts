/** Alarms: describing, setting, deleting, trying out. */
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { type Call, idempotent, type Page, pages, read, unsafe, VendorError } from '@im/core';
import { refuse, within } from '../../common/service.ts';
import { fromAlarm, toCompositeAlarm, toMetricAlarm } from '../alarm-map.ts';
import type { Service } from '../client.ts';
import { checkAlarm, checkAlarmName } from '../limits.ts';
import type { AlarmFilter, AlarmInfo, AlarmSettings } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_';
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const largestPage = 100;
const mostNames = 100;
const types = { metric: 'MetricAlarm', composite: 'CompositeAlarm' } as const;

/** Operations on alarms, which have names. */
export function alarmOperations(service: Service) {
  /** Whether one of these is there. */
  const isAnyThere = async (names: readonly string[], call: Call): Promise<boolean> => {
    const input = {
      AlarmNames: [...names],
      AlarmTypes: Object.values(types),
      MaxRecords: largestPage,
    };
    const found = await service.send((sdk) => new sdk.DescribeAlarmsCommand(input), call);
    return (found.MetricAlarms?.length ?? 0) + (found.CompositeAlarms?.length ?? 0) > 0;
  };

  return {
    /** Alarms of this account and region; metric ones unless others are asked for. */
    describeAlarms: pages(
      read(
        async (filter: AlarmFilter | undefined, call: Call): Promise<Page<AlarmInfo>> => {
          const { names, prefix, kinds = ['metric'], state, actionPrefix } = filter ?? {};
          if (names !== undefined && prefix !== undefined) refuse('give names or a prefix, not both');
          if (names !== undefined) checkNames(names);
          if (kinds.length === 0) refuse('name a kind of alarms at least');
          const input = {
            AlarmTypes: kinds.map((kind) => types[kind]),
            MaxRecords: within('pageSize', call.pageSize ?? largestPage, 1, largestPage),
            ...(names !== undefined && { AlarmNames: [...names] }),
            ...(prefix !== undefined && { AlarmNamePrefix: prefix }),
            ...(state !== undefined && { StateValue: state }),
            ...(actionPrefix !== undefined && { ActionPrefix: actionPrefix }),
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sdk) => new sdk.DescribeAlarmsCommand(input), call);
          const items = [
            ...(page.MetricAlarms ?? []).map(toMetricAlarm),
            ...(page.CompositeAlarms ?? []).map(toCompositeAlarm),
          ];
          return { items, next: page.NextToken };
        },
        { docs: `${docs}DescribeAlarms.html`, scopes: ['cloudwatch:DescribeAlarms'] },
      ),
    ),

    /** Makes an alarm, or puts these settings in the place of all that it had; its state and tags stay. */
    putMetricAlarm: idempotent(
      async (alarm: AlarmSettings, call: Call): Promise<void> => {
        checkAlarm(alarm);
        const input = fromAlarm(alarm);
        await service.send((sdk) => new sdk.PutMetricAlarmCommand(input), call);
      },
      {
        docs: `${docs}PutMetricAlarm.html`,
        scopes: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
      },
    ),

    /** Deletes up to 100 alarms, at most one of them composite: all, or none when one of them is not there. */
    deleteAlarms: idempotent(
      async (names: readonly string[], call: Call): Promise<void> => {
        checkNames(names);
        const input = { AlarmNames: [...names] };
        try {
          await service.send((sdk) => new sdk.DeleteAlarmsCommand(input), call);
        } catch (error) {
          // Either an earlier attempt has deleted all, and its answer was lost, or none: one of them never was there.
          if (call.attempt === 1 || !isGone(error) || (await isAnyThere(names, call))) throw error;
        }
      },
      {
        docs: `${docs}DeleteAlarms.html`,
        scopes: ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'],
      },
    ),

    /**
     * Sets the state of an alarm, to try out its actions: it goes back to its true state within seconds. Never repeated,
     * since by then the actions would be done a second time.
     *
     * @param options `reason` for people; `data` a JSON document, which scaling policies need
     */
    setAlarmState: unsafe(
      async (
        name: string,
        state: StateValue,
        options: { readonly reason: string; readonly data?: unknown },
        call: Call,
      ): Promise<void> => {
        checkAlarmName(name);
        const data = options.data === undefined ? undefined : JSON.stringify(options.data);
        if (options.reason.length > 1_023) refuse('a reason has at most 1,023 characters');
        if (data !== undefined && data.length > 4_000) refuse('data has at most 4,000 characters as JSON');
        const input = {
          AlarmName: name,
          StateValue: state,
          StateReason: options.reason,
          ...(data !== undefined && { StateReasonData: data }),
        };
        await service.send((sdk) => new sdk.SetAlarmStateCommand(input), call);
      },
      { docs: `${docs}SetAlarmState.html`, scopes: ['cloudwatch:SetAlarmState'] },
    ),
  };
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0 || names.length > mostNames) refuse(`name 1 to ${mostNames} alarms at once`);
  for (const name of names) checkAlarmName(name);
}

function isGone(error: unknown): boolean {
  return error instanceof VendorError && /^ResourceNotFound(Exception)?$/.test(error.failure.reason ?? '');
}
