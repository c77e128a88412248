/** The HTTP clients of one integration: each service of Adyen has an address of its own. */
import type { IntegrationContext } from '@im/core';
import { createHttp, type Http, staticToken } from '@im/http';
import { readAdyenError } from './errors.ts';
import type { CheckedAdyenOptions } from './options.ts';

/** Services by what they are asked for. */
export interface AdyenHttp {
  readonly checkout: Http;
  /** DisputeService v30. */
  readonly disputes: Http;
  /** Recurring v68, BinLookup v54, Payout v68, StoredValue v46: paths begin with the service and its version. */
  readonly classic: Http;
  /** Downloads of reports. */
  readonly reports: Http;
}

/** Base URLs, each with a slash at the end. */
export type AdyenAddresses = { readonly [Service in keyof AdyenHttp]: string };

/**
 * Where the services are.
 *
 * @see {@link https://docs.adyen.com/development-resources/live-endpoints | Adyen: Live endpoints}
 */
export function addressesOf({
  environment,
  liveUrlPrefix,
  region,
  version,
  baseUrl,
}: CheckedAdyenOptions): AdyenAddresses {
  if (baseUrl !== undefined) {
    const base = baseUrl.replace(/\/+$/, '');
    return {
      checkout: `${base}/v${version}/`,
      disputes: `${base}/ca/services/DisputeService/v30/`,
      classic: `${base}/pal/servlet/`,
      reports: `${base}/reports/download/`,
    };
  }
  const customerArea = `https://ca-${environment}.adyen.com`;
  const live = (service: string) =>
    `https://${liveUrlPrefix}-${service}-live${region === 'eu' ? '' : `-${region}`}.adyenpayments.com`;
  return {
    checkout:
      environment === 'test'
        ? `https://checkout-test.adyen.com/v${version}/`
        : `${live('checkout')}/checkout/v${version}/`,
    disputes: `${customerArea}/ca/services/DisputeService/v30/`,
    classic:
      environment === 'test' ? 'https://pal-test.adyen.com/pal/servlet/' : `${live('pal')}/pal/servlet/`,
    reports: `${customerArea}/reports/download/`,
  };
}

/** Makes the clients. Opens nothing. */
export function createAdyenHttp(context: IntegrationContext<CheckedAdyenOptions>): AdyenHttp {
  const { apiKey, reportApiKey = apiKey } = context.options;
  const addresses = addressesOf(context.options);
  const open = (baseUrl: string, key = apiKey) =>
    createHttp(context, {
      baseUrl,
      token: staticToken(key),
      tokenHeader: (value) => ({ 'x-api-key': value }),
      readFailure: readAdyenError,
      requestIdHeader: ['pspreference', 'x-request-id'],
      // A key that was refused stays refused.
      isTokenExpired: () => false,
    });
  return {
    checkout: open(addresses.checkout),
    disputes: open(addresses.disputes),
    classic: open(addresses.classic),
    reports: open(addresses.reports, reportApiKey),
  };
}
