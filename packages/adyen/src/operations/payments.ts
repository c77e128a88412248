import { type Call, keyed, read } from '@im/core';
import type { Money } from '@im/payments';
import { type PaymentResult, toPaymentResult } from '../model.ts';
import { toWireAmount } from '../money.ts';
import { wireCardDetails, wirePayment, wirePaymentMethods } from '../wire/checkout.ts';
import { type Connection, checkout, type Extra, safe } from './shared.ts';

/** Details of a payment method as Adyen's components give them: encrypted, or a stored token. Never a card number. */
export type PaymentMethodDetails = Readonly<Record<string, unknown>> & { readonly type: string };

/** When money is taken: at once, by `capturePayment`, or so many hours later. */
export type CaptureTiming = 'immediate' | 'manual' | { readonly afterHours: number };

/** What payments, sessions and links share. */
export interface Shopper {
  /** Your own id of the shopper, at least 3 characters, no personal data: needed to store payment methods and to use them. */
  readonly shopperReference?: string | undefined;
  readonly shopperEmail?: string | undefined;
  readonly shopperIP?: string | undefined;
  /** `nl-NL` */
  readonly shopperLocale?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode?: string | undefined;
}

/** A payment. */
export interface NewPayment extends Shopper {
  /** Your own name for it, up to 80 characters; it stands in every webhook. */
  readonly reference: string;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethodDetails;
  /** Default: the option `returnUrl`. */
  readonly returnUrl?: string | undefined;
  /** Default: as the account is set up. */
  readonly capture?: CaptureTiming | undefined;
  readonly channel?: 'iOS' | 'Android' | 'Web' | undefined;
  readonly storePaymentMethod?: boolean | undefined;
  readonly recurringProcessingModel?: 'CardOnFile' | 'Subscription' | 'UnscheduledCardOnFile' | undefined;
  readonly shopperInteraction?: 'Ecommerce' | 'ContAuth' | 'Moto' | 'POS' | undefined;
  readonly shopperStatement?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The order that this is a part of. */
  readonly order?: { readonly pspReference: string; readonly orderData: string } | undefined;
  readonly extra?: Extra | undefined;
}

/** What a shopper brought back, or a component gave. */
export interface PaymentDetails {
  /** `redirectResult`, `threeDSResult`, `payload` and the like, as Adyen gave them. */
  readonly details: Readonly<Record<string, string>>;
  readonly paymentData?: string | undefined;
  readonly extra?: Extra | undefined;
}

/** For whom to list payment methods. */
export interface PaymentMethodsFilter
  extends Pick<Shopper, 'shopperReference' | 'shopperLocale' | 'countryCode'> {
  readonly amount?: Money | undefined;
  readonly channel?: 'iOS' | 'Android' | 'Web' | undefined;
  readonly extra?: Extra | undefined;
}

/** How capturing is asked for: https://docs.adyen.com/online-payments/capture */
export function captureFields(timing: CaptureTiming | undefined): Readonly<Record<string, unknown>> {
  if (timing === undefined) return {};
  if (timing === 'immediate') return { captureDelayHours: 0 };
  return timing === 'manual'
    ? { additionalData: { manualCapture: 'true' } }
    : { captureDelayHours: timing.afterHours };
}

export const paymentOperations = ({ http, merchantAccount, returnUrl }: Connection) => ({
  /** Payment methods that a shopper may use, the stored ones among them. */
  getPaymentMethods: read((filter: PaymentMethodsFilter | undefined, call: Call) => {
    const { amount, extra, ...rest } = filter ?? {};
    const body = { merchantAccount, ...rest, ...(amount && { amount: toWireAmount(amount) }), ...extra };
    return http.checkout.post('paymentMethods', wirePaymentMethods, call, safe(body, call));
  }, checkout('post/paymentMethods')),

  /** Brands of a card, by its number as a component encrypted it. */
  getCardDetails: read(
    (
      card: { readonly encryptedCardNumber: string; readonly supportedBrands?: readonly string[] },
      call: Call,
    ) => http.checkout.post('cardDetails', wireCardDetails, call, safe({ merchantAccount, ...card }, call)),
    checkout('post/cardDetails'),
  ),

  /**
   * Makes a payment. What it answers may not be the end: see `resultCode`, and `action` for what has to happen next.
   * Adyen remembers the idempotency key for at least 7 days, for the whole company account, in one region.
   */
  createPayment: keyed(async (payment: NewPayment, call: Call): Promise<PaymentResult> => {
    const { amount, capture, extra = {}, returnUrl: backTo = returnUrl, ...rest } = payment;
    const { additionalData, ...timing } = captureFields(capture);
    const body = {
      merchantAccount,
      ...rest,
      ...timing,
      returnUrl: backTo,
      amount: toWireAmount(amount),
      ...extra,
      ...((additionalData ?? extra.additionalData) !== undefined && {
        additionalData: { ...(additionalData as object), ...(extra.additionalData as object | undefined) },
      }),
    };
    return toPaymentResult(await http.checkout.post('payments', wirePayment, call, safe(body, call)));
  }, checkout('post/payments')),

  /** Goes on with a payment, with what the shopper brought back from a redirect or a component gave. */
  submitPaymentDetails: keyed(
    async ({ extra, ...details }: PaymentDetails, call: Call): Promise<PaymentResult> => {
      const body = { ...details, ...extra };
      return toPaymentResult(
        await http.checkout.post('payments/details', wirePayment, call, safe(body, call)),
      );
    },
    checkout('post/payments/details'),
  ),
});
