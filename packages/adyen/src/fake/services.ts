/** BinLookup, Payout, StoredValue, and what Checkout says of cards and methods. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeAccount, FakeGiftCard } from './account.ts';
import { cardKinds, decryptField } from './cards.ts';
import { storedInMethods } from './tokens.ts';
import { amountOf, type Body, bodyOf, isObject, refuse, textOf, type World } from './world.ts';

/** Reference of what changes nothing: the same question has the same answer. */
const asking = 'NOTHINGCHANGEDZ9';

const methods = [
  { type: 'scheme', name: 'Cards', brands: ['visa', 'mc', 'amex', 'maestro'] },
  { type: 'ideal', name: 'iDEAL' },
  { type: 'paypal', name: 'PayPal' },
  { type: 'multibanco', name: 'Multibanco' },
  { type: 'mbway', name: 'MB WAY' },
  { type: 'bankTransfer_IBAN', name: 'Bank transfer' },
];

export function serviceRoutes(world: World) {
  const cardFrom = (body: Body) =>
    cardKinds[decryptField(body.encryptedCardNumber) ?? refuse(422, '174', 'Unable to decrypt data')];

  const giftCardOf = (account: FakeAccount, method: unknown): FakeGiftCard => {
    const number = isObject(method) ? String(method.number) : '';
    return account.giftCards.get(number) ?? refuse(422, '101', 'Invalid card number');
  };
  const money = (card: FakeGiftCard) => ({ currency: card.currency, value: card.value });
  const changed = (account: FakeAccount, card: FakeGiftCard, by: number, more: Body = {}): FakeResponse => {
    const pspReference = world.psp();
    card.value += by;
    account.giftCardMoves.set(pspReference, { card, value: by });
    return { json: { pspReference, resultCode: 'Success', currentBalance: money(card), ...more } };
  };
  const notPossible = (refusalReason: string): FakeResponse => ({
    json: { pspReference: world.psp(), resultCode: 'Refused', refusalReason },
  });

  return {
    paymentMethods: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const stored = storedInMethods(account, body.shopperReference);
      return {
        json: { paymentMethods: methods, ...(stored.length > 0 && { storedPaymentMethods: stored }) },
      };
    },
    cardDetails: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const kind = cardFrom(bodyOf(request, account));
      return {
        json: {
          brands: kind === undefined ? [] : [{ type: kind.brand, supported: true }],
          ...(kind && { fundingSource: 'CREDIT', issuingCountryCode: kind.country, isCardCommercial: false }),
        },
      };
    },
    threeDSecure: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { recurringDetailReference, shopperReference } = bodyOf(request, account);
      const token = account.tokens.get(String(recurringDetailReference));
      if (token === undefined || token.shopper !== shopperReference)
        return refuse(422, '803', 'PaymentDetail not found');
      return {
        json: {
          threeDS1Supported: false,
          threeDS2supported: true,
          threeDS2CardRangeDetails: [
            {
              brandCode: token.brand,
              startRange: '411111111100',
              endRange: '411111111199',
              threeDS2Versions: ['2.1.0', '2.2.0'],
            },
          ],
        },
      };
    },
    costEstimate: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const kind = cardFrom(body);
      if (kind === undefined) return { json: { resultCode: 'Unsupported' } };
      return {
        json: {
          resultCode: 'Success',
          costEstimateAmount: { currency: amount.currency, value: Math.ceil(amount.value * 0.015) },
          costEstimateReference: `cost-${asking}`,
          cardBin: {
            bin: '411111',
            summary: '1111',
            commercial: false,
            fundingSource: 'CREDIT',
            issuingCountry: kind.country,
            paymentMethod: kind.brand,
          },
        },
      };
    },

    submitPayout: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      amountOf(body.amount);
      const stored = String(body.selectedRecurringDetailReference);
      if (stored !== 'LATEST' && account.tokens.get(stored)?.shopper !== body.shopperReference)
        return refuse(422, '803', 'PaymentDetail not found');
      const pspReference = world.psp();
      account.payouts.set(pspReference, 'submitted');
      return { json: { pspReference, resultCode: '[payout-submit-received]' } };
    },
    changePayout:
      (to: 'confirmed' | 'declined') =>
      (request: FakeRequest, account: FakeAccount): FakeResponse => {
        const { originalReference } = bodyOf(request, account);
        const state = account.payouts.get(String(originalReference));
        if (state === undefined)
          return refuse(422, '167', 'Original pspReference required for this operation');
        if (state !== 'submitted') return refuse(422, '166', 'Amount not allowed for this operation');
        account.payouts.set(String(originalReference), to);
        const pspReference = world.psp();
        world.tell(account, {
          eventCode: to === 'confirmed' ? 'PAYOUT_THIRDPARTY' : 'PAYOUT_DECLINE',
          pspReference: String(originalReference),
          originalReference: pspReference,
        });
        return {
          json: {
            pspReference,
            response: to === 'confirmed' ? '[payout-confirm-received]' : '[payout-decline-received]',
          },
        };
      },

    issue: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const { value, currency } =
        body.amount === undefined ? { value: 0, currency: 'EUR' } : amountOf(body.amount);
      const method = isObject(body.paymentMethod)
        ? body.paymentMethod
        : refuse(422, '14_006', "Required object 'paymentMethod' is not provided.");
      const type = textOf(method.type) ?? refuse(422, '14_004', 'Missing payment method details');
      const number = textOf(method.number) ?? `GIFT-${world.psp()}`;
      const card = { type, value: 0, currency, active: true };
      account.giftCards.set(number, card);
      return changed(account, card, value, { paymentMethod: { type, number, securityCode: '1234' } });
    },
    balance: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const card = giftCardOf(account, bodyOf(request, account).paymentMethod);
      return { json: { pspReference: asking, resultCode: 'Success', currentBalance: money(card) } };
    },
    load: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const card = giftCardOf(account, body.paymentMethod);
      const amount = amountOf(body.amount);
      if (!card.active || amount.currency !== card.currency) return notPossible('Card is not active');
      return changed(account, card, amount.value);
    },
    status: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const card = giftCardOf(account, body.paymentMethod);
      card.active = body.status === 'active';
      return changed(account, card, 0);
    },
    merge: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const from = giftCardOf(account, body.sourcePaymentMethod);
      const to = giftCardOf(account, body.paymentMethod);
      if (from.currency !== to.currency) return notPossible('Currencies differ');
      const { value } = from;
      from.value = 0;
      return changed(account, to, value);
    },
    void: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { originalReference } = bodyOf(request, account);
      const move = account.giftCardMoves.get(String(originalReference));
      if (move === undefined) return refuse(422, '167', 'Original pspReference required for this operation');
      account.giftCardMoves.delete(String(originalReference));
      return changed(account, move.card, -move.value);
    },
  };
}
