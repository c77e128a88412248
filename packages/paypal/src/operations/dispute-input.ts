/** What is said and shown in disputes. */
import type { Money } from '@im/payments';
import type { VendorFields } from '../to-wire.ts';
import type { PostalAddress } from './order-input.ts';

/** Which disputes to list. At most one of `startTime` and `transactionId`. */
export interface DisputeFilter {
  /** Internet date and time, at most 180 days ago. Default: 180 days ago. */
  readonly startTime?: string | undefined;
  /** The capture that is disputed. */
  readonly transactionId?: string | undefined;
  readonly state?:
    | 'REQUIRED_ACTION'
    | 'REQUIRED_OTHER_PARTY_ACTION'
    | 'UNDER_PAYPAL_REVIEW'
    | 'RESOLVED'
    | 'OPEN_INQUIRIES'
    | 'APPEALABLE'
    | undefined;
  readonly updatedAfter?: string | undefined;
  readonly updatedBefore?: string | undefined;
}

/** A file: JPG, GIF, PNG or PDF of up to 10 MB, 50 MB together. */
export interface DisputeDocument {
  /** With its ending: `receipt.pdf`. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** What shows that the merchant is right. */
export interface Evidence extends VendorFields {
  /** `PROOF_OF_FULFILLMENT`, `PROOF_OF_REFUND`, `OTHER` and more. */
  readonly evidenceType: string;
  readonly evidenceInfo?:
    | {
        readonly trackingInfo?:
          | readonly { readonly carrierName: string; readonly trackingNumber: string }[]
          | undefined;
      }
    | undefined;
  readonly notes?: string | undefined;
}

/** What goes along with an action, with or without files. */
export interface WithDocuments extends VendorFields {
  readonly documents?: readonly DisputeDocument[] | undefined;
}

/** How a claim is accepted. */
export interface AcceptedClaim extends WithDocuments {
  readonly note?: string | undefined;
  readonly acceptClaimType?:
    | 'REFUND'
    | 'REFUND_WITH_RETURN'
    | 'PARTIAL_REFUND'
    | 'REFUND_WITH_RETURN_SHIPMENT_LABEL'
    | undefined;
  readonly acceptClaimReason?: string | undefined;
  readonly refundAmount?: Money | undefined;
  readonly returnAddress?: PostalAddress | undefined;
  readonly invoiceId?: string | undefined;
}

/** What is offered to the customer. */
export interface DisputeOffer extends VendorFields {
  readonly note: string;
  readonly offerType:
    | 'REFUND'
    | 'REFUND_WITH_RETURN'
    | 'REFUND_WITH_REPLACEMENT'
    | 'REPLACEMENT_WITHOUT_REFUND';
  readonly offerAmount?: Money | undefined;
  readonly returnShippingAddress?: PostalAddress | undefined;
  readonly invoiceId?: string | undefined;
}
