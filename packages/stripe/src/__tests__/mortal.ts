/** A process that can die: at the n-th await of its driver or its state, before the call or after it. From then on nothing resolves. */
import type { StateStore } from '@im/core';
import type { PaymentDriver } from '@im/payments';

export interface Mortal {
  readonly driver: PaymentDriver;
  readonly state: StateStore;
  /** Resolves when it has died. */
  readonly dead: Promise<void>;
  /** How many points at which it could have died have passed. */
  points(): number;
}

const driverCalls = ['create', 'confirm', 'capture', 'void', 'refund', 'find'] as const;
const stateCalls = ['get', 'set', 'compareAndSet', 'delete', 'increment'] as const;

export function mortal(driver: PaymentDriver, state: StateStore, diesAt: number): Mortal {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  let points = 0;
  const pass = async () => {
    points += 1;
    if (points === diesAt) die();
    if (points >= diesAt) await new Promise<never>(() => {});
  };
  const wrap = <Target extends object>(
    target: Target,
    names: readonly (keyof Target & string)[],
  ): Target => ({
    ...target,
    ...Object.fromEntries(
      names.map((name) => [
        name,
        async (...args: readonly unknown[]) => {
          await pass();
          const answer: unknown = await (target[name] as (...args: readonly unknown[]) => unknown)(...args);
          await pass();
          return answer;
        },
      ]),
    ),
  });
  return { driver: wrap(driver, driverCalls), state: wrap(state, stateCalls), dead, points: () => points };
}
