/** Kills a shop at every await and compares the books: `runCrashTest` in the test, `serveCrashShop` in the module that it forks. */
export type {
  Booked,
  CrashHarness,
  CrashOptions,
  CrashReport,
  CrashWorld,
  Gate,
} from './crash/crash.types.ts';
export { type CrashLink, serveCrashShop } from './crash/crash-shop.ts';
export { type HttpGate, openGate } from './crash/open-gate.ts';
export { bookedOf } from './crash/order.ts';
export { runCrashTest } from './crash/run-crash-test.ts';
