/** Webhooks: forged, old, doubled, in any order. */
import assert from 'node:assert/strict';
import { errorCode, isIntegrationError } from '@im/core';
import type { PaymentEvent, RawWebhook } from '../driver.ts';
import type { Payment } from '../payment.ts';
import { captured, hundred, ready, refuses } from './help.ts';
import type { CaseContext, PaymentCase } from './types.ts';

interface Taken {
  readonly event: PaymentEvent;
  readonly payment: Payment | undefined;
}

const opened = async (context: CaseContext) => {
  const taken: Taken[] = [];
  const handle = async (event: PaymentEvent, payment: Payment | undefined) =>
    void taken.push({ event, payment });
  const { id } = await captured(context, 'hooked');
  await context.gateway.refund(id, { reference: 'hooked-refund' });
  const inbox = context.gateway.inbox({ handle });
  const events = (await context.events?.()) ?? [];
  assert.ok(events.length > 1, 'a charge and a refund make two events or more');
  const signed = (event: PaymentEvent) => context.sign?.(event, context.clock.now()) as RawWebhook;
  return { id, taken, inbox, events, signed, other: context.other.inbox({ handle }) };
};

/** A payment whose customer has finished the step, and is not back yet. */
const beforeReturn = async (context: CaseContext) => {
  const { gateway, tokens, finish, events, sign, clock } = context;
  const { threeDSecure: method } = tokens;
  const returnUrl = 'https://shop.test/return';
  const begun = await gateway.create({ reference: 'race', amount: hundred, method, returnUrl });
  const returned = await finish?.(begun.id);
  const taken: Taken[] = [];
  const inbox = context.other.inbox({
    handle: async (event, payment) => void taken.push({ event, payment }),
  });
  return {
    begun: ready('confirm', begun),
    returned,
    /** Everything that the processor has to say so far, one after the other, also what it said before. */
    deliver: async () => {
      for (const event of (await events?.()) ?? [])
        await inbox.receive(sign?.(event, clock.now()) as RawWebhook);
    },
    expectOnce: async () => {
      assert.equal(await context.count('race'), 1);
      const payment = await gateway.retrieve({ id: begun.id });
      assert.deepEqual([payment.status, payment.captures.length], ['captured', 1]);
      const said = (await events?.()) ?? [];
      assert.ok(said.length > 0, 'there were events');
      assert.equal(taken.length, said.length, 'each event once');
      assert.equal(taken.at(-1)?.payment?.status, 'captured');
      assert.deepEqual(context.alerts, []);
    },
  };
};

export const webhookCases: readonly PaymentCase[] = [
  {
    id: 'PM-050',
    title: 'hands each event over once, however often it is delivered and to whichever process',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { taken, inbox, other, events, signed } = await opened(context);
      for (const event of events) {
        assert.equal((await inbox.receive(signed(event))).handled, 1);
        assert.deepEqual(await other.receive(signed(event)), { handled: 0, duplicates: 1 });
      }
      assert.equal(taken.length, events.length);
    },
  },
  {
    id: 'PM-051',
    title: 'hands over the payment as it is now, in whichever order events come',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { id, taken, inbox, events, signed } = await opened(context);
      for (const event of events.toReversed()) await inbox.receive(signed(event));
      assert.ok(taken.length > 0);
      for (const { payment } of taken) assert.deepEqual([payment?.id, payment?.status], [id, 'refunded']);
      assert.deepEqual(context.alerts, []);
    },
  },
  {
    id: 'PM-052',
    title: 'refuses what is not signed, signed for other bytes, or signed long ago',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { taken, inbox, events, signed } = await opened(context);
      const event = events[0] as PaymentEvent;
      const good = signed(event);
      const changed = Uint8Array.from(good.body);
      changed[changed.byteLength - 3] = (changed[changed.byteLength - 3] ?? 0) ^ 1;
      await refuses('unauthenticated', 'no signature', () => inbox.receive({ ...good, headers: {} }));
      await refuses('unauthenticated', 'another body', () => inbox.receive({ ...good, body: changed }));
      await context.advance(3_600_000);
      await refuses('unauthenticated', 'an old one', () => inbox.receive(good));
      assert.deepEqual(taken, []);
      assert.equal((await inbox.receive(signed(event))).handled, 1);
    },
  },
  {
    id: 'PM-053',
    title: 'refuses a body that somebody parsed',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { inbox, events, signed } = await opened(context);
      const good = signed(events[0] as PaymentEvent);
      const parsed = JSON.parse(new TextDecoder().decode(good.body)) as Uint8Array;
      await refuses('invalid_argument', 'an object', () => inbox.receive({ ...good, body: parsed }));
    },
  },
  {
    id: 'PM-054',
    title: 'believes nothing while no secret is set',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    opens: { withoutSecrets: true },
    async run(context) {
      const { taken, inbox, events, signed } = await opened(context);
      const webhook = signed(events[0] as PaymentEvent);
      for (const one of [webhook, { ...webhook, headers: {} }]) {
        const error = await refuses('failed_precondition', 'a webhook without a secret', () =>
          inbox.receive(one),
        );
        assert.equal(isIntegrationError(error) ? error.reason : undefined, 'no_secret');
      }
      assert.deepEqual(taken, []);
    },
  },
  {
    id: 'PM-055',
    title: 'takes webhooks that come before the customer’s return',
    needs: ['webhooks'],
    wants: ['threeDSecure', 'finish'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { begun, returned, deliver, expectOnce } = await beforeReturn(context);
      await deliver();
      const done = await context.gateway.confirm(begun, { reference: 'race-return', returned });
      assert.equal(done.status, 'captured');
      await deliver();
      await expectOnce();
    },
  },
  {
    id: 'PM-056',
    title: 'takes webhooks that come with the customer’s return, who comes back twice',
    needs: ['webhooks'],
    wants: ['threeDSecure', 'finish'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { begun, returned, deliver, expectOnce } = await beforeReturn(context);
      const confirm = (gateway: CaseContext['gateway']) =>
        gateway.confirm(begun, { reference: 'race-return', returned });
      const [, ...both] = await Promise.allSettled([
        deliver(),
        confirm(context.gateway),
        confirm(context.other),
      ]);
      assert.ok(
        both.some(({ status }) => status === 'fulfilled'),
        'one return gets its payment',
      );
      for (const one of both)
        if (one.status === 'fulfilled') assert.equal(one.value.status, 'captured');
        else assert.equal(errorCode(one.reason), 'unavailable', String(one.reason));
      await Promise.all([deliver(), confirm(context.gateway)]);
      await expectOnce();
    },
  },
  {
    id: 'PM-057',
    title: 'handles an event once of which copies come at once to every process',
    needs: ['webhooks'],
    hooks: ['events', 'sign'],
    async run(context) {
      const { taken, inbox, other, events, signed } = await opened(context);
      for (const event of events) {
        const copies = [inbox, other, inbox, other].map((one) => one.receive(signed(event)));
        const results = await Promise.allSettled(copies);
        for (const one of results)
          if (one.status === 'rejected')
            assert.equal(errorCode(one.reason), 'unavailable', String(one.reason));
        const handled = results.map((one) => (one.status === 'fulfilled' ? one.value.handled : 0));
        assert.equal(Math.max(...handled), 1, 'one copy is handled');
      }
      assert.equal(taken.length, events.length);
    },
  },
];
