/** Partial payments with gift cards, and donations. */
import { type Call, keyed, read } from '@im/core';
import type { Currency, Money } from '@im/payments';
import { type Donation, type GiftCardBalance, type Order, toBalance, toDonation, toOrder } from '../model.ts';
import { toWireAmount } from '../money.ts';
import {
  wireBalance,
  wireCampaigns,
  wireCancelledOrder,
  wireCreatedOrder,
  wireDonation,
} from '../wire/checkout.ts';
import type { PaymentMethodDetails } from './payments.ts';
import { type Connection, checkout, type Extra, safe } from './shared.ts';

/** An order that several payments pay. */
export interface NewOrder {
  readonly reference: string;
  readonly amount: Money;
  /** ISO 8601. Default: one day. */
  readonly expiresAt?: string | undefined;
}

/** A donation, by the token that a payment gave. */
export interface NewDonation {
  readonly reference: string;
  readonly amount: Money;
  /** The payment that gave the token. */
  readonly donationOriginalPspReference: string;
  readonly donationToken: string;
  readonly donationCampaignId?: string | undefined;
  readonly paymentMethod: PaymentMethodDetails;
  readonly returnUrl?: string | undefined;
  readonly extra?: Extra | undefined;
}

export const orderOperations = ({ http, merchantAccount, returnUrl }: Connection) => ({
  /** What is left on a gift card, its number encrypted by a component. */
  getGiftCardBalance: read(
    async (
      card: {
        readonly paymentMethod: PaymentMethodDetails;
        readonly amount: Money;
        readonly reference?: string;
      },
      call: Call,
    ): Promise<GiftCardBalance> => {
      const body = { merchantAccount, ...card, amount: toWireAmount(card.amount) };
      return toBalance(
        await http.checkout.post('paymentMethods/balance', wireBalance, call, safe(body, call)),
      );
    },
    checkout('post/paymentMethods/balance'),
  ),

  /** Opens an order. Pay it with `createPayment` and `order`; the end is told by `ORDER_CLOSED`. */
  createOrder: keyed(async (order: NewOrder, call: Call): Promise<Order> => {
    const body = { merchantAccount, ...order, amount: toWireAmount(order.amount) };
    return toOrder(await http.checkout.post('orders', wireCreatedOrder, call, safe(body, call)));
  }, checkout('post/orders')),

  /** Gives an order up, and what was paid of it back. Told by `ORDER_CLOSED`. */
  cancelOrder: keyed(
    (order: { readonly pspReference: string; readonly orderData: string }, call: Call) =>
      http.checkout.post('orders/cancel', wireCancelledOrder, call, { json: { merchantAccount, order } }),
    checkout('post/orders/cancel'),
  ),

  /** Causes that shoppers can be asked to give to. */
  listDonationCampaigns: read(async (currency: Currency, locale: string | undefined, call: Call) => {
    const json = { merchantAccount, currency, locale };
    return (await http.checkout.post('donationCampaigns', wireCampaigns, call, { json })).donationCampaigns;
  }, checkout('post/donationCampaigns')),

  /** Makes a donation with the payment method of the payment before. */
  donate: keyed(async (donation: NewDonation, call: Call): Promise<Donation> => {
    const { amount, extra, returnUrl: backTo = returnUrl, ...rest } = donation;
    const body = { merchantAccount, ...rest, returnUrl: backTo, amount: toWireAmount(amount), ...extra };
    return toDonation(await http.checkout.post('donations', wireDonation, call, safe(body, call)));
  }, checkout('post/donations')),
});
