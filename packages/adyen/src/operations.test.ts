import { errorCode, memoryState } from '@im/core';
import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { visa, withBench } from './__tests__/payment-harness.ts';
import { adyen } from './adyen.ts';
import { encryptCard, harness, starter, starterToken } from './testing.ts';

const amount = money(1_250n, 'EUR');
const paymentMethod = encryptCard({ number: visa });
const returnUrl = 'https://shop.test/return';

test('every operation speaks version 71 too', () =>
  withBench(
    async ({ client, fake }) => {
      for (const [name, args] of Object.entries(harness.samples)) {
        const run = client[name as keyof typeof client] as (...all: readonly unknown[]) => Promise<unknown>;
        await run(...args);
      }
      expect(fake.exchanges.filter(({ target }) => target.startsWith('/v71/')).length).toBeGreaterThan(20);
      expect(fake.exchanges.some(({ target }) => target.startsWith('/v72/'))).toBe(false);
    },
    { version: 71 },
  ));

describe('partial payments', () => {
  test('an order is paid by two payments, and no more than it is', () =>
    withBench(async ({ client, fake }) => {
      const {
        pspReference = '',
        orderData,
        remainingAmount,
      } = await client.createOrder({ reference: 'o', amount });
      expect(remainingAmount).toEqual(amount);
      const pay = (minor: bigint) =>
        client.createPayment({
          reference: 'o',
          amount: money(minor, 'EUR'),
          paymentMethod,
          returnUrl,
          order: { pspReference, orderData },
        });
      expect((await pay(1_000n)).resultCode).toBe('Authorised');
      await expect(pay(251n)).rejects.toMatchObject({ code: 'failed_precondition' });
      expect((await pay(250n)).resultCode).toBe('Authorised');
      await expect(pay(1n)).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(
        fake
          .ledger()
          .slice(-2)
          .map((line) => line.amount),
      ).toEqual([1_000, 250]);
    }));

  test('an order that is given up lets go what was paid of it', () =>
    withBench(async ({ client, fake }) => {
      const { pspReference = '', orderData } = await client.createOrder({ reference: 'o', amount });
      const part = {
        reference: 'o',
        amount: money(500n, 'EUR'),
        paymentMethod,
        returnUrl,
        capture: 'manual',
        order: { pspReference, orderData },
      } as const;
      await client.createPayment(part);
      await client.cancelOrder({ pspReference, orderData });
      expect(fake.ledger().at(-1)?.status).toBe('cancelled');
      expect(fake.events().at(-1)).toMatchObject({ eventCode: 'ORDER_CLOSED', success: 'false' });
    }));
});

describe('stored payment methods', () => {
  test('come with a payment or without one, and go by either API', () =>
    withBench(async ({ client }) => {
      const shopperReference = 'someone';
      expect(await client.listStoredPaymentMethods(shopperReference)).toEqual([]);
      const paid = await client.createPayment({
        reference: 'r',
        amount,
        paymentMethod,
        shopperReference,
        storePaymentMethod: true,
        recurringProcessingModel: 'CardOnFile',
      });
      const stored = await client.createStoredPaymentMethod({
        shopperReference,
        paymentMethod,
        recurringProcessingModel: 'Subscription',
      });
      const ids = (await client.listStoredPaymentMethods(shopperReference)).map(({ id }) => id);
      expect(ids).toEqual([paid.additionalData['tokenization.storedPaymentMethodId'], stored.id]);
      expect(
        (await client.listRecurringDetails(shopperReference)).map((one) => one.recurringDetailReference),
      ).toEqual(ids);
      await client.deleteStoredPaymentMethod(ids[0] ?? '', shopperReference);
      await expect(client.deleteStoredPaymentMethod(ids[0] ?? '', shopperReference)).rejects.toMatchObject({
        code: 'not_found',
      });
      await client.disableRecurringDetail(shopperReference);
      expect(await client.listStoredPaymentMethods(shopperReference)).toEqual([]);
    }));

  test('of one shopper are nobody else’s', () =>
    withBench(async ({ client }) => {
      const method = { type: 'scheme', storedPaymentMethodId: starterToken };
      const pay = (shopperReference: string) =>
        client.createPayment({
          reference: 'r',
          amount,
          paymentMethod: method,
          shopperReference,
          shopperInteraction: 'ContAuth',
        });
      expect((await pay(starter.shopper)).resultCode).toBe('Authorised');
      await expect(pay('someone-else')).rejects.toMatchObject({ code: 'not_found' });
      await expect(client.deleteStoredPaymentMethod(starterToken, 'someone-else')).rejects.toMatchObject({
        code: 'not_found',
      });
    }));
});

describe('gift cards of one’s own', () => {
  test('are issued, loaded, merged and voided', () =>
    withBench(async ({ client }) => {
      const [one, two] = [
        { type: 'svs', number: 'GIFT-ONE' },
        { type: 'svs', number: 'GIFT-TWO' },
      ];
      const balance = async (card: typeof one) =>
        (await client.checkGiftCard('check', card)).currentBalance?.minor;
      await client.issueGiftCard('i1', one, amount);
      await client.issueGiftCard('i2', two);
      await client.loadGiftCard('l', two, money(100n, 'EUR'));
      const { pspReference = '' } = await client.loadGiftCard('l2', two, money(50n, 'EUR'));
      await client.voidGiftCardTransaction(pspReference);
      await client.mergeGiftCards('m', two, one);
      expect([await balance(one), await balance(two)]).toEqual([1_350n, 0n]);
      await client.setGiftCardStatus('off', one, 'inactive');
      expect(await client.loadGiftCard('l3', one, amount)).toMatchObject({ resultCode: 'Refused' });
    }));
});

test('payouts to shoppers are confirmed or declined once', () =>
  withBench(async ({ client, fake }) => {
    const payout = {
      reference: 'p',
      amount,
      shopperReference: starter.shopper,
      shopperEmail: 's@shop.test',
      selectedRecurringDetailReference: starterToken,
    };
    const { pspReference } = await client.submitPayout(payout);
    await client.confirmPayout(pspReference);
    await expect(client.declinePayout(pspReference)).rejects.toMatchObject({ code: 'failed_precondition' });
    expect(fake.events().at(-1)).toMatchObject({ eventCode: 'PAYOUT_THIRDPARTY', pspReference });
  }));

test('another account’s key opens nothing of this one', () =>
  withBench(async ({ fake }) => {
    const { createIntegration } = await import('@im/core');
    await using other = createIntegration(adyen, {
      state: memoryState(),
      options: { ...fake.options('tenant_b'), merchantAccount: fake.account().merchantAccount },
    });
    expect(await other.getPaymentMethods().catch(errorCode)).toBe('permission_denied');
    await expect(other.downloadReport(starter.report)).rejects.toMatchObject({ code: 'not_found' });
  }));
