import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { PaymentDriver } from './driver.ts';
import { createPaymentGateway } from './gateway.ts';
import type { PaymentGateway } from './gateway.types.ts';
import { memoryTokens } from './memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from './memory/memory-driver.ts';
import { memoryError } from './memory/memory-errors.ts';
import { type Money, money, parseMoney } from './money.ts';
import type { DriverPayment, Payment } from './payment.ts';

const ten = parseMoney('10.00', 'EUR');
const method = memoryTokens.succeeds;

function open(
  change: (driver: MemoryDriver) => Partial<PaymentDriver> = () => ({}),
  processorOptions: MemoryDriverOptions = {},
) {
  const clock = createVirtualClock();
  const real = memoryDriver({ clock, ...processorOptions });
  const driver = { ...real, ...change(real) } as MemoryDriver;
  const alerts: object[] = [];
  const state = memoryState(clock);
  const options = { state, clock, onAlert: (alert: object) => void alerts.push(alert) };
  const gateway = createPaymentGateway(driver, options);
  return {
    clock,
    gateway,
    driver,
    alerts,
    state,
    options,
    processor: real.native(),
    ledger: real.native().ledger,
  };
}
const failing = (code: string, reason?: string) =>
  expect.objectContaining(reason === undefined ? { code, provider: 'memory' } : { code, reason });

describe('a payment gateway refuses bad input before anything is sent', () => {
  it.each([
    ['a negative amount', { amount: money(-1n, 'EUR') }, 'amount'],
    ['nothing', { amount: money(0n, 'EUR') }, 'amount'],
    ['a fraction', { amount: { minor: 12.5, currency: 'EUR' } as never }, 'amount'],
    ['a look-alike', { amount: { minor: 5n, currency: 'EUR' } as never }, 'amount'],
    ['an amount above the limit', { amount: money(10_000_000n, 'JPY') }, 'amount'],
    ['no reference', { reference: '' }, 'reference'],
    ['a reference with spaces', { reference: 'a b' }, 'reference'],
    ['a long reference', { reference: 'x'.repeat(65) }, 'reference'],
    ['a card number', { method: '4111 1111 1111 1111' }, 'card_data'],
    ['a card number in a description', { description: 'with 4111-1111-1111-1111' }, 'card_data'],
    ['a security code', { cvc: '123' } as never, 'card_data'],
    ['a return to nowhere', { returnUrl: 'javascript:alert(1)' }, 'return_url'],
  ])('%s', async (_, bad, reason) => {
    const { gateway, ledger } = open();
    await expect(gateway.create({ reference: 'a', amount: ten, method, ...bad })).rejects.toEqual(
      failing('invalid_argument', reason),
    );
    expect(ledger.payments).toEqual([]);
  });

  it('another operation under a reference that is taken', async () => {
    const { gateway, ledger } = open();
    await gateway.create({ reference: 'a', amount: ten, method });
    const other = gateway.create({ reference: 'a', amount: money(1n, 'EUR'), method });
    await expect(other).rejects.toEqual(failing('invalid_argument', 'reference_reused'));
    expect(ledger.payments).toHaveLength(1);
  });

  it('a refund above what was captured, in another currency, or of what was never captured', async () => {
    const { gateway, ledger } = open();
    const { id } = await gateway.create({ reference: 'a', amount: ten, method });
    const refund = (reference: string, amount: Money = ten) => gateway.refund(id, { reference, amount });
    await expect(refund('r1', money(1_001n, 'EUR'))).rejects.toEqual(
      failing('failed_precondition', 'amount'),
    );
    await expect(refund('r2', money(1n, 'USD'))).rejects.toEqual(failing('invalid_argument', 'amount'));
    const held = await gateway.authorize({ reference: 'b', amount: ten, method });
    await expect(gateway.refund(held.id, { reference: 'r3' })).rejects.toEqual(
      failing('failed_precondition', 'status'),
    );
    expect(ledger.payments.flatMap(({ refunds }) => refunds)).toEqual([]);
  });
});

describe('a payment gateway checks what the processor says', () => {
  const lying = (change: (payment: DriverPayment) => Partial<DriverPayment>) =>
    open((driver) => ({
      create: async (...args) => {
        const payment = await driver.create(...args);
        return { ...payment, ...change(payment) };
      },
    }));

  it.each<[string, (payment: DriverPayment) => Partial<DriverPayment>]>([
    ['another amount', () => ({ amount: money(1_001n, 'EUR'), captured: money(0n, 'EUR'), captures: [] })],
    [
      'another currency',
      () => ({
        amount: money(1_000n, 'USD'),
        captured: money(0n, 'USD'),
        captures: [],
        refunded: money(0n, 'USD'),
      }),
    ],
    ['another reference', () => ({ reference: 'b' })],
    ['captures that do not add up', () => ({ captured: money(1n, 'EUR') })],
    [
      'more captured than asked',
      (one) => ({ captured: money(2_000n, 'EUR'), captures: [...one.captures, ...one.captures] }),
    ],
    ['money that is none', () => ({ refunded: { minor: 0n, currency: 'EUR' } as never })],
  ])('%s is an error and an alert, never a success', async (_, change) => {
    const { gateway, alerts } = lying(change);
    const error = await gateway
      .create({ reference: 'a', amount: ten, method })
      .catch((caught: unknown) => caught);
    expect(error).toEqual(
      expect.objectContaining({ code: 'internal', effect: 'unknown', reason: 'integrity' }),
    );
    expect(alerts).toEqual([
      expect.objectContaining({ kind: 'integrity', operation: 'create', reference: 'a' }),
    ]);
  });

  it('tells of a breach also when nobody can be alerted', async () => {
    const { driver, options } = lying(() => ({ reference: 'b' }));
    const deaf = new Error('the pager is down');
    const gateway = createPaymentGateway(driver, {
      ...options,
      onAlert: () => {
        throw deaf;
      },
    });
    const create = gateway.create({ reference: 'a', amount: ten, method });
    await expect(create).rejects.toMatchObject({ code: 'internal', reason: 'integrity', cause: deaf });
  });

  it('keeps an operation whose answer was not right among those to reconcile', async () => {
    const { gateway } = lying(() => ({ reference: 'b' }));
    await expect(gateway.create({ reference: 'a', amount: ten, method })).rejects.toThrow();
    const [line] = await gateway.reconcile();
    expect(line).toMatchObject({ reference: 'a', outcome: 'done' });
  });

  it('takes no payment back by an old answer, and alerts when two answers contradict each other', async () => {
    const told: DriverPayment[] = [];
    const { gateway, alerts, ledger } = open(() => ({ find: async () => told[0] }));
    const held = await gateway.authorize({ reference: 'a', amount: ten, method });
    const old = ledger.payments[0] as DriverPayment;
    told[0] = old;
    if (held.status !== 'authorized') throw new Error(held.status);
    await gateway.capture(held, { reference: 'c' });
    const again = await gateway.retrieve({ id: held.id });
    expect([again.status, again.captured.minor]).toEqual(['captured', 1_000n]);
    told[0] = { ...old, status: 'voided' };
    await expect(gateway.retrieve({ id: held.id })).rejects.toEqual(failing('internal', 'contradiction'));
    expect(alerts).toHaveLength(1);
  });

  it('believes that a refund failed, though less is refunded than before', async () => {
    let told: DriverPayment | undefined;
    const { gateway, driver, ledger } = open((real) => ({
      find: async (...args) => told ?? real.find(...args),
    }));
    const { id } = await gateway.create({ reference: 'a', amount: ten, method });
    expect((await gateway.refund(id, { reference: 'r' })).status).toBe('refunded');
    const now = ledger.payments[0] as DriverPayment;
    const refunds = now.refunds.map((refund) => ({ ...refund, status: 'failed' as const }));
    told = { ...now, status: 'captured', refunded: money(0n, 'EUR'), refunds };
    expect((await gateway.retrieve({ id })).status).toBe('captured');
    told = now;
    expect((await gateway.retrieve({ id })).status).toBe('captured');
    expect(driver.name).toBe('memory');
  });
});

describe('a payment gateway never moves money twice', () => {
  it('writes its record and key before it sends, and sends the same key again', async () => {
    const keys: string[] = [];
    const { gateway, state, processor } = open((driver) => ({
      create: async (create, call) => {
        const stored = await state.get('payments/memory/operation/create/a');
        keys.push(call.idempotencyKey, (JSON.parse(stored?.value ?? '{}') as { key: string }).key);
        return driver.create(create, call);
      },
    }));
    processor.lose('create', 'request', 2);
    const create = () => gateway.create({ reference: 'a', amount: ten, method });
    for (let times = 0; times < 2; times += 1)
      await expect(create()).rejects.toMatchObject({ effect: 'unknown' });
    await create();
    expect([keys.length, new Set(keys).size]).toEqual([6, 1]);
  });

  it('takes a new key after a refusal, since nothing was done', async () => {
    const keys: string[] = [];
    let refusals = 1;
    const { gateway, ledger } = open((driver) => ({
      create: async (create, call) => {
        keys.push(call.idempotencyKey);
        if (refusals-- > 0) throw memoryError('currency');
        return driver.create(create, call);
      },
    }));
    const create = () => gateway.create({ reference: 'a', amount: ten, method });
    await expect(create()).rejects.toMatchObject({ code: 'invalid_argument', effect: 'none' });
    await create();
    expect([new Set(keys).size, ledger.payments.length]).toEqual([2, 1]);
  });

  it('calls the outcome unknown when a driver throws what it does not know', async () => {
    const { gateway } = open(() => ({ create: () => Promise.reject(new TypeError('x')) }));
    await expect(gateway.create({ reference: 'a', amount: ten, method })).rejects.toMatchObject({
      effect: 'unknown',
      reason: 'outcome_unknown',
      provider: 'memory',
    });
  });

  it('waits for nobody after an abort, and finds out later what had happened', async () => {
    const reason = new Error('enough');
    const stop = new AbortController();
    const { gateway, ledger, clock } = open((driver) => ({
      create: async (create, call) => {
        await driver.create(create, call);
        stop.abort(reason);
        return new Promise(() => {});
      },
    }));
    const create = gateway.create({ reference: 'a', amount: ten, method }, { signal: stop.signal });
    await expect(create).rejects.toBe(reason);
    expect(await gateway.reconcile()).toMatchObject([{ outcome: 'open' }]);
    await clock.advance(30_001);
    expect(await gateway.reconcile()).toMatchObject([{ outcome: 'done', reference: 'a' }]);
    expect(ledger.payments).toHaveLength(1);
  });

  it('moves what was asked first when "all that is left" is asked again', async () => {
    const { gateway, processor, ledger } = open();
    const { id } = await gateway.create({ reference: 'a', amount: ten, method });
    processor.lose('refund', 'request');
    await expect(gateway.refund(id, { reference: 'all' })).rejects.toMatchObject({ effect: 'unknown' });
    await gateway.refund(id, { reference: 'part', amount: money(100n, 'EUR') });
    await expect(gateway.refund(id, { reference: 'all' })).rejects.toMatchObject({ effect: 'unknown' });
    expect(ledger.payments[0]?.refunded.minor).toBe(100n);
  });

  it('keeps an operation among the open ones when an older sending of it is settled late', async () => {
    const waiting: (() => void)[] = [];
    const { gateway, state, clock, ledger } = open((driver) => ({
      create: async (create, call) => {
        const payment = await driver.create(create, call);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return payment;
      },
      find: async () => undefined,
    }));
    const create = () => gateway.create({ reference: 'a', amount: ten, method });
    const first = create();
    await clock.advance(30_001);
    const second = create();
    await clock.advance(0);
    waiting[0]?.();
    await first;
    const open16 = await Promise.all(
      Array.from({ length: 16 }, (_, bucket) => state.get(`payments/memory/open/${bucket}`)),
    );
    expect(open16.flatMap((stored) => JSON.parse(stored?.value ?? '[]') as string[]).length).toBeGreaterThan(
      0,
    );
    expect(await gateway.reconcile()).toMatchObject([{ reference: 'a', outcome: 'open' }]);
    waiting[1]?.();
    await second;
    await gateway.reconcile();
    expect([ledger.payments.length, await gateway.reconcile()]).toEqual([1, []]);
  });

  it('sends nothing after it was suspended for so long that somebody else may have taken it over', async () => {
    const { driver, ledger, clock, state } = open();
    const suspended = {
      ...state,
      compareAndSet: async (...args: Parameters<typeof state.compareAndSet>) => {
        const version = await state.compareAndSet(...args);
        if (args[0].includes('/open/')) await clock.advance(30_000);
        return version;
      },
    };
    const gateway = createPaymentGateway(driver, { state: suspended, clock, onAlert: () => {} });
    await expect(gateway.create({ reference: 'a', amount: ten, method })).rejects.toEqual(
      failing('unavailable', 'in_progress'),
    );
    expect(ledger.payments).toEqual([]);
  });

  it('sends no key that the processor may have forgotten by the time it arrives', async () => {
    const keys: string[] = [];
    const { gateway, processor, clock, ledger } = open(
      (driver) => ({
        create: (create, call) => {
          keys.push(call.idempotencyKey);
          return driver.create(create, call);
        },
      }),
      { lookup: 'none' },
    );
    processor.lose('create', 'answer');
    const create = () => gateway.create({ reference: 'a', amount: ten, method });
    await expect(create()).rejects.toMatchObject({ effect: 'unknown' });
    await clock.advance(86_400_000 - 30_000);
    await expect(create()).rejects.toMatchObject({
      code: 'failed_precondition',
      effect: 'unknown',
      reason: 'outcome_unknown',
      remedy: expect.stringContaining('webhook'),
    });
    const [line] = await gateway.reconcile();
    expect(line).toMatchObject({ outcome: 'open', error: { reason: 'outcome_unknown' } });
    expect([keys.length, ledger.payments.length]).toEqual([1, 1]);
  });

  it.each<[string, MemoryDriverOptions]>([
    ['neither keys nor references', { keys: false, references: false }],
    ['references, and cannot be asked by them', { keys: false, lookup: 'id' }],
    ['no keys, and cannot be asked at all', { keys: false, lookup: 'none' }],
  ])('refuses a processor that could not be held to it: it has %s', (_, options) => {
    const driver = memoryDriver(options);
    const make = () => createPaymentGateway(driver, { state: memoryState(), onAlert: () => {} });
    expect(make).toThrow(failing('unimplemented'));
  });

  it('says that nothing was told of a payment that the processor cannot be asked for', async () => {
    const { gateway } = open(undefined, { lookup: 'id' });
    const asked = (query: Parameters<typeof gateway.retrieve>[0]) =>
      gateway.retrieve(query).catch(({ message }: Error) => message);
    expect(await asked({ reference: 'x' })).toContain('nothing was told of such a payment');
    expect(await asked({ id: 'x' })).toContain('there is no such payment');
  });
});

describe('a payment gateway goes on when the customer is back', () => {
  const begin = async (change?: (driver: MemoryDriver) => Partial<PaymentDriver>) => {
    const opened = open(change);
    const begun = await opened.gateway.create({
      reference: 'a',
      amount: ten,
      method: memoryTokens.threeDSecure,
    });
    if (begun.status !== 'requires_action') throw new Error(begun.status);
    const confirm = (reference = 'a/return') =>
      opened.gateway.confirm(begun, { reference, returned: { result: 'ok' } });
    return { ...opened, begun, confirm };
  };

  it.each(['succeeds', 'fails'] as const)(
    'and gives the payment as it is where the processor was quicker, and the step %s',
    async (outcome) => {
      const { begun, confirm, ledger } = await begin();
      ledger.finish(begun.id, outcome);
      expect((await confirm()).status).toBe(outcome === 'succeeds' ? 'captured' : 'failed');
      expect(ledger.payments[0]?.captures).toHaveLength(outcome === 'succeeds' ? 1 : 0);
    },
  );

  it('and gives it also where the processor is quicker while it is asked', async () => {
    const { confirm } = await begin((driver) => ({
      confirm: (id, confirmed, call) => {
        driver.native().ledger.finish(id, 'succeeds');
        return driver.confirm(id, confirmed, call);
      },
    }));
    expect((await confirm()).status).toBe('captured');
    expect((await confirm()).status).toBe('captured');
  });

  it('and passes a refusal on where the payment still waits', async () => {
    const { confirm } = await begin(() => ({ confirm: () => Promise.reject(memoryError('status')) }));
    await expect(confirm()).rejects.toEqual(failing('failed_precondition', 'status'));
  });
});

describe('a payment gateway counts', () => {
  it('each decline that its table does not know once, however often the payment is looked at', async () => {
    const { gateway } = open();
    const odd = { amount: ten, method: memoryTokens.unheardOf };
    const { id, decline } = await gateway.create({ reference: 'a', ...odd });
    await gateway.retrieve({ id });
    await gateway.create({ reference: 'b', ...odd });
    expect(decline).toMatchObject({ mapped: false, category: 'unspecified' });
    expect(gateway.unmappedDeclines()).toEqual({ code_of_next_year: 2 });
  });
});

describe('a payment gateway is typed', () => {
  it('has only what its driver declares, and lets no status pass that forbids the action', () => {
    type Bare = PaymentGateway<'partialRefund'>;
    expectTypeOf<'capture' extends keyof Bare ? true : false>().toEqualTypeOf<false>();
    expectTypeOf<
      'capture' extends keyof PaymentGateway<'manualCapture'> ? true : false
    >().toEqualTypeOf<true>();
    type CaptureTarget = Parameters<PaymentGateway<'manualCapture'>['capture']>[0];
    expectTypeOf<Payment<'authorized'>>().toExtend<CaptureTarget>();
    expectTypeOf<Payment<'voided'> extends CaptureTarget ? true : false>().toEqualTypeOf<false>();
    expectTypeOf<Payment extends CaptureTarget ? true : false>().toEqualTypeOf<false>();
    expect(
      'capture' in
        createPaymentGateway(
          {
            ...memoryDriver(),
            abilities: {},
            vault: undefined,
            disputes: undefined,
            payouts: undefined,
            settlements: undefined,
            listing: undefined,
            webhooks: undefined,
          } as PaymentDriver,
          { state: memoryState(), onAlert: () => {} },
        ),
    ).toBe(false);
  });
});

describe('a payment gateway lists', () => {
  it('customers, saved methods, disputes and payouts, over pages', async () => {
    const { gateway, processor } = open();
    const customer = await gateway.createCustomer({ reference: 'c-1', email: 'a@shop.test' });
    expect(await gateway.createCustomer({ reference: 'c-1' })).toEqual(customer);
    for (const id of ['a', 'b', 'c']) processor.saveMethod(customer.id, { id });
    await gateway.deleteMethod('b');
    await gateway.deleteMethod('b');
    expect((await gateway.listMethods(customer.id).toArray()).map(({ id }) => id)).toEqual(['a', 'c']);
    const payouts: string[] = [];
    for (const reference of ['1', '2', '3']) {
      const { id } = await gateway.create({ reference, amount: ten, method });
      payouts.push(processor.payOut([id]));
      processor.openDispute(id);
    }
    expect((await gateway.payouts().toArray()).map(({ id }) => id)).toEqual(payouts);
    expect(await gateway.disputes().toArray()).toHaveLength(3);
  });

  it('charges again by a mandate, without the customer', async () => {
    const { gateway } = open();
    const first = await gateway.create({ reference: 'a', amount: ten, method, mandate: 'set_up' });
    const again = await gateway.create({ reference: 'b', amount: ten, mandate: { id: first.mandate ?? '' } });
    expect([typeof first.mandate, again.status]).toEqual(['string', 'captured']);
  });
});
