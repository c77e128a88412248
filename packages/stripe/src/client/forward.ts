/** Requests that are passed on to Stripe as they are, past the SDK: https://docs.stripe.com/api */
import { createHttp, type Http, staticToken } from '@im/http';
import { apiVersion } from './api-version.ts';
import type { StripeContext } from './connection.ts';

/** A client with the account's key, the version that the SDK has, and the connected account of the options. */
export function stripeHttp(context: StripeContext): Http {
  const { baseUrl, secretKey, account } = context.options;
  return createHttp(context, {
    baseUrl,
    token: staticToken(secretKey),
    headers: { 'stripe-version': apiVersion, ...(account !== undefined && { 'stripe-account': account }) },
    requestIdHeader: 'request-id',
    // A key that was refused stays refused.
    isTokenExpired: () => false,
  });
}
