/** Moving messages out of a dead-letter queue, back to where they came from or elsewhere. */
import { type Call, idempotent, read, unsafe } from '@im/core';
import { promised, refuse, within } from '../../common/service.ts';
import type { Connection } from '../client.ts';
import type { MoveTask } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_';

/** Operations on tasks that move messages. Queues are named by their ARN. */
export function redriveOperations({ service }: Connection) {
  return {
    /**
     * Begins to move all messages of a dead-letter queue.
     *
     * @returns the handle of the task
     */
    startMessageMove: unsafe(
      async (
        sourceArn: string,
        options: { readonly destinationArn?: string; readonly maxPerSecond?: number } | undefined,
        call: Call,
      ): Promise<string> => {
        checkArn(sourceArn);
        const { destinationArn, maxPerSecond } = options ?? {};
        const input = {
          SourceArn: sourceArn,
          ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
          ...(maxPerSecond !== undefined && {
            MaxNumberOfMessagesPerSecond: within('maxPerSecond', maxPerSecond, 1, 500),
          }),
        };
        const begun = await service.send((sqs) => new sqs.StartMessageMoveTaskCommand(input), call);
        return promised(begun.TaskHandle, 'TaskHandle');
      },
      {
        docs: `${docs}StartMessageMoveTask.html`,
        scopes: ['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:SendMessage'],
      },
    ),

    /** The latest tasks of a dead-letter queue, up to ten, the newest first. */
    listMessageMoves: read(
      async (sourceArn: string, call: Call): Promise<readonly MoveTask[]> => {
        checkArn(sourceArn);
        const input = { SourceArn: sourceArn, MaxResults: 10 };
        const found = await service.send((sqs) => new sqs.ListMessageMoveTasksCommand(input), call);
        return (found.Results ?? []).map((task) => ({
          handle: task.TaskHandle,
          status: promised(task.Status, 'Status'),
          sourceArn: task.SourceArn ?? sourceArn,
          destinationArn: task.DestinationArn,
          moved: task.ApproximateNumberOfMessagesMoved ?? 0,
          toMove: task.ApproximateNumberOfMessagesToMove,
          failureReason: task.FailureReason,
          startedAt: task.StartedTimestamp,
        }));
      },
      { docs: `${docs}ListMessageMoveTasks.html`, scopes: ['sqs:ListMessageMoveTasks'] },
    ),

    /**
     * Ends a task that is running; what was moved stays moved.
     *
     * @returns about how many messages were moved
     */
    cancelMessageMove: idempotent(
      async (handle: string, call: Call): Promise<number> => {
        const done = await service.send(
          (sqs) => new sqs.CancelMessageMoveTaskCommand({ TaskHandle: handle }),
          call,
        );
        return done.ApproximateNumberOfMessagesMoved ?? 0;
      },
      { docs: `${docs}CancelMessageMoveTask.html`, scopes: ['sqs:CancelMessageMoveTask'] },
    ),
  };
}

function checkArn(arn: string): void {
  if (!/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+$/.test(arn)) refuse('the queue must be named by its ARN');
}
