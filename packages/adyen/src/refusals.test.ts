import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { methodOf, openBench, visa } from './__tests__/payment-harness.ts';
import { adyenDeclines, rawRefusals, refusalCode, refusals } from './refusals.ts';

const documented = [...Array.from({ length: 45 }, (_, index) => index + 2)]
  .filter((code) => code !== 13 && code !== 30)
  .map(String);

describe('refusals', () => {
  test('the table has every code that Adyen documents', () => {
    expect(Object.keys(refusals)).toEqual(documented);
    for (const { reason } of Object.values(refusals)) expect(refusalCode({ reason })).toBeDefined();
  });

  test.each([
    ['the code', { code: '12', reason: 'Not enough balance', resultCode: 'Refused' }, '12'],
    ['the words of a webhook', { reason: 'NOT ENOUGH BALANCE' }, '12'],
    ['the words of a webhook, spelled otherwise', { reason: 'not_enough_balance' }, '12'],
    [
      'the scheme where Adyen says no more than Refused',
      { code: '2', raw: '51 : Insufficient funds/over credit limit' },
      'raw:51',
    ],
    ['the scheme, without its leading zero', { code: '2', raw: '5 : Do not honor' }, 'raw:05'],
    ['Adyen where it says more than the scheme', { code: '6', raw: '51 : Insufficient funds' }, '6'],
    ['Adyen where nobody knows what the scheme says', { code: '27', raw: 'ZZ : Whatever' }, '27'],
    ['the result, where nothing else is said', { resultCode: 'Cancelled' }, '15'],
    ['the result of an error', { resultCode: 'Error' }, '4'],
    ['a code that nobody knows, as it is', { code: '99', raw: '51 : Insufficient funds' }, '99'],
    ['words that nobody knows', { reason: 'Bad weather' }, '2'],
  ])('tells %s', (_, told, code) => {
    expect(refusalCode(told)).toBe(code);
  });

  test('fraud and theft read like any refusal', () => {
    const quiet = ['suspected_fraud', 'lost_or_stolen'];
    for (const { category, messageKey } of Object.values(adyenDeclines.rows))
      if (quiet.includes(category)) expect(messageKey).toBe('payment.declined');
    expect(Object.keys(adyenDeclines.rows)).toHaveLength(
      documented.length + Object.keys(rawRefusals).length + 1,
    );
  });

  test('a refusal by webhook alone has the same code as by the answer', async () => {
    const bench = await openBench();
    const create = {
      reference: 'lost',
      amount: money(100n, 'EUR'),
      capture: 'automatic',
      confirm: true,
    } as const;
    bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'POST' });
    const call = { signal: new AbortController().signal, idempotencyKey: 'one' };
    await expect(
      bench.driver.create({ ...create, method: methodOf(visa, 'NOT_ENOUGH_BALANCE') }, call),
    ).rejects.toMatchObject({ effect: 'unknown' });
    await bench.tell(bench.fake.events());
    expect(await bench.driver.find({ reference: 'lost' }, call)).toMatchObject({
      status: 'failed',
      declineCode: '12',
    });
    await bench.close();
  });
});
