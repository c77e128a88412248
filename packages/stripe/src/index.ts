export { stripeErrors } from './errors.ts';
export { type StripeOptions, stripeOptions } from './options.ts';
export { stripe } from './stripe.ts';
export type { Item } from './wire.ts';
