/**
 * The life of a payment, as data. Statuses only ever move forward: what a late webhook or an old read says of an earlier status changes
 * nothing, and two statuses of which neither follows from the other are a contradiction that somebody has to look at.
 */

/** Every status with those that may come directly after it. It has no circles. */
export const paymentTransitions = {
  created: ['requires_action', 'processing', 'authorized', 'captured', 'failed', 'voided', 'expired'],
  requires_action: ['processing', 'authorized', 'captured', 'failed', 'voided', 'expired'],
  processing: ['authorized', 'captured', 'failed', 'voided', 'expired'],
  authorized: ['partially_captured', 'captured', 'voided', 'expired'],
  partially_captured: ['captured', 'partially_refunded', 'refunded'],
  captured: ['partially_refunded', 'refunded'],
  partially_refunded: ['refunded'],
  refunded: [],
  failed: [],
  voided: [],
  expired: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Status of a payment. */
export type PaymentStatus = keyof typeof paymentTransitions;

/** In which statuses a payment can be acted upon. */
export const paymentActions = {
  confirm: ['created', 'requires_action'],
  capture: ['authorized', 'partially_captured'],
  void: ['created', 'requires_action', 'authorized'],
  refund: ['partially_captured', 'captured', 'partially_refunded'],
} as const satisfies Readonly<Record<string, readonly PaymentStatus[]>>;

/** What can be done with a payment that exists. */
export type PaymentAction = keyof typeof paymentActions;
/** Statuses that allow an action. */
export type StatusFor<Action extends PaymentAction> = (typeof paymentActions)[Action][number];

/** Whether the action is possible in the status. */
export function allows(action: PaymentAction, status: PaymentStatus): boolean {
  return (paymentActions[action] as readonly PaymentStatus[]).includes(status);
}

/** Whether `later` can come after `earlier`, over any number of steps. Not after itself. */
export function follows(later: PaymentStatus, earlier: PaymentStatus): boolean {
  return paymentTransitions[earlier].some((next) => next === later || follows(later, next));
}

/** The later of two statuses of one payment, in whichever order they were seen. `undefined`: they contradict each other. */
export function mergeStatus(one: PaymentStatus, other: PaymentStatus): PaymentStatus | undefined {
  if (one === other || follows(one, other)) return one;
  return follows(other, one) ? other : undefined;
}
