import { type IntegrationError, isIntegrationError } from '@im/core';
import type { DriverVault, SavedMethod } from '@im/payments';
import type { Stripe } from 'stripe';
import { ownReasons } from '../errors.ts';
import { firstPage, mapPage, moving, reading, type StripeClient } from './client.ts';
import { findByReference } from './lookup.ts';
import { referenceKey } from './reference.ts';

/** Customers, by our references, and the methods that they keep. */
export function stripeVault(client: StripeClient, now: () => number): DriverVault {
  const shelves = { search: client.searchCustomers, list: client.listCustomers };
  return {
    async createCustomer({ reference, email }, call) {
      const known = await findByReference(shelves, reference, now(), call);
      const { id } =
        known ??
        (await client.createCustomer(
          { metadata: { [referenceKey]: reference }, ...(email !== undefined && { email }) },
          moving(call),
        ));
      return { id, reference };
    },
    async listMethods(customer, cursor, call) {
      const pages = client.listPaymentMethods(customer, undefined, { ...reading(call), cursor });
      return mapPage(await firstPage(pages), toSavedMethod);
    },
    async deleteMethod(id, call) {
      try {
        await client.detachPaymentMethod(id, undefined, reading(call));
      } catch (error) {
        if (!isIntegrationError(error) || !isGone(error)) throw error;
      }
    },
  };
}

/** It is with nobody, or there is no such method. */
function isGone({ reason, code }: IntegrationError): boolean {
  return reason === ownReasons.notAttached || code === 'not_found';
}

function toSavedMethod({ id, type, card, us_bank_account, sepa_debit }: Stripe.PaymentMethod): SavedMethod {
  const last4 = card?.last4 ?? us_bank_account?.last4 ?? sepa_debit?.last4 ?? undefined;
  return {
    id,
    kind: type,
    ...(last4 !== undefined && { last4 }),
    ...(card !== undefined && {
      brand: card.brand,
      expires: `${card.exp_year}-${String(card.exp_month).padStart(2, '0')}`,
    }),
  };
}
