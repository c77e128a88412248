import { type Call, idempotent, keyed, read } from '@im/core';
import type { Money } from '@im/payments';
import {
  type PaymentLink,
  type Session,
  type SessionResult,
  toPaymentLink,
  toSession,
  toSessionResult,
} from '../model.ts';
import { toWireAmount } from '../money.ts';
import { wireLink, wireSession, wireSessionResult } from '../wire/checkout.ts';
import { type CaptureTiming, captureFields, type Shopper } from './payments.ts';
import { type Connection, checkout, type Extra, path, safe } from './shared.ts';

/** A payment session for Drop-in and Components, or for a page of Adyen's. */
export interface NewSession extends Shopper {
  readonly reference: string;
  readonly amount: Money;
  readonly returnUrl?: string | undefined;
  /** `hosted`: Adyen's own page, at the `url` of the answer. Default: embedded in yours. */
  readonly mode?: 'embedded' | 'hosted' | undefined;
  readonly capture?: CaptureTiming | undefined;
  /** Until when it may be paid, ISO 8601. Default: one hour. */
  readonly expiresAt?: string | undefined;
  readonly storePaymentMethodMode?: 'askForConsent' | 'disabled' | 'enabled' | undefined;
  readonly recurringProcessingModel?: 'CardOnFile' | 'Subscription' | 'UnscheduledCardOnFile' | undefined;
  readonly extra?: Extra | undefined;
}

/** A link that a shopper can pay at. */
export interface NewPaymentLink extends Shopper {
  readonly reference: string;
  readonly amount: Money;
  readonly returnUrl?: string | undefined;
  readonly description?: string | undefined;
  /** ISO 8601, at most 70 days ahead. Default: one day. */
  readonly expiresAt?: string | undefined;
  /** May be paid more than once. Default false. */
  readonly reusable?: boolean | undefined;
  readonly manualCapture?: boolean | undefined;
  readonly extra?: Extra | undefined;
}

export const sessionOperations = ({ http, merchantAccount, returnUrl }: Connection) => ({
  /** Begins a session. How it ends is told by webhook, and by `getSessionResult`. */
  createSession: keyed(async (session: NewSession, call: Call): Promise<Session> => {
    const { amount, capture, extra, returnUrl: backTo = returnUrl, ...rest } = session;
    const body = {
      merchantAccount,
      ...rest,
      ...captureFields(capture),
      returnUrl: backTo,
      amount: toWireAmount(amount),
      ...extra,
    };
    return toSession(await http.checkout.post('sessions', wireSession, call, safe(body, call)));
  }, checkout('post/sessions')),

  /** How a session stands; `sessionResult` comes with the shopper's return, or from Drop-in. */
  getSessionResult: read(
    async (sessionId: string, sessionResult: string, call: Call): Promise<SessionResult> => {
      const query = { sessionResult };
      return toSessionResult(
        await http.checkout.get(path`sessions/${sessionId}`, wireSessionResult, call, { query }),
      );
    },
    checkout('get/sessions/(sessionId)'),
  ),

  /** Makes a link. */
  createPaymentLink: keyed(
    async ({ amount, extra, ...rest }: NewPaymentLink, call: Call): Promise<PaymentLink> => {
      const body = { merchantAccount, ...rest, amount: toWireAmount(amount), ...extra };
      return toPaymentLink(await http.checkout.post('paymentLinks', wireLink, call, safe(body, call)));
    },
    checkout('post/paymentLinks'),
  ),

  /** A link as it is now. */
  getPaymentLink: read(
    async (id: string, call: Call): Promise<PaymentLink> =>
      toPaymentLink(await http.checkout.get(path`paymentLinks/${id}`, wireLink, call)),
    checkout('get/paymentLinks/(linkId)'),
  ),

  /** Ends a link, so that nobody can pay at it any more. */
  expirePaymentLink: idempotent(
    async (id: string, call: Call): Promise<PaymentLink> =>
      toPaymentLink(
        await http.checkout.patch(path`paymentLinks/${id}`, wireLink, call, { json: { status: 'expired' } }),
      ),
    checkout('patch/paymentLinks/(linkId)'),
  ),
});
