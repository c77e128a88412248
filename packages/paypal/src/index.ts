export { paypalErrors } from './errors.ts';
export { type PaypalOptions, paypalOptions } from './options.ts';
export { paypal } from './paypal.ts';
