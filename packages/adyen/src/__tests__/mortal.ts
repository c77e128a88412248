/**
 * A process that can be killed. Every await of its state stores and of its driver is a point at which it may die: before the work, or after it with the
 * answer unheard. From then on nothing resolves any more.
 */
import type { StateStore } from '@im/core';
import type { PaymentDriver } from '@im/payments';

export interface Mortal {
  state(store: StateStore): StateStore;
  driver<Driver extends PaymentDriver<never>>(driver: Driver): Driver;
  /** Resolves when it has died. */
  readonly dead: Promise<void>;
  /** Points that have passed. */
  readonly points: number;
}

export function mortal(diesAt: number): Mortal {
  let points = 0;
  let isDead = false;
  let die = () => {};
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const diesHere = (): boolean => {
    points += 1;
    if (points !== diesAt) return isDead;
    isDead = true;
    die();
    return true;
  };
  const forever = () => new Promise<never>(() => {});
  const wrap =
    <Arguments extends readonly unknown[], Answer>(work: (...args: Arguments) => Promise<Answer>) =>
    async (...args: Arguments): Promise<Answer> => {
      if (isDead || diesHere()) return forever();
      const answer = await work(...args);
      return isDead || diesHere() ? forever() : answer;
    };
  return {
    state: (store) => ({
      ...store,
      get: wrap(store.get),
      set: wrap(store.set),
      compareAndSet: wrap(store.compareAndSet),
      delete: wrap(store.delete),
      increment: wrap(store.increment),
    }),
    driver: (driver) => ({
      ...driver,
      create: wrap(driver.create),
      capture: wrap(driver.capture),
      void: wrap(driver.void),
      refund: wrap(driver.refund),
      find: wrap(driver.find),
    }),
    dead,
    get points() {
      return points;
    },
  };
}
