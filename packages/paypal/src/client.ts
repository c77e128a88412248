/** The HTTP client of one integration: base URL, token, and the headers that go with every request. */
import type { IntegrationContext } from '@im/core';
import { clientCredentials, createHttp, type Http } from '@im/http';
import { readPaypalError } from './errors.ts';
import { baseUrlOf, type CheckedPaypalOptions } from './options.ts';

/** Path of the token endpoint: https://developer.paypal.com/api/rest/authentication/ */
export const tokenPath = 'v1/oauth2/token';

export function createPaypalHttp(context: IntegrationContext<CheckedPaypalOptions>): Http {
  const { options } = context;
  const { clientId, clientSecret, merchantId, partnerId, certificatesUrl } = options;
  const baseUrl = baseUrlOf(options);
  const tokenUrl = options.tokenUrl ?? new URL(tokenPath, baseUrl);
  return createHttp(context, {
    baseUrl,
    alsoOnPurpose: certificatesUrl === undefined ? [] : [certificatesUrl],
    token: clientCredentials(context, { tokenUrl, clientId, clientSecret }),
    headers: {
      ...(merchantId !== undefined && { 'paypal-auth-assertion': authAssertion(clientId, merchantId) }),
      ...(partnerId !== undefined && { 'paypal-partner-attribution-id': partnerId }),
    },
    idempotencyHeader: 'paypal-request-id',
    requestIdHeader: ['paypal-debug-id', 'x-request-id'],
    readFailure: readPaypalError,
  });
}

/**
 * An unsigned JWT that says for which merchant a platform acts. PayPal recommends that it is not signed: what it says is no secret, and counts
 * only together with the token.
 *
 * @see {@link https://developer.paypal.com/api/rest/requests/#paypal-auth-assertion | PayPal-Auth-Assertion}
 */
export function authAssertion(clientId: string, merchantId: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ iss: clientId, payer_id: merchantId })}.`;
}
