/** What some processors can do and others cannot. A driver declares its own; all else of the contract every driver does. */
import { IntegrationError } from '@im/core';
import type { PaymentDriver } from './driver.ts';

/** Every ability, with what it allows. */
export const paymentAbilities = {
  manualCapture: 'authorize now and capture later',
  partialCapture: 'capture less than was authorized; the rest is released',
  multiCapture: 'capture in several parts',
  partialRefund: 'refund in parts',
  mandates: 'charge again without the customer',
  vault: 'customers and their saved payment methods',
  disputes: 'list disputes',
  payouts: 'list what was paid out to the merchant',
  settlements: 'list what a payout consists of',
  listing: 'list payments by the time of their creation',
  webhooks: 'signed events',
} as const;

/** Name of an ability. */
export type PaymentAbility = keyof typeof paymentAbilities;

/** `Yes` where `Name` is among the abilities, else nothing. */
export type Where<Abilities, Name extends PaymentAbility, Yes> = Name extends Abilities ? Yes : unknown;

/** Whether the driver declares the ability. */
export function hasAbility(driver: PaymentDriver, name: PaymentAbility): boolean {
  return (driver.abilities as Partial<Record<PaymentAbility, true>>)[name] === true;
}

/** @throws {@link IntegrationError} `unimplemented` when the driver does not declare it */
export function needAbility(driver: PaymentDriver, name: PaymentAbility, operation: string): void {
  if (hasAbility(driver, name)) return;
  throw refusal(
    driver,
    operation,
    `this processor has no ability "${name}" (${paymentAbilities[name]})`,
    'leave it out or bind a processor that has it',
  );
}

const members = ['vault', 'disputes', 'payouts', 'settlements', 'listing', 'webhooks'] as const;

/** Refuses a driver that declares what it has no members for, or has what it does not declare, or cannot be held to "never twice". */
export function checkDriver(driver: PaymentDriver, needs: readonly PaymentAbility[]): void {
  const operation = 'createPaymentGateway';
  for (const name of members)
    if (hasAbility(driver, name) !== (driver[name] !== undefined))
      throw refusal(
        driver,
        operation,
        `the driver's ability "${name}" and its member do not go together`,
        'declare both or neither',
      );
  const stranger = Object.keys(driver.abilities).find((name) => !Object.hasOwn(paymentAbilities, name));
  if (stranger !== undefined)
    throw refusal(driver, operation, `nobody knows the ability "${stranger}"`, 'declare known ones only');
  const { keyTtlMs, references, lookup } = driver.facts;
  if (keyTtlMs === undefined && !(references && lookup === 'reference'))
    throw refusal(
      driver,
      operation,
      'the processor has no idempotency keys, and does not show payments, captures and refunds by our references',
      'without one of them nobody could ever know what became of a lost answer; find a way to attach a reference',
    );
  for (const name of needs) needAbility(driver, name, operation);
}

function refusal(driver: PaymentDriver, operation: string, says: string, remedy: string): IntegrationError {
  return new IntegrationError(says, { code: 'unimplemented', provider: driver.name, operation, remedy });
}
