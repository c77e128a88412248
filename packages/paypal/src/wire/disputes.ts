/** Disputes: https://developer.paypal.com/docs/api/customer-disputes/v1/ */
import { z } from 'zod';
import { listOf, maybe, maybeMoney, maybeText, wire, wireLinks } from './common.ts';

const summaryFields = {
  dispute_id: z.string(),
  create_time: maybeText,
  update_time: maybeText,
  reason: maybeText,
  status: maybeText,
  dispute_state: maybeText,
  dispute_amount: maybeMoney,
  dispute_life_cycle_stage: maybeText,
  dispute_channel: maybeText,
  seller_response_due_date: maybeText,
  buyer_response_due_date: maybeText,
  links: wireLinks,
};

export const wireDisputeSummary = wire(summaryFields);
export const wireDisputes = wire({ items: listOf(wireDisputeSummary), links: wireLinks });

const wireDocument = wire({ name: maybeText, url: maybeText });

export const wireDispute = wire({
  ...summaryFields,
  disputed_transactions: listOf(
    wire({
      buyer_transaction_id: maybeText,
      seller_transaction_id: maybeText,
      transaction_status: maybeText,
      gross_amount: maybeMoney,
      invoice_number: maybeText,
      custom: maybeText,
      create_time: maybeText,
    }),
  ),
  dispute_outcome: maybe(wire({ outcome_code: maybeText, amount_refunded: maybeMoney })),
  messages: listOf(wire({ posted_by: maybeText, time_posted: maybeText, content: maybeText })),
  evidences: listOf(
    wire({ evidence_type: maybeText, notes: maybeText, source: maybeText, documents: listOf(wireDocument) }),
  ),
  offer: maybe(
    wire({ buyer_requested_amount: maybeMoney, seller_offered_amount: maybeMoney, offer_type: maybeText }),
  ),
  refund_details: maybe(wire({ allowed_refund_amount: maybeMoney })),
});

/** What can be done with the dispute from here on. */
export const wireNextActions = wire({ links: wireLinks });

/** A dispute in a list. */
export type DisputeSummary = z.output<typeof wireDisputeSummary>;
/** A dispute. `status`: OPEN, WAITING_FOR_BUYER_RESPONSE, WAITING_FOR_SELLER_RESPONSE, UNDER_REVIEW, RESOLVED, OTHER. */
export type DisputeDetails = z.output<typeof wireDispute>;
/** What the vendor allows next, as links. */
export type NextActions = z.output<typeof wireNextActions>;
