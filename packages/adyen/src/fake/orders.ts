/** Gift cards, orders that several payments pay, donations. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { WireAmount } from '../money.ts';
import type { FakeAccount } from './account.ts';
import { decryptField } from './cards.ts';
import { amountOf, bodyOf, isObject, refuse, textOf, type World } from './world.ts';

const dayMs = 86_400_000;
/** What every gift card of the test platform has on it, in minor units. */
const giftCardValue = 5_000;

/** Takes a part of an order. @returns its reference */
export function payFromOrder(account: FakeAccount, given: unknown, amount: WireAmount): string {
  const order = isObject(given) ? account.orders.get(String(given.pspReference)) : undefined;
  if (order === undefined || !isObject(given) || given.orderData !== order.orderData || !order.isOpen)
    return refuse(422, '14_037', 'Provided orderData is invalid');
  if (amount.value > order.remaining) return refuse(422, '166', 'Amount not allowed for this operation');
  order.remaining -= amount.value;
  if (order.remaining === 0) order.isOpen = false;
  return String(given.pspReference);
}

export function orderRoutes(world: World) {
  return {
    balance: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const method = isObject(body.paymentMethod) ? body.paymentMethod : {};
      if (decryptField(method.encryptedCardNumber) === undefined)
        return refuse(422, '174', 'Unable to decrypt data');
      const resultCode = amount.value > giftCardValue ? 'NotEnoughBalance' : 'Success';
      return {
        json: {
          pspReference: 'NOTHINGCHANGEDZ9',
          resultCode,
          balance: { currency: amount.currency, value: giftCardValue },
        },
      };
    },
    create: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const reference =
        textOf(body.reference) ?? refuse(422, '130', "Required field 'reference' is not provided.");
      const pspReference = world.psp();
      const expiresAt = textOf(body.expiresAt) ?? new Date(world.clock.now() + dayMs).toISOString();
      const orderData = `order-data-of-${pspReference}`;
      account.orders.set(pspReference, {
        orderData,
        amount,
        remaining: amount.value,
        reference,
        expiresAt,
        isOpen: true,
      });
      world.tell(account, { eventCode: 'ORDER_OPENED', pspReference, merchantReference: reference, amount });
      return {
        json: {
          pspReference,
          resultCode: 'Success',
          reference,
          amount,
          remainingAmount: amount,
          expiresAt,
          orderData,
        },
      };
    },
    cancel: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { order: given } = bodyOf(request, account);
      const reference = isObject(given) ? String(given.pspReference) : '';
      const order = account.orders.get(reference);
      if (order === undefined || !isObject(given) || given.orderData !== order.orderData)
        return refuse(422, '14_037', 'Provided orderData is invalid');
      order.isOpen = false;
      for (const payment of account.payments.values())
        if (payment.order === reference && payment.status === 'authorised') payment.status = 'cancelled';
      world.tell(account, {
        eventCode: 'ORDER_CLOSED',
        pspReference: reference,
        merchantReference: order.reference,
        amount: order.amount,
        success: false,
      });
      return { json: { pspReference: world.psp(), resultCode: 'Received' } };
    },
    campaigns: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { currency } = bodyOf(request, account);
      return {
        json: {
          donationCampaigns: [
            {
              id: 'DONATION_CAMPAIGN_1',
              campaignName: 'Trees for the hills',
              causeName: 'Environment',
              nonprofitName: 'The Hill Trust',
              nonprofitDescription: 'Plants trees where there were some.',
              nonprofitUrl: 'https://hills.test/',
              amounts: { currency, values: [100, 200, 500] },
              termsAndConditionsUrl: 'https://hills.test/terms',
            },
          ],
        },
      };
    },
    donate: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const original = account.payments.get(String(body.donationOriginalPspReference));
      if (original === undefined || body.donationToken !== `donation-${original.psp}`)
        return refuse(422, '14_018', 'Invalid payload provided');
      const pspReference = world.psp();
      return {
        json: {
          id: `DONATION${pspReference}`,
          status: 'completed',
          donationAccount: 'The_Hill_Trust',
          merchantAccount: account.merchantAccount,
          amount,
          reference: body.reference,
          payment: { pspReference, resultCode: 'Authorised', amount, merchantReference: body.reference },
        },
      };
    },
  };
}
