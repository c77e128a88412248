/** Stored payment methods, by Checkout and by the Recurring API. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeAccount, FakePayment, FakeToken } from './account.ts';
import { cardKinds, decryptField, type TestCard } from './cards.ts';
import { bodyOf, isObject, refuse, textOf, type World } from './world.ts';

const models = ['CardOnFile', 'Subscription', 'UnscheduledCardOnFile'];

/** Stores the card of a payment, and tells it. */
export function storeToken(
  world: World,
  account: FakeAccount,
  payment: FakePayment,
  card: TestCard,
): FakeToken | undefined {
  if (payment.shopper === undefined)
    return refuse(422, '121', "Required field 'shopperReference' is not provided.");
  const token = addToken(world, account, payment.shopper, card, payment.psp);
  world.tell(account, {
    eventCode: 'RECURRING_CONTRACT',
    pspReference: token.id,
    originalReference: payment.psp,
    merchantReference: payment.reference,
    amount: { value: 0, currency: payment.amount.currency },
    paymentMethod: payment.method,
    additionalData: {
      'recurring.recurringDetailReference': token.id,
      'recurring.shopperReference': payment.shopper,
    },
  });
  return token;
}

export function addToken(
  world: World,
  account: FakeAccount,
  shopper: string,
  card: TestCard,
  firstPsp = world.psp(),
): FakeToken {
  const token: FakeToken = {
    id: world.psp(),
    shopper,
    type: 'scheme',
    brand: cardKinds[card.number]?.brand ?? 'visa',
    number: card.number,
    expiryMonth: card.expiryMonth ?? '03',
    expiryYear: card.expiryYear ?? '2030',
    holderName: card.holderName ?? 'A. Shopper',
    firstPsp,
    createdAt: world.clock.now(),
  };
  account.tokens.set(token.id, token);
  return token;
}

const tokensOf = (account: FakeAccount, shopper: string | null | undefined) =>
  [...account.tokens.values()].filter((token) => token.shopper === shopper);

const shown = ({ id, shopper, type, brand, number, expiryMonth, expiryYear, holderName }: FakeToken) => ({
  id,
  shopperReference: shopper,
  type,
  brand,
  name: brand.toUpperCase(),
  lastFour: number.slice(-4),
  expiryMonth,
  expiryYear,
  holderName,
  supportedRecurringProcessingModels: models,
});

export const storedInMethods = (account: FakeAccount, shopper: unknown) =>
  tokensOf(account, textOf(shopper)).map(
    ({ id, type, brand, number, expiryMonth, expiryYear, holderName }) => ({
      id,
      type,
      brand,
      name: brand.toUpperCase(),
      lastFour: number.slice(-4),
      expiryMonth,
      expiryYear,
      holderName,
    }),
  );

export function tokenRoutes(world: World) {
  const ofAccount = ({ query }: FakeRequest, account: FakeAccount) => {
    if (query.get('merchantAccount') !== account.merchantAccount)
      refuse(403, '901', 'Invalid Merchant Account', 'security');
    return (
      query.get('shopperReference') ??
      refuse(422, '121', "Required field 'shopperReference' is not provided.")
    );
  };
  return {
    list: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const shopperReference = ofAccount(request, account);
      return {
        json: {
          merchantAccount: account.merchantAccount,
          shopperReference,
          storedPaymentMethods: tokensOf(account, shopperReference).map(shown),
        },
      };
    },
    create: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const shopper =
        textOf(body.shopperReference) ??
        refuse(422, '121', "Required field 'shopperReference' is not provided.");
      const method = isObject(body.paymentMethod)
        ? body.paymentMethod
        : refuse(422, '14_006', "Required object 'paymentMethod' is not provided.");
      const number = decryptField(method.encryptedCardNumber) ?? refuse(422, '174', 'Unable to decrypt data');
      const expiryMonth = decryptField(method.encryptedExpiryMonth);
      const expiryYear = decryptField(method.encryptedExpiryYear);
      const {
        brand: _,
        name: __,
        ...token
      } = shown(addToken(world, account, shopper, { number, expiryMonth, expiryYear }));
      return { status: 201, json: token };
    },
    remove: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const shopper = ofAccount(request, account);
      const id = request.params.id ?? '';
      if (account.tokens.get(id)?.shopper !== shopper) return refuse(422, '803', 'PaymentDetail not found');
      account.tokens.delete(id);
      return { status: 204 };
    },
    listRecurring: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { shopperReference } = bodyOf(request, account);
      const tokens = tokensOf(account, textOf(shopperReference));
      if (tokens.length === 0) return { json: {} };
      return {
        json: {
          creationDate: new Date(tokens[0]?.createdAt ?? 0).toISOString(),
          shopperReference,
          details: tokens.map(
            ({ id, brand, number, expiryMonth, expiryYear, holderName, createdAt, firstPsp }) => ({
              RecurringDetail: {
                recurringDetailReference: id,
                variant: brand,
                alias: `A${id}`,
                aliasType: 'Default',
                creationDate: new Date(createdAt).toISOString(),
                firstPspReference: firstPsp,
                contractTypes: ['RECURRING', 'ONECLICK'],
                card: { number: number.slice(-4), expiryMonth, expiryYear, holderName },
              },
            }),
          ),
        },
      };
    },
    disable: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const { shopperReference, recurringDetailReference } = bodyOf(request, account);
      const tokens = tokensOf(account, textOf(shopperReference));
      if (tokens.length === 0) return refuse(422, '800', 'Contract not found');
      const chosen = tokens.filter(
        ({ id }) => recurringDetailReference === undefined || id === recurringDetailReference,
      );
      if (chosen.length === 0) return refuse(422, '803', 'PaymentDetail not found');
      for (const { id } of chosen) account.tokens.delete(id);
      return {
        json: {
          response:
            recurringDetailReference === undefined
              ? '[all-details-successfully-disabled]'
              : '[detail-successfully-disabled]',
        },
      };
    },
  };
}
