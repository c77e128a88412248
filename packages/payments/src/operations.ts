/** The operations of a gateway: what is checked, what is written down, what is sent. */
import { isIntegrationError } from '@im/core';
import { needAbility } from './abilities.ts';
import { refuseCardData } from './card-guard.ts';
import { checkAction, checkAmount, checkNamed, checkPart, checkReturnUrl } from './checks.ts';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import type { PaymentQuery } from './driver.ts';
import { paymentError } from './errors.ts';
import type { ConfirmPayment, GatewayCall } from './gateway.types.ts';
import { absorb } from './integrity.ts';
import { type Money, moneyFromJson, subtractMoney } from './money.ts';
import { moveMoney } from './move-money.ts';
import type { Payment } from './payment.ts';
import { allows } from './states.ts';

/** A payment or its id. */
export type LooseTarget = string | Payment;
/** Options of all abilities together, as plain JavaScript may give them. */
export interface LooseCreate {
  readonly reference: string;
  readonly amount: Money;
  readonly method?: string | undefined;
  readonly capture?: 'automatic' | 'manual' | undefined;
  readonly confirm?: boolean | undefined;
  readonly returnUrl?: string | undefined;
  readonly customer?: string | undefined;
  readonly mandate?: 'set_up' | { readonly id: string } | undefined;
  readonly description?: string | undefined;
}
/** What to capture or refund. */
export interface LoosePart {
  readonly reference: string;
  readonly amount?: Money | undefined;
  readonly more?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** Charges or authorizes. */
export async function createPayment(
  context: GatewayContext,
  operation: string,
  create: LooseCreate,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const {
    reference,
    amount,
    method,
    capture = 'automatic',
    confirm = true,
    returnUrl,
    customer,
    mandate,
    description,
  } = create;
  const place = placeOf(context, operation, { reference });
  checkNamed(context, create, place);
  checkAmount(context, amount, place);
  checkReturnUrl(returnUrl, place);
  if (capture !== 'automatic') needAbility(context.driver, 'manualCapture', operation);
  if (mandate !== undefined) needAbility(context.driver, 'mandates', operation);
  const asked = { reference, amount, method, capture, confirm, returnUrl, customer, mandate, description };
  return moveMoney(
    context,
    operation,
    {
      wanted: {
        kind: 'create',
        reference,
        asked: JSON.stringify(asked),
        minor: String(amount.minor),
        currency: amount.currency,
      },
      check: async () => undefined,
      send: (moving) => context.driver.create(asked, moving),
    },
    signalOf(call),
  );
}

/** Goes on with a payment that waits. */
export async function confirmPayment(
  context: GatewayContext,
  target: LooseTarget,
  confirm: ConfirmPayment,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const { reference, method, returnUrl, returned } = confirm;
  const id = idOf(target);
  const place = placeOf(context, 'confirm', { reference, payment: id });
  checkNamed(context, confirm, place);
  checkReturnUrl(returnUrl, place);
  const asked = { reference, method, returnUrl, returned };
  // The return of the customer races with the vendor and its webhooks: a payment that waits no more is given as it is.
  const asItIs = async () => {
    const payment = await retrieve(context, 'confirm', { id }, call);
    return allows('confirm', payment.status) ? undefined : payment;
  };
  try {
    return await moveMoney(
      context,
      'confirm',
      {
        wanted: { kind: 'confirm', reference, payment: id, asked: JSON.stringify([id, asked]) },
        check: asItIs,
        send: (moving) => context.driver.confirm(id, asked, moving),
      },
      signalOf(call),
    );
  } catch (error) {
    const isRefused = isIntegrationError(error) && error.effect === 'none';
    if (!isRefused || error.code !== 'failed_precondition' || error.reason === 'abandoned') throw error;
    const payment = await asItIs();
    if (payment === undefined) throw error;
    return payment;
  }
}

/** Lets an authorization go. */
export async function voidPayment(
  context: GatewayContext,
  target: LooseTarget,
  named: { readonly reference: string },
  call: GatewayCall | undefined,
): Promise<Payment> {
  const id = idOf(target);
  const { reference } = named;
  checkNamed(context, named, placeOf(context, 'void', { reference, payment: id }));
  return moveMoney(
    context,
    'void',
    {
      wanted: { kind: 'void', reference, payment: id, asked: JSON.stringify([id]) },
      check: async () => {
        const payment = await retrieve(context, 'void', { id }, call);
        checkAction(context, 'void', payment, placeOf(context, 'void', { reference, payment: id }));
        return undefined;
      },
      send: (moving) => context.driver.void(id, reference, moving),
    },
    signalOf(call),
  );
}

/**
 * Captures or refunds a part, or all that is left. What "all" is, is looked up before the first sending; a repetition sends the same amount
 * as the first one, since it stands in the record.
 */
export async function movePart(
  context: GatewayContext,
  kind: 'capture' | 'refund',
  target: LooseTarget,
  part: LoosePart,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const { reference, amount, more = false, reason } = part;
  const id = idOf(target);
  const place = placeOf(context, kind, { reference, payment: id });
  checkNamed(context, part, place);
  if (amount !== undefined) {
    checkAmount(context, amount, place);
    needAbility(context.driver, kind === 'capture' ? 'partialCapture' : 'partialRefund', kind);
  }
  if (more) needAbility(context.driver, 'multiCapture', kind);
  const signal = signalOf(call);
  const payment = await retrieve(context, kind, { id }, call);
  const left =
    kind === 'capture'
      ? subtractMoney(payment.amount, payment.captured)
      : subtractMoney(payment.captured, payment.refunded);
  return moveMoney(
    context,
    kind,
    {
      wanted: {
        kind,
        reference,
        payment: id,
        asked: JSON.stringify([id, amount, more, reason]),
        minor: String((amount ?? left).minor),
        currency: (amount ?? left).currency,
      },
      check: async () => {
        checkAction(context, kind, payment, place);
        if (amount !== undefined) checkPart(amount, left, place);
        return undefined;
      },
      send: (moving, { minor, currency }) => {
        const recorded = moneyFromJson({ minor, currency });
        return kind === 'capture'
          ? context.driver.capture(id, { reference, amount: recorded, final: !more }, moving)
          : context.driver.refund(id, { reference, amount: recorded, reason }, moving);
      },
    },
    signal,
  );
}

/** The payment as it is now. */
export async function retrieve(
  context: GatewayContext,
  operation: string,
  query: PaymentQuery,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const place = placeOf(context, operation, { reference: query.reference, payment: query.id });
  refuseCardData(query, place.driver, operation);
  return run(place, signalOf(call), async (driverCall) => {
    const told = await context.driver.find(query, driverCall);
    if (told !== undefined) return absorb(context, told, place);
    const { lookup } = context.driver.facts;
    const wasAsked = lookup === 'reference' || (lookup === 'id' && query.id !== undefined);
    throw paymentError(wasAsked ? 'there is no such payment' : 'nothing was told of such a payment', place, {
      code: 'not_found',
      remedy: wasAsked
        ? 'use the id or the reference of one of this account'
        : `the processor cannot be asked by ${query.id === undefined ? 'our reference' : 'its id'}; its webhooks tell of payments`,
    });
  });
}

function idOf(target: LooseTarget): string {
  return typeof target === 'string' ? target : target.id;
}
