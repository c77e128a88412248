/** Payouts: https://developer.paypal.com/docs/api/payments.payouts-batch/v1/ */
import { z } from 'zod';
import { listOf, maybe, maybeNumber, maybePlainMoney, maybeText, wire, wireLinks } from './common.ts';

const wireHeader = wire({
  payout_batch_id: z.string(),
  batch_status: maybeText,
  time_created: maybeText,
  time_completed: maybeText,
  amount: maybePlainMoney,
  fees: maybePlainMoney,
  sender_batch_header: maybe(wire({ sender_batch_id: maybeText, email_subject: maybeText })),
});

export const wirePayoutItem = wire({
  payout_item_id: z.string(),
  payout_batch_id: z.string(),
  transaction_id: maybeText,
  transaction_status: maybeText,
  payout_item_fee: maybePlainMoney,
  payout_item: maybe(
    wire({
      recipient_type: maybeText,
      receiver: maybeText,
      sender_item_id: maybeText,
      note: maybeText,
      amount: maybePlainMoney,
    }),
  ),
  time_processed: maybeText,
  errors: maybe(wire({ name: maybeText, message: maybeText })),
  links: wireLinks,
});

export const wirePayoutBatch = wire({
  batch_header: wireHeader,
  items: listOf(wirePayoutItem),
  total_items: maybeNumber,
  total_pages: maybeNumber,
  links: wireLinks,
});

/** Payments to many at once. `batchHeader.batchStatus`: PENDING, PROCESSING, SUCCESS, DENIED, CANCELED. */
export type PayoutBatch = z.output<typeof wirePayoutBatch>;
/** One payment of a batch. `transactionStatus`: SUCCESS, PENDING, UNCLAIMED, RETURNED, FAILED, ONHOLD, BLOCKED, REFUNDED, REVERSED. */
export type PayoutItem = z.output<typeof wirePayoutItem>;
