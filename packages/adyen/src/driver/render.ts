/**
 * What the facts of a record mean together: a pure function of the record, the time and the account's settings, so that every order of the same facts
 * gives the same payment.
 *
 * - An authorization is one whatever else was said: refusals by webhook are of an attempt, and another may follow.
 * - A refusal that Adyen *answered* is final. One that a webhook told is final for cards; other methods let the shopper try again until the offer
 *   is closed, and it counts as final when nothing better came within a day.
 * - What failed once has failed: `CAPTURE_FAILED` and `REFUND_FAILED` come after a success.
 */
import {
  type DriverPayment,
  type Money,
  type Movement,
  money,
  type NextAction,
  type PaymentStatus,
} from '@im/payments';
import { offerClosed } from '../refusals.ts';
import type { Fate, Move, PaymentRecord, Step } from './record.ts';
import { keyTtlMs } from './traits.ts';

/** Settings that decide what facts mean. */
export interface RenderRules {
  readonly multiplePartialCaptures: boolean;
  readonly authorizationMs: number;
  readonly now: number;
}

type Outcome = 'authorised' | 'refused' | 'action' | 'wait';

/** https://docs.adyen.com/online-payments/build-your-integration/payment-result-codes. What is not here waits for a webhook. */
const outcomes: Readonly<Record<string, Outcome>> = {
  Authorised: 'authorised',
  Success: 'authorised',
  PartiallyAuthorised: 'authorised',
  Refused: 'refused',
  Cancelled: 'refused',
  Error: 'refused',
  RedirectShopper: 'action',
  IdentifyShopper: 'action',
  ChallengeShopper: 'action',
};
export const outcomeOf = (result: string): Outcome => outcomes[result] ?? 'wait';

/** Methods whose refusal by webhook is the last word. */
const cards =
  /^(visa|mc|amex|maestro|diners|discover|jcb|cup|bcmc|cartebancaire|scheme|elo|hiper|dankort|eftpos|interac)/;
const dayMs = 86_400_000;

/** An attempt that was authorized. */
interface Authorization {
  readonly psp: string;
  readonly at: number;
}

/** All authorizations, the first one first. More than one is a payment that was made twice. */
export function authorizationsOf(record: PaymentRecord): readonly Authorization[] {
  const found = new Map<string, number>();
  // The one that the application knows comes first.
  const rank = ({ psp }: Authorization) => (psp === record.id ? 0 : 1);
  const note = (psp: string, at: number) => found.set(psp, Math.min(at, found.get(psp) ?? at));
  for (const { psp, result, at } of record.steps)
    if (psp !== undefined && outcomeOf(result) === 'authorised') note(psp, at);
  const { asked } = record;
  for (const [psp, { yesAt, minor, currency }] of Object.entries(record.attempts)) {
    // Another amount than was asked for is no success: the inbox raises the alarm.
    const isOurs = asked === undefined || (asked.minor === minor && asked.currency === currency);
    if (yesAt !== undefined && isOurs) note(psp, yesAt);
  }
  return [...found]
    .map(([psp, at]) => ({ psp, at }))
    .sort((one, other) => rank(one) - rank(other) || one.at - other.at || (one.psp < other.psp ? -1 : 1));
}

/**
 * The payment, or `undefined` while nothing was told of it.
 *
 * @param focus an attempt: where it was authorized beside another one, it is given under its own name, for somebody has to look at that
 */
export function render(record: PaymentRecord, rules: RenderRules, focus?: string): DriverPayment | undefined {
  const { id, asked } = record;
  const amount = amountOf(record);
  if (id === undefined || amount === undefined) return undefined;
  const [first, ...others] = authorizationsOf(record);
  const double = others.find(({ psp }) => psp === focus);
  const at = double ?? first;
  const movements = movementsOf(record, at?.psp, amount);
  const base = {
    id: double === undefined ? id : double.psp,
    reference: record.reference,
    amount,
    ...movements,
    customer: asked?.customer,
    mandate: record.mandate,
  };
  if (at === undefined) return { ...base, ...unauthorised(record, rules) };
  const status = authorised(record, movements, amount, rules, at.at);
  const isOpen = status === 'authorized' || status === 'partially_captured';
  return { ...base, status, ...(isOpen && { expiresAt: at.at + rules.authorizationMs }) };
}

function amountOf({ asked, attempts }: PaymentRecord): Money | undefined {
  const told = asked ?? Object.values(attempts)[0];
  return told && money(BigInt(told.minor), told.currency);
}

const lives = (fates: readonly Fate[]) => !fates.includes('failed');

/** Captures and refunds, with a capture of all where Adyen captures by itself and tells nobody. */
function movementsOf(record: PaymentRecord, psp: string | undefined, amount: Money) {
  const moves = Object.entries(record.moves);
  const of = (kind: Move['kind']) => moves.filter(([, move]) => move.kind === kind).map(toMovement);
  const told = of('capture');
  const isAutomatic = record.asked?.capture !== 'manual';
  const captures =
    told.length === 0 && isAutomatic && psp !== undefined
      ? [{ id: psp, amount, status: 'succeeded' } satisfies Movement]
      : told;
  const captured = sum(captures, amount);
  // Of a reversal Adyen does not sign which of the two it was: of what is captured it is a refund.
  const reversals = captured.minor > 0n ? of('reversal') : [];
  const refunds = [...of('refund'), ...reversals];
  return { captures, refunds, captured, refunded: sum(refunds, amount) };
}

function toMovement([id, { reference, minor, currency, fates }]: [string, Move]): Movement {
  const status = !lives(fates) ? 'failed' : fates.includes('succeeded') ? 'succeeded' : 'pending';
  return {
    id,
    ...(reference !== undefined && { reference }),
    amount: money(BigInt(minor), currency),
    status,
  };
}

function sum(movements: readonly Movement[], { currency }: Money): Money {
  const counted = movements.filter(({ status }) => status !== 'failed');
  return money(
    counted.reduce((all, { amount }) => all + amount.minor, 0n),
    currency,
  );
}

/** Whether nothing more is captured: by the last capture, by the account's settings, by time, or because it was let go. */
export function isLetGo(record: PaymentRecord, { multiplePartialCaptures }: RenderRules): boolean {
  const captures = Object.values(record.moves).filter(
    ({ kind, fates }) => kind === 'capture' && lives(fates),
  );
  return (
    record.expired === true ||
    isCancelled(record) ||
    captures.some(({ final = !multiplePartialCaptures }) => final)
  );
}

const isCancelled = ({ cancels, moves }: PaymentRecord) =>
  Object.values(cancels).some(({ fates }) => lives(fates)) ||
  Object.values(moves).some(({ kind, fates }) => kind === 'reversal' && lives(fates));

function authorised(
  record: PaymentRecord,
  { captured, refunded }: Pick<DriverPayment, 'captured' | 'refunded'>,
  amount: Money,
  rules: RenderRules,
  at: number,
): PaymentStatus {
  if (captured.minor === 0n) {
    if (isCancelled(record)) return 'voided';
    return record.expired === true || rules.now >= at + rules.authorizationMs ? 'expired' : 'authorized';
  }
  if (refunded.minor >= captured.minor) return 'refunded';
  if (refunded.minor > 0n) return 'partially_refunded';
  return captured.minor >= amount.minor || isLetGo(record, rules) ? 'captured' : 'partially_captured';
}

/** Where no attempt was authorized. */
function unauthorised(
  record: PaymentRecord,
  rules: RenderRules,
): Pick<DriverPayment, 'status' | 'nextAction' | 'declineCode'> {
  if (isCancelled(record)) return { status: 'voided' };
  if (record.held === true) return { status: 'created' };
  const last = lastOf(record.steps);
  if (last !== undefined && outcomeOf(last.result) === 'refused')
    return { status: 'failed', declineCode: last.code };
  if (record.offerClosed === true && record.session === undefined)
    return { status: 'failed', declineCode: offerClosed };
  if (record.session !== undefined && rules.now >= record.session.endsAt)
    return { status: 'failed', declineCode: refusalTold(record, rules)?.code ?? offerClosed };
  const refusal = record.session === undefined ? refusalTold(record, rules) : undefined;
  if (refusal?.isFinal === true) return { status: 'failed', declineCode: refusal.code };
  if (last?.action !== undefined) return { status: 'requires_action', nextAction: last.action };
  const wait: NextAction = { kind: 'wait_for_webhook' };
  return last !== undefined && outcomeOf(last.result) === 'action'
    ? { status: 'requires_action' }
    : { status: 'processing', nextAction: wait };
}

/** The answer that counts: details follow the first one. */
export function lastOf(steps: readonly Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (last, step) => (last === undefined || step.at >= last.at ? step : last),
    undefined,
  );
}

function refusalTold({ attempts }: PaymentRecord, { now }: RenderRules) {
  const refused = Object.values(attempts)
    .filter(({ noAt }) => noAt !== undefined)
    .sort((one, other) => (one.noAt ?? 0) - (other.noAt ?? 0));
  const last = refused.at(-1);
  if (last === undefined) return undefined;
  const isFinal = cards.test(last.method ?? '') || now - (last.noAt ?? now) >= dayMs;
  return { code: last.code, isFinal };
}

/** What is on its way, of which nothing was told yet: it counts as moved until its key is forgotten. */
export function reservedOf(record: PaymentRecord, kind: 'capture' | 'refund' | 'void', now: number) {
  return Object.entries(record.reserved)
    .filter(([, one]) => one.kind === kind && now - one.at < keyTtlMs)
    .map(([name, one]) => ({ ...one, reference: name.slice(kind.length + 1) }));
}
