/** One sample call of each operation, in an order in which each finds what it needs. */
import { systemClock } from '@im/core';
import type { Harness, Samples } from '@im/testing';
import { createAccounts } from '../../common/fake/accounts.ts';
import { sampleTenant } from '../../common/fake/server.ts';
import type { sns } from '../sns.ts';
import { builtInSubscribers, startFake } from './start-fake.ts';
import { subscriptionNames } from './state.ts';

/** Names of things in the built-in account of `tenant`. */
export function sampleNames(tenant: string = sampleTenant) {
  const { accountId } = createAccounts(systemClock, 1).of(tenant);
  const arn = (name: string) => `arn:aws:sns:us-east-1:${accountId}:${name}`;
  return {
    arn,
    /** Subscription of a built-in subscriber of `orders`, by its place. */
    subscription(place: 0 | 1 | 2 | 3) {
      const { protocol, endpoint } = builtInSubscribers[place];
      return subscriptionNames(arn('orders'), protocol, endpoint);
    },
  };
}

function samplesFor(tenant: string): Samples<typeof sns> {
  const { arn, subscription } = sampleNames(tenant);
  return {
    publish: [
      arn('orders'),
      {
        message: { default: '{"order":1}', sms: 'an order' },
        subject: 'An order',
        attributes: { weight: 2.5 },
      },
    ],
    publishBatch: [
      arn('orders'),
      [{ message: 'one' }, { message: 'two', attributes: { seal: Uint8Array.of(1, 2) } }],
    ],
    publishFifo: [arn('payments.fifo'), { message: 'pay', groupId: 'customer-1' }],
    publishFifoBatch: [arn('payments.fifo'), [{ message: 'pay', groupId: 'customer-2' }]],
    sendSms: ['+14155552671', 'your code is 1234', { senderId: 'Shop', type: 'Transactional' }],
    createTopic: [
      'sample.fifo',
      { settings: { displayName: 'Sample', contentBasedDeduplication: true }, tags: { team: 'shop' } },
    ],
    listTopics: [],
    getTopic: [arn('orders')],
    setTopicSettings: [arn('orders'), { signatureVersion: '2', displayName: 'Orders' }],
    tagTopic: [arn('orders'), { stage: 'test' }],
    listTopicTags: [arn('orders')],
    untagTopic: [arn('orders'), ['stage']],
    subscribe: [
      arn('orders'),
      { protocol: 'https', endpoint: 'https://example.com/new' },
      { filterPolicy: { kind: ['order'] } },
    ],
    confirmSubscription: [arn('orders'), subscription(3).token],
    listSubscriptions: [],
    listTopicSubscriptions: [arn('orders')],
    getSubscription: [subscription(0).arn],
    setSubscriptionSettings: [subscription(0).arn, { rawDelivery: true, filterScope: 'MessageBody' }],
    unsubscribe: [subscription(1).arn],
    deleteTopic: [arn('obsolete')],
  };
}

/** For `describeIntegration` of `@im/testing`. Pages are short, since SNS takes no page size. */
export const harness: Harness<typeof sns> = {
  startFake: (options) => startFake({ ...options, pageItems: 2 }),
  samples: samplesFor(sampleTenant),
  samplesFor,
};
