/** What a driver says of itself: abilities, currencies, limits, declines. */
import assert from 'node:assert/strict';
import { paymentAbilities } from '../abilities.ts';
import { type Currency, currencyExponents } from '../currencies.ts';
import { declineCategories, retryAdvices } from '../declines.ts';
import { money } from '../money.ts';
import { cents, hundred, isAmount, refuses } from './help.ts';
import type { PaymentCase } from './types.ts';

export const factCases: readonly PaymentCase[] = [
  {
    id: 'PM-001',
    title: 'charges yen, euro, dinar and unidad de fomento to the minor unit',
    async run({ gateway, driver, tokens }) {
      const all = [money(5_001n, 'JPY'), money(1_999n, 'EUR'), money(12_345n, 'KWD'), money(123_457n, 'CLF')];
      const { currencies, stepMinor } = driver.facts;
      const taken = all
        .filter(({ currency }) => currencies === 'all' || currencies.includes(currency))
        .map(({ minor, currency }) => money(minor - (minor % (stepMinor?.[currency] ?? 1n)), currency));
      assert.ok(taken.length > 0, 'none of the four currencies is taken');
      for (const amount of taken) {
        const reference = `money-${amount.currency}`;
        const payment = await gateway.create({ reference, amount, method: tokens.succeeds });
        isAmount(payment.amount, amount, 'asked for');
        assert.equal(payment.status, 'captured');
        isAmount((await gateway.retrieve({ id: payment.id })).captured, amount, 'captured');
      }
    },
  },
  {
    id: 'PM-007',
    title: 'refuses a currency that the processor does not take by its name, before anything is sent',
    wants: ['someCurrencies'],
    async run({ gateway, driver, tokens, count }) {
      const { currencies } = driver.facts;
      const all = Object.keys(currencyExponents) as Currency[];
      const strange = all.filter((currency) => currencies !== 'all' && !currencies.includes(currency));
      assert.ok(strange.length > 0, 'a processor that takes every currency says `all`');
      for (const currency of strange) {
        const reference = `strange-${currency}`;
        const amount = money(100_000n, currency);
        const error = await refuses('invalid_argument', currency, () =>
          gateway.create({ reference, amount, method: tokens.succeeds }),
        );
        assert.ok(String(error).includes(currency), `the refusal names ${currency}`);
        assert.equal(await count(reference), 0);
      }
    },
  },
  {
    id: 'PM-008',
    title: 'refuses amounts that are finer than the processor’s steps, before anything is sent',
    wants: ['steps'],
    async run({ gateway, driver, tokens, count }) {
      const { stepMinor = {} } = driver.facts;
      for (const [currency, step] of Object.entries(stepMinor) as [Currency, bigint][]) {
        const reference = `fine-${currency}`;
        const amount = money(step * 1_000n + 1n, currency);
        const error = await refuses('invalid_argument', `${step * 1_000n + 1n} ${currency}`, () =>
          gateway.create({ reference, amount, method: tokens.succeeds }),
        );
        assert.ok(String(error).includes(currency), `the refusal names ${currency}`);
        assert.equal(await count(reference), 0);
      }
    },
  },
  {
    id: 'PM-004',
    title: 'gives a declined payment as a result, with its reason',
    async run({ gateway, tokens }) {
      const payment = await gateway.create({
        reference: 'declined',
        amount: hundred,
        method: tokens.declined,
      });
      assert.equal(payment.status, 'failed');
      assert.ok(payment.decline?.mapped, 'the decline code is in the table');
      assert.notEqual(payment.decline.category, 'unspecified');
      isAmount(payment.captured, cents(0n), 'captured');
    },
  },
  {
    id: 'PM-005',
    title: 'counts decline codes that the table does not know',
    wants: ['unmapped'],
    async run({ gateway, tokens }) {
      const { unmapped: method } = tokens;
      const payment = await gateway.create({ reference: 'odd', amount: hundred, method });
      assert.deepEqual([payment.status, payment.decline?.mapped], ['failed', false]);
      assert.equal(gateway.unmappedDeclines()[payment.decline?.code ?? ''], 1);
    },
  },
  {
    id: 'PM-022',
    title: 'knows every ability that it declares, and a whole decline table',
    async run({ driver }) {
      const strangers = Object.keys(driver.abilities).filter(
        (name) => !Object.hasOwn(paymentAbilities, name),
      );
      assert.deepEqual(strangers, []);
      const { docs, rows } = driver.facts.declines;
      assert.ok(URL.canParse(docs) && docs.startsWith('https:'), 'the table names the vendor’s page');
      for (const [code, row] of Object.entries(rows))
        assert.match(row.messageKey, /^[a-z][\w.]*$/, `the message key of ${code}`);
    },
  },
  {
    id: 'PM-023',
    title: 'is what the definition says of it',
    wants: ['traits'],
    async run({ driver, traits }) {
      assert.deepEqual({ abilities: driver.abilities, facts: driver.facts }, traits);
    },
  },
  {
    id: 'PM-024',
    title: 'tells each code of its decline table, with category and advice',
    hooks: ['decline'],
    async run({ gateway, driver, tokens, decline }) {
      const { rows } = driver.facts.declines;
      let produced = 0;
      for (const [code, row] of Object.entries(rows)) {
        assert.ok(declineCategories.includes(row.category), `${code} has a category`);
        assert.ok(retryAdvices.includes(row.retry), `${code} has advice`);
        const arranged = await decline?.(code);
        if (arranged === undefined) continue;
        produced += 1;
        const { method = tokens.declined, amount = hundred } = arranged;
        const payment = await gateway.create({ reference: `decline-${produced}`, amount, method });
        assert.equal(payment.status, 'failed', `the payment that ${code} declines`);
        assert.deepEqual(payment.decline, { code, mapped: true, ...row });
        isAmount(payment.captured, money(0n, amount.currency), 'captured');
      }
      assert.ok(produced > 0, 'no code of the table can be produced');
    },
  },
];
