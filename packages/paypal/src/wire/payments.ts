/** Authorizations, captures and refunds: https://developer.paypal.com/docs/api/payments/v2/ */
import { z } from 'zod';
import { maybe, maybeFlag, maybeMoney, maybeText, wire, wireLinks, wireMoney } from './common.ts';

const maybeReason = maybe(z.object({ reason: maybeText }));

/** What the processor of a card said. */
export const maybeProcessorResponse = maybe(
  wire({
    response_code: maybeText,
    avs_code: maybeText,
    cvv_code: maybeText,
    payment_advice_code: maybeText,
  }),
);

/** Which other things belong to a payment. Only its own resource names them, not the order's copy of it. */
const maybeRelated = maybe(
  wire({
    related_ids: maybe(wire({ order_id: maybeText, authorization_id: maybeText, capture_id: maybeText })),
  }),
);

const movementFields = {
  id: z.string(),
  status: z.string(),
  status_details: maybeReason,
  amount: wireMoney,
  invoice_id: maybeText,
  custom_id: maybeText,
  create_time: maybeText,
  update_time: maybeText,
  links: wireLinks,
};

/** An authorization, also inside an order. */
export const wireAuthorization = wire({
  ...movementFields,
  expiration_time: maybeText,
  processor_response: maybeProcessorResponse,
  supplementary_data: maybeRelated,
});

/** A capture, also inside an order. */
export const wireCapture = wire({
  ...movementFields,
  final_capture: maybeFlag,
  processor_response: maybeProcessorResponse,
  seller_receivable_breakdown: maybe(
    wire({ gross_amount: maybeMoney, paypal_fee: maybeMoney, net_amount: maybeMoney }),
  ),
  supplementary_data: maybeRelated,
});

/** A refund, also inside an order. */
export const wireRefund = wire({
  ...movementFields,
  note_to_payer: maybeText,
  seller_payable_breakdown: maybe(
    wire({
      gross_amount: maybeMoney,
      paypal_fee: maybeMoney,
      net_amount: maybeMoney,
      total_refunded_amount: maybeMoney,
    }),
  ),
});

/**
 * An authorization. `status`: CREATED, PARTIALLY_CAPTURED, CAPTURED, PENDING, DENIED, VOIDED. `expirationTime`: 29 days after the first one; the
 * honor period, during which the money is there for sure, is 3 days.
 */
export type Authorization = z.output<typeof wireAuthorization>;
/** A capture. `status`: COMPLETED, PENDING, DECLINED, FAILED, PARTIALLY_REFUNDED, REFUNDED. */
export type Capture = z.output<typeof wireCapture>;
/** A refund. `status`: COMPLETED, PENDING, FAILED, CANCELLED. */
export type Refund = z.output<typeof wireRefund>;
