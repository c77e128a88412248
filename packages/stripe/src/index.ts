export type { Listed, On } from './client/connection.ts';
export { stripeDeclines } from './declines.ts';
export { type StripeAbility, type StripeDriverOptions, stripeDriver } from './driver/driver.ts';
export { stripeErrors } from './errors.ts';
export { type StripeOptions, stripeOptions } from './options.ts';
export { stripe } from './stripe.ts';
export type { StripeWebhook } from './webhook.ts';
