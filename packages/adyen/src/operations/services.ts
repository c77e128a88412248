/** The smaller services: what a card costs and can, payouts to shoppers, gift cards of your own, reports. */
import { type Call, keyed, read } from '@im/core';
import { bytes } from '@im/http';
import type { Money } from '@im/payments';
import { fromWireAmount, toWireAmount } from '../money.ts';
import {
  wireCostEstimate,
  wireModifiedPayout,
  wirePayout,
  wireStoredValue,
  wireThreeDSAvailability,
} from '../wire/services.ts';
import { binLookup, type Connection, type Extra, path, payouts, safe, storedValue } from './shared.ts';

/** A payout to a shopper, by what they stored. */
export interface NewPayout {
  readonly reference: string;
  readonly amount: Money;
  readonly shopperReference: string;
  readonly shopperEmail: string;
  /** A stored payment method, or `LATEST`. */
  readonly selectedRecurringDetailReference: string;
  readonly extra?: Extra | undefined;
}

/** A gift card of your own. Its number is no card number of a scheme. */
export interface GiftCard {
  readonly type: string;
  readonly number?: string | undefined;
  readonly securityCode?: string | undefined;
}

const largestReport = 256 * 1_048_576;

export const serviceOperations = ({ http, merchantAccount }: Connection) => {
  const giftCard = async (what: string, json: Readonly<Record<string, unknown>>, call: Call) => {
    const place = path`StoredValue/v46/${what}`;
    const { currentBalance, ...rest } = await http.classic.post(place, wireStoredValue, call, {
      json: { merchantAccount, ...json },
    });
    return { ...rest, currentBalance: currentBalance && fromWireAmount(currentBalance) };
  };
  const changePayout = (what: string, originalReference: string, call: Call) =>
    http.classic.post(path`Payout/v68/${what}`, wireModifiedPayout, call, {
      json: { merchantAccount, originalReference },
    });
  return {
    /** Whether a stored card can do 3-D Secure. */
    getThreeDSecureAvailability: read(
      (shopperReference: string, recurringDetailReference: string, call: Call) =>
        http.classic.post('BinLookup/v54/get3dsAvailability', wireThreeDSAvailability, call, {
          json: { merchantAccount, shopperReference, recurringDetailReference },
        }),
      binLookup('get3dsAvailability'),
    ),
    /** What a payment would cost you, by the card's number as a component encrypted it. */
    getCostEstimate: read(
      async (
        {
          amount,
          extra,
          ...rest
        }: { readonly amount: Money; readonly encryptedCardNumber: string; readonly extra?: Extra },
        call: Call,
      ) => {
        const body = { merchantAccount, ...rest, amount: toWireAmount(amount), ...extra };
        const answer = await http.classic.post(
          'BinLookup/v54/getCostEstimate',
          wireCostEstimate,
          call,
          safe(body, call),
        );
        const { costEstimateAmount, ...facts } = answer;
        return { ...facts, costEstimateAmount: costEstimateAmount && fromWireAmount(costEstimateAmount) };
      },
      binLookup('getCostEstimate'),
    ),

    /** Asks for a payout; somebody with the other role confirms it. */
    submitPayout: keyed(({ amount, extra, ...rest }: NewPayout, call: Call) => {
      const recurring = { contract: 'PAYOUT' };
      const body = { merchantAccount, ...rest, recurring, amount: toWireAmount(amount), ...extra };
      return http.classic.post('Payout/v68/submitThirdParty', wirePayout, call, safe(body, call));
    }, payouts('submitThirdParty')),
    /** Lets a payout go out. Told by `PAYOUT_THIRDPARTY`. */
    confirmPayout: keyed(
      (pspReference: string, call: Call) => changePayout('confirmThirdParty', pspReference, call),
      payouts('confirmThirdParty'),
    ),
    /** Refuses a payout. Told by `PAYOUT_DECLINE`. */
    declinePayout: keyed(
      (pspReference: string, call: Call) => changePayout('declineThirdParty', pspReference, call),
      payouts('declineThirdParty'),
    ),

    /** Issues a gift card. */
    issueGiftCard: keyed(
      (reference: string, paymentMethod: GiftCard, amount: Money | undefined, call: Call) =>
        giftCard('issue', { reference, paymentMethod, amount: amount && toWireAmount(amount) }, call),
      storedValue('issue'),
    ),
    /** Switches a gift card on or off. */
    setGiftCardStatus: keyed(
      (reference: string, paymentMethod: GiftCard, status: 'active' | 'inactive', call: Call) =>
        giftCard('changeStatus', { reference, paymentMethod, status }, call),
      storedValue('changeStatus'),
    ),
    /** Puts money on a gift card. */
    loadGiftCard: keyed(
      (reference: string, paymentMethod: GiftCard, amount: Money, call: Call) =>
        giftCard('load', { reference, paymentMethod, amount: toWireAmount(amount) }, call),
      storedValue('load'),
    ),
    /** What is on a gift card. */
    checkGiftCard: read(
      (reference: string, paymentMethod: GiftCard, call: Call) =>
        giftCard('checkBalance', { reference, paymentMethod }, call),
      storedValue('checkBalance'),
    ),
    /** Moves all of one gift card to another. */
    mergeGiftCards: keyed(
      (reference: string, from: GiftCard, to: GiftCard, call: Call) =>
        giftCard('mergeBalance', { reference, paymentMethod: to, sourcePaymentMethod: from }, call),
      storedValue('mergeBalance'),
    ),
    /** Takes a change of a gift card back. */
    voidGiftCardTransaction: keyed(
      (originalReference: string, call: Call) => giftCard('voidTransaction', { originalReference }, call),
      storedValue('voidTransaction'),
    ),

    /** The bytes of a report, by the file name of `REPORT_AVAILABLE`. Needs the role "Merchant Report Download". */
    downloadReport: read(
      (fileName: string, call: Call) =>
        http.reports.get(path`MerchantAccount/${merchantAccount}/${fileName}`, bytes, call, {
          headers: { accept: 'text/csv, */*' },
          maxBytes: largestReport,
        }),
      {
        docs: 'https://docs.adyen.com/reporting/automatically-get-reports',
        scopes: ['Merchant Report Download'],
      },
    ),
  };
};
