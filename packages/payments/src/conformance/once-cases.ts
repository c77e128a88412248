/** Never twice: repetitions, lost answers, restarts and races. */
import assert from 'node:assert/strict';
import { errorCode, isIntegrationError } from '@im/core';
import type { RawWebhook } from '../driver.ts';
import { equalMoney } from '../money.ts';
import { authorized, booksSay, captured, cents, driverCall, hundred, isUncertain, refuses } from './help.ts';
import type { CaseContext, PaymentCase } from './types.ts';

const charge = ({ gateway, tokens }: Pick<CaseContext, 'gateway' | 'tokens'>, reference: string) =>
  gateway.create({ reference, amount: hundred, method: tokens.succeeds });
const once = async ({ count }: CaseContext, reference: string) =>
  assert.equal(await count(reference), 1, `payments made under ${reference}`);
const settle = ({ advance, driver }: CaseContext) => advance(driver.facts.settleMs + 1);

export const onceCases: readonly PaymentCase[] = [
  {
    id: 'PM-030',
    title: 'charges once for one reference, however often and from whichever process it is asked',
    async run(context) {
      const first = await charge(context, 'again');
      const second = await charge(context, 'again');
      const third = await charge({ ...context, gateway: context.other }, 'again');
      assert.deepEqual([second.id, third.id], [first.id, first.id]);
      await once(context, 'again');
    },
  },
  {
    id: 'PM-031',
    title: 'charges once when two processes ask at the same instant',
    async run(context) {
      const both = await Promise.allSettled([
        charge(context, 'race'),
        charge({ ...context, gateway: context.other }, 'race'),
      ]);
      assert.ok(
        both.some(({ status }) => status === 'fulfilled'),
        'one of them gets its payment',
      );
      for (const one of both)
        if (one.status === 'rejected') assert.equal(errorCode(one.reason), 'unavailable', String(one.reason));
      await once(context, 'race');
    },
  },
  {
    id: 'PM-032',
    title: 'gives the first answer again for a key that it knows, and refuses the key for another request',
    wants: ['keys'],
    async run(context) {
      const { driver, tokens } = context;
      const create = {
        reference: 'key',
        amount: hundred,
        method: tokens.succeeds,
        capture: 'automatic',
        confirm: true,
      } as const;
      const first = await driver.create(create, driverCall('one-key'));
      const again = await driver.create(create, driverCall('one-key'));
      assert.equal(again.id, first.id);
      await once(context, 'key');
      await refuses('invalid_argument', 'another request with the same key', () =>
        driver.create({ ...create, amount: cents(1n) }, driverCall('one-key')),
      );
    },
  },
  {
    id: 'PM-033',
    title: 'does not charge again when the answer was lost',
    wants: ['lose'],
    async run(context) {
      context.lose?.('create', 'answer');
      await isUncertain('a charge without an answer', () => charge(context, 'lost'));
      const found = await charge({ ...context, gateway: context.other }, 'lost');
      assert.equal(found.status, 'captured');
      await once(context, 'lost');
    },
  },
  {
    id: 'PM-034',
    title: 'finds out by reconciling that a charge was made, and moves nothing on the way',
    wants: ['lose', 'lookup'],
    async run(context) {
      context.lose?.('create', 'answer');
      await isUncertain('a charge without an answer', () => charge(context, 'known'));
      const [line, ...more] = await context.other.reconcile();
      assert.deepEqual(
        [line?.reference, line?.outcome, line?.payment?.status, more],
        ['known', 'done', 'captured', []],
      );
      assert.deepEqual(await context.gateway.reconcile(), []);
      await once(context, 'known');
    },
  },
  {
    id: 'PM-035',
    title:
      'finds out by reconciling that nothing was charged, says so only once it is sure, and charges when asked again',
    wants: ['lose', 'lookup'],
    async run(context) {
      context.lose?.('create', 'request');
      await isUncertain('a charge without an answer', () => charge(context, 'gone'));
      const outcomes = async () => (await context.gateway.reconcile()).map(({ outcome }) => outcome);
      assert.deepEqual(await outcomes(), ['open']);
      await settle(context);
      assert.deepEqual(await outcomes(), ['absent']);
      assert.equal(await context.count('gone'), 0, 'reconciling moves no money');
      assert.equal((await charge(context, 'gone')).status, 'captured');
      await once(context, 'gone');
    },
  },
  {
    id: 'PM-036',
    title: 'captures once when the answer was lost',
    needs: ['manualCapture', 'partialCapture', 'multiCapture'],
    wants: ['lose'],
    async run(context) {
      const { id } = await authorized(context, 'capture');
      const take = () =>
        context.gateway.capture(id, { reference: 'capture-1', amount: cents(4_000n), more: true });
      context.lose?.('capture', 'answer');
      await isUncertain('a capture without an answer', take);
      await settle(context);
      const after = await take();
      assert.equal(after.captures.length, 1);
      await booksSay(context, id, { captured: cents(4_000n) });
    },
  },
  {
    id: 'PM-037',
    title: 'refunds once when the answer was lost',
    needs: ['partialRefund'],
    wants: ['lose'],
    async run(context) {
      const { id } = await captured(context, 'giveback');
      const give = () => context.gateway.refund(id, { reference: 'giveback-1', amount: cents(4_000n) });
      context.lose?.('refund', 'answer');
      await isUncertain('a refund without an answer', give);
      await settle(context);
      await give();
      await give();
      await booksSay(context, id, { refunded: cents(4_000n) });
    },
  },
  {
    id: 'PM-038',
    title:
      'takes an absence for nothing where the processor cannot be asked: sends the same key again, and nothing once that is forgotten',
    wants: ['lose', 'noLookup'],
    async run(context) {
      const { gateway, lose, advance, driver } = context;
      const isOpen = async (reference: string) => {
        assert.deepEqual(
          (await gateway.reconcile()).map((line) => [line.reference, line.outcome]),
          [[reference, 'open']],
        );
        assert.equal(await gateway.abandon(reference), false, 'what may have been done cannot be given up');
      };
      lose?.('create', 'answer');
      await isUncertain('a charge without an answer', () => charge(context, 'dark'));
      await isOpen('dark');
      await settle(context);
      await isOpen('dark');
      assert.equal((await charge(context, 'dark')).status, 'captured');
      await once(context, 'dark');
      lose?.('create', 'request');
      await isUncertain('a charge without an answer', () => charge(context, 'darker'));
      await advance((driver.facts.keyTtlMs ?? 0) + 1);
      const error = await refuses('failed_precondition', 'a key that is forgotten', () =>
        charge(context, 'darker'),
      );
      assert.equal(isIntegrationError(error) ? error.effect : undefined, 'unknown');
      await isOpen('darker');
      assert.equal(await context.count('darker'), 0, 'nothing was sent again');
    },
  },
  {
    id: 'PM-039',
    title: 'finds out by a webhook what became of a lost answer, where the processor cannot be asked',
    needs: ['webhooks'],
    wants: ['lose', 'noLookup'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { gateway, lose, sign, events, clock } = context;
      lose?.('create', 'answer');
      await isUncertain('a charge without an answer', () => charge(context, 'told'));
      const inbox = context.other.inbox({ handle: async () => {} });
      for (const event of (await events?.()) ?? [])
        await inbox.receive(sign?.(event, clock.now()) as RawWebhook);
      const [line, ...more] = await gateway.reconcile();
      assert.deepEqual(
        [line?.reference, line?.outcome, line?.payment?.status, more],
        ['told', 'done', 'captured', []],
      );
      assert.equal((await gateway.retrieve({ reference: 'told' })).id, line?.payment?.id);
      await once(context, 'told');
    },
  },
  {
    id: 'PM-040',
    title: 'lets one of a capture and a void at the same instant win',
    needs: ['manualCapture'],
    async run(context) {
      const { id } = await authorized(context, 'either');
      const both = await Promise.allSettled([
        context.driver.capture(
          id,
          { reference: 'either-capture', amount: hundred, final: true },
          driverCall(),
        ),
        context.driver.void(id, 'either-void', driverCall()),
      ]);
      assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, 'exactly one wins');
      for (const one of both)
        if (one.status === 'rejected') assert.equal(errorCode(one.reason), 'failed_precondition');
      const payment = await context.gateway.retrieve({ id });
      const isTaken = both[0]?.status === 'fulfilled';
      assert.equal(payment.status, isTaken ? 'captured' : 'voided');
      assert.ok(equalMoney(payment.captured, isTaken ? hundred : cents(0n)));
    },
  },
  {
    id: 'PM-041',
    title: 'gives back no more than was captured, however many refunds meet',
    needs: ['partialRefund'],
    async run(context) {
      const { id } = await captured(context, 'rush');
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) =>
          context.driver.refund(id, { reference: `rush-${index}`, amount: cents(3_000n) }, driverCall()),
        ),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3, 'three times 30 of 100');
      await booksSay(context, id, { status: 'partially_refunded', refunded: cents(9_000n) });
    },
  },
  {
    id: 'PM-042',
    title: 'does nothing for a call that was aborted before',
    async run(context) {
      const reason = new Error('given up');
      const call = { signal: AbortSignal.abort(reason) };
      const create = { reference: 'aborted', amount: hundred, method: context.tokens.succeeds };
      await assert.rejects(context.gateway.create(create, call), (error) => error === reason);
      const aborted = { ...call, idempotencyKey: 'aborted' };
      await assert.rejects(
        context.driver.create({ ...create, capture: 'automatic', confirm: true }, aborted),
        (error) => error === reason,
      );
      assert.equal(await context.count('aborted'), 0);
    },
  },
];
