/** One sample call of each operation, in an order in which each finds what it needs. */

import { money } from '@im/payments';
import type { Harness, Samples } from '@im/testing';
import type { adyen } from '../adyen.ts';
import { createAccount } from './account.ts';
import { encryptCard, encryptField } from './cards.ts';
import { starter, starterToken } from './furnish.ts';
import { sampleTenant, startFake } from './start-fake.ts';
import { signWebhook } from './webhooks.ts';

const amount = money(1_250n, 'EUR');
const returnUrl = 'https://shop.test/return';
const card = encryptCard({ number: '4111111111111111', holderName: 'A. Shopper' });
const giftCard = { type: 'svs', number: starter.giftCard };
const other = { type: 'svs', number: starter.otherGiftCard };
const { shopper: shopperReference } = starter;

/** A webhook as the endpoint of this tenant gets it; nothing of it is kept. */
function webhookFor(tenant: string) {
  const account = createAccount(tenant, 1);
  return signWebhook(account, [
    {
      eventCode: 'AUTHORISATION',
      pspReference: 'SAMPLEWEBHOOKZZ9',
      merchantAccountCode: account.merchantAccount,
      merchantReference: 'sample-order',
      success: 'true',
      amount: { currency: 'EUR', value: 1_250 },
      eventDate: '2029-12-31T12:00:00Z',
      paymentMethod: 'visa',
    },
  ]);
}

function samplesFor(tenant: string): Samples<typeof adyen> {
  return {
    getPaymentMethods: [{ shopperReference, countryCode: 'NL', amount, channel: 'Web' }],
    getCardDetails: [{ encryptedCardNumber: encryptField('4111111111111111') }],
    createPayment: [
      { reference: 'sample-payment', amount, paymentMethod: card, returnUrl, capture: 'immediate' },
    ],
    submitPaymentDetails: [{ details: { redirectResult: starter.step } }],
    createSession: [{ reference: 'sample-session', amount, returnUrl, mode: 'hosted', countryCode: 'NL' }],
    getSessionResult: [starter.session, starter.sessionResult],
    createPaymentLink: [{ reference: 'sample-link', amount, returnUrl, description: 'One coat' }],
    getPaymentLink: [starter.link],
    expirePaymentLink: [starter.link],
    capturePayment: [starter.authorised, { reference: 'sample-capture', amount }],
    updateAmount: [starter.authorised, { reference: 'sample-update', amount }],
    cancelPayment: [starter.authorised, { reference: 'sample-cancel' }],
    cancelByReference: ['sample-lost', { reference: 'sample-technical-cancel' }],
    refundPayment: [starter.payment, { reference: 'sample-refund', amount, merchantRefundReason: 'RETURN' }],
    reversePayment: [starter.authorised, { reference: 'sample-reversal' }],
    createStoredPaymentMethod: [
      { shopperReference: 'sample-shopper', paymentMethod: card, recurringProcessingModel: 'CardOnFile' },
    ],
    listRecurringDetails: [shopperReference],
    getThreeDSecureAvailability: [shopperReference, starterToken],
    getCostEstimate: [{ amount, encryptedCardNumber: encryptField('4111111111111111') }],
    getGiftCardBalance: [
      {
        amount,
        paymentMethod: {
          type: 'giftcard',
          brand: 'svs',
          encryptedCardNumber: encryptField('6036280000000000000'),
        },
      },
    ],
    createOrder: [{ reference: 'sample-order', amount }],
    cancelOrder: [{ pspReference: starter.order, orderData: 'starter-order-data' }],
    listDonationCampaigns: ['EUR', 'en-GB'],
    donate: [
      {
        reference: 'sample-donation',
        amount: money(100n, 'EUR'),
        donationOriginalPspReference: starter.payment,
        donationToken: `donation-${starter.payment}`,
        paymentMethod: { type: 'scheme' },
        returnUrl,
      },
    ],
    listDefenseReasons: [starter.dispute],
    supplyDefenseDocuments: [
      starter.dispute,
      [
        {
          defenseDocumentTypeCode: 'DefenseMaterial',
          contentType: 'application/pdf',
          content: Uint8Array.of(37, 80, 68, 70),
        },
      ],
    ],
    defendDispute: [starter.dispute, 'SupplyDefenseMaterial'],
    acceptDispute: [starter.otherDispute],
    deleteDefenseDocument: [starter.dispute, 'DefenseMaterial'],
    submitPayout: [
      {
        reference: 'sample-payout',
        amount,
        shopperReference,
        shopperEmail: 'shopper@shop.test',
        selectedRecurringDetailReference: starterToken,
      },
    ],
    confirmPayout: [starter.payout],
    declinePayout: [starter.otherPayout],
    issueGiftCard: ['sample-issue', { type: 'svs', number: 'GIFT-SAMPLE' }, amount],
    setGiftCardStatus: ['sample-status', giftCard, 'active'],
    loadGiftCard: ['sample-load', giftCard, amount],
    checkGiftCard: ['sample-check', giftCard],
    mergeGiftCards: ['sample-merge', other, giftCard],
    voidGiftCardTransaction: [starter.giftCardMove],
    downloadReport: [starter.report],
    verifyWebhook: [webhookFor(tenant)],
    openRecords: [],
    // Its address names the account, and the suite compares addresses of two accounts: so it is not among the first reads.
    listStoredPaymentMethods: [shopperReference],
    disableRecurringDetail: [starter.otherShopper],
    deleteStoredPaymentMethod: [starterToken, shopperReference],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof adyen> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
  forwards: { method: 'GET', path: `paymentLinks/${starter.link}` },
  webhook: (tenant) => ({ method: 'POST', url: 'https://shop.test/webhooks/adyen', ...webhookFor(tenant) }),
};
