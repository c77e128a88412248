/**
 * What is known of one payment. Adyen cannot be asked for a payment, so this is put together from what its answers and webhooks told, which come
 * late, twice, in any order, or not at all. A record is therefore a set of facts: adding one twice changes nothing, and the order does not matter.
 * What they mean together is `render.ts`' business.
 */
import type { Currency } from '@im/payments';

/** What we asked for, written down before it is sent: webhooks do not tell it. */
export interface Asked {
  readonly minor: string;
  readonly currency: Currency;
  readonly capture: 'automatic' | 'manual';
  readonly customer?: string | undefined;
  readonly at: number;
}

/** Where the customer has to go. */
export interface StepAction {
  readonly kind: 'redirect' | 'three_d_secure';
  readonly url: string;
}

/** One answer. */
export interface Step {
  readonly via: 'create' | 'details' | 'session';
  readonly psp?: string | undefined;
  readonly result: string;
  readonly action?: StepAction | undefined;
  /** Of a refusal. */
  readonly code?: string | undefined;
  readonly at: number;
}

/** What webhooks told of one attempt to pay. */
export interface Attempt {
  readonly yesAt?: number | undefined;
  readonly noAt?: number | undefined;
  readonly code?: string | undefined;
  /** `visa`, `ideal` */
  readonly method?: string | undefined;
  readonly minor: string;
  readonly currency: Currency;
}

/** `received`: the answer. The others: webhooks. */
export type Fate = 'received' | 'succeeded' | 'failed';

/** Money that was moved. A `reversal` is a cancel or a refund, by what the payment was like. */
export interface Move {
  readonly kind: 'capture' | 'refund' | 'reversal';
  readonly minor: string;
  readonly currency: Currency;
  readonly reference?: string | undefined;
  /** Nothing is captured after it. Absent: by the account's settings. */
  readonly final?: boolean | undefined;
  readonly fates: readonly Fate[];
}

/** An authorization that was let go. */
export interface Cancel {
  readonly fates: readonly Fate[];
}

/** What is about to be sent, so that two who send at once cannot move more than there is. It ends with what comes of it, or with the key. */
export interface Reservation {
  readonly kind: 'capture' | 'refund' | 'void';
  readonly minor: string;
  readonly final?: boolean | undefined;
  readonly at: number;
}

export interface PaymentRecord {
  readonly reference: string;
  /** Its name towards the application: what was known first. */
  readonly id?: string | undefined;
  readonly asked?: Asked | undefined;
  /** Made, and not begun. */
  readonly held?: true | undefined;
  readonly session?: { readonly id: string; readonly endsAt: number } | undefined;
  readonly steps: readonly Step[];
  /** By `pspReference`. */
  readonly attempts: Readonly<Record<string, Attempt>>;
  /** By `pspReference` of the change. */
  readonly moves: Readonly<Record<string, Move>>;
  readonly cancels: Readonly<Record<string, Cancel>>;
  /** By kind and our reference. */
  readonly reserved: Readonly<Record<string, Reservation>>;
  readonly offerClosed?: true | undefined;
  readonly expired?: true | undefined;
  readonly mandate?: string | undefined;
}

/** Something that was told. Plain data, so that it can be kept until it is known what it is about. */
export type Fact =
  | { readonly kind: 'answer'; readonly step: Step }
  | ({ readonly kind: 'attempt'; readonly psp: string } & Attempt)
  | ({ readonly kind: 'move'; readonly psp: string; readonly move: Move['kind']; readonly fate: Fate } & Pick<
      Move,
      'minor' | 'currency' | 'reference' | 'final'
    >)
  | { readonly kind: 'cancel'; readonly psp: string; readonly fate: Fate }
  | { readonly kind: 'offer_closed' | 'expired' }
  | { readonly kind: 'mandate'; readonly token: string; readonly shopper?: string | undefined };

export const emptyRecord = (reference: string): PaymentRecord => ({
  reference,
  steps: [],
  attempts: {},
  moves: {},
  cancels: {},
  reserved: {},
});

/** Name of a payment of which no `pspReference` is known yet: Adyen gives none before the customer has chosen. */
export const provisionalId = (reference: string): string => `ref:${reference}`;

/** Adds a fact. */
export function addFact(record: PaymentRecord, fact: Fact): PaymentRecord {
  switch (fact.kind) {
    case 'answer':
      return addStep(record, fact.step);
    case 'attempt': {
      const { kind: _, psp, ...told } = fact;
      const known = record.attempts[psp];
      const attempt: Attempt = {
        ...told,
        ...known,
        yesAt: earlier(known?.yesAt, told.yesAt),
        noAt: earlier(known?.noAt, told.noAt),
        code: known?.code ?? told.code,
        method: known?.method ?? told.method,
      };
      return { ...record, id: record.id ?? psp, attempts: { ...record.attempts, [psp]: attempt } };
    }
    case 'move': {
      const { kind: _, psp, move, fate, reference, ...told } = fact;
      const known = record.moves[psp];
      // Adyen tells the payment's reference where the change has none of its own.
      const own = fate === 'received' || reference !== record.reference ? reference : undefined;
      const name = reservationName(move, own ?? known?.reference ?? '');
      const { [name]: sent, ...reserved } = record.reserved;
      const next: Move = {
        ...told,
        ...known,
        kind: known?.kind ?? move,
        reference: known?.reference ?? own,
        final: known?.final ?? told.final ?? sent?.final,
        fates: withFate(known?.fates, fate),
      };
      return { ...record, reserved, moves: { ...record.moves, [psp]: next } };
    }
    case 'cancel':
      return {
        ...record,
        cancels: {
          ...record.cancels,
          [fact.psp]: { fates: withFate(record.cancels[fact.psp]?.fates, fact.fate) },
        },
      };
    case 'offer_closed':
      return { ...record, offerClosed: true };
    case 'expired':
      return { ...record, expired: true };
    case 'mandate': {
      const shopper = record.asked?.customer ?? fact.shopper;
      const mandate = shopper === undefined ? fact.token : tokenOf(fact.token, shopper);
      return { ...record, mandate: record.mandate ?? mandate };
    }
  }
}

/** Where a reservation stands. */
export const reservationName = (kind: string, reference: string): string => `${kind}/${reference}`;

/** A stored payment method with the shopper that it belongs to: Adyen wants both to charge or delete it. */
export const tokenOf = (id: string, shopper: string): string => `${id}@${shopper}`;

function addStep(record: PaymentRecord, step: Step): PaymentRecord {
  const isKnown = record.steps.some(
    (one) => one.via === step.via && one.psp === step.psp && one.result === step.result,
  );
  const { held: _, ...begun } = record;
  return {
    ...begun,
    id: record.id ?? step.psp ?? provisionalId(record.reference),
    steps: isKnown ? record.steps : [...record.steps, step],
  };
}

function withFate(fates: readonly Fate[] = [], fate: Fate): readonly Fate[] {
  return fates.includes(fate) ? fates : [...fates, fate].sort();
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** Every name under which Adyen may speak of the payment. */
export function namesOf(record: PaymentRecord): readonly string[] {
  const psps = record.steps.flatMap(({ psp }) => (psp === undefined ? [] : [psp]));
  return [
    ...new Set([...(record.id === undefined ? [] : [record.id]), ...psps, ...Object.keys(record.attempts)]),
  ];
}
