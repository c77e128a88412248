/** What a shop asks of the driver, and items of its account made by hand. */
import { type DriverCreate, type MovingCall, money } from '@im/payments';
import { test } from 'vitest';
import type { FakeItem } from '../testing.ts';
import { type Bench, methodOf, type openBench, visa, withBench } from './payment-harness.ts';

/** 100.00 EUR. */
export const amount = money(10_000n, 'EUR');

let keys = 0;
/** A call with a key of its own. */
export const call = (): MovingCall => {
  keys += 1;
  return { signal: new AbortController().signal, idempotencyKey: `key-${keys}` };
};

/** One order, by a card that is taken. */
export const order = (more: Partial<DriverCreate> = {}): DriverCreate => ({
  reference: 'order',
  amount,
  method: methodOf(visa),
  capture: 'automatic',
  confirm: true,
  returnUrl: 'https://shop.test/return',
  ...more,
});
export const byName = { reference: 'order' } as const;

/** A test with a bench of its own. */
export const it = (
  title: string,
  work: (bench: Bench) => Promise<void>,
  options: Parameters<typeof openBench>[0] = {},
) => test(title, () => withBench(work, options));

/** An item of the account. */
export const itemOf = (
  eventCode: string,
  pspReference: string,
  success: boolean,
  more: object,
): FakeItem => ({
  eventCode,
  pspReference,
  merchantAccountCode: 'Merchant_tenant_a',
  success: success ? 'true' : 'false',
  ...more,
});

/** An attempt to pay the order. */
export const authorisation = (psp: string, success: boolean): FakeItem =>
  itemOf('AUTHORISATION', psp, success, {
    merchantReference: 'order',
    amount: { value: 10_000, currency: 'EUR' },
    paymentMethod: 'ideal',
    reason: success ? '' : 'Refused',
  });

/** A change of a payment, without a reference of its own. */
export const changeOf = (
  eventCode: string,
  psp: string,
  payment: string,
  value: number,
  success = true,
): FakeItem =>
  itemOf(eventCode, psp, success, {
    originalReference: payment,
    merchantReference: 'order',
    amount: { value, currency: 'EUR' },
  });
