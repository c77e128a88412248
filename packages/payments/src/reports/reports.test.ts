import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { DriverCreate, PaymentDriver } from '../driver.ts';
import { createPaymentGateway } from '../gateway.ts';
import { memoryTokens } from '../memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';
import { memoryError } from '../memory/memory-errors.ts';
import { type Money, money } from '../money.ts';
import { compareLedgers, type LedgerEntry } from './compare-ledgers.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2030, 0, 31);
const ten = money(1_000n, 'EUR');

async function open(
  options: MemoryDriverOptions = {},
  change: (driver: MemoryDriver) => Partial<PaymentDriver> = () => ({}),
) {
  const clock = createVirtualClock(start);
  const real = memoryDriver({ clock, ...options });
  const driver = { ...real, ...change(real) } as MemoryDriver;
  const state = memoryState(clock);
  const gateway = createPaymentGateway(driver, { state, clock, onAlert: () => {} });
  const charge = (reference: string, amount: Money = ten) =>
    gateway.create({ reference, amount, method: memoryTokens.succeeds });
  const range = (day = 0) => ({ from: start + day * dayMs, to: start + (day + 1) * dayMs });
  /** Somebody moves money past the gateway. */
  const elsewhere = (create: Partial<DriverCreate>) =>
    real.native().ledger.create({
      reference: 'x',
      amount: ten,
      method: memoryTokens.succeeds,
      capture: 'automatic',
      confirm: true,
      ...create,
    });
  return { clock, driver, gateway, charge, range, elsewhere, state, processor: real.native() };
}

describe('our own records of a time', () => {
  it('hold each payment on the day on which it was begun, in order, over pages and from a cursor on', async () => {
    const { gateway, charge, clock, range } = await open();
    const references = Array.from({ length: 205 }, (_, index) => `o-${index}`);
    for (const reference of references) await charge(reference);
    await clock.advance(3 * dayMs);
    await charge('later');
    const pages = gateway.recorded(range());
    expect((await pages.toArray()).map(({ reference }) => reference)).toEqual(references);
    const first = gateway.recorded(range(), { limit: 150 });
    expect(await first.toArray()).toHaveLength(150);
    const rest = await gateway.recorded(range(), { cursor: first.cursor }).toArray();
    expect(rest.map(({ reference }) => reference)).toEqual(references.slice(150));
    const all = await gateway.recorded({ from: start, to: start + 4 * dayMs }).toArray();
    expect([all.length, all.at(-1)?.reference]).toEqual([206, 'later']);
    expect(await gateway.recorded(range(1)).toArray()).toEqual([]);
  });

  it('say what is known of each: made, unknown, not made, and what was seen last', async () => {
    const { gateway, charge, processor, range } = await open({}, (driver) => ({
      create: (create, call) =>
        create.reference === 'refused'
          ? Promise.reject(memoryError('currency'))
          : driver.create(create, call),
    }));
    const { id } = await charge('made');
    await gateway.refund(id, { reference: 'back', amount: money(300n, 'EUR') });
    processor.lose('create', 'answer');
    await expect(charge('lost')).rejects.toMatchObject({ effect: 'unknown' });
    await expect(charge('refused')).rejects.toMatchObject({ effect: 'none' });
    await gateway.abandon('never');
    const lines = await gateway.recorded(range()).toArray();
    expect(
      lines.map((one) => [one.reference, one.outcome, one.status, one.captured.minor, one.refunded.minor]),
    ).toEqual([
      ['made', 'made', 'partially_refunded', 1_000n, 300n],
      ['lost', 'unknown', undefined, 0n, 0n],
      ['refused', 'not_made', undefined, 0n, 0n],
    ]);
  });

  it('hold a payment once that was refused and begun anew, on the day of the latter', async () => {
    let refusals = 1;
    const { gateway, charge, clock, range } = await open({}, (driver) => ({
      create: (create, call) =>
        refusals-- > 0 ? Promise.reject(memoryError('currency')) : driver.create(create, call),
    }));
    await expect(charge('again')).rejects.toMatchObject({ effect: 'none' });
    await clock.advance(dayMs);
    await charge('again');
    await charge('again');
    expect(await gateway.recorded(range()).toArray()).toEqual([]);
    expect(await gateway.recorded(range(1)).toArray()).toMatchObject([
      { reference: 'again', outcome: 'made' },
    ]);
  });
});

describe('the report on the payments of a time', () => {
  const kinds = (report: {
    readonly differences: readonly { readonly kind: string; readonly reference: string }[];
  }) => report.differences.map(({ kind, reference }) => [kind, reference]);

  it('agrees over a day of charges, captures, voids and refunds', async () => {
    const { gateway, charge, range } = await open();
    for (let index = 0; index < 40; index += 1) {
      const { id } = await charge(`o-${index}`);
      if (index % 4 === 0) await gateway.refund(id, { reference: `r-${index}` });
    }
    const held = await gateway.authorize({ reference: 'held', amount: ten, method: memoryTokens.succeeds });
    if (held.status !== 'authorized') throw new Error(held.status);
    await gateway.void(held, { reference: 'void' });
    await charge('yen', money(5_001n, 'JPY'));
    const report = await gateway.report(range());
    expect(report).toMatchObject({ by: 'listing', agreed: 42, differences: [], unknown: [], faulty: [] });
    expect(
      report.totals.map(({ currency, captured, refunded }) => [
        currency,
        captured.ours.minor,
        captured.theirs.minor,
        refunded.ours.minor,
        refunded.theirs.minor,
      ]),
    ).toEqual([
      ['EUR', 40_000n, 40_000n, 10_000n, 10_000n],
      ['JPY', 5_001n, 5_001n, 0n, 0n],
    ]);
  });

  it('names what was charged, refunded or voided past us, and what was charged twice', async () => {
    const { gateway, charge, elsewhere, processor, range } = await open();
    const { id } = await charge('refunded-there');
    await charge('twice');
    elsewhere({ reference: 'twice' });
    elsewhere({ reference: 'foreign' });
    processor.ledger.refund(id, { reference: 'by-hand', amount: ten });
    const held = await gateway.authorize({ reference: 'held', amount: ten, method: memoryTokens.succeeds });
    processor.ledger.void(held.id);
    await charge('fine');
    const report = await gateway.report(range());
    expect(kinds(report)).toEqual([
      ['refunded', 'refunded-there'],
      ['twice_there', 'twice'],
      ['status', 'held'],
      ['missing_here', 'foreign'],
    ]);
    expect(report.agreed).toBe(1);
  });

  it('names what we believe was made, and is not there', async () => {
    const { gateway, charge, range } = await open({}, (driver) => ({
      listing: async () => ({ items: [] }),
      find: async (query, call) => (query.id === 'mem_payment_1' ? undefined : driver.find(query, call)),
    }));
    await charge('gone');
    await charge('there');
    const report = await gateway.report(range());
    expect([kinds(report), report.agreed]).toEqual([[['missing_there', 'gone']], 1]);
  });

  it('looks for what clocks put on another day, and finds a second charge of an older reference', async () => {
    const { gateway, charge, clock, elsewhere, range } = await open({}, (driver) => ({
      create: async (create, call) => {
        if (create.reference === 'midnight') await clock.advance(1_000);
        return driver.create(create, call);
      },
    }));
    await charge('old');
    await clock.advance(dayMs - 500);
    await charge('midnight');
    elsewhere({ reference: 'old' });
    const [before, after] = [await gateway.report(range()), await gateway.report(range(1))];
    expect([before.agreed, kinds(before)]).toEqual([2, []]);
    expect([after.agreed, kinds(after)]).toEqual([0, [['twice_there', 'old']]]);
  });

  it('keeps apart what nobody knows yet', async () => {
    const { gateway, charge, processor, range } = await open();
    processor.lose('create', 'answer');
    await expect(charge('lost')).rejects.toMatchObject({ effect: 'unknown' });
    const report = await gateway.report(range());
    expect([kinds(report), report.unknown.map(({ reference }) => reference)]).toEqual([[], ['lost']]);
    await gateway.reconcile();
    expect(await gateway.report(range())).toMatchObject({ agreed: 1, unknown: [], differences: [] });
  });

  it('keeps apart payments that are not whole in themselves, and goes on', async () => {
    const { gateway, charge, range } = await open({}, (driver) => ({
      listing: async (...args) => {
        const { items = [], next } = (await driver.listing?.(...args)) ?? {};
        return {
          items: items.map((one) => (one.reference === 'odd' ? { ...one, captured: money(1n, 'EUR') } : one)),
          next,
        };
      },
    }));
    await charge('odd');
    await charge('fine');
    const report = await gateway.report(range());
    expect([report.agreed, report.differences, report.faulty.map(({ says }) => says)]).toEqual([
      1,
      [],
      ['the captures do not add up to what is captured'],
    ]);
  });

  it.each<[MemoryDriverOptions, string]>([
    [{}, 'asking'],
    [{ lookup: 'none' }, 'told'],
  ])('is made without a list too: %o is %s', async (options, by) => {
    const { gateway, charge, range, processor } = await open(
      options,
      ({ abilities: { listing: _, ...abilities } }) => ({
        listing: undefined,
        abilities,
      }),
    );
    const { id } = await charge('a');
    processor.ledger.refund(id, { reference: 'by-hand', amount: ten });
    const report = await gateway.report(range());
    expect([report.by, kinds(report)]).toEqual([by, by === 'asking' ? [['refunded', 'a']] : []]);
  });

  it('ends at an abort', async () => {
    const { gateway, charge, range } = await open();
    await charge('a');
    const reason = new Error('enough');
    await expect(gateway.report(range(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the report on a payout', () => {
  it('agrees to the minor unit with what was captured and refunded', async () => {
    const { gateway, charge, processor } = await open();
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push((await charge(`o-${index}`, money(999n, 'EUR'))).id);
    await gateway.refund(ids[0] ?? '', { reference: 'back', amount: money(500n, 'EUR') });
    const payout = (id: string) =>
      gateway
        .payouts()
        .toArray()
        .then((all) => all.find((one) => one.id === id));
    const paid = await payout(processor.payOut(ids));
    if (paid === undefined) throw new Error('no payout');
    const report = await gateway.settlementReport(paid);
    expect(report).toMatchObject({ lines: 8, agreed: 8, differences: [] });
    expect([report.gross.minor, report.fee.minor, report.net.minor]).toEqual([6_493n, 98n, 6_395n]);
    expect(report.net).toEqual(paid.amount);
  });

  it('names lines that are not ours, of other amounts, of no movement, and a sum that is not the payout', async () => {
    const { gateway, charge, elsewhere, processor } = await open({}, (driver) => ({
      settlements: async (...args) => {
        const { items = [], next } = (await driver.settlements?.(...args)) ?? {};
        return {
          items: items.map((line) => {
            if (line.reference === 'more')
              return { ...line, gross: money(1_100n, 'EUR'), net: money(1_085n, 'EUR') };
            return line.reference === 'odd' ? { ...line, movement: 'nobody' } : line;
          }),
          next,
        };
      },
    }));
    const ids = [(await charge('fine')).id, (await charge('more')).id, (await charge('odd')).id];
    const foreign = elsewhere({ reference: 'foreign' }).id;
    processor.payOut([...ids, foreign]);
    const [payout] = await gateway.payouts().toArray();
    if (payout === undefined) throw new Error('no payout');
    const { agreed, differences } = await gateway.settlementReport(payout);
    expect([agreed, differences.map(({ kind, line }) => [kind, line?.reference])]).toEqual([
      1,
      [
        ['amount', 'more'],
        ['unknown_movement', 'odd'],
        ['unknown_payment', 'foreign'],
        ['sum', undefined],
      ],
    ]);
  });
});

describe('two ledgers', () => {
  const entry = (reference: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
    reference,
    amount: ten,
    status: 'captured',
    captured: ten,
    refunded: money(0n, 'EUR'),
    ...change,
  });

  it.each<[string, readonly LedgerEntry[], readonly LedgerEntry[]]>([
    ['missing_there', [entry('a')], []],
    ['missing_here', [], [entry('a')]],
    ['twice_there', [entry('a')], [entry('a', { payment: '1' }), entry('a', { payment: '2' })]],
    ['amount', [entry('a')], [entry('a', { amount: money(1_000n, 'USD') })]],
    ['captured', [entry('a')], [entry('a', { captured: money(999n, 'EUR') })]],
    ['refunded', [entry('a')], [entry('a', { refunded: ten, status: 'refunded' })]],
    ['status', [entry('a')], [entry('a', { status: 'authorized' })]],
  ])('differ by %s', (kind, ours, theirs) => {
    const { agreed, differences } = compareLedgers(ours, theirs);
    expect([agreed, differences.map((one) => one.kind)]).toEqual([0, [kind]]);
  });

  it('agree when they are the same, in whichever order, and when both are empty', () => {
    const [a, b] = [entry('a'), entry('b')];
    expect(compareLedgers([a, b], [b, a])).toMatchObject({ agreed: 2, differences: [] });
    expect(compareLedgers([], [])).toEqual({ agreed: 0, differences: [], totals: [] });
  });
});
