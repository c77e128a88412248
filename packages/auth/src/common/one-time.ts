/** What may be used once: ids of assertions, codes, states. However many processes are asked at once, one of them hears yes. */
import { type Clock, type StateStore, scopedState, systemClock } from '@im/core';
import { digestOf } from './random.ts';

/** Remembers what was used. */
export interface OneTime {
  /**
   * Marks `id` as used within `scope` (an issuer, a client, a tenant), and remembers it until it would have expired by itself.
   *
   * @param untilMs milliseconds since 1970
   * @returns whether this was the first use
   */
  use(scope: string, id: string, untilMs: number): Promise<boolean>;
}

/** Makes it. Ids are kept as digests, so that the store does not tell them. */
export function createOneTime(state: StateStore, clock: Clock = systemClock): OneTime {
  const used = scopedState(state, 'auth', 'once');
  return {
    async use(scope, id, untilMs) {
      const ttlMs = Math.max(untilMs - clock.now(), 1_000);
      const key = `${digestOf(scope)}/${digestOf(id)}`;
      return (await used.compareAndSet(key, undefined, '1', { ttlMs })) !== undefined;
    },
  };
}
