/** Tasks that move messages back from a dead-letter queue. */
import type { Clock } from '@im/core';
import { optionalNumber, optionalText, text } from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { JsonService } from '../../common/fake/service.ts';
import type { MoveTask, SqsFinder, SqsState } from './state.ts';

/** The operations. */
export function moveOperations(
  state: SqsState,
  { byArn }: SqsFinder,
  clock: Clock,
): JsonService['operations'] {
  return {
    StartMessageMoveTask(input, call) {
      const source = byArn(text(input, 'SourceArn'), call);
      const destinationArn = optionalText(input, 'DestinationArn');
      const running = state.tasks.some((task) => task.sourceArn === source.arn && task.status === 'RUNNING');
      if (running)
        throw fault('UnsupportedOperation', 'There is already a task running.', {
          queryCode: 'AWS.SimpleQueueService.UnsupportedOperation',
        });
      const moved = source.messages;
      source.messages = [];
      for (const message of moved) {
        const target = byArn(destinationArn ?? message.deadLetterSourceArn ?? source.arn, call);
        target.send(
          { body: message.body, attributes: message.attributes, groupId: message.groupId },
          message.senderId,
        );
      }
      const handle = Buffer.from(`${source.arn}/${state.tasks.length}`).toString('base64');
      // Moving takes a while in the account of a user; here it is done, and the task still runs.
      state.tasks.push({
        handle,
        accountId: call.principal.account.accountId,
        sourceArn: source.arn,
        destinationArn,
        moved: moved.length,
        startedAt: clock.now(),
        status: 'RUNNING',
      });
      return { TaskHandle: handle };
    },
    ListMessageMoveTasks(input, call) {
      const { arn } = byArn(text(input, 'SourceArn'), call);
      const tasks = state.tasks.filter((task) => task.sourceArn === arn).toReversed();
      return { Results: tasks.slice(0, optionalNumber(input, 'MaxResults') ?? 1).map(taskToWire) };
    },
    CancelMessageMoveTask(input, { principal }) {
      const handle = text(input, 'TaskHandle');
      const task = state.tasks.find(
        (one) => one.handle === handle && one.accountId === principal.account.accountId,
      );
      if (task === undefined)
        throw fault('ResourceNotFoundException', 'The task does not exist.', {
          status: 404,
          queryCode: 'ResourceNotFoundException',
        });
      task.status = 'CANCELLED';
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  };
}

function taskToWire(task: MoveTask): object {
  return {
    TaskHandle: task.status === 'RUNNING' ? task.handle : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.moved,
    StartedTimestamp: task.startedAt,
  };
}
