/** What customers keep, what they complain about, and what went to the merchant's bank. */
import { createHash } from 'node:crypto';
import { isIntegrationError, type Page, type Pages } from '@im/core';
import {
  type Dispute,
  type DriverCall,
  type DriverVault,
  money,
  type Payout,
  type SavedMethod,
} from '@im/payments';
import type { PaypalClient } from '../operations/all.ts';
import type { DisputeDetails } from '../wire/disputes.ts';
import type { Transaction } from '../wire/reporting.ts';
import type { PaymentToken } from '../wire/vault.ts';
import { looking } from './keeper.ts';
import { kindIn } from './sources.ts';
import { instantOf } from './to-payment.ts';

const pageSize = 10;

/** The page at which a list begins. */
async function firstPage<Item>(pages: Pages<Item>): Promise<Page<Item>> {
  for await (const page of pages.pages()) return page;
  return { items: [] };
}

/** Customers are names that we give: PayPal makes one when a method is saved for it. Its ids have up to 22 characters. */
export const customerIdOf = (reference: string): string =>
  `c-${createHash('sha256').update(reference).digest('base64url').slice(0, 20)}`;

export function createVault(client: PaypalClient): DriverVault {
  return {
    async createCustomer({ reference }, { signal }) {
      signal.throwIfAborted();
      return { id: customerIdOf(reference), reference };
    },
    async listMethods(customer, cursor, call) {
      const { items, next } = await firstPage(
        client.listPaymentTokens(customer, { ...looking(call), cursor, pageSize }),
      );
      return { items: items.map(toMethod), next };
    },
    deleteMethod: (id, call) => client.deletePaymentToken(id, looking(call)),
  };
}

function toMethod(token: PaymentToken): SavedMethod {
  const { card, applePay } = token.paymentSource ?? {};
  const { brand, lastDigits, expiry } = card ?? applePay?.card ?? {};
  const last4 = /^\d{4}$/.test(lastDigits ?? '') ? lastDigits : undefined;
  return { id: token.id, kind: kindIn(token), brand, last4, expires: expiry };
}

/** Which payment a transaction belongs to. `undefined`: none of the order API's, as of a subscription. */
export async function orderOfCapture(
  client: PaypalClient,
  capture: string,
  call: DriverCall,
): Promise<string | undefined> {
  try {
    const { supplementaryData } = await client.getCapture(capture, looking(call));
    return supplementaryData?.relatedIds?.orderId;
  } catch (error) {
    if (isIntegrationError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** The capture that is complained about, by the name that the merchant has for it. */
export const disputedCapture = ({ disputedTransactions }: Pick<DisputeDetails, 'disputedTransactions'>) =>
  disputedTransactions[0]?.sellerTransactionId;

export async function listDisputes(
  client: PaypalClient,
  cursor: string | undefined,
  call: DriverCall,
): Promise<Page<Dispute>> {
  const { items, next } = await firstPage(
    client.listDisputes(undefined, { ...looking(call), cursor, pageSize }),
  );
  const disputes = await Promise.all(
    items.map(async ({ disputeId }) => {
      const details = await client.getDispute(disputeId, looking(call));
      const capture = disputedCapture(details);
      const order = capture === undefined ? undefined : await orderOfCapture(client, capture, call);
      return toDispute(details, order ?? capture ?? disputeId);
    }),
  );
  return { items: disputes.flatMap((one) => one ?? []), next };
}

const wonBySeller: ReadonlySet<string | undefined> = new Set([
  'RESOLVED_SELLER_FAVOUR',
  'CANCELED_BY_BUYER',
  'RESOLVED_WITH_PAYOUT',
  'DENIED',
]);

/** https://developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get, `status` and `dispute_outcome` */
function statusOf({ status, disputeOutcome }: DisputeDetails): Dispute['status'] {
  if (status === 'RESOLVED') return wonBySeller.has(disputeOutcome?.outcomeCode) ? 'won' : 'lost';
  // An inquiry is between the two: the customer waits for an answer.
  return status === 'OPEN' || status === 'WAITING_FOR_SELLER_RESPONSE' ? 'needs_response' : 'under_review';
}

function toDispute(details: DisputeDetails, payment: string): Dispute | undefined {
  const { disputeId: id, disputeAmount: amount, reason, sellerResponseDueDate } = details;
  if (amount === undefined) return undefined;
  return { id, payment, amount, status: statusOf(details), reason, dueAt: instantOf(sellerResponseDueDate) };
}

export async function listPayouts(
  client: PaypalClient,
  cursor: string | undefined,
  call: DriverCall,
): Promise<Page<Payout>> {
  const { items, next } = await firstPage(client.listWithdrawals({ ...looking(call), cursor }));
  return { items: items.flatMap((one) => toPayout(one) ?? []), next };
}

/** S success, P pending; D denied and V reversed: the money came back. */
const payoutStatuses: Readonly<Record<string, Payout['status']>> = { S: 'paid', P: 'pending' };

function toPayout({ transactionInfo }: Transaction): Payout | undefined {
  const {
    transactionId: id,
    transactionAmount: amount,
    transactionStatus,
    transactionInitiationDate,
  } = transactionInfo;
  if (amount === undefined) return undefined;
  return {
    id,
    // Seen from the balance, a withdrawal is negative.
    amount: amount.minor < 0n ? money(-amount.minor, amount.currency) : amount,
    status: payoutStatuses[transactionStatus ?? ''] ?? 'failed',
    // PayPal says when it left the balance, not when the bank has it.
    arrivesAt: instantOf(transactionInitiationDate) ?? 0,
  };
}
