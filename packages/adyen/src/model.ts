/** What operations answer, with amounts as money. */
import type { Money } from '@im/payments';
import type { z } from 'zod';
import { fromWireAmount, type WireAmount } from './money.ts';
import type {
  WireLink,
  WireModification,
  WirePayment,
  wireBalance,
  wireCreatedOrder,
  wireDonation,
  wireSession,
  wireSessionResult,
} from './wire/checkout.ts';

/** How far a payment has come: https://docs.adyen.com/online-payments/build-your-integration/payment-result-codes */
export type ResultCode =
  | 'AuthenticationFinished'
  | 'AuthenticationNotRequired'
  | 'Authorised'
  | 'Cancelled'
  | 'ChallengeShopper'
  | 'Error'
  | 'IdentifyShopper'
  | 'PartiallyAuthorised'
  | 'Pending'
  | 'PresentToShopper'
  | 'Received'
  | 'RedirectShopper'
  | 'Refused'
  | 'Success';

/** What has to happen before a payment goes on; Adyen's Drop-in and Components handle it as it is. */
export type AdyenAction = NonNullable<WirePayment['action']>;

/** Of partial payments. */
export interface OrderState {
  readonly pspReference: string;
  readonly orderData: string | undefined;
  readonly amount: Money | undefined;
  readonly remainingAmount: Money | undefined;
  readonly expiresAt: string | undefined;
}

/** Answer to a payment or to its details. */
export interface PaymentResult extends Omit<WirePayment, 'amount' | 'order' | 'resultCode'> {
  /** Adyen's; a value beyond {@link ResultCode} is one that this package does not know yet. */
  readonly resultCode: ResultCode | (string & {});
  readonly amount: Money | undefined;
  readonly order: OrderState | undefined;
}

/** Answer to a change of a payment. It says that Adyen has received it; what became of it is told by webhook. */
export interface Modification extends Omit<WireModification, 'amount'> {
  readonly amount: Money | undefined;
}

/** A payment link. */
export interface PaymentLink extends Omit<WireLink, 'amount'> {
  readonly amount: Money;
}

const maybeMoney = (amount: WireAmount | undefined) =>
  amount === undefined ? undefined : fromWireAmount(amount);

export function toPaymentResult({ amount, order, ...rest }: WirePayment): PaymentResult {
  return {
    ...rest,
    amount: maybeMoney(amount),
    order: order && {
      pspReference: order.pspReference,
      orderData: order.orderData,
      amount: maybeMoney(order.amount),
      remainingAmount: maybeMoney(order.remainingAmount),
      expiresAt: order.expiresAt,
    },
  };
}

export const toModification = ({ amount, ...rest }: WireModification): Modification => ({
  ...rest,
  amount: maybeMoney(amount),
});
export const toPaymentLink = ({ amount, ...rest }: WireLink): PaymentLink => ({
  ...rest,
  amount: fromWireAmount(amount),
});
export const toSession = ({ amount, ...rest }: z.output<typeof wireSession>) => ({
  ...rest,
  amount: fromWireAmount(amount),
});
export const toSessionResult = ({ payments, ...rest }: z.output<typeof wireSessionResult>) => ({
  ...rest,
  payments: payments.map(({ amount, ...payment }) => ({ ...payment, amount: maybeMoney(amount) })),
});
export const toBalance = ({ balance, transactionLimit, ...rest }: z.output<typeof wireBalance>) => ({
  ...rest,
  balance: fromWireAmount(balance),
  transactionLimit: maybeMoney(transactionLimit),
});
export const toOrder = ({ amount, remainingAmount, ...rest }: z.output<typeof wireCreatedOrder>) => ({
  ...rest,
  amount: fromWireAmount(amount),
  remainingAmount: fromWireAmount(remainingAmount),
});
export const toDonation = ({ amount, payment, ...rest }: z.output<typeof wireDonation>) => ({
  ...rest,
  amount: maybeMoney(amount),
  payment: payment && toPaymentResult(payment),
});

/** A payment session: https://docs.adyen.com/online-payments/build-your-integration/sessions-flow */
export type Session = ReturnType<typeof toSession>;
export type SessionResult = ReturnType<typeof toSessionResult>;
export type GiftCardBalance = ReturnType<typeof toBalance>;
export type Order = ReturnType<typeof toOrder>;
export type Donation = ReturnType<typeof toDonation>;
