/** Charges: money that is held or taken, or was declined; and the disputes that some cards bring. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newCharge, nulls } from './blank.ts';
import { enter, feeOf, settlesAt } from './books.ts';
import type { Decline } from './cards.ts';
import { openDispute } from './disputes.ts';
import { word } from './ids.ts';
import { natureOf } from './methods.ts';

const daySeconds = 86_400;
/** How long an authorization lasts: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method */
export const authorizationSeconds = 7 * daySeconds;

/** A charge to try. */
export interface Attempt {
  readonly amount: number;
  readonly currency: string;
  readonly method: Stripe.PaymentMethod;
  readonly customer: string | null;
  readonly intent: Stripe.PaymentIntent | null;
  readonly description: string | null;
  /** Whether the money is taken, or only held. */
  readonly capture: boolean;
  /** Whether the customer was authenticated. */
  readonly authenticated: boolean;
  readonly multicapture: boolean;
}

/** Tries it. @returns the charge, and why it was declined if it was */
export function tryCharge(
  account: Account,
  attempt: Attempt,
): { readonly charge: Stripe.Charge; readonly decline: Decline | undefined } {
  const { amount, currency, method, customer, intent, description, capture } = attempt;
  const { card, bank } = natureOf(method);
  const decline = card?.decline ?? (bank === 'succeeds' ? undefined : bank);
  const charge = account.add<'charge'>(
    newCharge(account, {
      amount,
      currency,
      customer,
      description,
      status: decline === undefined ? 'succeeded' : 'failed',
      metadata: { ...intent?.metadata },
      payment_intent: intent?.id ?? null,
      payment_method: method.id,
      payment_method_details: detailsOf(account, attempt),
      receipt_email: intent?.receipt_email ?? null,
      outcome: outcomeOf(card?.risk ?? 'normal', decline),
      ...(decline !== undefined && {
        failure_code: decline.code,
        failure_message: decline.message,
      }),
    }),
  );
  if (decline !== undefined) {
    account.emit('charge.failed', charge);
    return { charge, decline };
  }
  account.emit('charge.succeeded', charge);
  if (capture) takeFrom(account, charge, amount, true);
  return { charge, decline };
}

function detailsOf(account: Account, attempt: Attempt): Stripe.Charge.PaymentMethodDetails {
  const { method, capture, amount, authenticated, multicapture } = attempt;
  if (method.card === undefined)
    return { type: method.type, us_bank_account: method.us_bank_account } as never;
  const { brand, country, exp_month, exp_year, fingerprint, funding, last4, checks } = method.card;
  return {
    type: 'card',
    card: {
      amount_authorized: amount,
      authorization_code: word(6, account.id, method.id).toUpperCase(),
      brand,
      ...(!capture && { capture_before: account.now + authorizationSeconds }),
      checks,
      country,
      exp_month,
      exp_year,
      extended_authorization: { status: 'disabled' },
      fingerprint: fingerprint ?? null,
      funding,
      incremental_authorization: { status: 'unavailable' },
      last4,
      multicapture: { status: multicapture ? 'available' : 'unavailable' },
      network: brand,
      network_token: { used: false },
      overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
      regulated_status: 'unregulated',
      three_d_secure: authenticated
        ? ({
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            result: 'authenticated',
            version: '2.2.0',
            ...nulls('exemption_indicator', 'result_reason', 'transaction_id'),
          } as never)
        : null,
      ...nulls('electronic_commerce_indicator', 'installments', 'mandate', 'network_transaction_id'),
      ...nulls('transaction_link_id', 'wallet'),
    },
  };
}

function outcomeOf(risk: string, decline: Decline | undefined): Stripe.Charge.Outcome {
  const isBlocked = decline !== undefined && risk === 'highest';
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: isBlocked
      ? 'not_sent_to_network'
      : decline === undefined
        ? 'approved_by_network'
        : 'declined_by_network',
    reason: isBlocked ? 'highest_risk_level' : (decline?.decline_code ?? decline?.code ?? null),
    risk_level: risk,
    seller_message:
      decline === undefined ? 'Payment complete.' : 'The bank did not return any further details.',
    type: isBlocked ? 'blocked' : decline === undefined ? 'authorized' : 'issuer_declined',
  };
}

/**
 * Takes money of a charge that was authorized. `isLast`: nothing more will be taken. What is left is let go, and no line of the books tells it:
 * https://support.stripe.com/questions/changes-to-balance-transaction-behavior-for-partial-capture-and-payment-cancellation-flows
 */
export function takeFrom(account: Account, charge: Stripe.Charge, amount: number, isLast: boolean): void {
  const isFirst = charge.amount_captured === 0;
  charge.amount_captured += amount;
  charge.captured = true;
  const method = account.find('payment_method', charge.payment_method);
  const card = method && natureOf(method).card;
  const line = enter(account, {
    type: 'charge',
    category: 'charge',
    amount,
    currency: charge.currency,
    source: charge.id,
    fee: feeOf(amount),
    description: charge.description,
    availableAt: card?.available === true ? account.now : settlesAt(account),
  });
  charge.balance_transaction = line.id;
  if (!isLast) return;
  if (isFirst && card?.disputed !== undefined) openDispute(account, charge, card.disputed);
}
