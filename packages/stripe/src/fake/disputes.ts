/** Disputes: opened by a customer's bank, answered with evidence, won or lost. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { nulls } from './blank.ts';
import { enter } from './books.ts';
import type { Input } from './input.ts';
import { invalid } from './refusals.ts';

const daySeconds = 86_400;
/** What a dispute costs. */
const fee = 1_500;
/** Days for evidence. */
const evidenceDays = 14;

const evidenceNames = [
  ...([
    'access_activity_log',
    'billing_address',
    'cancellation_policy',
    'cancellation_policy_disclosure',
  ] as const),
  ...([
    'cancellation_rebuttal',
    'customer_communication',
    'customer_email_address',
    'customer_name',
  ] as const),
  ...(['customer_purchase_ip', 'customer_signature', 'duplicate_charge_documentation'] as const),
  ...(['duplicate_charge_explanation', 'duplicate_charge_id', 'product_description', 'receipt'] as const),
  ...(['refund_policy', 'refund_policy_disclosure', 'refund_refusal_explanation', 'service_date'] as const),
  ...(['service_documentation', 'shipping_address', 'shipping_carrier', 'shipping_date'] as const),
  ...(['shipping_documentation', 'shipping_tracking_number', 'uncategorized_file'] as const),
  'uncategorized_text' as const,
];

/** Statuses in which evidence is taken. */
const open: readonly string[] = [
  'needs_response',
  'warning_needs_response',
  'under_review',
  'warning_under_review',
];

/** The bank takes the money back, or for an inquiry asks. */
export function openDispute(
  account: Account,
  charge: Stripe.Charge,
  {
    reason,
    inquiry = false,
    amount = charge.amount_captured,
  }: {
    readonly reason: string;
    readonly inquiry?: boolean | undefined;
    readonly amount?: number | undefined;
  },
): Stripe.Dispute {
  const dispute = account.add<'dispute'>({
    id: account.idFor('dispute'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: account.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...nulls(...evidenceNames), enhanced_evidence: {} } as Stripe.Dispute.Evidence,
    evidence_details: {
      due_by: account.now + evidenceDays * daySeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    } as Stripe.Dispute.EvidenceDetails,
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent as string | null,
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  });
  charge.disputed = true;
  account.emit('charge.dispute.created', dispute);
  if (!inquiry) {
    move(account, dispute, -dispute.amount, fee);
    account.emit('charge.dispute.funds_withdrawn', dispute);
  }
  account.later(account.now + evidenceDays * daySeconds, () => {
    if (dispute.status !== 'needs_response' && dispute.status !== 'warning_needs_response') return;
    dispute.evidence_details.past_due = true;
    end(account, dispute, inquiry ? 'warning_closed' : 'lost');
  });
  return dispute;
}

function move(account: Account, dispute: Stripe.Dispute, amount: number, cost: number): void {
  const line = enter(account, {
    type: 'adjustment',
    category: amount < 0 ? 'dispute' : 'dispute_reversal',
    amount,
    currency: dispute.currency,
    source: dispute.id,
    fee: cost,
    description: `Chargeback ${amount < 0 ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
  });
  dispute.balance_transactions.push(line);
}

/** The bank has decided. */
export function end(
  account: Account,
  dispute: Stripe.Dispute,
  status: 'won' | 'lost' | 'warning_closed',
): void {
  dispute.status = status;
  if (status === 'won') {
    move(account, dispute, dispute.amount, -fee);
    account.emit('charge.dispute.funds_reinstated', dispute);
  }
  dispute.is_charge_refundable = status !== 'lost';
  account.emit('charge.dispute.closed', dispute);
}

function checkOpen(dispute: Stripe.Dispute): void {
  if (!open.includes(dispute.status)) throw invalid('This dispute is already closed.');
}

/** Takes evidence; submitted words of the test table decide at once: https://docs.stripe.com/testing#evidence */
export function answerDispute(account: Account, dispute: Stripe.Dispute, input: Input): Stripe.Dispute {
  input.only('evidence metadata submit');
  dispute.metadata = input.metadata(dispute.metadata);
  if (!input.has('evidence')) return dispute;
  checkOpen(dispute);
  const evidence = input.inside('evidence').only(evidenceNames.join(' '));
  for (const name of evidenceNames)
    if (evidence.has(name)) dispute.evidence[name] = evidence.text(name) ?? null;
  dispute.evidence_details.has_evidence = true;
  if (input.flag('submit') === false) return dispute;
  dispute.evidence_details.submission_count += 1;
  const isInquiry = dispute.status.startsWith('warning');
  dispute.status = isInquiry ? 'warning_under_review' : 'under_review';
  account.emit('charge.dispute.updated', dispute);
  const text = dispute.evidence.uncategorized_text;
  if (text === 'winning_evidence') end(account, dispute, isInquiry ? 'warning_closed' : 'won');
  if (text === 'losing_evidence') end(account, dispute, isInquiry ? 'warning_closed' : 'lost');
  return dispute;
}

/** Gives up. */
export function closeDispute(account: Account, dispute: Stripe.Dispute): Stripe.Dispute {
  checkOpen(dispute);
  end(account, dispute, dispute.status.startsWith('warning') ? 'warning_closed' : 'lost');
  return dispute;
}
