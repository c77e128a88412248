/** A payment's life, from the charge to the last refund, and what its status forbids. */
import assert from 'node:assert/strict';
import {
  authorized,
  booksSay,
  captured,
  cents,
  driverCall,
  hundred,
  isAmount,
  ready,
  refuses,
} from './help.ts';
import type { PaymentCase } from './types.ts';

export const lifeCases: readonly PaymentCase[] = [
  {
    id: 'PM-002',
    title: 'finds a payment by its id and by our reference',
    async run(context) {
      const { id } = await captured(context, 'find-1');
      await captured(context, 'find-2');
      const byReference = await context.gateway.retrieve({ reference: 'find-1' });
      assert.deepEqual([byReference.id, byReference.reference], [id, 'find-1']);
      assert.equal((await context.gateway.retrieve({ id })).reference, 'find-1');
    },
  },
  {
    id: 'PM-003',
    title: 'says that there is no such payment',
    async run({ gateway }) {
      await refuses('not_found', 'an unknown reference', () => gateway.retrieve({ reference: 'nobody' }));
      await refuses('not_found', 'an unknown id', () => gateway.retrieve({ id: 'nobody' }));
    },
  },
  {
    id: 'PM-006',
    title: 'waits for the customer, says where to, and goes on',
    wants: ['threeDSecure', 'finish'],
    async run({ gateway, tokens, finish }) {
      const { threeDSecure: method } = tokens;
      const begun = await gateway.create({
        reference: '3ds',
        amount: hundred,
        method,
        returnUrl: 'https://shop.test/return',
      });
      assert.equal(begun.status, 'requires_action');
      assert.ok(
        begun.nextAction && begun.nextAction.kind !== 'wait_for_webhook',
        'where the customer has to go',
      );
      isAmount(begun.captured, cents(0n), 'captured before');
      const returned = await finish?.(begun.id);
      const done = await gateway.confirm(ready('confirm', begun), { reference: '3ds-return', returned });
      assert.equal(done.status, 'captured');
      isAmount(done.captured, hundred, 'captured after');
    },
  },
  {
    id: 'PM-010',
    title: 'authorizes without taking, then takes all',
    needs: ['manualCapture'],
    async run(context) {
      const payment = await authorized(context, 'auth');
      isAmount(payment.captured, cents(0n), 'captured before');
      const after = await context.gateway.capture(payment, { reference: 'auth-capture' });
      assert.equal(after.status, 'captured');
      await booksSay(context, payment.id, { status: 'captured', captured: hundred });
    },
  },
  {
    id: 'PM-011',
    title: 'captures a part and lets the rest go',
    needs: ['manualCapture', 'partialCapture'],
    async run(context) {
      const payment = await authorized(context, 'part');
      await context.gateway.capture(payment, { reference: 'part-1', amount: cents(2_500n) });
      await booksSay(context, payment.id, { status: 'captured', captured: cents(2_500n) });
      await refuses('failed_precondition', 'a capture of what was let go', () =>
        context.driver.capture(
          payment.id,
          { reference: 'part-2', amount: cents(1n), final: true },
          driverCall(),
        ),
      );
    },
  },
  {
    id: 'PM-012',
    title: 'captures in several parts, up to the authorization and not beyond',
    needs: ['manualCapture', 'partialCapture', 'multiCapture'],
    async run(context) {
      const { id } = await authorized(context, 'parts');
      const first = await context.gateway.capture(id, {
        reference: 'parts-1',
        amount: cents(3_333n),
        more: true,
      });
      assert.equal(first.status, 'partially_captured');
      await context.gateway.capture(id, { reference: 'parts-2', amount: cents(3_333n), more: true });
      await refuses('failed_precondition', 'more than is left', () =>
        context.driver.capture(
          id,
          { reference: 'parts-3', amount: cents(3_335n), final: true },
          driverCall(),
        ),
      );
      await context.gateway.capture(id, { reference: 'parts-4' });
      await booksSay(context, id, { status: 'captured', captured: hundred });
    },
  },
  {
    id: 'PM-013',
    title: 'voids an authorization, and takes nothing afterwards',
    needs: ['manualCapture'],
    async run(context) {
      const payment = await authorized(context, 'void');
      assert.equal((await context.gateway.void(payment, { reference: 'void-1' })).status, 'voided');
      await booksSay(context, payment.id, { status: 'voided', captured: cents(0n) });
    },
  },
  {
    id: 'PM-014',
    title: 'refunds all',
    async run(context) {
      const payment = await captured(context, 'refund');
      assert.equal((await context.gateway.refund(payment, { reference: 'refund-1' })).status, 'refunded');
      await booksSay(context, payment.id, { status: 'refunded', refunded: hundred });
    },
  },
  {
    id: 'PM-015',
    title: 'refunds in parts, up to what was captured and not beyond',
    needs: ['partialRefund'],
    async run(context) {
      const { id } = await captured(context, 'refunds');
      const first = await context.gateway.refund(id, { reference: 'refunds-1', amount: cents(3_333n) });
      assert.equal(first.status, 'partially_refunded');
      await context.gateway.refund(id, { reference: 'refunds-2', amount: cents(3_333n) });
      await refuses('failed_precondition', 'more than is left', () =>
        context.driver.refund(id, { reference: 'refunds-3', amount: cents(3_335n) }, driverCall()),
      );
      await context.gateway.refund(id, { reference: 'refunds-4' });
      await booksSay(context, id, { status: 'refunded', refunded: hundred });
    },
  },
  {
    id: 'PM-020',
    title: 'refuses by itself what a payment’s status forbids, and leaves the books as they were',
    needs: ['manualCapture'],
    async run(context) {
      const { driver } = context;
      const voided = await authorized(context, 'illegal-void');
      await context.gateway.void(voided, { reference: 'illegal-void-1' });
      const taken = await captured(context, 'illegal-captured');
      const held = await authorized(context, 'illegal-authorized');
      const forbidden = {
        'a capture after the void': () =>
          driver.capture(voided.id, { reference: 'x1', amount: hundred, final: true }, driverCall()),
        'a void after the capture': () => driver.void(taken.id, 'x2', driverCall()),
        'a capture after the capture': () =>
          driver.capture(taken.id, { reference: 'x3', amount: hundred, final: true }, driverCall()),
        'a refund before the capture': () =>
          driver.refund(held.id, { reference: 'x4', amount: hundred }, driverCall()),
        'a confirmation of what waits for nothing': () =>
          driver.confirm(taken.id, { reference: 'x5' }, driverCall()),
      };
      for (const [what, call] of Object.entries(forbidden)) await refuses('failed_precondition', what, call);
      await booksSay(context, voided.id, { status: 'voided', captured: cents(0n) });
      await booksSay(context, taken.id, { status: 'captured', captured: hundred, refunded: cents(0n) });
      await booksSay(context, held.id, { status: 'authorized', captured: cents(0n), refunded: cents(0n) });
    },
  },
  {
    id: 'PM-021',
    title: 'captures nothing after the authorization has expired',
    needs: ['manualCapture'],
    async run(context) {
      const { id, expiresAt } = await authorized(context, 'expired');
      assert.ok(expiresAt !== undefined, 'the payment says when its authorization expires');
      await context.advance(expiresAt - context.clock.now() + 1);
      await refuses('failed_precondition', 'a late capture', () =>
        context.driver.capture(id, { reference: 'late', amount: hundred, final: true }, driverCall()),
      );
      await refuses('failed_precondition', 'a late capture by the gateway', () =>
        context.gateway.capture(id, { reference: 'late-2' }),
      );
      await booksSay(context, id, { captured: cents(0n) });
    },
  },
];
