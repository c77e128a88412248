import { type Call, keyed, read } from '@im/core';
import type { Money } from '@im/payments';
import { toWire, type VendorFields } from '../to-wire.ts';
import { wireAuthorization, wireCapture, wireRefund } from '../wire/payments.ts';
import { type Connection, notesOf, path, settled, whole } from './shared.ts';

/** What to take of an authorization. */
export interface CaptureInput extends VendorFields {
  /** Absent: all of it. PayPal allows up to 115 % of the authorization, and at most 75 USD more. */
  readonly amount?: Money | undefined;
  /** Ours, up to 127 characters; a second capture of the same is refused. */
  readonly invoiceId?: string | undefined;
  /** No further capture will follow. PayPal's default: false. */
  readonly finalCapture?: boolean | undefined;
  readonly noteToPayer?: string | undefined;
  readonly softDescriptor?: string | undefined;
}

/** What to give back of a capture. */
export interface RefundInput extends VendorFields {
  /** Absent: all that is left. */
  readonly amount?: Money | undefined;
  /** Ours, up to 127 characters; a second refund of the same is refused. */
  readonly invoiceId?: string | undefined;
  readonly customId?: string | undefined;
  readonly noteToPayer?: string | undefined;
}

const notes = notesOf('payments/v2');

export const paymentOperations = ({ http }: Connection) => ({
  /** An authorization. */
  getAuthorization: read(
    (id: string, call: Call) => http.get(path`v2/payments/authorizations/${id}`, wireAuthorization, call),
    notes('authorizations_get'),
  ),

  /** Takes money of an authorization, in parts if need be. PayPal remembers the key for 45 days. */
  captureAuthorization: keyed(
    (id: string, capture: CaptureInput | undefined, call: Call) =>
      http.post(path`v2/payments/authorizations/${id}/capture`, wireCapture, call, {
        json: toWire(capture ?? {}, call.operation),
        headers: whole,
      }),
    notes('authorizations_capture'),
  ),

  /**
   * Holds the money anew, for three days of honor period, from the 4th to the 29th day. Gives another authorization, to be captured instead; the whole
   * period does not get longer.
   */
  reauthorize: keyed(
    (id: string, amount: Money | undefined, call: Call) =>
      http.post(path`v2/payments/authorizations/${id}/reauthorize`, wireAuthorization, call, {
        json: toWire({ amount }, call.operation),
        headers: whole,
      }),
    notes('authorizations_reauthorize'),
  ),

  /** Lets an authorization go that was not captured. The first one, not one that a reauthorization gave. */
  voidAuthorization: keyed(
    (id: string, call: Call) =>
      settled(
        call,
        ['PREVIOUSLY_VOIDED'],
        () =>
          http.post(path`v2/payments/authorizations/${id}/void`, wireAuthorization, call, { headers: whole }),
        () => http.get(path`v2/payments/authorizations/${id}`, wireAuthorization, call),
      ),
    notes('authorizations_void'),
  ),

  /** A capture. */
  getCapture: read(
    (id: string, call: Call) => http.get(path`v2/payments/captures/${id}`, wireCapture, call),
    notes('captures_get'),
  ),

  /** Gives money of a capture back, in parts if need be, within 180 days. PayPal remembers the key for 45 days. */
  refundCapture: keyed(
    (id: string, refund: RefundInput | undefined, call: Call) =>
      http.post(path`v2/payments/captures/${id}/refund`, wireRefund, call, {
        json: toWire(refund ?? {}, call.operation),
        headers: whole,
      }),
    notes('captures_refund', 1),
  ),

  /** A refund. */
  getRefund: read(
    (id: string, call: Call) => http.get(path`v2/payments/refunds/${id}`, wireRefund, call),
    notes('refunds_get', 1),
  ),
});
