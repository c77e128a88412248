import { type Call, idempotent, keyed, read } from '@im/core';
import { none } from '@im/http';
import { wireStored, wireStoredList } from '../wire/checkout.ts';
import { wireDisabled, wireRecurringDetails } from '../wire/services.ts';
import type { PaymentMethodDetails } from './payments.ts';
import { type Connection, checkout, path, recurring, safe } from './shared.ts';

/** What to store, without a payment. */
export interface NewStoredPaymentMethod {
  readonly shopperReference: string;
  readonly paymentMethod: PaymentMethodDetails;
  readonly recurringProcessingModel: 'CardOnFile' | 'Subscription' | 'UnscheduledCardOnFile';
  readonly shopperEmail?: string | undefined;
  readonly shopperIP?: string | undefined;
}

export const tokenOperations = ({ http, merchantAccount }: Connection) => ({
  /** All that a shopper has stored; Adyen gives them at once. */
  listStoredPaymentMethods: read(async (shopperReference: string, call: Call) => {
    const query = { shopperReference, merchantAccount };
    return (await http.checkout.get('storedPaymentMethods', wireStoredList, call, { query }))
      .storedPaymentMethods;
  }, checkout('get/storedPaymentMethods')),

  /** Stores a payment method without a payment. */
  createStoredPaymentMethod: keyed(
    (method: NewStoredPaymentMethod, call: Call) =>
      http.checkout.post(
        'storedPaymentMethods',
        wireStored,
        call,
        safe({ merchantAccount, ...method }, call),
      ),
    checkout('post/storedPaymentMethods'),
  ),

  /** Deletes one. @throws `not_found` where it is gone */
  deleteStoredPaymentMethod: idempotent(
    (id: string, shopperReference: string, call: Call) =>
      http.checkout.delete(path`storedPaymentMethods/${id}`, none, call, {
        query: { shopperReference, merchantAccount },
      }),
    checkout('delete/storedPaymentMethods/(storedPaymentMethodId)'),
  ),

  /** The same of the Recurring API, which also knows contracts made before Checkout. */
  listRecurringDetails: read(async (shopperReference: string, call: Call) => {
    const json = { merchantAccount, shopperReference };
    const answer = await http.classic.post('Recurring/v68/listRecurringDetails', wireRecurringDetails, call, {
      json,
    });
    return answer.details.map((one) => one.RecurringDetail);
  }, recurring('listRecurringDetails')),

  /** Disables one stored payment method of a shopper, or all of them. */
  disableRecurringDetail: idempotent(
    (shopperReference: string, recurringDetailReference: string | undefined, call: Call) =>
      http.classic.post('Recurring/v68/disable', wireDisabled, call, {
        json: { merchantAccount, shopperReference, recurringDetailReference },
      }),
    recurring('disable'),
  ),
});
