import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { type Bench, visa, withBench } from './__tests__/payment-harness.ts';
import { addressesOf } from './client.ts';
import { adyenOptions } from './options.ts';
import { encryptCard } from './testing.ts';

const amount = money(1_250n, 'EUR');
const paymentMethod = encryptCard({ number: visa });
const sent = ({ fake }: Bench) =>
  JSON.parse(new TextDecoder().decode(fake.exchanges.at(-1)?.requestBody)) as Record<string, unknown>;

describe('where the services are (https://docs.adyen.com/development-resources/live-endpoints)', () => {
  const at = (options: object) =>
    addressesOf(adyenOptions.parse({ apiKey: 'key', merchantAccount: 'M', ...options }));

  test('on the test platform', () => {
    expect(at({ version: 71 })).toEqual({
      checkout: 'https://checkout-test.adyen.com/v71/',
      disputes: 'https://ca-test.adyen.com/ca/services/DisputeService/v30/',
      classic: 'https://pal-test.adyen.com/pal/servlet/',
      reports: 'https://ca-test.adyen.com/reports/download/',
    });
  });

  test('on the live platform, by your prefix and region', () => {
    const live = { environment: 'live', liveUrlPrefix: '1797a841fbb37ca7-Shop' };
    expect(at(live)).toEqual({
      checkout: 'https://1797a841fbb37ca7-Shop-checkout-live.adyenpayments.com/checkout/v72/',
      disputes: 'https://ca-live.adyen.com/ca/services/DisputeService/v30/',
      classic: 'https://1797a841fbb37ca7-Shop-pal-live.adyenpayments.com/pal/servlet/',
      reports: 'https://ca-live.adyen.com/reports/download/',
    });
    expect(at({ ...live, region: 'us' }).checkout).toContain('-checkout-live-us.adyenpayments.com');
  });

  test.each([
    [{ environment: 'live' }, 'liveUrlPrefix'],
    [{ liveUrlPrefix: 'https://prefix.example.com' }, 'liveUrlPrefix'],
    [{ version: 70 }, 'version'],
    [{ webhookUser: 'adyen' }, 'webhookPassword'],
    [{ merchantAccount: '' }, 'merchantAccount'],
    [{ apikey: 'x' }, ''],
  ])('%o is refused', (options, field) => {
    const { error } = adyenOptions.safeParse({ apiKey: 'key', merchantAccount: 'M', ...options });
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(field);
  });
});

describe('what is sent', () => {
  test('the key, the account, and nothing in the clear', () =>
    withBench(async (bench) => {
      await bench.client.createPayment(
        {
          reference: 'r',
          amount,
          paymentMethod,
          capture: 'manual',
          extra: { additionalData: { executeThreeD: 'false' } },
        },
        { idempotencyKey: 'one-key' },
      );
      expect(bench.fake.exchanges.at(-1)?.requestHeaders).toMatchObject({
        'idempotency-key': 'one-key',
        'x-api-key': bench.fake.account().apiKey,
      });
      expect(sent(bench)).toMatchObject({
        merchantAccount: 'Merchant_tenant_a',
        amount: { currency: 'EUR', value: 1_250 },
        returnUrl: 'https://return.invalid/',
        additionalData: { manualCapture: 'true', executeThreeD: 'false' },
      });
    }));

  test('by which option and when it is captured', () =>
    withBench(
      async (bench) => {
        const pay = async (capture: 'immediate' | { readonly afterHours: number } | undefined) => {
          await bench.client.createPayment({ reference: 'r', amount, paymentMethod, capture });
          const { captureDelayHours, additionalData, returnUrl: backTo } = sent(bench);
          return { captureDelayHours, additionalData, backTo };
        };
        const backTo = 'https://shop.test/back';
        expect(await pay('immediate')).toEqual({ captureDelayHours: 0, additionalData: undefined, backTo });
        expect(await pay({ afterHours: 48 })).toEqual({
          captureDelayHours: 48,
          additionalData: undefined,
          backTo,
        });
        expect(await pay(undefined)).toEqual({
          captureDelayHours: undefined,
          additionalData: undefined,
          backTo,
        });
      },
      { returnUrl: 'https://shop.test/back' },
    ));

  test.each([
    ['a card number', { type: 'scheme', number: '4111 1111 1111 1111' }],
    ['a card number somewhere else', { type: 'scheme', holderName: '4111111111111111' }],
    ['a security code', { type: 'scheme', cvc: '737' }],
  ])('never %s', (_, method) =>
    withBench(async ({ client, fake }) => {
      const payment = { reference: 'r', amount, paymentMethod: method };
      await expect(client.createPayment(payment)).rejects.toMatchObject({
        code: 'invalid_argument',
        reason: 'card_data',
        effect: 'none',
      });
      await expect(
        client.createSession({ reference: 'r', amount, extra: { paymentMethod: method } }),
      ).rejects.toMatchObject({ reason: 'card_data' });
      expect(fake.exchanges).toEqual([]);
    }),
  );

  test('bank accounts, although their numbers may look like a card’s', () =>
    withBench(async ({ client }) => {
      const method = { type: 'sepadirectdebit', ownerName: 'A. Shopper', iban: 'NL36TEST0236169114' };
      expect(await client.createPayment({ reference: 'r', amount, paymentMethod: method })).toMatchObject({
        resultCode: 'Received',
      });
    }));

  test.each(['', '.', '..'])('no path that would name something else (%j)', (id) =>
    withBench(async ({ client, fake }) => {
      await expect(client.capturePayment(id, { amount })).rejects.toMatchObject({
        code: 'invalid_argument',
        effect: 'none',
      });
      await expect(client.getPaymentLink(id)).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(fake.exchanges).toEqual([]);
    }),
  );
});
