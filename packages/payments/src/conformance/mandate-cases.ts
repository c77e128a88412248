/** Customers, what they saved, and charges without them. */
import assert from 'node:assert/strict';
import { errorCode, isIntegrationError } from '@im/core';
import { hasAbility } from '../abilities.ts';
import { driverCall, hundred, ready } from './help.ts';
import { expectAll, moreThanAPage } from './pages.ts';
import type { CaseContext, PaymentCase } from './types.ts';

const dayMs = 86_400_000;

/** The customer does what the payment asks for. */
async function complete(
  { gateway, finish }: CaseContext,
  begun: Awaited<ReturnType<CaseContext['gateway']['create']>>,
) {
  if (begun.status !== 'requires_action') return begun;
  const returned = await finish?.(begun.id);
  return gateway.confirm(ready('confirm', begun), { reference: `${begun.reference}-return`, returned });
}

export const mandateCases: readonly PaymentCase[] = [
  {
    id: 'PM-060',
    title: 'gives the same customer for the same reference, however long ago and whoever asks',
    needs: ['vault'],
    async run({ gateway, other, driver, advance }) {
      const customer = await gateway.createCustomer({ reference: 'customer', email: 'customer@shop.test' });
      assert.equal(customer.reference, 'customer');
      const again = await other.createCustomer({ reference: 'customer', email: 'customer@shop.test' });
      assert.equal(again.id, customer.id);
      await advance(2 * dayMs);
      const later = await driver.vault?.createCustomer({ reference: 'customer' }, driverCall());
      assert.equal(later?.id, customer.id, 'two days later');
      assert.notEqual((await gateway.createCustomer({ reference: 'someone-else' })).id, customer.id);
    },
  },
  {
    id: 'PM-061',
    title: 'lists what a customer saved, over pages, and nothing of another customer',
    needs: ['vault'],
    hooks: ['saveMethod'],
    async run(context) {
      const { gateway, driver, saveMethod } = context;
      const [one, two] = [
        await gateway.createCustomer({ reference: 'saver' }),
        await gateway.createCustomer({ reference: 'other-saver' }),
      ];
      const saved: string[] = [];
      for (let left = moreThanAPage(context); left > 0; left -= 1)
        saved.push((await saveMethod?.(one.id)) as string);
      const foreign = await saveMethod?.(two.id);
      const listed = await expectAll(
        saved,
        (cursor) => driver.vault?.listMethods(one.id, cursor, driverCall()),
        gateway.listMethods(one.id),
      );
      for (const { kind, last4 } of listed) {
        assert.ok(kind !== '', 'the kind of a saved method');
        assert.match(last4 ?? '0000', /^\d{4}$/, 'the last four digits, and no more');
      }
      const others = await gateway.listMethods(two.id).toArray();
      assert.deepEqual(
        others.map(({ id }) => id),
        [foreign],
      );
    },
  },
  {
    id: 'PM-062',
    title: 'deletes a saved method, and what is gone already with success',
    needs: ['vault'],
    hooks: ['saveMethod'],
    async run({ gateway, other, saveMethod }) {
      const customer = await gateway.createCustomer({ reference: 'deleter' });
      const gone = (await saveMethod?.(customer.id)) as string;
      const kept = await saveMethod?.(customer.id);
      await gateway.deleteMethod(gone);
      await other.deleteMethod(gone);
      const left = await gateway.listMethods(customer.id).toArray();
      assert.deepEqual(
        left.map(({ id }) => id),
        [kept],
      );
    },
  },
  {
    id: 'PM-063',
    title: 'sets up a mandate with the customer, and charges with it again without',
    needs: ['mandates'],
    async run(context) {
      const { gateway, driver, tokens } = context;
      const customer = hasAbility(driver, 'vault')
        ? (await gateway.createCustomer({ reference: 'subscriber' })).id
        : undefined;
      const begun = await gateway.create({
        reference: 'mandate-1',
        amount: hundred,
        method: tokens.mandate ?? tokens.succeeds,
        customer,
        mandate: 'set_up',
        returnUrl: 'https://shop.test/return',
      });
      const first = await complete(context, begun);
      assert.equal(first.status, 'captured');
      assert.ok(first.mandate, 'the payment names the mandate');
      const { mandate } = await gateway.retrieve({ id: first.id });
      assert.equal(mandate, first.mandate, 'asked later');
      const again = { reference: 'mandate-2', amount: hundred, customer, mandate: { id: first.mandate } };
      const second = await gateway.create(again);
      assert.equal(second.status, 'captured');
      assert.notEqual(second.id, first.id);
      assert.equal((await gateway.create(again)).id, second.id);
      assert.equal(await context.count('mandate-2'), 1);
    },
  },
  {
    id: 'PM-064',
    title: 'refuses a mandate that there is not, and charges nothing',
    needs: ['mandates'],
    async run({ gateway, count }) {
      const create = { reference: 'no-mandate', amount: hundred, mandate: { id: 'nobody' } };
      const error = await gateway.create(create).then(
        ({ status }) => assert.fail(`the payment is ${status}`),
        (caught: unknown) => caught,
      );
      const codes = ['not_found', 'invalid_argument', 'failed_precondition'];
      assert.ok(codes.includes(errorCode(error)), `an unknown mandate: ${String(error)}`);
      assert.equal(isIntegrationError(error) ? error.effect : undefined, 'none');
      assert.equal(await count('no-mandate'), 0);
    },
  },
];
