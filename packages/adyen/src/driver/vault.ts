/** Shoppers and what they stored. Adyen keeps no customers: a shopper is a reference of ours, and begins with what is stored under it. */
import { errorCode } from '@im/core';
import type { DriverVault, SavedMethod } from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import { readToken } from './method.ts';
import { tokenOf } from './record.ts';
import { refusal } from './refuse.ts';

/** Methods that a page has; Adyen gives all at once. */
const methodsPerPage = 50;

export function createVault(client: AdyenClient): DriverVault {
  return {
    createCustomer: async ({ reference }, { signal }) => {
      signal.throwIfAborted();
      if (reference.length < 3)
        throw refusal(
          'invalid_argument',
          'reference',
          'a shopper’s reference has at least 3 characters',
          'use a longer one',
        );
      return { id: reference, reference };
    },
    listMethods: async (customer, cursor = '0', { signal }) => {
      const stored = await client.listStoredPaymentMethods(customer, { signal });
      const start = Number(cursor);
      const end = start + methodsPerPage;
      const items = stored.slice(start, end).map(
        ({ id, type = 'scheme', brand, lastFour, expiryMonth, expiryYear }): SavedMethod => ({
          id: tokenOf(id, customer),
          kind: type,
          ...(brand !== undefined && { brand }),
          ...(lastFour !== undefined && { last4: lastFour }),
          ...(expiryMonth !== undefined &&
            expiryYear !== undefined && {
              expires: `${expiryYear.padStart(4, '20')}-${expiryMonth.padStart(2, '0')}`,
            }),
        }),
      );
      return { items, next: end < stored.length ? String(end) : undefined };
    },
    deleteMethod: async (token, { signal }) => {
      const { id, shopper } = readToken(token, undefined);
      try {
        await client.deleteStoredPaymentMethod(id, shopper, { signal });
      } catch (error) {
        if (errorCode(error) !== 'not_found') throw error;
      }
    },
  };
}
