/** Disputes: how they begin, end, and look. */
import { type Money, money as moneyOf, subtractMoney } from '@im/payments';
import type { Account, Capture, Dispute } from './account.ts';
import { instant, link, money } from './requests.ts';
import { refundedOf } from './show.ts';
import { book, emit, type World } from './world.ts';

const dayMs = 86_400_000;

/** What a customer complains about. */
export interface Complaint {
  readonly reason?: string | undefined;
  /** Default: all that was captured and not refunded. */
  readonly amount?: Money | undefined;
  /** Default `CHARGEBACK`, which waits for the merchant; an inquiry is between the two. */
  readonly stage?: 'INQUIRY' | 'CHARGEBACK' | undefined;
}

/** A customer complains. */
export function openDispute(
  world: World,
  account: Account,
  capture: Capture,
  complaint: Complaint,
  id?: string,
): Dispute {
  const now = world.clock.now();
  const { stage = 'CHARGEBACK', reason = 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED' } = complaint;
  const dispute: Dispute = {
    id:
      id ??
      `PP-D-${String(parseInt(world.nextId('dispute').replace(/\D/g, ''), 10)).slice(0, 5)}${account.books.disputes.size}`,
    capture,
    amount: complaint.amount ?? subtractMoney(capture.amount, refundedOf(capture)),
    reason,
    status: stage === 'CHARGEBACK' ? 'WAITING_FOR_SELLER_RESPONSE' : 'OPEN',
    stage,
    outcome: undefined,
    createdAt: now,
    updatedAt: now,
    dueAt: now + 10 * dayMs,
    messages: [],
    evidences: [],
    offer: undefined,
  };
  account.books.disputes.set(dispute.id, dispute);
  tellDispute(world, account, dispute, 'CREATED');
  return dispute;
}

/** A dispute ends; what the customer wins is taken from the account. */
export function resolveDispute(world: World, account: Account, dispute: Dispute, outcome: string): void {
  dispute.status = 'RESOLVED';
  dispute.outcome = outcome;
  dispute.updatedAt = world.clock.now();
  if (outcome === 'RESOLVED_BUYER_FAVOUR' || outcome === 'ACCEPTED')
    book(account, {
      id: world.nextId('reversal'),
      code: 'T1201',
      amount: moneyOf(-dispute.amount.minor, dispute.amount.currency),
      fee: undefined,
      at: world.clock.now(),
      reference: dispute.capture.id,
      invoiceId: undefined,
      customId: undefined,
    });
  tellDispute(world, account, dispute, 'RESOLVED');
}

/** Emits an event about it. */
export function tellDispute(world: World, account: Account, dispute: Dispute, what: string): void {
  emit(world, account, {
    type: `CUSTOMER.DISPUTE.${what}`,
    resourceType: 'dispute',
    resourceVersion: '1.0',
    resource: showDispute(world, dispute),
    summary: `A dispute was ${what.toLowerCase()}`,
    about: [dispute.capture.id, dispute.capture.order.id],
  });
}

/** `dispute_state`, by status. */
export const disputeStates: Readonly<Record<Dispute['status'], string>> = {
  OPEN: 'OPEN_INQUIRIES',
  WAITING_FOR_SELLER_RESPONSE: 'REQUIRED_ACTION',
  WAITING_FOR_BUYER_RESPONSE: 'REQUIRED_OTHER_PARTY_ACTION',
  UNDER_REVIEW: 'UNDER_PAYPAL_REVIEW',
  RESOLVED: 'RESOLVED',
};

/** As it stands in a list. */
export function showSummary(
  world: World,
  { id, createdAt, updatedAt, reason, status, amount, stage, dueAt }: Dispute,
) {
  return {
    dispute_id: id,
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    reason,
    status,
    dispute_state: disputeStates[status],
    dispute_amount: money(amount),
    dispute_life_cycle_stage: stage,
    dispute_channel: 'INTERNAL',
    seller_response_due_date: instant(dueAt),
    links: [link(world.base, 'self', `/v1/customer/disputes/${id}`)],
  };
}

/** With all that was said and shown. */
export function showDispute(world: World, dispute: Dispute) {
  const { id, capture, amount, outcome, messages, evidences, offer } = dispute;
  const { order } = capture;
  return {
    ...showSummary(world, dispute),
    disputed_transactions: [
      {
        seller_transaction_id: capture.id,
        create_time: instant(capture.createdAt),
        transaction_status: 'COMPLETED',
        gross_amount: money(capture.amount),
        ...(typeof order.units[0]?.custom_id === 'string' && { custom: order.units[0].custom_id }),
        buyer: { name: 'Robin Example' },
        seller: { name: 'Shop' },
      },
    ],
    ...(outcome !== undefined && {
      dispute_outcome: {
        outcome_code: outcome,
        ...((outcome === 'RESOLVED_BUYER_FAVOUR' || outcome === 'ACCEPTED') && {
          amount_refunded: money(amount),
        }),
      },
    }),
    ...(messages.length > 0 && {
      messages: messages.map(({ by, at, text }) => ({
        posted_by: by,
        time_posted: instant(at),
        content: text,
      })),
    }),
    ...(evidences.length > 0 && {
      evidences: evidences.map(({ type, notes, files }) => ({
        evidence_type: type,
        ...(notes !== undefined && { notes }),
        source: 'SUBMITTED_BY_SELLER',
        documents: Array.from({ length: files }, (_, index) => ({ name: `evidence-${index + 1}.pdf` })),
      })),
    }),
    ...(offer !== undefined && {
      offer: {
        offer_type: offer.type,
        ...(offer.amount !== undefined && { seller_offered_amount: money(offer.amount) }),
      },
    }),
    links: [
      link(world.base, 'self', `/v1/customer/disputes/${id}`),
      ...['accept-claim', 'provide-evidence'].map((rel) =>
        link(world.base, rel.replace('-', '_'), `/v1/customer/disputes/${id}/${rel}`, 'POST'),
      ),
    ],
  };
}
