/** What can be done in a dispute, and when: https://developer.paypal.com/docs/api/customer-disputes/v1/ */
import type { Account, Dispute } from './account.ts';
import { resolveDispute, tellDispute } from './disputes.ts';
import { amountOf, type Fields, fieldsOf, listOf, refuse, required, textOf } from './requests.ts';
import type { World } from './world.ts';

/** What somebody does in a dispute. */
export type Action = (dispute: Dispute, words: Fields, files: number, account: Account) => void;

/** Ends the request as this API does when an action does not fit. */
const notAllowed = () => refuse(422, 'ACTION_NOT_ALLOWED');

/** By the last part of the path. */
export function disputeActions(world: World): Readonly<Record<string, Action>> {
  const waits = ({ status }: Dispute) => {
    if (status === 'RESOLVED' || status === 'UNDER_REVIEW') notAllowed();
  };
  const inInquiry = ({ stage, status }: Dispute) => {
    if (stage !== 'INQUIRY' || status === 'RESOLVED') notAllowed();
  };
  const update = (dispute: Dispute, account: Account, change: Partial<Dispute>) => {
    Object.assign(dispute, change, { updatedAt: world.clock.now() });
    tellDispute(world, account, dispute, 'UPDATED');
  };
  const addEvidence = (dispute: Dispute, words: Fields, files: number) => {
    const evidences = listOf(words.evidences).map(fieldsOf);
    if (evidences.length === 0 && files === 0) refuse(400, 'MISSING_REQUIRED_PARAMETER', '/evidences');
    const named = evidences.length === 0 ? [{ evidence_type: 'OTHER' } as Fields] : evidences;
    for (const [index, one] of named.entries())
      dispute.evidences.push({
        type: textOf(one.evidence_type) ?? 'OTHER',
        notes: textOf(one.notes),
        files: index === 0 ? files : 0,
      });
  };
  return {
    'accept-claim': (dispute, _words, _files, account) => {
      if (dispute.status === 'RESOLVED') notAllowed();
      resolveDispute(world, account, dispute, 'ACCEPTED');
    },
    'provide-evidence': (dispute, words, files, account) => {
      waits(dispute);
      addEvidence(dispute, words, files);
      update(dispute, account, { status: 'UNDER_REVIEW' });
    },
    appeal: (dispute, words, files, account) => {
      if (dispute.outcome !== 'RESOLVED_BUYER_FAVOUR') notAllowed();
      addEvidence(dispute, words, files);
      update(dispute, account, { status: 'UNDER_REVIEW', outcome: undefined });
    },
    escalate: (dispute, words, _files, account) => {
      inInquiry(dispute);
      required(words, 'note');
      update(dispute, account, { stage: 'CHARGEBACK', status: 'UNDER_REVIEW' });
    },
    'make-offer': (dispute, words, _files, account) => {
      inInquiry(dispute);
      required(words, 'note');
      const type = required(words, 'offer_type');
      const amount =
        words.offer_amount === undefined ? undefined : amountOf(words.offer_amount, '/offer_amount');
      update(dispute, account, { offer: { type, amount }, status: 'WAITING_FOR_BUYER_RESPONSE' });
    },
    'send-message': (dispute, words, _files, account) => {
      inInquiry(dispute);
      dispute.messages.push({
        by: 'SELLER',
        at: world.clock.now(),
        text: textOf(words.message) ?? '(a document)',
      });
      update(dispute, account, {});
    },
    'acknowledge-return-item': (dispute, _words, _files, account) => {
      if (dispute.reason !== 'MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED') notAllowed();
      update(dispute, account, { status: 'UNDER_REVIEW' });
    },
    'provide-supporting-info': (dispute, words, files, account) => {
      if (dispute.stage === 'INQUIRY') notAllowed();
      dispute.evidences.push({ type: 'OTHER', notes: textOf(words.notes), files });
      update(dispute, account, {});
    },
    adjudicate: (dispute, words, _files, account) => {
      const favours = {
        BUYER_FAVOR: 'RESOLVED_BUYER_FAVOUR',
        SELLER_FAVOR: 'RESOLVED_SELLER_FAVOUR',
      } as const;
      const outcome = favours[required(words, 'adjudication_outcome') as keyof typeof favours];
      if (outcome === undefined) refuse(400, 'INVALID_PARAMETER_VALUE', '/adjudication_outcome');
      if (dispute.status !== 'UNDER_REVIEW') notAllowed();
      resolveDispute(world, account, dispute, outcome);
    },
    'require-evidence': (dispute, words, _files, account) => {
      const isSeller = required(words, 'action') === 'SELLER_EVIDENCE';
      update(dispute, account, {
        status: isSeller ? 'WAITING_FOR_SELLER_RESPONSE' : 'WAITING_FOR_BUYER_RESPONSE',
      });
    },
  };
}
