import { type Call, idempotent, keyed, pages, read } from '@im/core';
import type { Money } from '@im/payments';
import { toDecimal } from '../money.ts';
import { toWire, type VendorFields } from '../to-wire.ts';
import { wirePayoutBatch, wirePayoutItem } from '../wire/payouts.ts';
import { type Connection, notesOf, numberedPage, pageNumber, path, settled } from './shared.ts';

/** Payments to up to 15,000 receivers at once. */
export interface NewPayoutBatch {
  /** Ours; PayPal refuses it again for 30 days. */
  readonly senderBatchId: string;
  readonly emailSubject?: string | undefined;
  readonly emailMessage?: string | undefined;
  readonly items: readonly NewPayoutItem[];
}

/** One payment. */
export interface NewPayoutItem extends VendorFields {
  /** Default `EMAIL`. */
  readonly recipientType?: 'EMAIL' | 'PHONE' | 'PAYPAL_ID' | undefined;
  readonly receiver: string;
  readonly amount: Money;
  readonly note?: string | undefined;
  /** Ours. */
  readonly senderItemId?: string | undefined;
}

const notes = notesOf('payments.payouts-batch/v1');
const sizes = { usual: 100, most: 1_000 };

export const payoutOperations = ({ http }: Connection) => ({
  /** Pays out. PayPal remembers the key for 30 days, and `senderBatchId` too. */
  createPayout: keyed(({ items, ...header }: NewPayoutBatch, call: Call) => {
    const json = {
      sender_batch_header: toWire(header, call.operation),
      items: items.map(({ amount, recipientType = 'EMAIL', ...item }) => ({
        ...toWire({ ...item, recipientType }, call.operation),
        amount: { currency: amount.currency, value: toDecimal(amount) },
      })),
    };
    return http.post('v1/payments/payouts', wirePayoutBatch, call, { json });
  }, notes('payouts_post')),

  /** A batch as a whole. */
  getPayout: read(
    (id: string, call: Call) =>
      http.get(path`v1/payments/payouts/${id}`, wirePayoutBatch, call, { query: { page_size: 1 } }),
    notes('payouts_get'),
  ),

  /** What became of each payment of a batch. */
  listPayoutItems: pages(
    read(async (id: string, call: Call) => {
      const at = pageNumber(call, sizes);
      const query = { ...at, total_required: true };
      const place = path`v1/payments/payouts/${id}`;
      const { items, ...totals } = await http.get(place, wirePayoutBatch, call, { query });
      return numberedPage(items, at, totals);
    }, notes('payouts_get')),
  ),

  /** One payment of a batch. */
  getPayoutItem: read(
    (id: string, call: Call) => http.get(path`v1/payments/payouts-item/${id}`, wirePayoutItem, call),
    notes('payouts-item_get'),
  ),

  /** Takes back a payment that nobody has claimed; after 30 days PayPal does so by itself. */
  cancelPayoutItem: idempotent(
    (id: string, call: Call) =>
      settled(
        call,
        ['ITEM_ALREADY_CANCELLED', 'ITEM_INCORRECT_STATUS'],
        () => http.post(path`v1/payments/payouts-item/${id}/cancel`, wirePayoutItem, call),
        () => http.get(path`v1/payments/payouts-item/${id}`, wirePayoutItem, call),
      ),
    notes('payouts-item_cancel'),
  ),
});
