import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const charges = { write: 'Charges and Refunds: write', read: 'Charges and Refunds: read' };
const disputes = { write: 'Disputes: write', read: 'Disputes: read' };

/** Money that goes back: by us, or by the customer's bank. */
export const refundAndDisputeOperations = ({ send, list }: Connection) => ({
  /** Gives back all that is left, or `amount`. It may still be `pending`, and may fail weeks later. */
  createRefund: keyed(
    (params: On<Stripe.RefundCreateParams>, call: Call) =>
      send(call, 'refund', params, (stripe, rest, options) => stripe.refunds.create(rest, options)),
    notes('refunds/create', charges.write),
  ),

  retrieveRefund: read(
    (id: string, params: On<Stripe.RefundRetrieveParams> | undefined, call: Call) =>
      send(call, 'refund', params, (stripe, rest, options) =>
        stripe.refunds.retrieve(identified(id), rest, options),
      ),
    notes('refunds/retrieve', charges.read),
  ),

  /** Stops a refund that waits for the customer (`requires_action`). */
  cancelRefund: keyed(
    (id: string, params: On<Stripe.RefundCancelParams> | undefined, call: Call) =>
      send(call, 'refund', params, (stripe, rest, options) =>
        stripe.refunds.cancel(identified(id), rest, options),
      ),
    notes('refunds/cancel', charges.write),
  ),

  /** Refunds, newest first. */
  listRefunds: pages(
    read(
      (params: Listed<Stripe.RefundListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.refunds.list(rest, options)),
      notes('refunds/list', charges.read),
    ),
  ),

  retrieveDispute: read(
    (id: string, params: On<Stripe.DisputeRetrieveParams> | undefined, call: Call) =>
      send(call, 'dispute', params, (stripe, rest, options) =>
        stripe.disputes.retrieve(identified(id), rest, options),
      ),
    notes('disputes/retrieve', disputes.read),
  ),

  /** Gives evidence; with `submit` (the default) it goes to the bank at once, and nothing can be added. */
  updateDispute: keyed(
    (id: string, params: On<Stripe.DisputeUpdateParams>, call: Call) =>
      send(call, 'dispute', params, (stripe, rest, options) =>
        stripe.disputes.update(identified(id), rest, options),
      ),
    notes('disputes/update', disputes.write),
  ),

  /** Accepts a dispute as lost. This cannot be taken back. */
  closeDispute: keyed(
    (id: string, params: On<Stripe.DisputeCloseParams> | undefined, call: Call) =>
      send(call, 'dispute', params, (stripe, rest, options) =>
        stripe.disputes.close(identified(id), rest, options),
      ),
    notes('disputes/close', disputes.write),
  ),

  /** Disputes, newest first. */
  listDisputes: pages(
    read(
      (params: Listed<Stripe.DisputeListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.disputes.list(rest, options)),
      notes('disputes/list', disputes.read),
    ),
  ),
});
