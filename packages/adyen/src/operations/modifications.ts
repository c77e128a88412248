/** Changes of a payment. Each is answered `received`; what became of it is told by webhook. */
import { type Call, keyed } from '@im/core';
import type { Money } from '@im/payments';
import { type Modification, toModification } from '../model.ts';
import { toWireAmount } from '../money.ts';
import { wireModification } from '../wire/checkout.ts';
import { type Connection, checkout, type Extra, path, safe } from './shared.ts';

/** A change of a payment. */
export interface NewModification {
  /** Your own name for the change; it stands in its webhook. */
  readonly reference?: string | undefined;
  readonly extra?: Extra | undefined;
}

/** A capture, or a new amount of the authorization. */
export interface NewAmount extends NewModification {
  readonly amount: Money;
}

/** A refund. */
export interface NewRefund extends NewAmount {
  readonly merchantRefundReason?: 'FRAUD' | 'CUSTOMER REQUEST' | 'RETURN' | 'DUPLICATE' | 'OTHER' | undefined;
  /** One capture of several. */
  readonly capturePspReference?: string | undefined;
}

export const modificationOperations = ({ http, merchantAccount }: Connection) => {
  const change = async (
    psp: string,
    what: string,
    { extra, ...rest }: NewModification & { readonly amount?: Money },
    call: Call,
  ): Promise<Modification> => {
    const { amount, ...fields } = rest;
    const body = { merchantAccount, ...fields, ...(amount && { amount: toWireAmount(amount) }), ...extra };
    const place = path`payments/${psp}/${what}`;
    return toModification(await http.checkout.post(place, wireModification, call, safe(body, call)));
  };
  return {
    /** Takes an authorized amount or a part of it. Told by `CAPTURE`, and by `CAPTURE_FAILED` when it fails later. */
    capturePayment: keyed(
      (pspReference: string, capture: NewAmount, call: Call) =>
        change(pspReference, 'captures', capture, call),
      checkout('post/payments/(paymentPspReference)/captures'),
    ),
    /** Lets an authorization go. Told by `CANCELLATION`. */
    cancelPayment: keyed(
      (pspReference: string, cancel: NewModification | undefined, call: Call) =>
        change(pspReference, 'cancels', cancel ?? {}, call),
      checkout('post/payments/(paymentPspReference)/cancels'),
    ),
    /** Lets an authorization go by your own reference of the payment, where its answer was lost. Told by `TECHNICAL_CANCEL`. */
    cancelByReference: keyed(
      async (
        paymentReference: string,
        cancel: NewModification | undefined,
        call: Call,
      ): Promise<Modification> => {
        const { extra, ...rest } = cancel ?? {};
        const body = { merchantAccount, paymentReference, ...rest, ...extra };
        return toModification(await http.checkout.post('cancels', wireModification, call, safe(body, call)));
      },
      checkout('post/cancels'),
    ),
    /** Gives captured money back, all or a part. Told by `REFUND`, and by `REFUND_FAILED` or `REFUNDED_REVERSED` when it fails later. */
    refundPayment: keyed(
      (pspReference: string, refund: NewRefund, call: Call) => change(pspReference, 'refunds', refund, call),
      checkout('post/payments/(paymentPspReference)/refunds'),
    ),
    /** Lets a payment go, or gives all of it back if it was captured. Told by `CANCEL_OR_REFUND`. */
    reversePayment: keyed(
      (pspReference: string, reversal: NewModification | undefined, call: Call) =>
        change(pspReference, 'reversals', reversal ?? {}, call),
      checkout('post/payments/(paymentPspReference)/reversals'),
    ),
    /** Changes the authorized amount. Told by `AUTHORISATION_ADJUSTMENT`. */
    updateAmount: keyed(
      (pspReference: string, update: NewAmount, call: Call) =>
        change(pspReference, 'amountUpdates', update, call),
      checkout('post/payments/(paymentPspReference)/amountUpdates'),
    ),
  };
};
