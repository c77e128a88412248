import { type Call, idempotent, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, isGoneAlready, type Listed, notes, type On } from './shared.ts';

const write = 'Customers: write';
const reads = 'Customers: read';

export const customerOperations = ({ send, list, search }: Connection) => ({
  createCustomer: keyed(
    (params: On<Stripe.CustomerCreateParams> | undefined, call: Call) =>
      send(call, 'customer', params, (stripe, rest, options) => stripe.customers.create(rest, options)),
    notes('customers/create', write),
  ),

  /** A customer; one that was deleted has `deleted: true` and little else. */
  retrieveCustomer: read(
    (id: string, params: On<Stripe.CustomerRetrieveParams> | undefined, call: Call) =>
      send<Stripe.CustomerRetrieveParams, Stripe.Customer | Stripe.DeletedCustomer>(
        call,
        'customer',
        params,
        (stripe, rest, options) => stripe.customers.retrieve(identified(id), rest, options),
      ),
    notes('customers/retrieve', reads),
  ),

  updateCustomer: keyed(
    (id: string, params: On<Stripe.CustomerUpdateParams>, call: Call) =>
      send(call, 'customer', params, (stripe, rest, options) =>
        stripe.customers.update(identified(id), rest, options),
      ),
    notes('customers/update', write),
  ),

  /** Deletes a customer, and ends its subscriptions. */
  deleteCustomer: idempotent(
    async (
      id: string,
      params: On<Stripe.CustomerDeleteParams> | undefined,
      call: Call,
    ): Promise<Stripe.DeletedCustomer> => {
      try {
        return await send(call, 'customer', params, (stripe, rest, options) =>
          stripe.customers.del(identified(id), rest, options),
        );
      } catch (error) {
        if (!isGoneAlready(error, call)) throw error;
        return { id, object: 'customer', deleted: true };
      }
    },
    notes('customers/delete', write),
  ),

  /** Customers, newest first. */
  listCustomers: pages(
    read(
      (params: Listed<Stripe.CustomerListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.customers.list(rest, options)),
      notes('customers/list', reads),
    ),
  ),

  /** Customers by a query. What is new is found after a minute or so, in outages after an hour. */
  searchCustomers: pages(
    read(
      (params: Listed<Stripe.CustomerSearchParams>, call: Call) =>
        search(call, params, (stripe, rest, options) => stripe.customers.search(rest, options)),
      notes('customers/search', reads),
    ),
  ),
});
