import type { ErrorTable } from '@im/core';
import { googleErrors } from '../common/errors.ts';

/** What Pub/Sub's errors mean, beyond what all of Google's APIs have in common. */
export const pubsubErrors: ErrorTable = googleErrors(
  'https://cloud.google.com/pubsub/docs/reference/error-codes',
  [
    {
      status: 404,
      reason: 'NOT_FOUND',
      code: 'not_found',
      remedy: 'check its name and the project; for a subscription, that its topic is there',
    },
    {
      status: 400,
      reason: 'FAILED_PRECONDITION',
      code: 'failed_precondition',
      remedy: 'look at the subscription: it may be detached, or deliver by push',
    },
    {
      // Acknowledgements of exactly-once subscriptions: https://cloud.google.com/pubsub/docs/exactly-once-delivery
      status: [400, 499],
      reason: 'EXACTLY_ONCE_ACKID_FAILURE',
      code: 'failed_precondition',
      says: 'the lease of a message is over',
      remedy: 'expect the message again, or ask for more time before its deadline',
    },
    {
      status: [500, 599],
      reason: 'EXACTLY_ONCE_ACKID_FAILURE',
      code: 'unavailable',
      says: 'an acknowledgement did not go through',
    },
  ],
);
