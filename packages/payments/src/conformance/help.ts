/** Small things that many cases use. */
import assert from 'node:assert/strict';
import { type ErrorCode, errorCode, isIntegrationError } from '@im/core';
import type { MovingCall } from '../driver.ts';
import { equalMoney, formatMoney, type Money, money } from '../money.ts';
import type { Payment } from '../payment.ts';
import { allows, type PaymentAction, type StatusFor } from '../states.ts';
import type { CaseContext } from './types.ts';

/** 100.00 EUR. */
export const hundred = money(10_000n, 'EUR');
/** So many cents. */
export const cents = (minor: bigint) => money(minor, 'EUR');

/** The call must fail with this code, as an IntegrationError that names the driver. */
export async function refuses(code: ErrorCode, what: string, call: () => unknown): Promise<unknown> {
  let error: unknown;
  try {
    await call();
  } catch (caught) {
    error = caught;
  }
  assert.ok(error !== undefined, `${what} must be refused with ${code}, and was not`);
  assert.equal(errorCode(error), code, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  return error;
}

/** The call must fail so that nobody knows what it did. */
export async function isUncertain(what: string, call: () => Promise<unknown>): Promise<void> {
  const error = await call().then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(isIntegrationError(error), `${what} must fail, for its answer was lost`);
  assert.equal(error.effect, 'unknown', `${what}: the error must say that the effect is unknown`);
}

/** Same amount? */
export function isAmount(told: Money, asked: Money, what: string): void {
  const text = (one: Money) => `${formatMoney(one)} ${one.currency}`;
  assert.ok(equalMoney(told, asked), `${what}: ${text(told)} instead of ${text(asked)}`);
}

/** The payment, in a status that allows the action; and if it is not, the case has failed. */
export function ready<Action extends PaymentAction>(
  action: Action,
  payment: Payment,
): Payment<StatusFor<Action>> {
  assert.ok(
    allows(action, payment.status),
    `the payment is ${payment.status}, which does not allow ${action}`,
  );
  return payment as Payment<StatusFor<Action>>;
}

/** A captured payment of 100.00 EUR. */
export async function captured(
  { gateway, tokens }: CaseContext,
  reference: string,
): Promise<Payment<StatusFor<'refund'>>> {
  return ready('refund', await gateway.create({ reference, amount: hundred, method: tokens.succeeds }));
}

/** An authorized payment of 100.00 EUR. */
export async function authorized(
  { gateway, tokens }: CaseContext,
  reference: string,
): Promise<Payment<'authorized'>> {
  const payment = await gateway.authorize({ reference, amount: hundred, method: tokens.succeeds });
  assert.equal(payment.status, 'authorized');
  return payment as Payment<'authorized'>;
}

let keys = 0;
/** What a driver gets when a case calls it past the gateway. */
export function driverCall(key?: string): MovingCall {
  keys += 1;
  return { signal: new AbortController().signal, idempotencyKey: key ?? `suite-${keys}` };
}

/** The processor's books must hold this, whoever asks. */
export async function booksSay(
  { gateway }: Pick<CaseContext, 'gateway'>,
  id: string,
  expected: { readonly status?: Payment['status']; readonly captured?: Money; readonly refunded?: Money },
): Promise<void> {
  const payment = await gateway.retrieve({ id });
  if (expected.status !== undefined) assert.equal(payment.status, expected.status);
  if (expected.captured !== undefined) isAmount(payment.captured, expected.captured, 'captured');
  if (expected.refunded !== undefined) isAmount(payment.refunded, expected.refunded, 'refunded');
}
