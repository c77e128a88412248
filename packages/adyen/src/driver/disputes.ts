/**
 * Disputes, as webhooks tell them: Adyen cannot be asked which there are. A dispute goes through stages; the event of the highest stage says how it
 * stands, in whichever order events come.
 *
 * @see {@link https://docs.adyen.com/risk-management/understanding-disputes/dispute-process-and-flow | Adyen: Dispute process and flow}
 */
import type { Page, StateStore } from '@im/core';
import { type Currency, type Dispute, money } from '@im/payments';
import type { EventCode } from '../webhooks/event-codes.ts';
import type { Notification } from '../webhooks/verify.ts';
import { numberedList } from './numbered-list.ts';
import type { Records } from './records.ts';

type Status = Dispute['status'];

const stages: Partial<Readonly<Record<EventCode, readonly [stage: number, status: Status]>>> = {
  REQUEST_FOR_INFORMATION: [1, 'needs_response'],
  NOTIFICATION_OF_CHARGEBACK: [2, 'needs_response'],
  CHARGEBACK: [3, 'needs_response'],
  INFORMATION_SUPPLIED: [4, 'under_review'],
  DISPUTE_DEFENSE_PERIOD_ENDED: [5, 'lost'],
  ISSUER_RESPONSE_TIMEFRAME_EXPIRED: [6, 'won'],
  CHARGEBACK_REVERSED: [7, 'won'],
  PREARBITRATION_OPEN: [8, 'needs_response'],
  SECOND_CHARGEBACK: [9, 'lost'],
  PREARBITRATION_ACCEPTED: [10, 'lost'],
  PREARBITRATION_DECLINED: [10, 'under_review'],
  PREARBITRATION_ISSUER_WITHDRAWN: [11, 'won'],
  PREARBITRATION_LOST: [11, 'lost'],
  PREARBITRATION_WON: [11, 'won'],
  SCHEME_ARBITRATION: [12, 'under_review'],
  SCHEME_ARBITRATION_LOST: [13, 'lost'],
  SCHEME_ARBITRATION_WON: [13, 'won'],
};

/** Disputes that a page of the list has. */
export const disputesPerPage = 50;

interface Told {
  readonly stage: number;
  readonly status: Status;
  /** Adyen's name of the payment; some events leave it out. */
  readonly payment?: string | undefined;
  readonly minor: string;
  readonly currency: Currency;
  readonly reason?: string | undefined;
  readonly dueAt?: number | undefined;
}

export interface Disputes {
  /** Writes down what a notification says of a dispute, if it is about one. */
  tell(notification: Notification): Promise<void>;
  page(cursor: string | undefined): Promise<Page<Dispute>>;
}

export function createDisputes(state: StateStore, records: Records): Disputes {
  const list = numberedList(state, 'disputes');
  return {
    tell: async (notification) => {
      const told = readDispute(notification);
      if (told === undefined) return;
      const place = `dispute/${notification.pspReference}`;
      for (;;) {
        const stored = await state.get(place);
        const next = later(stored && (JSON.parse(stored.value) as Told), told);
        const written = await state.compareAndSet(place, stored?.version, JSON.stringify(next));
        if (written !== undefined) break;
      }
      await list.add(notification.pspReference);
    },
    page: async (cursor) => {
      const { items, next } = await list.page(cursor, disputesPerPage);
      const disputes = await Promise.all(
        items.map(async (id) => {
          const stored = await state.get(`dispute/${id}`);
          return stored && toDispute(id, JSON.parse(stored.value) as Told, records);
        }),
      );
      return { items: disputes.filter((one) => one !== undefined), next };
    },
  };
}

function readDispute(notification: Notification): Told | undefined {
  const [stage, status] = stages[notification.eventCode as EventCode] ?? [];
  const { amount, originalReference, reason, additionalData } = notification;
  if (stage === undefined || status === undefined || amount === undefined) return undefined;
  const due = Date.parse(additionalData.defensePeriodEndsAt ?? '');
  return {
    stage,
    status: status === 'needs_response' && additionalData.defendable === 'false' ? 'lost' : status,
    payment: originalReference,
    minor: String(amount.minor),
    currency: amount.currency,
    reason,
    ...(!Number.isNaN(due) && { dueAt: due }),
  };
}

/** Fields that the later event leaves out stay as they were. */
function later(known: Told | undefined, told: Told): Told {
  if (known === undefined) return told;
  const [first, last] = known.stage <= told.stage ? [known, told] : [told, known];
  return {
    ...first,
    ...last,
    payment: last.payment ?? first.payment,
    reason: last.reason ?? first.reason,
    dueAt: last.dueAt ?? first.dueAt,
  };
}

async function toDispute(id: string, told: Told, records: Records): Promise<Dispute> {
  const { payment, minor, currency, status, reason, dueAt } = told;
  const record = payment === undefined ? undefined : await records.find(payment);
  return {
    id,
    payment: record?.id ?? payment ?? '',
    amount: money(BigInt(minor), currency),
    status,
    ...(reason !== undefined && { reason }),
    ...(dueAt !== undefined && { dueAt }),
  };
}
