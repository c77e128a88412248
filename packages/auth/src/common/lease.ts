/**
 * The right to do something alone, as long as one lives: a lock that is short and renewed by a heartbeat, so that a process that was killed is
 * followed by another within seconds, and one that takes long is not.
 *
 * The key expires in the store, by the store's time; no clocks are compared. A holder that was stopped for longer than its lease (a pause of the
 * machine) has lost it, and must not write what it did without looking: see {@link Lease.isHeld}.
 */
import { type Clock, type StateStore, systemClock } from '@im/core';

/** A lease that was got. */
export interface Lease {
  /** Grows with every holder. */
  readonly fence: number;
  /** Whether it is still ours. */
  isHeld(): Promise<boolean>;
  /** Gives it back, and stops the heartbeat. */
  release(): Promise<void>;
}

/**
 * Tries once.
 *
 * @param ttlMs milliseconds after which it is gone when its holder is; it is renewed three times within them
 * @returns `undefined` when somebody else has it
 */
export async function tryLease(
  state: StateStore,
  key: string,
  ttlMs: number,
  clock: Clock = systemClock,
): Promise<Lease | undefined> {
  if ((await state.get(`lease/${key}`)) !== undefined) return undefined;
  const fence = await state.increment(`fence/${key}`);
  let version = await state.compareAndSet(`lease/${key}`, undefined, String(fence), { ttlMs });
  if (version === undefined) return undefined;
  let stop = () => {};
  let renewal: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    const mine = version;
    if (mine === undefined) return;
    // A store that is away for a moment is asked again; the lease ends by itself if it stays away.
    version = await state.compareAndSet(`lease/${key}`, mine, String(fence), { ttlMs }).catch(() => mine);
    schedule();
  };
  const schedule = () => {
    if (version === undefined) return;
    stop = clock.schedule(
      ttlMs / 3,
      () => {
        renewal = renew();
      },
      { background: true },
    );
  };
  schedule();
  return {
    fence,
    isHeld: async () => version !== undefined && (await state.get(`lease/${key}`))?.version === version,
    async release() {
      stop();
      await renewal;
      stop();
      const mine = version;
      version = undefined;
      if (mine !== undefined) await state.delete(`lease/${key}`, mine);
    },
  };
}
