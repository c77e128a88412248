import { type Call, keyed, read, unsafe } from '@im/core';
import { none } from '@im/http';
import { type Patch, toPatches, toWire } from '../to-wire.ts';
import { wireOrder } from '../wire/orders.ts';
import type { AmountBreakdown, NewOrder, PaymentSource, PurchaseUnit, Tracker } from './order-input.ts';
import { type Connection, notesOf, path, whole } from './shared.ts';

const notes = notesOf('orders/v2');

/** The breakdown stands inside of the amount at PayPal. */
function unitOf({ amount, breakdown, ...unit }: PurchaseUnit, operation: string): Record<string, unknown> {
  const { amount: written, ...rest } = toWire({ amount, ...unit }, operation);
  const parts =
    breakdown === undefined ? {} : { breakdown: toWire(breakdown satisfies AmountBreakdown, operation) };
  return { ...rest, amount: { ...(written as object), ...parts } };
}

const sourceOf = (source: PaymentSource | undefined, { operation }: Call) =>
  source === undefined ? {} : { payment_source: toWire(source, operation) };

export const orderOperations = ({ http }: Connection) => ({
  /**
   * Makes an order. With a saved method as its `paymentSource` it is paid at once; else the customer approves at the link `payer-action` or `approve`.
   * PayPal remembers the key for 6 hours.
   */
  createOrder: keyed(({ purchaseUnits, paymentSource, ...order }: NewOrder, call: Call) => {
    const json = {
      ...toWire(order, call.operation),
      purchase_units: purchaseUnits.map((unit) => unitOf(unit, call.operation)),
      ...sourceOf(paymentSource, call),
    };
    return http.post('v2/checkout/orders', wireOrder, call, { json, headers: whole });
  }, notes('orders_create')),

  /** An order, with its authorizations, captures and refunds. */
  getOrder: read(
    (id: string, call: Call) => http.get(path`v2/checkout/orders/${id}`, wireOrder, call),
    notes('orders_get'),
  ),

  /** Changes an order that is not completed. Adding and removing twice is refused the second time, so it is sent once. */
  updateOrder: unsafe(
    (id: string, changes: readonly Patch[], call: Call): Promise<void> =>
      http.patch(path`v2/checkout/orders/${id}`, none, call, { json: toPatches(changes, call.operation) }),
    notes('orders_patch'),
  ),

  /** Says what pays for the order. The customer may have to agree at the link `payer-action`. */
  confirmOrder: unsafe(
    (id: string, paymentSource: PaymentSource, call: Call) =>
      http.post(path`v2/checkout/orders/${id}/confirm-payment-source`, wireOrder, call, {
        json: sourceOf(paymentSource, call),
        headers: whole,
      }),
    notes('orders_confirm'),
  ),

  /** Holds the money of an approved order of intent `AUTHORIZE`, or pays with a saved method. PayPal remembers the key for 6 hours. */
  authorizeOrder: keyed(
    (id: string, paymentSource: PaymentSource | undefined, call: Call) =>
      http.post(path`v2/checkout/orders/${id}/authorize`, wireOrder, call, {
        json: sourceOf(paymentSource, call),
        headers: whole,
      }),
    notes('orders_authorize'),
  ),

  /** Takes the money of an approved order of intent `CAPTURE`, or pays with a saved method. An order is captured once, whatever the key. */
  captureOrder: keyed(
    (id: string, paymentSource: PaymentSource | undefined, call: Call) =>
      http.post(path`v2/checkout/orders/${id}/capture`, wireOrder, call, {
        json: sourceOf(paymentSource, call),
        headers: whole,
      }),
    notes('orders_capture'),
  ),

  /** Adds a parcel to a captured order. PayPal keeps no key: sent twice, there are two. */
  addTracker: unsafe((id: string, tracker: Tracker, call: Call) => {
    // The reference names the capture twice, by the older name too.
    const json = { ...toWire(tracker, call.operation), transaction_id: tracker.captureId };
    const withStatus = { status: 'SHIPPED', ...json };
    return http.post(path`v2/checkout/orders/${id}/track`, wireOrder, call, { json: withStatus });
  }, notes('orders_track_create')),

  /** Changes a parcel: its status (`/status` to `CANCELLED`), its items, whether the customer is told. */
  updateTracker: unsafe(
    (id: string, trackerId: string, changes: readonly Patch[], call: Call): Promise<void> =>
      http.patch(path`v2/checkout/orders/${id}/trackers/${trackerId}`, none, call, {
        json: toPatches(changes, call.operation),
      }),
    notes('orders_trackers_patch'),
  ),
});
