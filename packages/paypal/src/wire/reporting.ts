/** Transactions and balances: https://developer.paypal.com/docs/api/transaction-search/v1/ */
import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeMoney,
  maybeName,
  maybeNumber,
  maybeText,
  wire,
  wireMoney,
} from './common.ts';

const wireTransaction = wire({
  transaction_info: wire({
    transaction_id: z.string(),
    paypal_account_id: maybeText,
    paypal_reference_id: maybeText,
    paypal_reference_id_type: maybeText,
    transaction_event_code: maybeText,
    transaction_initiation_date: maybeText,
    transaction_updated_date: maybeText,
    transaction_amount: maybeMoney,
    fee_amount: maybeMoney,
    transaction_status: maybeText,
    transaction_subject: maybeText,
    ending_balance: maybeMoney,
    bank_reference_id: maybeText,
    invoice_id: maybeText,
    custom_field: maybeText,
  }),
  payer_info: maybe(
    wire({ account_id: maybeText, email_address: maybeText, payer_name: maybeName, country_code: maybeText }),
  ),
});

export const wireTransactions = wire({
  transaction_details: listOf(wireTransaction),
  last_refreshed_datetime: maybeText,
  page: maybeNumber,
  total_items: maybeNumber,
  total_pages: maybeNumber,
});

export const wireBalances = wire({
  balances: listOf(
    wire({
      currency: z.string(),
      primary: maybeFlag,
      total_balance: wireMoney,
      available_balance: maybeMoney,
      withheld_balance: maybeMoney,
    }),
  ),
  account_id: maybeText,
  as_of_time: maybeText,
  last_refresh_time: maybeText,
});

/**
 * A movement on the account. `transactionInfo.transactionStatus`: S success, P pending, D denied, V reversed. It shows up to three hours after it happened.
 */
export type Transaction = z.output<typeof wireTransaction>;
/** What the account holds, by currency. */
export type Balances = z.output<typeof wireBalances>;
