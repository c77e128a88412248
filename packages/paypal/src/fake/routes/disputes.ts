/** `/v1/customer/disputes` */
import { type Money, money as moneyOf, subtractMoney } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, Capture, Dispute } from '../account.ts';
import {
  amountOf,
  bodyOf,
  type Fields,
  fieldsOf,
  found,
  instant,
  link,
  listOf,
  money,
  refuse,
  required,
  textOf,
  whole,
} from '../requests.ts';
import { refundedOf } from '../show.ts';
import { book, emit, type World } from '../world.ts';
import type { RouteTable } from './table.ts';

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
  tell(world, account, dispute, 'CREATED');
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
  tell(world, account, dispute, 'RESOLVED');
}

function tell(world: World, account: Account, dispute: Dispute, what: string): void {
  emit(world, account, {
    type: `CUSTOMER.DISPUTE.${what}`,
    resourceType: 'dispute',
    resourceVersion: '1.0',
    resource: showDispute(world, dispute),
    summary: `A dispute was ${what.toLowerCase()}`,
    about: [dispute.capture.id, dispute.capture.order.id],
  });
}

const states: Readonly<Record<Dispute['status'], string>> = {
  OPEN: 'OPEN_INQUIRIES',
  WAITING_FOR_SELLER_RESPONSE: 'REQUIRED_ACTION',
  WAITING_FOR_BUYER_RESPONSE: 'REQUIRED_OTHER_PARTY_ACTION',
  UNDER_REVIEW: 'UNDER_PAYPAL_REVIEW',
  RESOLVED: 'RESOLVED',
};

function summary(world: World, { id, createdAt, updatedAt, reason, status, amount, stage, dueAt }: Dispute) {
  return {
    dispute_id: id,
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    reason,
    status,
    dispute_state: states[status],
    dispute_amount: money(amount),
    dispute_life_cycle_stage: stage,
    dispute_channel: 'INTERNAL',
    seller_response_due_date: instant(dueAt),
    links: [link(world.base, 'self', `/v1/customer/disputes/${id}`)],
  };
}

export function showDispute(world: World, dispute: Dispute) {
  const { id, capture, amount, outcome, messages, evidences, offer } = dispute;
  const { order } = capture;
  return {
    ...summary(world, dispute),
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

/** Words of an action: JSON, or the part `input` of a form beside files. */
async function wordsOf(request: FakeRequest): Promise<{ readonly words: Fields; readonly files: number }> {
  if (request.headers['content-type']?.startsWith('multipart/') !== true)
    return { words: bodyOf(request), files: 0 };
  const form = await request.multipart();
  const input = form.get('input');
  const text = typeof input === 'string' ? input : await input?.text();
  const files = [...form].filter(([name]) => name !== 'input').length;
  try {
    return { words: text === undefined ? {} : fieldsOf(JSON.parse(text)), files };
  } catch {
    return refuse(400, 'MALFORMED_REQUEST_JSON');
  }
}

type Action = (dispute: Dispute, words: Fields, files: number, account: Account) => void;

/** Ends the request as this API does when an action does not fit. */
const notAllowed = () => refuse(422, 'ACTION_NOT_ALLOWED');

/** Routes of this API answer later, since files are read. */
function disputeActions(world: World): Readonly<Record<string, Action>> {
  const waits = ({ status }: Dispute) => {
    if (status === 'RESOLVED' || status === 'UNDER_REVIEW') notAllowed();
  };
  const inInquiry = ({ stage, status }: Dispute) => {
    if (stage !== 'INQUIRY' || status === 'RESOLVED') notAllowed();
  };
  const update = (dispute: Dispute, account: Account, change: Partial<Dispute>) => {
    Object.assign(dispute, change, { updatedAt: world.clock.now() });
    tell(world, account, dispute, 'UPDATED');
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

const disputeOf = (request: FakeRequest, account: Account) =>
  account.books.disputes.get(request.params.id ?? '') ?? refuse(404, 'INVALID_RESOURCE_ID');

/** One route for each action. */
function actionRoutes(world: World): RouteTable {
  return Object.fromEntries(
    Object.entries(disputeActions(world)).map(([name, act]) => [
      `POST /v1/customer/disputes/:id/${name}`,
      async (request: FakeRequest, account: Account) => {
        const dispute = disputeOf(request, account);
        const { words, files } = await wordsOf(request);
        act(dispute, words, files, account);
        return { json: { links: [link(world.base, 'self', `/v1/customer/disputes/${dispute.id}`)] } };
      },
    ]),
  );
}

export function disputeRoutes(world: World): RouteTable {
  return {
    ...actionRoutes(world),
    'GET /v1/customer/disputes': (request, account) => {
      const { query } = request;
      const about = query.get('disputed_transaction_id');
      const state = query.get('dispute_state');
      if (about !== null && query.get('start_time') !== null) return refuse(400, 'INVALID_REQUEST');
      const size = whole(request, 'page_size', 10, 50);
      const start = Number(Buffer.from(query.get('next_page_token') ?? '', 'base64').toString() || 0);
      const all = [...account.books.disputes.values()]
        .filter(
          ({ capture, status }) =>
            (about === null || capture.id === about) && (state === null || states[status] === state),
        )
        .toReversed();
      const next = start + size;
      const token = Buffer.from(String(next)).toString('base64');
      const parameters = new URLSearchParams(query);
      parameters.set('next_page_token', token);
      return {
        json: {
          // PayPal has no empty list.
          ...(start < all.length && {
            items: all.slice(start, next).map((dispute) => summary(world, dispute)),
          }),
          links: [
            link(world.base, 'self', '/v1/customer/disputes'),
            ...(next < all.length ? [link(world.base, 'next', `/v1/customer/disputes?${parameters}`)] : []),
          ],
        },
      };
    },
    'GET /v1/customer/disputes/:id': (request, account) => ({
      json: showDispute(world, found(disputeOf(request, account))),
    }),
  };
}
