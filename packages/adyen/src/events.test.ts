import { describe, expect, test } from 'vitest';
import { type Bench, withBench } from './__tests__/payment-harness.ts';
import type { FakeItem } from './testing.ts';
import { eventCodes } from './webhooks/event-codes.ts';
import { signBody } from './webhooks/signature.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('events', () => {
  const keys = { signal: new AbortController().signal };
  const told = (bench: Bench, eventCode: string, more: object = {}) =>
    bench.driver.webhooks?.verify(
      {
        ...bench.fake.sign([
          {
            eventCode,
            pspReference: `PSP${eventCode}`,
            merchantAccountCode: bench.fake.account().merchantAccount,
            success: 'true',
            amount: { value: 100, currency: 'EUR' },
            merchantReference: 'nobody',
            ...more,
          } as FakeItem,
        ]),
      },
      bench.clock.now(),
    );

  test('every code that Adyen describes is taken, whatever it is about', () =>
    withBench(async (bench) => {
      for (const code of eventCodes) {
        const [event] = (await told(bench, code)) ?? [];
        expect(event).toMatchObject({ id: `${code}:PSP${code}:true`, type: code });
      }
      expect((await told(bench, 'OF_NEXT_YEAR'))?.[0]?.type).toBe('OF_NEXT_YEAR');
    }));

  test('of another merchant account of the company are accepted, and handed over to nobody', () =>
    withBench(async (bench) => {
      expect(await told(bench, 'AUTHORISATION', { merchantAccountCode: 'Another' })).toEqual([]);
      expect(await bench.driver.find({ reference: 'nobody' }, keys)).toBeUndefined();
    }));

  test('a payment that somebody else made on the account is kept too', () =>
    withBench(async (bench) => {
      await told(bench, 'AUTHORISATION', { pspReference: 'ELSEWHERE', merchantReference: 'from the till' });
      expect(await bench.driver.find({ id: 'ELSEWHERE' }, keys)).toMatchObject({
        reference: 'from the till',
        status: 'captured',
      });
      await told(bench, 'AUTHORISATION', { pspReference: 'NAMELESS', merchantReference: '' });
      expect(await bench.driver.find({ id: 'NAMELESS' }, keys)).toMatchObject({ reference: 'psp:NAMELESS' });
    }));

  test('a platform webhook is an event about no payment, the same in each delivery', () =>
    withBench(async (bench) => {
      const body = bytes({ type: 'recurring.token.created', data: {} });
      const delivery = { body, headers: { hmacsignature: signBody(body, bench.fake.account().hmacKey) } };
      const first = await bench.driver.webhooks?.verify(delivery, 0);
      expect(first).toMatchObject([{ type: 'recurring.token.created' }]);
      expect(await bench.driver.webhooks?.verify(delivery, 1)).toEqual(first);
    }));
});
