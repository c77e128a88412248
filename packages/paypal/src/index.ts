export { paypalTraits } from './driver/facts.ts';
export { type PaypalAbility, paypalDriver } from './driver/paypal-driver.ts';
export { paypalErrors } from './errors.ts';
export type { PaypalClient } from './operations/all.ts';
export { type PaypalOptions, paypalOptions } from './options.ts';
export { paypal } from './paypal.ts';
