import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

/**
 * https://docs.stripe.com/connect/oauth-reference
 *
 * The client secret is the platform's secret key. Calls are made with that key and the header `stripe-account`; tokens do not end.
 */
export const stripe: OAuthProvider = {
  id: 'stripe',
  title: 'Stripe Connect',
  docs: 'https://docs.stripe.com/connect/oauth-reference',
  endpoints: {
    authorization: 'https://connect.stripe.com/oauth/authorize',
    token: 'https://connect.stripe.com/oauth/token',
  },
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  account: accountBy('stripe_user_id'),
  dialect: {
    revoke: ({ account = '' }, { clientId, clientSecret }) => ({
      method: 'POST',
      url: 'https://connect.stripe.com/oauth/deauthorize',
      form: { client_id: clientId, stripe_user_id: account },
      bearer: clientSecret,
    }),
  },
};

/**
 * https://developer.paypal.com/log-in/build
 *
 * The authorization endpoint by https://developer.paypal.com/docs/integration/direct/identity/get-user-consent/
 */
export const paypal: OAuthProvider = {
  id: 'paypal',
  title: 'PayPal',
  docs: 'https://developer.paypal.com/log-in/build',
  endpoints: {
    authorization: 'https://www.paypal.com/signin/authorize',
    token: 'https://api-m.paypal.com/v1/oauth2/token',
    userInfo: 'https://api-m.paypal.com/v1/identity/openidconnect/userinfo?schema=openid',
  },
  authentication: ['client_secret_basic'],
  pkce: 'ignored',
  refresh: { rotation: 'never' },
  dialect: { basicEncoding: 'raw', readTokens: ({ id_token: _, ...body }) => body },
};

/**
 * https://shopify.dev/docs/apps/build/authentication-authorization/authenticate-standalone-apps
 *
 * `variables.shop` is the shop's name in front of `.myshopify.com`. Tokens are asked for that end after an hour, as public apps must
 * (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens); calls send them in the header
 * `x-shopify-access-token`.
 */
export const shopify: OAuthProvider = {
  id: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens',
  endpoints: {
    authorization: 'https://{shop}.myshopify.com/admin/oauth/authorize',
    token: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  },
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  scopeSeparator: ',',
  // The old one is taken until the new one is used, for 30 days at most:
  // https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
  refresh: { rotation: 'always', graceSeconds: 2_592_000, lifetimeDays: 90 },
  dialect: {
    codeParameters: { expiring: '1' },
    revoke: ({ access }, { variables }) => ({
      method: 'DELETE',
      url: `https://${variables.shop}.myshopify.com/admin/api_permissions/current.json`,
      headers: { 'x-shopify-access-token': access },
    }),
  },
};
