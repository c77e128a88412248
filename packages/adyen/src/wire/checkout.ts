/** Answers of the Checkout API, versions 71 and 72. */
import { z } from 'zod';
import { wireAmount } from '../money.ts';
import { additionalData, listOf, maybe, maybeAmount, maybeFlag, maybeText, texts } from './common.ts';

const wireAction = z.object({
  type: z.string(),
  subtype: maybeText,
  paymentMethodType: maybeText,
  url: maybeText,
  method: maybeText,
  data: maybe(z.record(z.string(), z.unknown())),
  token: maybeText,
  authorisationToken: maybeText,
  paymentData: maybeText,
  qrCodeData: maybeText,
  reference: maybeText,
  downloadUrl: maybeText,
  expiresAt: maybeText,
});

const wireOrder = z.object({
  pspReference: z.string(),
  orderData: maybeText,
  amount: maybeAmount,
  remainingAmount: maybeAmount,
  expiresAt: maybeText,
});

/** Of `/payments`, `/payments/details` and `/donations`. */
export const wirePayment = z.object({
  pspReference: maybeText,
  merchantReference: maybeText,
  resultCode: z.string(),
  refusalReason: maybeText,
  refusalReasonCode: maybeText,
  amount: maybeAmount,
  action: maybe(wireAction),
  order: maybe(wireOrder),
  paymentMethod: maybe(z.object({ type: maybeText, brand: maybeText })),
  donationToken: maybeText,
  additionalData,
});
export type WirePayment = z.output<typeof wirePayment>;

export const wireDonation = z.object({
  id: maybeText,
  status: maybeText,
  donationAccount: maybeText,
  amount: maybeAmount,
  reference: maybeText,
  payment: maybe(wirePayment),
});

export const wireCampaigns = z.object({
  donationCampaigns: listOf(
    z.object({
      id: maybeText,
      campaignName: maybeText,
      causeName: maybeText,
      nonprofitName: maybeText,
      nonprofitDescription: maybeText,
      nonprofitUrl: maybeText,
      termsAndConditionsUrl: maybeText,
    }),
  ),
});

const wireStoredInMethods = z.object({
  id: z.string(),
  type: maybeText,
  name: maybeText,
  brand: maybeText,
  lastFour: maybeText,
  expiryMonth: maybeText,
  expiryYear: maybeText,
  holderName: maybeText,
});

export const wirePaymentMethods = z.object({
  paymentMethods: listOf(
    z.object({
      type: maybeText,
      name: maybeText,
      brand: maybeText,
      brands: texts,
      fundingSource: maybeText,
      issuers: listOf(z.object({ id: maybeText, name: maybeText, disabled: maybeFlag })),
    }),
  ),
  storedPaymentMethods: listOf(wireStoredInMethods),
});

export const wireCardDetails = z.object({
  brands: listOf(z.object({ type: maybeText, supported: maybeFlag })),
  fundingSource: maybeText,
  isCardCommercial: maybeFlag,
  issuingCountryCode: maybeText,
});

export const wireBalance = z.object({
  resultCode: z.string(),
  balance: wireAmount,
  transactionLimit: maybeAmount,
  pspReference: maybeText,
  refusalReason: maybeText,
});

export const wireCreatedOrder = z.object({
  resultCode: z.string(),
  pspReference: maybeText,
  orderData: z.string(),
  amount: wireAmount,
  remainingAmount: wireAmount,
  expiresAt: z.string(),
  reference: maybeText,
});

export const wireCancelledOrder = z.object({ pspReference: z.string(), resultCode: z.string() });

/** Of captures, cancels, refunds, reversals and changes of the amount. */
export const wireModification = z.object({
  pspReference: z.string(),
  paymentPspReference: maybeText,
  paymentReference: maybeText,
  reference: maybeText,
  status: z.string(),
  amount: maybeAmount,
  merchantAccount: maybeText,
  merchantRefundReason: maybeText,
});
export type WireModification = z.output<typeof wireModification>;

export const wireSession = z.object({
  id: z.string(),
  sessionData: maybeText,
  url: maybeText,
  mode: maybeText,
  amount: wireAmount,
  reference: z.string(),
  expiresAt: z.string(),
  returnUrl: z.string(),
});

export const wireSessionResult = z.object({
  id: maybeText,
  status: maybeText,
  reference: maybeText,
  payments: listOf(
    z.object({
      pspReference: maybeText,
      resultCode: maybeText,
      amount: maybeAmount,
      paymentMethod: maybe(z.object({ type: maybeText, brand: maybeText })),
    }),
  ),
  additionalData,
});

export const wireLink = z.object({
  id: z.string(),
  url: z.string(),
  status: z.string(),
  amount: wireAmount,
  reference: z.string(),
  expiresAt: maybeText,
  updatedAt: maybeText,
  reusable: maybeFlag,
});
export type WireLink = z.output<typeof wireLink>;

export const wireStored = z.object({
  id: z.string(),
  type: maybeText,
  name: maybeText,
  brand: maybeText,
  lastFour: maybeText,
  expiryMonth: maybeText,
  expiryYear: maybeText,
  holderName: maybeText,
  iban: maybeText,
  shopperReference: maybeText,
  networkTxReference: maybeText,
  supportedRecurringProcessingModels: texts,
});
export const wireStoredList = z.object({ storedPaymentMethods: listOf(wireStored) });
