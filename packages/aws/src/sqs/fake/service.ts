/** The service of the fake: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import type { JsonService } from '../../common/fake/service.ts';
import { messageOperations } from './message-operations.ts';
import { moveOperations } from './move-operations.ts';
import { queueOperations } from './queue-operations.ts';
import { createFinder, type SqsPlace, type SqsState } from './state.ts';

/** The service over its state. */
export function sqsFakeService(state: SqsState, { clock }: SqsPlace): JsonService {
  const finder = createFinder(state);
  return {
    service: 'sqs',
    kind: 'json',
    version: '1.0',
    namespace: 'com.amazonaws.sqs',
    target: 'AmazonSQS',
    operations: {
      ...messageOperations(finder),
      ...queueOperations(state, finder, clock),
      ...moveOperations(state, finder, clock),
    },
  };
}
