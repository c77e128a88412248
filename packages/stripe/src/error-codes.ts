/** Every code of an error that the SDK knows, by what it means: https://docs.stripe.com/error-codes */
import type { ErrorCode } from '@im/core';
import type { Stripe } from 'stripe';

/** Literal members of a union that ends in "or any other string". */
type LiteralOf<Text> = Text extends unknown ? (string extends Text ? never : Text) : never;
/** Every code that the SDK knows. */
export type StripeErrorCode = LiteralOf<Stripe.PaymentIntent.LastPaymentError.Code>;

/** Codes by what they mean. */
export const codesByMeaning = {
  unauthenticated: ['api_key_expired', 'platform_api_key_expired', 'secret_key_required'],
  permission_denied: [
    ...['account_invalid', 'action_blocked', 'application_fees_not_allowed', 'forwarding_api_inactive'],
    ...['livemode_mismatch', 'not_allowed_on_standard_account', 'ownership_declaration_not_allowed'],
    ...['payouts_not_allowed', 'platform_account_required', 'request_blocked', 'testmode_charges_only'],
    'transfers_not_allowed',
  ],
  not_found: ['missing', 'no_account', 'resource_missing'],
  already_exists: ['bank_account_exists', 'resource_already_exists'],
  resource_exhausted: [
    ...[
      'card_decline_rate_limit_exceeded',
      'instant_payouts_limit_exceeded',
      'payment_intent_rate_limit_exceeded',
    ],
    ...['payouts_limit_exceeded', 'rate_limit'],
  ],
  unavailable: [
    ...['forwarding_api_retryable_upstream_error', 'forwarding_api_upstream_connection_error'],
    ...['forwarding_api_upstream_connection_timeout', 'forwarding_api_upstream_error', 'lock_timeout'],
    ...['payment_method_provider_timeout', 'terminal_reader_busy', 'terminal_reader_hardware_fault'],
    ...['terminal_reader_offline', 'terminal_reader_timeout', 'three_d_secure_authentication_upstream_error'],
  ],
  unimplemented: ['payment_evaluation_on_api_version_not_supported', 'tls_version_unsupported'],
  failed_precondition: [
    ...['account_closed', 'account_information_mismatch', 'account_token_required_for_v2_account'],
    ...['account_error_country_change_requires_additional_steps', 'acss_debit_session_incomplete'],
    ...['alipay_upgrade_required', 'anomalous_money_movement_request', 'approval_required'],
    ...['authentication_failure', 'authentication_required', 'balance_insufficient', 'bank_account_declined'],
    ...['bank_account_restricted', 'bank_account_unusable', 'bank_account_unverified'],
    ...['bank_account_verification_failed', 'billing_invalid_mandate', 'bitcoin_upgrade_required'],
    ...['capability_not_active', 'capture_charge_authorization_expired', 'capture_unauthorized_payment'],
    ...['card_declined', 'charge_already_captured', 'charge_already_refunded', 'charge_disputed'],
    ...['charge_exceeds_source_limit', 'charge_exceeds_transaction_limit', 'charge_expired_for_capture'],
    ...[
      'charge_not_refundable',
      'coupon_expired',
      'customer_max_payment_methods',
      'customer_max_subscriptions',
    ],
    ...['customer_session_expired', 'debit_not_authorized', 'dispute_evidence_page_limit_exceeded'],
    ...['expired_card', 'expired_payment_method', 'failed_tax_calculation'],
    ...['financial_account_balance_does_not_support_currency', 'financial_account_capability_not_enabled'],
    ...['financial_account_capability_restricted', 'financial_connections_account_inactive'],
    ...['financial_connections_account_pending_account_numbers'],
    ...['financial_connections_account_unavailable_account_numbers'],
    ...[
      'financial_connections_no_successful_transaction_refresh',
      'india_recurring_payment_mandate_canceled',
    ],
    ...[
      'instant_payouts_config_disabled',
      'instant_payouts_currency_disabled',
      'instant_payouts_unsupported',
    ],
    ...['insufficient_funds', 'intent_invalid_state', 'intent_verification_method_missing'],
    ...[
      'invoice_no_customer_line_items',
      'invoice_no_payment_method_types',
      'invoice_no_subscription_line_items',
    ],
    ...[
      'invoice_not_editable',
      'invoice_on_behalf_of_not_editable',
      'invoice_payment_intent_requires_action',
    ],
    ...['invoice_upcoming_none', 'out_of_inventory', 'payment_intent_action_required'],
    ...['payment_intent_authentication_failure', 'payment_intent_konbini_rejected_confirmation_number'],
    ...['payment_intent_mandate_invalid', 'payment_intent_payment_attempt_expired'],
    ...['payment_intent_payment_attempt_failed', 'payment_intent_unexpected_state'],
    ...['payment_method_bank_account_already_verified', 'payment_method_bank_account_blocked'],
    ...['payment_method_configuration_failures', 'payment_method_customer_decline'],
    ...['payment_method_microdeposit_failed', 'payment_method_microdeposit_processing_error'],
    ...['payment_method_microdeposit_verification_attempts_exceeded'],
    ...['payment_method_microdeposit_verification_timeout', 'payment_method_not_available'],
    ...['payment_method_provider_decline', 'payment_method_restricted', 'payment_method_unactivated'],
    ...['payment_method_unexpected_state', 'payout_reconciliation_not_ready', 'processing_error'],
    ...['product_inactive', 'progressive_onboarding_limit_exceeded', 'refer_to_customer'],
    ...['refund_disputed_payment', 'return_intent_already_processed', 'setup_attempt_failed'],
    ...['setup_intent_authentication_failure', 'setup_intent_mandate_invalid'],
    ...['setup_intent_setup_attempt_expired', 'setup_intent_unexpected_state', 'shipping_calculation_failed'],
    ...['sku_inactive', 'smart_disputes_not_available', 'status_transition_invalid'],
    ...['storer_capability_missing', 'storer_capability_not_active', 'stripe_tax_inactive'],
    ...['subscription_update_trial_after_billing_cycle_anchor', 'taxes_calculation_failed'],
    ...['three_d_secure_authentication_not_supported', 'token_already_used', 'token_in_use'],
  ],
  invalid_argument: [
    ...['account_country_invalid_address', 'account_number_invalid', 'amount_too_large', 'amount_too_small'],
    ...['balance_invalid_parameter', 'bank_account_bad_routing_numbers', 'cardholder_phone_number_required'],
    ...[
      'charge_invalid_parameter',
      'clearing_code_unsupported',
      'country_code_invalid',
      'country_unsupported',
    ],
    ...['customer_tax_location_invalid', 'email_invalid', 'financial_connections_consent_locale_invalid'],
    ...['financial_connections_consent_locale_unsupported', 'forwarding_api_invalid_parameter'],
    ...['incorrect_address', 'incorrect_cvc', 'incorrect_number', 'incorrect_postal_code', 'incorrect_zip'],
    ...['invalid_canceled_subscription_fields', 'invalid_card_type', 'invalid_characters'],
    ...['invalid_charge_amount', 'invalid_cvc', 'invalid_expiry_month', 'invalid_expiry_year'],
    ...['invalid_mandate_reference_prefix_format', 'invalid_number', 'invalid_source_usage'],
    ...['invalid_tax_location', 'parameter_invalid_empty', 'parameter_invalid_integer'],
    ...['parameter_invalid_string_blank', 'parameter_invalid_string_empty', 'parameter_missing'],
    ...['parameter_unknown', 'parameters_exclusive', 'payment_intent_incompatible_payment_method'],
    ...['payment_intent_invalid_parameter', 'payment_method_billing_details_address_missing'],
    ...['payment_method_currency_mismatch', 'payment_method_invalid_parameter'],
    ...[
      'payment_method_invalid_parameter_testmode',
      'payment_method_unsupported_type',
      'postal_code_invalid',
    ],
    ...['payment_method_microdeposit_verification_amounts_invalid'],
    ...['payment_method_microdeposit_verification_amounts_mismatch'],
    ...['payment_method_microdeposit_verification_descriptor_code_mismatch', 'routing_number_invalid'],
    ...['sepa_unsupported_account', 'service_period_coupon_with_metered_tiered_item_unsupported'],
    ...['setup_intent_invalid_parameter', 'setup_intent_mobile_wallet_unsupported'],
    ...[
      'shipping_address_invalid',
      'siret_invalid',
      'state_unsupported',
      'tax_id_invalid',
      'tax_id_prohibited',
    ],
    ...['terminal_location_country_unsupported', 'terminal_reader_invalid_location_for_activation'],
    ...['terminal_reader_invalid_location_for_payment', 'token_card_network_invalid'],
    ...['transfer_source_balance_parameters_mismatch', 'url_invalid'],
  ],
} as const satisfies Partial<Record<ErrorCode, readonly StripeErrorCode[]>>;

/** Codes that the SDK knows and the table does not; `idempotency_key_in_use` has a row of its own. */
export type Forgotten = Exclude<
  StripeErrorCode,
  (typeof codesByMeaning)[keyof typeof codesByMeaning][number] | 'idempotency_key_in_use'
>;
