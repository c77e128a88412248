/** What tests of the driver share. */
import { randomUUID } from 'node:crypto';
import { memoryState } from '@im/core';
import { createPaymentGateway, type DriverCreate, type MovingCall, money } from '@im/payments';
import { testMethods } from '../fake/methods.ts';
import { openPaypal } from './payments.ts';

export const eur = (minor: bigint) => money(minor, 'EUR');
export const returnUrl = 'https://shop.test/back';
export const hourMs = 3_600_000;
export const call = (idempotencyKey: string = randomUUID()): MovingCall => ({
  signal: new AbortController().signal,
  idempotencyKey,
});
export const payment = (more: Partial<DriverCreate> = {}): DriverCreate => ({
  reference: 'order-1',
  amount: eur(10_000n),
  capture: 'automatic',
  confirm: true,
  returnUrl,
  ...more,
});

/** An account, a driver, a gateway, and what tests do with them. */
export async function open(how: Parameters<typeof openPaypal>[0] = {}) {
  const opened = await openPaypal(how);
  const gateway = createPaymentGateway(opened.driver, {
    state: memoryState(opened.clock),
    clock: opened.clock,
    onAlert: ({ says }) => {
      throw new Error(says);
    },
  });
  const { fake, driver, clock } = opened;
  /** Delivers all events to the driver. */
  const deliver = async () => {
    for (const event of fake.events())
      await driver.webhooks?.verify(fake.sign(event, clock.now()), clock.now());
  };
  /** An authorization of 100 of which 60 and 30 are taken. */
  const inParts = async () => {
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    await driver.capture(id, { reference: 'c-1', amount: eur(6_000n), final: false }, call());
    return driver.capture(id, { reference: 'c-2', amount: eur(3_000n), final: true }, call());
  };
  return Object.assign(opened, { gateway, deliver, inParts });
}
