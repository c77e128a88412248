/** What the mutations of the conformance suite are made of. */
import type { DriverCreate, PaymentDriver } from '../../driver.ts';
import type { MemoryDriver, MemoryDriverOptions } from '../../memory/memory-driver.ts';
import type { DriverPayment } from '../../payment.ts';
import type { OpenProcessor } from '../../testing.ts';

/** Breaks a driver. */
export type Break = (driver: MemoryDriver) => Partial<PaymentDriver>;
/** A processor that is broken in one way, and the cases that must fail it. */
export interface Mutation {
  /** Of the processor that is broken. */
  readonly options?: MemoryDriverOptions;
  readonly change?: Break;
  /** What is broken of the harness. */
  readonly opened?: (opened: OpenProcessor) => Partial<OpenProcessor>;
  readonly fails: readonly string[];
}

/** By what is wrong with them. */
export type Mutations = Readonly<Record<string, Mutation>>;

let fresh = 0;
/** A text that was never there before. */
export const newKey = () => {
  fresh += 1;
  return `fresh-${fresh}`;
};
/** What every answer says goes through `change`. */
export const telling =
  (change: (payment: DriverPayment) => Partial<DriverPayment>): Break =>
  (driver) => {
    const say = (payment: DriverPayment) => ({ ...payment, ...change(payment) });
    return {
      create: async (...args) => say(await driver.create(...args)),
      confirm: async (...args) => say(await driver.confirm(...args)),
      capture: async (...args) => say(await driver.capture(...args)),
      void: async (...args) => say(await driver.void(...args)),
      refund: async (...args) => say(await driver.refund(...args)),
      find: async (...args) => {
        const payment = await driver.find(...args);
        return payment && say(payment);
      },
    };
  };
/** What is created goes through `change`. */
export const creating =
  (change: (create: DriverCreate) => DriverCreate): Break =>
  (driver) => ({ create: (create, call) => driver.create(change(create), call) });
/** What a processor answers that refuses nothing and does nothing. */
export const lenient = (driver: MemoryDriver, id: string) => driver.native().ledger.find({ id }) as DriverPayment;

