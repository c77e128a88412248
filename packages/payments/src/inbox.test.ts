import { memoryState, Secret } from '@im/core';
import { createVirtualClock, deliverWebhooks } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { DriverWebhooks, PaymentEvent } from './driver.ts';
import { createPaymentGateway } from './gateway.ts';
import { memoryTokens } from './memory/ledger.ts';
import { type MemoryDriver, memoryDriver } from './memory/memory-driver.ts';
import { signMemoryWebhook } from './memory/memory-webhooks.ts';
import { money } from './money.ts';
import type { Payment } from './payment.ts';

const ten = money(1_000n, 'EUR');

function open(
  options: {
    readonly secrets?: readonly Secret[];
    readonly change?: (driver: MemoryDriver) => Partial<MemoryDriver>;
  } = {},
) {
  const clock = createVirtualClock();
  const real = memoryDriver({ clock, secrets: options.secrets });
  const driver = { ...real, ...options.change?.(real) };
  const alerts: object[] = [];
  const state = memoryState(clock);
  const gateway = createPaymentGateway(driver, { state, clock, onAlert: (alert) => void alerts.push(alert) });
  const handled: [PaymentEvent, Payment | undefined][] = [];
  const inbox = gateway.inbox({ handle: async (...event) => void handled.push(event) });
  return { clock, gateway, alerts, handled, inbox, state, processor: real.native() };
}

describe('the inbox of webhooks', () => {
  it('takes 200 payments’ events, doubled and backwards, and handles each event once', async () => {
    const { clock, gateway, handled, inbox, processor, alerts } = open();
    for (let index = 0; index < 200; index += 1) {
      const { id } = await gateway.create({
        reference: `o-${index}`,
        amount: ten,
        method: memoryTokens.succeeds,
      });
      if (index % 3 === 0) await gateway.refund(id, { reference: `r-${index}` });
    }
    const { events } = processor.ledger;
    const deliveries = await deliverWebhooks(
      events,
      async (webhook) => {
        const body = typeof webhook.body === 'string' ? new TextEncoder().encode(webhook.body) : webhook.body;
        await inbox.receive({ body, headers: webhook.headers });
        return 200;
      },
      {
        sign: (event, now) => processor.sign(event as PaymentEvent, now),
        faults: { copies: 3, order: 'reverse' },
        clock,
      },
    );
    expect(deliveries).toHaveLength(events.length * 3);
    expect(new Set(handled.map(([event]) => event.id)).size).toBe(handled.length);
    expect(handled).toHaveLength(events.length);
    expect(
      handled.every(([, payment]) => payment?.status === 'captured' || payment?.status === 'refunded'),
    ).toBe(true);
    expect(alerts).toEqual([]);
  });

  it('handles an event again whose handler failed, and no event at once with its copy', async () => {
    const { clock, gateway, processor } = open();
    await gateway.create({ reference: 'o', amount: ten, method: memoryTokens.succeeds });
    let finish = () => {};
    const attempts: string[] = [];
    const inbox = gateway.inbox({
      handle: (event) => {
        attempts.push(event.id);
        if (attempts.length === 1) return Promise.reject(new Error('the database is down'));
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const webhook = () => processor.sign(processor.ledger.events[0] as PaymentEvent, clock.now());
    await expect(inbox.receive(webhook())).rejects.toThrow('the database is down');
    const slow = inbox.receive(webhook());
    await clock.advance(0);
    await expect(inbox.receive(webhook())).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'in_progress',
    });
    finish();
    expect(await slow).toEqual({ handled: 1, duplicates: 0 });
    expect(await inbox.receive(webhook())).toEqual({ handled: 0, duplicates: 1 });
  });

  it('is safe against the race with the customer’s return: both see one capture', async () => {
    const { clock, gateway, inbox, handled, processor } = open();
    const begun = await gateway.create({ reference: 'o', amount: ten, method: memoryTokens.threeDSecure });
    if (begun.status !== 'requires_action') throw new Error(begun.status);
    const confirm = gateway.confirm(begun, { reference: 'o/return', returned: { result: 'ok' } });
    const [event] = processor.ledger.events.slice(-1);
    const receive = inbox.receive(processor.sign(event as PaymentEvent, clock.now()));
    const [after] = await Promise.all([confirm, receive]);
    expect(after.status).toBe('captured');
    expect(processor.ledger.payments[0]?.captures).toHaveLength(1);
    expect(handled).toHaveLength(1);
  });

  it('believes any of several secrets, so that they can be rotated, and nothing while there is none', async () => {
    const [old, next, foreign] = ['old', 'next', 'foreign'].map(
      (name) => new Secret(`${name}-webhook-secret`),
    );
    if (!old || !next || !foreign) throw new Error('three secrets');
    const event: PaymentEvent = { id: 'e', type: 'ping' };
    const { inbox, clock } = open({ secrets: [next, old] });
    const signed = (secret: Secret, id: string) => signMemoryWebhook({ ...event, id }, clock.now(), secret);
    expect(await inbox.receive(signed(old, '1'))).toEqual({ handled: 1, duplicates: 0 });
    expect(await inbox.receive(signed(next, '2'))).toEqual({ handled: 1, duplicates: 0 });
    await expect(inbox.receive(signed(foreign, '3'))).rejects.toMatchObject({ code: 'unauthenticated' });
    const without = open({ secrets: [] });
    await expect(without.inbox.receive(signed(old, '1'))).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'no_secret',
    });
  });

  it.each([
    '',
    't=1',
    'v1=00',
    't=,v1=',
    't=x,v1=y',
    `t=${'9'.repeat(40)},v1=00`,
    'v1=00,t=1',
    't=1,t=2,v1=00',
  ])('refuses the signature header %j', async (header) => {
    const { inbox } = open();
    const webhook = { body: new TextEncoder().encode('{}'), headers: { 'im-signature': header } };
    await expect(inbox.receive(webhook)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('alerts when an event names another amount than the payment has, and handles nothing', async () => {
    const lies = ({ webhooks }: { readonly webhooks: DriverWebhooks }) => ({
      webhooks: {
        verify: async (...args: Parameters<DriverWebhooks['verify']>) =>
          (await webhooks.verify(...args)).map((event) => ({ ...event, amount: money(1n, 'EUR') })),
      },
    });
    const { inbox, gateway, clock, processor, alerts, handled } = open({ change: lies });
    await gateway.create({ reference: 'o', amount: ten, method: memoryTokens.succeeds });
    const webhook = processor.sign(processor.ledger.events[0] as PaymentEvent, clock.now());
    await expect(inbox.receive(webhook)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
    expect([alerts.length, handled.length]).toEqual([1, 0]);
  });
});
