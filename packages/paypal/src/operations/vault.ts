import { type Call, idempotent, keyed, pages, read } from '@im/core';
import { none } from '@im/http';
import { toWire, type VendorFields } from '../to-wire.ts';
import { wirePaymentToken, wirePaymentTokens, wireSetupToken } from '../wire/vault.ts';
import type { ExperienceContext } from './order-input.ts';
import { type Connection, notesOf, numberedPage, pageNumber, path } from './shared.ts';

/** A method to be saved without a payment. The customer agrees at the link `approve`. */
export interface NewSetupToken extends VendorFields {
  /** Your own id of the customer, up to 22 letters, digits, `-` and `_`. */
  readonly customer?: { readonly id: string } | undefined;
  readonly paymentSource: VendorFields & {
    readonly paypal?: WalletSetup | undefined;
    readonly venmo?: WalletSetup | undefined;
  };
}

/** How a PayPal or Venmo account will be used. */
export interface WalletSetup extends VendorFields {
  readonly usageType: 'MERCHANT' | 'PLATFORM';
  readonly description?: string | undefined;
  readonly customerType?: 'CONSUMER' | 'BUSINESS' | undefined;
  readonly permitMultiplePaymentTokens?: boolean | undefined;
  readonly experienceContext?: ExperienceContext | undefined;
}

/** What becomes a payment token: a setup token that the customer approved, or a billing agreement of old. */
export interface NewPaymentToken {
  readonly customer?: { readonly id: string } | undefined;
  readonly from: { readonly setupToken: string } | { readonly billingAgreement: string };
}

const notes = notesOf('payment-tokens/v3');
const sizes = { usual: 5, most: 100 };

export const vaultOperations = ({ http }: Connection) => ({
  /** Begins to save a method. PayPal remembers the key for 3 hours. */
  createSetupToken: keyed(
    (token: NewSetupToken, call: Call) =>
      http.post('v3/vault/setup-tokens', wireSetupToken, call, { json: toWire(token, call.operation) }),
    notes('setup-tokens_create'),
  ),

  /** A method that is about to be saved. */
  getSetupToken: read(
    (id: string, call: Call) => http.get(path`v3/vault/setup-tokens/${id}`, wireSetupToken, call),
    notes('setup-tokens_get'),
  ),

  /** Saves a method for good. PayPal remembers the key for 3 hours. */
  createPaymentToken: keyed(({ customer, from }: NewPaymentToken, call: Call) => {
    const token =
      'setupToken' in from
        ? { id: from.setupToken, type: 'SETUP_TOKEN' }
        : { id: from.billingAgreement, type: 'BILLING_AGREEMENT' };
    const json = toWire({ customer, paymentSource: { token } }, call.operation);
    return http.post('v3/vault/payment-tokens', wirePaymentToken, call, { json });
  }, notes('payment-tokens_create')),

  /** The methods that a customer saved. */
  listPaymentTokens: pages(
    read(async (customerId: string, call: Call) => {
      const at = pageNumber(call, sizes);
      const query = { customer_id: customerId, ...at, total_required: true };
      const { paymentTokens, ...totals } = await http.get(
        'v3/vault/payment-tokens',
        wirePaymentTokens,
        call,
        {
          query,
        },
      );
      return numberedPage(paymentTokens, at, totals);
    }, notes('customer_payment-tokens_get')),
  ),

  /** A saved method. */
  getPaymentToken: read(
    (id: string, call: Call) => http.get(path`v3/vault/payment-tokens/${id}`, wirePaymentToken, call),
    notes('payment-tokens_get'),
  ),

  /** Forgets a saved method; forgetting it again changes nothing. */
  deletePaymentToken: idempotent(
    (id: string, call: Call): Promise<void> => http.delete(path`v3/vault/payment-tokens/${id}`, none, call),
    notes('payment-tokens_delete'),
  ),
});
