/**
 * What survives a crash, seen through something that can die. `mortal` wraps a driver and a state store so that at the n-th of their awaits the
 * process is gone: before the call, or after it with its answer unheard. From then on nothing resolves, as for a process that was killed.
 */
import type { StateStore } from '@im/core';
import type { PaymentDriver } from '../driver.ts';

export interface Mortal {
  readonly driver: PaymentDriver;
  readonly state: StateStore;
  /** Resolves when it has died. */
  readonly dead: Promise<void>;
  /** How many points at which it could have died have passed. */
  readonly points: number;
}

export function mortal(driver: PaymentDriver, state: StateStore, diesAt: number): Mortal {
  let points = 0;
  let isDead = false;
  let die = () => {};
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const forever = () => new Promise<never>(() => {});
  const point = (): boolean => {
    points += 1;
    if (points === diesAt) {
      isDead = true;
      die();
    }
    return isDead;
  };
  const wrap = <Arguments extends readonly unknown[], Answer>(call: (...args: Arguments) => Promise<Answer>) =>
    async (...args: Arguments): Promise<Answer> => {
      if (isDead || point()) return forever();
      const answer = await call(...args);
      return isDead || point() ? forever() : answer;
    };
  return {
    driver: {
      ...driver,
      create: wrap(driver.create),
      confirm: wrap(driver.confirm),
      capture: wrap(driver.capture),
      void: wrap(driver.void),
      refund: wrap(driver.refund),
      find: wrap(driver.find),
    },
    state: {
      ...state,
      get: wrap(state.get),
      set: wrap(state.set),
      compareAndSet: wrap(state.compareAndSet),
      delete: wrap(state.delete),
      increment: wrap(state.increment),
    },
    dead,
    get points() {
      return points;
    },
  };
}
