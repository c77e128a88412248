/** One sample call of each operation, in an order in which each finds what it needs. */
import { systemClock } from '@im/core';
import type { Harness, Samples } from '@im/testing';
import { createAccounts } from '../../common/fake/accounts.ts';
import { sampleTenant } from '../../common/fake/server.ts';
import type { sqs } from '../sqs.ts';
import { messageIdOf, receiptHandleOf } from './message.ts';
import { startFake } from './start-fake.ts';

/** Names of things in the built-in account of `tenant`. */
export function sampleNames(tenant: string = sampleTenant) {
  const { accountId } = createAccounts(systemClock, 1).of(tenant);
  const arn = (name: string) => `arn:aws:sqs:us-east-1:${accountId}:${name}`;
  return {
    arn,
    /** Receipt handle of the message of this number in the queue `working`. */
    handle: (number: number) => receiptHandleOf(arn('working'), messageIdOf(arn('working'), number), 1),
    /** Handle of the first task that moves messages out of `orders-dead`. */
    moveTask: Buffer.from(`${arn('orders-dead')}/0`).toString('base64'),
  };
}

function samplesFor(tenant: string): Samples<typeof sqs> {
  const { arn, handle, moveTask } = sampleNames(tenant);
  return {
    getQueueUrl: ['orders'],
    createQueue: [
      'sample.fifo',
      { settings: { retentionSeconds: 3_600, waitSeconds: 5 }, tags: { team: 'shop' } },
    ],
    listQueues: [],
    getQueue: ['payments.fifo'],
    setQueueSettings: ['sample.fifo', { visibilityTimeoutSeconds: 60 }],
    tagQueue: ['sample.fifo', { stage: 'test' }],
    listQueueTags: ['payments.fifo'],
    untagQueue: ['sample.fifo', ['stage']],
    listDeadLetterSources: ['orders-dead'],
    sendFifo: ['sample.fifo', { body: 'pay', groupId: 'customer-1' }],
    sendFifoBatch: ['sample.fifo', [{ body: 'pay', groupId: 'customer-2' }]],
    receiveFifo: ['sample.fifo', { waitSeconds: 0 }],
    send: ['orders', { body: '{"order":1}', attributes: { kind: 'order', weight: 2.5 } }],
    sendBatch: ['orders', [{ body: 'one' }, { body: 'two', delaySeconds: 5 }]],
    receive: ['orders', { waitSeconds: 0 }],
    deleteMessage: ['working', handle(1)],
    deleteBatch: ['working', [handle(2), handle(3)]],
    changeVisibility: ['working', handle(4), 43_200],
    changeVisibilityBatch: ['working', [{ receiptHandle: handle(5), seconds: 43_200 }]],
    startMessageMove: [arn('orders-dead'), { maxPerSecond: 100 }],
    listMessageMoves: [arn('orders-dead')],
    cancelMessageMove: [moveTask],
    purgeQueue: ['orders'],
    deleteQueue: ['obsolete'],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof sqs> = { startFake, samples: samplesFor(sampleTenant), samplesFor };
