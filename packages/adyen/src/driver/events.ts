/** What standard webhooks tell of payments: each event code as a fact of a record. */
import type { PaymentEvent } from '@im/payments';
import { refusalCode } from '../refusals.ts';
import type { EventCode } from '../webhooks/event-codes.ts';
import { eventOf } from '../webhooks/receipt.ts';
import type { Notification } from '../webhooks/verify.ts';
import { addFact, type Fact, type Fate, type Move } from './record.ts';
import type { Records } from './records.ts';

type Tells = (notification: Notification, now: number) => Fact | undefined;

const move =
  (kind: Move['kind'], fateOf: (success: boolean) => Fate): Tells =>
  ({ pspReference: psp, success, amount, merchantReference: reference }) =>
    amount && {
      kind: 'move',
      psp,
      move: kind,
      fate: fateOf(success),
      minor: String(amount.minor),
      currency: amount.currency,
      reference,
    };
const asItSays = (success: boolean): Fate => (success ? 'succeeded' : 'failed');
/** The event itself says that it failed. */
const failed = (): Fate => 'failed';
const cancel: Tells = ({ pspReference: psp, success }) => ({ kind: 'cancel', psp, fate: asItSays(success) });

/** Codes that change a payment. The rest is handed over, and changes nothing here. */
const tells: Partial<Readonly<Record<EventCode, Tells>>> = {
  CAPTURE: move('capture', asItSays),
  CAPTURE_FAILED: move('capture', failed),
  REFUND: move('refund', asItSays),
  REFUND_FAILED: move('refund', failed),
  REFUNDED_REVERSED: move('refund', failed),
  POSTPONED_REFUND: move('refund', () => 'received'),
  CANCEL_OR_REFUND: move('reversal', asItSays),
  CANCELLATION: cancel,
  TECHNICAL_CANCEL: cancel,
  EXPIRE: () => ({ kind: 'expired' }),
  OFFER_CLOSED: () => ({ kind: 'offer_closed' }),
  RECURRING_CONTRACT: ({ pspReference: token, success, additionalData }) =>
    success
      ? {
          kind: 'mandate',
          token,
          shopper: additionalData['recurring.shopperReference'] ?? additionalData.shopperReference,
        }
      : undefined,
};

/** Writes down what a notification says of a payment. @returns the event, with the payment where one is known */
export async function tellNotification(
  records: Records,
  notification: Notification,
  now: number,
): Promise<PaymentEvent> {
  const { eventCode, pspReference, originalReference } = notification;
  const event = eventOf(notification);
  if (eventCode === 'AUTHORISATION')
    return { ...event, ...(await tellAuthorisation(records, notification, now)) };
  const fact = tells[eventCode as EventCode]?.(notification, now);
  const name = (await nameOf(records, notification)) ?? originalReference ?? pspReference;
  const record = fact === undefined ? await records.find(name) : await records.tell(name, fact);
  return record?.id === undefined ? event : { ...event, payment: { id: record.id } };
}

/** Of an offer that ended before the customer chose we know no more than our own reference. */
async function nameOf(
  records: Records,
  { eventCode, pspReference, merchantReference }: Notification,
): Promise<string | undefined> {
  if (eventCode !== 'OFFER_CLOSED' || merchantReference === undefined) return undefined;
  if ((await records.find(pspReference)) !== undefined) return pspReference;
  return (await records.read(merchantReference))?.id;
}

async function tellAuthorisation(
  records: Records,
  notification: Notification,
  now: number,
): Promise<Pick<PaymentEvent, 'payment' | 'amount'>> {
  const {
    pspReference: psp,
    success,
    amount,
    eventDate: at = now,
    reason,
    paymentMethod,
    additionalData,
  } = notification;
  if (amount === undefined) return {};
  const { refusalReasonRaw: raw } = additionalData;
  const attempt: Fact = {
    kind: 'attempt',
    psp,
    ...(success ? { yesAt: at } : { noAt: at, code: refusalCode({ reason, raw }) }),
    method: paymentMethod,
    minor: String(amount.minor),
    currency: amount.currency,
  };
  // Payments that somebody else made on this account may have no reference.
  const reference = notification.merchantReference ?? `psp:${psp}`;
  await records.change(reference, (known) => addFact(known, attempt));
  return { payment: { id: psp }, amount };
}
