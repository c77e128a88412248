import type { Clock } from '@im/core';
import type { JsonService } from '../../common/fake/service.ts';
import { alarmOperations } from './alarm-operations.ts';
import { metricOperations } from './metric-operations.ts';
import type { CloudwatchState } from './state.ts';

/** The service over its state, in the JSON that the SDK speaks. `pageItems`: most metrics of a page. */
export function cloudwatchFakeService(state: CloudwatchState, clock: Clock, pageItems: number): JsonService {
  return {
    service: 'monitoring',
    takesGzip: true,
    kind: 'json',
    version: '1.0',
    namespace: 'com.amazonaws.cloudwatch',
    target: 'GraniteServiceVersion20100801',
    operations: { ...metricOperations(state, clock, pageItems), ...alarmOperations(state, clock) },
  };
}
