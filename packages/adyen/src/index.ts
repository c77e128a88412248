export { adyen } from './adyen.ts';
export { adyenErrors } from './errors.ts';
export { type AdyenOptions, adyenOptions } from './options.ts';
export type { Item } from './wire.ts';
